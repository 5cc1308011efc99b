"""What is shown at the end of a command: a concluded run enters, its result leaves on standard output.

With ``--json`` that is one object, and the words for people go to standard error.
"""

from __future__ import annotations

import datetime
import logging
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from batch_renamer.commands.session import output_lost
from batch_renamer.errors import InputError, TooManyFailuresError
from batch_renamer.history import committed, interrupted, merely_planned, named, unfinished, went_before
from batch_renamer.model import Result, RunSummary
from batch_renamer.progress import RunView, counted, show_run
from batch_renamer.reports import write_json_result, write_refusal
from batch_renamer.run import Run
from batch_renamer.words import again, for_the_next

__all__ = ["show"]

log = logging.getLogger("batch_renamer")

_MOST_SHOWN = 1_000
_TO_BE_RESUMED = (3, 4, 129, 130, 143)


def show(run: Run, summary: RunSummary, given: Mapping[str, Any]) -> int:
    """Show what became of a run, and the exact command that goes on; return the exit code."""
    settings = run.settings
    if settings.json:
        summary = _written_as_json(run, summary)
    if run.declined:
        run.progress.message("Nothing was sent.")
        if _plan_is_kept(run):
            run.progress.message("The plan is kept. To do exactly this after all:")
            run.progress.message(_commit(run, given))
        return summary.exit_code
    hint, command = _next(run, summary, given)
    if warning := _unfinished(run, given):
        summary = replace(summary, warnings=(*summary.warnings, warning))
    planned = run.planned(limit=_MOST_SHOWN) if run.dry else []
    about = went_before(run.journal, run.record)
    view = RunView(
        summary=summary,
        problems=tuple(run.reasons()),
        planned=tuple(planned),
        forecast=run.forecast() if planned else None,
        next_hint=hint,
        next_command=command,
        putting_back=run.puts_back,
        about=named(about) if about is not None else "",
        about_undo=about is not None and about.command == "undo",
    )
    error = show_run(view, sys.stderr if settings.json else sys.stdout, quiet=settings.quiet)
    if error is None or settings.json or isinstance(error, BrokenPipeError):
        return summary.exit_code  # Whoever has seen enough of it, knows that there was more.
    run.progress.message(str(lost := output_lost(error)), error=True)
    # Where there is a report, what was shown is no more than a view of it.
    return summary.exit_code or (0 if summary.reports else lost.exit_code)


def _written_as_json(run: Run, summary: RunSummary) -> RunSummary:
    """Write the result to standard output; return the summary, which says so if that failed."""
    try:
        if summary.exit_code == InputError.exit_code:
            write_refusal(sys.stdout, command=summary.command, exit_code=summary.exit_code, error=summary.stopped)
        else:
            write_json_result(sys.stdout, run.rows(), summary=summary)
        sys.stdout.flush()
    except OSError as error:
        log.error("the result could not be written: %s", error.strerror)  # noqa: TRY400 - the cause is its sentence
        if not summary.stopped:
            lost = output_lost(error)
            return replace(summary, exit_code=lost.exit_code, stopped=str(lost))
    return summary


def _next(run: Run, summary: RunSummary, given: Mapping[str, Any]) -> tuple[str, str]:
    """Return what the user may want to do next: a few words, and the exact command."""
    kept = for_the_next(given)
    if run.command == "check":
        return "", ""
    if run.dry or run.command == "audit":
        if summary.exit_code in _TO_BE_RESUMED:
            return "To do it again from the start:", _same_again(run, given)
        if summary.stopped or not summary.counts.get(Result.PLANNED):
            return "", ""
        if run.command == "plan":
            return "To do exactly this:", again("apply", [], {"plan": summary.run_id, **kept})
        return "To do this:", again("undo", [run.origin.id if run.origin else ""], kept)
    if summary.exit_code in _TO_BE_RESUMED:
        if _plan_is_kept(run):
            return "To begin with the plan, which is whole:", _commit(run, given)
        record = run.journal.run(run.record.id)
        if committed(record) or not isinstance(run.stop.cause, TooManyFailuresError):
            if interrupted(record, summary.counts) or Result.UNKNOWN in summary.counts:
                return "To go on with what is left:", again("resume", [summary.run_id], kept)
        elif Result.FAILED not in summary.counts:
            # Taken up, the plan would be refused again.
            return ("" if run.puts_back else "Repair the spreadsheet and apply it again."), ""
    if summary.exit_code in (1, *_TO_BE_RESUMED) and {Result.FAILED, Result.UNKNOWN} & summary.counts.keys():
        return "To try again what failed:", again("resume", [summary.run_id], {"failed": True, **kept})
    return "", ""


def _unfinished(run: Run, given: Mapping[str, Any]) -> str:
    """Return what is to be said of an earlier run that was interrupted: it is easily forgotten over night."""
    if run.record.command not in ("plan", "apply") or (found := unfinished(run.journal, run.record)) is None:
        return ""
    earlier, left = found
    day = datetime.datetime.fromtimestamp(earlier.created_at).astimezone().strftime("%Y-%m-%d")
    name = named(replace(earlier, id=f"{earlier.id} of {day}"))
    what = counted(left, "row") if left else "its report"
    return f"{name[0].upper()}{name[1:]} is unfinished: {what}; `{again('resume', [earlier.id], for_the_next(given))}`"


def _plan_is_kept(run: Run) -> bool:
    """Tell whether the journal has the run's plan whole, with nothing sent: so it is when nobody said yes to it.

    So it is, too, when not even the beginning of the renaming could be noted.
    """
    return run.command in ("apply", "apply --plan") and merely_planned(run.journal.run(run.record.id))


def _commit(run: Run, given: Mapping[str, Any]) -> str:
    return again("apply", [], {"plan": run.record.id, **for_the_next(given)})


def _same_again(run: Run, given: Mapping[str, Any]) -> str:
    """Return the command itself: what only reads keeps nothing that could be gone on with."""
    again_given = {name: value for name, value in given.items() if name != "sandbox_reset"}
    if run.command == "plan":
        return again("plan", [run.sheet or Path()], again_given)
    word, *switches = run.command.split()
    return again(word, [run.origin.id if run.origin else "", *switches], again_given)
