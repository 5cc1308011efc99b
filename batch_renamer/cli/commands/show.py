"""`show`: shows what a past run did and what comes next. It stays offline."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from dataclasses import replace

from batch_renamer.cli.pager import show_in_pager
from batch_renamer.cli.past_runs import find_run, latest_id, resume_command
from batch_renamer.cli.session import Session, within
from batch_renamer.cli.standard_output import to_standard_output
from batch_renamer.command_line import carried_options, command_line
from batch_renamer.commands import APPLY, RECORDED, SHOW
from batch_renamer.jobs import ListedRun, broken_off, merely_planned, named, summary_of, went_before
from batch_renamer.journal import Journal, RunRecord
from batch_renamer.model import BAD_RESULTS, ReportRow, Result
from batch_renamer.progress import Line, NextStep, RunView, Span, every_row_lines, show_run
from batch_renamer.reports import write_json_result
from batch_renamer.text import counted

__all__ = ["show_one"]


def show_one(run_id: str | None, given: Mapping[str, object]) -> int:
    """Show one past run; return the exit code."""

    def body(session: Session) -> int:
        with session.journal(only_read=True) as journal:
            at_work = journal.runs.at_work()  # asked first: a run that ends in between is shown as ended
            run = find_run(session, journal, run_id, commands=RECORDED)
            with journal.runs.pin(run, to_read=True), to_standard_output():
                _show_held(session, journal, run, at_work=at_work)
        return 0

    return within(SHOW, given, body)


def _show_held(session: Session, journal: Journal, run: RunRecord, *, at_work: frozenset[str]) -> None:
    summary = summary_of(journal, run)
    entry = ListedRun(
        run=run,
        counts=summary.counts,
        parent=journal.runs.parent(run),
        in_use=run.id in at_work,
        undone=run.number in journal.lineage.undone(),
        latest=run.id == latest_id(session, journal),
    )
    if entry.at_work:
        summary = replace(summary, stopped=run.stopped)
    if session.settings.json:
        rows = journal.results.report_rows(run, over=broken_off(run))
        listed = entry.as_json()
        but = {"exit_code": run.exit_code, "seconds": listed["seconds"], "run": listed}
        if run.end_note is None:  # it was killed, or made by a version that did not note this
            but |= {"requests": None, "throttled": None}
        write_json_result(sys.stdout, rows, summary=replace(summary, command="show"), but=but)
        return
    about = went_before(journal, run)
    to_look_at = BAD_RESULTS & summary.counts.keys()
    if entry.at_work:
        to_look_at -= {Result.UNKNOWN}  # these rows have no outcome yet, so there are no reasons
    view = RunView(
        summary=summary,
        problems=tuple(journal.results.reasons(run, sorted(to_look_at))),
        left_out=tuple(journal.results.left_out(run)),
        putting_back=run.spec.puts_back,
        about=named(about) if about is not None else "",
        about_undo=about is not None and about.spec.puts_back,
        at_work=entry.at_work,
        dry=run.spec.dry,
        next_steps=_next_steps(session, journal, entry),
        all_rows="they are in the list of all rows",
    )

    def every_row() -> Iterator[ReportRow]:
        return journal.results.report_rows(run, over=broken_off(run))

    def pages(width: int) -> Iterator[Line]:
        yield (Span(entry.line()),)
        yield from every_row_lines(replace(view, next_steps=()), every_row(), width=width)

    paged = not session.settings.quiet and show_in_pager(pages, sys.stdout, settings=session.settings)
    sys.stdout.write(entry.line() + "\n")
    if (error := show_run(view, sys.stdout, rows=None if paged else every_row())) is not None:
        raise error


def _next_steps(session: Session, journal: Journal, entry: ListedRun) -> tuple[NextStep, ...]:
    """Return how to finish an interrupted run, or to do a kept plan."""
    run = entry.run
    if entry.can_go_on:
        return (NextStep("To go on with what is left:", resume_command(session, run)),)
    if merely_planned(run) and run.spec.from_sheet and entry.counts.get(Result.PLANNED) and not entry.at_work:
        commit = command_line(APPLY, [], {"plan": run.id, **carried_options(session.given)})
        unchecked = journal.unchecked.chosen(run).unchecked
        without = f", without {counted(unchecked, 'rename')} unchecked in the browser" if unchecked else ""
        return (NextStep(f"To do exactly this{without}:", commit),)
    return ()
