"""`show`: shows what a past run did and what comes next. It stays offline."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import replace

from batch_renamer.cli.listing import Entry
from batch_renamer.cli.past_runs import find_run, latest_id, resume_command
from batch_renamer.cli.session import Session, within
from batch_renamer.cli.standard_output import to_standard_output
from batch_renamer.command_line import carried_options, command_line
from batch_renamer.commands import RECORDED, REPORT, SHOW
from batch_renamer.jobs import broken_off, named, summary_of, went_before
from batch_renamer.journal import Journal, RunRecord, RunState
from batch_renamer.model import BAD_RESULTS, Result
from batch_renamer.progress import NextStep, RunView, show_run
from batch_renamer.reports import write_json_result

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
    entry = Entry(
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
        # What was counted only while the run was at work is not known any more.
        listed = entry.as_json()
        past = {"exit_code": run.exit_code, "seconds": listed["seconds"], "requests": None, "throttled": None}
        but = {**past, "run": listed}
        write_json_result(sys.stdout, rows, summary=replace(summary, command="show"), but=but)
        return
    sys.stdout.write(entry.line() + "\n")
    about = went_before(journal, run)
    to_look_at = BAD_RESULTS & summary.counts.keys()
    if entry.at_work:
        to_look_at -= {Result.UNKNOWN}  # these rows have no outcome yet, so there are no reasons
    view = RunView(
        summary=summary,
        problems=tuple(journal.results.reasons(run, sorted(to_look_at))),
        left_out=tuple(journal.results.left_out(run)),
        planned=tuple(journal.results.planned_rows(run, limit=1_000) if run.state is RunState.PLANNED else ()),
        putting_back=run.spec.puts_back,
        about=named(about) if about is not None else "",
        about_undo=about is not None and about.spec.puts_back,
        at_work=entry.at_work,
        dry=run.spec.dry,
        next_steps=(NextStep("To go on with what is left:", resume_command(session, run)),) if entry.can_go_on else (),
        all_rows=f"`{_report_command(session, run)}` writes every row",
    )
    if (error := show_run(view, sys.stdout)) is not None:
        raise error


def _report_command(session: Session, run: RunRecord) -> str:
    return command_line(REPORT, [run.id], {"report": ["FILE.xlsx"], **carried_options(session.given)})
