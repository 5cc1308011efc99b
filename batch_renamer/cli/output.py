"""What is shown at the end of a run: its result, on standard output.

With ``--json`` that is one object, and with ``--report -`` the rows as CSV; the words for people go to standard error.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Mapping
from dataclasses import replace

from batch_renamer.cli.next_steps import commit_command, next_steps, plan_is_kept
from batch_renamer.cli.pager import show_in_pager
from batch_renamer.cli.standard_output import output_lost
from batch_renamer.command_line import carried_options, command_line
from batch_renamer.commands import SHOW
from batch_renamer.errors import InputError
from batch_renamer.jobs import Run, named, went_before
from batch_renamer.model import RunSummary
from batch_renamer.progress import RunView, Span, every_row_lines, run_lines, show_lines, show_run
from batch_renamer.reports import write_csv_result, write_json_result, write_refusal

__all__ = ["show"]

log = logging.getLogger("batch_renamer")

_MOST_SHOWN = 1_000


def show(run: Run, summary: RunSummary, given: Mapping[str, object]) -> int:
    """Show the result of a run, and the exact next command; return the exit code."""
    settings = run.job.settings
    for_programs = settings.json or settings.reports_to_output
    if settings.json or (for_programs and not run.declined):  # a run that was declined has no report
        summary = _written_for_programs(run, summary)
    if run.declined:
        _say_that_nothing_was_sent(run, given)
        return summary.exit_code
    planned = run.planned(limit=_MOST_SHOWN) if run.job.command.dry else []
    steps = next_steps(run, summary, given)
    about = went_before(run.job.journal, run.record)
    view = RunView(
        summary=summary,
        problems=tuple(run.reasons()),
        left_out=tuple(run.left_out()),
        row_warnings=tuple(run.row_warnings()),
        planned=tuple(planned),
        forecast=run.forecast() if planned else None,
        # With --quiet, a success shows no next command.
        next_steps=() if settings.quiet and run.job.command.writes and not summary.exit_code else steps,
        putting_back=run.puts_back,
        dry=run.job.command.dry,
        about=named(about) if about is not None else "",
        about_undo=about is not None and about.spec.puts_back,
    )
    if not run.job.command.offline:  # a check is not kept, so it can't be shown again
        view = replace(view, all_rows=_how_to_see_all_rows(run, given))
    if planned and not for_programs and not settings.quiet:
        view = _without_what_was_paged(run, view)
    error = show_run(view, sys.stderr if for_programs else sys.stdout, quiet=settings.quiet)
    if error is None or for_programs or isinstance(error, BrokenPipeError):
        return summary.exit_code  # The reader stopped early (``| head``) and knows that there was more.
    run.job.progress.message(str(lost := output_lost(error)), error=True)
    # If there is a report, nothing is lost: it has everything.
    return summary.exit_code or (0 if summary.reports else lost.exit_code)


def _how_to_see_all_rows(run: Run, given: Mapping[str, object]) -> str:
    return f"`{command_line(SHOW, [run.record.id], carried_options(given))}` shows every row"


def _without_what_was_paged(run: Run, view: RunView) -> RunView:
    """Show every row of a plan that is longer than the screen in the pager; return what is left to be shown."""
    whole = replace(view, next_steps=())
    paged = show_in_pager(
        lambda width: every_row_lines(whole, run.rows(), width=width),
        sys.stdout,
        settings=run.job.settings,
        unless_fits=lambda width: run_lines(view, width=width),
    )
    return replace(view, planned=()) if paged else view


def _say_that_nothing_was_sent(run: Run, given: Mapping[str, object]) -> None:
    """Say what the answer no means, and a stop at the question as well."""
    if run.job.settings.quiet:
        return
    lines = [(Span("Nothing was sent."),)]
    if plan_is_kept(run):
        lines = [
            (Span("Nothing was sent. The plan is kept. To do it:"),),
            (Span(commit_command(run, given), "command"),),
        ]
    show_lines(lambda _: lines, sys.stderr)


def _written_for_programs(run: Run, summary: RunSummary) -> RunSummary:
    """Write the result to standard output; return the summary, which says so if that failed."""
    try:
        if run.job.settings.reports_to_output:
            write_csv_result(sys.stdout.buffer, run.rows(), delimiter=run.record.delimiter or ",")
        elif summary.exit_code == InputError.exit_code:
            write_refusal(
                sys.stdout,
                command=summary.command,
                exit_code=summary.exit_code,
                error=summary.stopped,
                run_id=summary.run_id or None,
            )
        else:
            write_json_result(sys.stdout, run.rows(), summary=summary)
        sys.stdout.flush()
    except OSError as error:
        log.error("the result could not be written: %s", error.strerror)  # noqa: TRY400 - the cause is its sentence
        if not summary.stopped:
            lost = output_lost(error)
            return replace(summary, exit_code=lost.exit_code, stopped=str(lost))
    return summary
