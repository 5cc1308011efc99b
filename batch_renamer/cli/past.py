"""The commands about past runs: an id enters, lines about what was done leave. They stay offline."""

from __future__ import annotations

import datetime
import json
import re
import sys
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from batch_renamer.cli.listing import Entry, broken_off, entry_of
from batch_renamer.cli.session import Session, to_standard_output, within
from batch_renamer.command_line import carried_options, command_line
from batch_renamer.commands import APPLY, AUDIT, PLAN, REPORT, RESUME, RUNS, SHOW, UNDO, UNDO_DRY_RUN
from batch_renamer.errors import InputError, SettingsError
from batch_renamer.jobs import files_taken, named, went_before
from batch_renamer.journal import Closed, Journal, RunRecord, RunState
from batch_renamer.model import BAD_RESULTS, Result, RunSummary
from batch_renamer.progress import RunView, show_run, visible
from batch_renamer.reports import prove_writable, resolve_targets, write_json_result, write_reports

__all__ = ["list_runs", "report_again", "show_one"]

_ALL = (PLAN, APPLY, UNDO, UNDO_DRY_RUN, AUDIT)
_KILLED = "It was killed, or the machine went down, before its end."
_NEVER_BEGUN = "Its spreadsheet was not read to the end; nothing was sent."
_AGE = re.compile(r"([0-9]{1,6})(d|h|w)")
_UNITS_S = {"h": 3_600, "d": 86_400, "w": 604_800}


def list_runs(given: Mapping[str, Any], *, prune: str | None, dismiss: str | None = None) -> int:
    """List past runs, newest first; return the exit code.

    Before that, ``prune`` forgets old ones, and ``dismiss`` notes that an interrupted one will not be finished.
    """
    return within(RUNS, given, partial(_list, prune=prune, dismiss=dismiss))


def show_one(run_id: str | None, given: Mapping[str, Any]) -> int:
    """Show one past run; return the exit code."""
    return within(SHOW, given, partial(_show, run_id=run_id))


def report_again(run_id: str | None, given: Mapping[str, Any]) -> int:
    """Write the report of a past run again; return the exit code."""
    return within(REPORT, given, partial(_report, run_id=run_id))


def _list(session: Session, *, prune: str | None, dismiss: str | None) -> int:
    with session.journal(only_read=prune is None and dismiss is None) as journal:
        if dismiss is not None:
            _dismiss(session, journal, dismiss)
        if prune is not None:
            gone = _prune(journal, prune)
            sys.stderr.write(f"{gone:,} run forgotten.\n" if gone == 1 else f"{gone:,} runs forgotten.\n")
        here = {"base_url", "profile"} & session.flags.keys()
        settings = session.settings
        at_work = journal.runs.at_work()  # before the runs: one that ends in between has ended
        runs = journal.runs.find(base_url=settings.base_url, profile=settings.profile) if here else journal.runs.find()
        with to_standard_output():
            _write_runs(session, journal, runs, at_work=at_work)
    return 0


def _write_runs(session: Session, journal: Journal, runs: list[RunRecord], *, at_work: frozenset[str]) -> None:
    undone = journal.runs.undone()
    entries = (entry_of(journal, run, at_work=at_work, undone=undone) for run in runs)
    if session.settings.json:
        lines = [entry.as_json() for entry in entries]
        sys.stdout.write(json.dumps({"command": "runs", "exit_code": 0, "runs": lines}) + "\n")
    else:
        sys.stdout.writelines(f"{entry.line()}\n" for entry in entries)
        if not runs:
            sys.stderr.write(f"There are no runs yet.{session.elsewhere()}\n")


def _dismiss(session: Session, journal: Journal, run_id: str) -> None:
    run = session.find(journal, run_id, commands=(APPLY, UNDO))
    if run.closed is not Closed.DISMISSED:
        entry = entry_of(journal, run, at_work=journal.runs.at_work(), undone=frozenset())
        if entry.state != "interrupted":
            msg = f"Run {run.id} is {entry.state}, not interrupted: there is nothing to dismiss."
            raise InputError(msg)
        journal.runs.dismiss(run)
    sys.stderr.write(f"Run {run.id} will not be mentioned again. `resume {run.id}` still finishes it.\n")


def _prune(journal: Journal, what: str) -> int:
    if found := _AGE.fullmatch(what.strip().lower()):
        return journal.runs.prune(older_than_s=int(found[1]) * _UNITS_S[found[2]])
    if what.strip().isdecimal():
        return journal.runs.prune(keep=int(what))
    msg = f"--prune {what!r} is neither an age such as 90d, 12h or 8w nor the number of runs to keep."
    raise SettingsError(msg)


def _show(session: Session, *, run_id: str | None) -> int:
    with session.journal(only_read=True) as journal:
        at_work = journal.runs.at_work()  # before the run: one that ends in between has ended
        run = session.find(journal, run_id, commands=_ALL)
        with journal.runs.pin(run, to_read=True), to_standard_output():
            _show_held(session, journal, run, at_work=at_work)
    return 0


def _show_held(session: Session, journal: Journal, run: RunRecord, *, at_work: frozenset[str]) -> None:
    summary = _summary(journal, run)
    entry = Entry(
        run=run,
        counts=summary.counts,
        parent=journal.runs.parent(run),
        in_use=run.id in at_work,
        undone=run.number in journal.runs.undone(),
    )
    if entry.at_work:
        summary = replace(summary, stopped=run.stopped)
    if session.settings.json:
        rows = journal.results.report_rows(run, over=broken_off(run))
        write_json_result(sys.stdout, rows, summary=replace(summary, command="show"))
        return
    sys.stdout.write(entry.line() + "\n")
    about = went_before(journal, run)
    resume = entry.state == "interrupted"
    to_look_at = BAD_RESULTS & summary.counts.keys()
    if entry.at_work:
        to_look_at -= {Result.UNKNOWN}  # its rows under way have no outcome yet
    view = RunView(
        summary=summary,
        problems=tuple(journal.results.reasons(run, sorted(to_look_at))),
        planned=tuple(journal.results.planned_rows(run, limit=1_000) if run.state is RunState.PLANNED else ()),
        putting_back=run.spec.puts_back,
        about=named(about) if about is not None else "",
        about_undo=about is not None and about.spec.puts_back,
        at_work=entry.at_work,
        dry=run.spec.dry,
        next_hint="To go on with what is left:" if resume else "",
        next_command=_resume(session, run) if resume else "",
        all_rows=f"`{_report_command(session, run)}` writes every row",
    )
    if (error := show_run(view, sys.stdout)) is not None:
        raise error


def _report(session: Session, *, run_id: str | None) -> int:
    with (
        session.journal(only_read=True) as journal,
        journal.runs.pin(run := session.find(journal, run_id, commands=_ALL), to_read=True),
    ):
        targets = resolve_targets(
            session.settings.report or run.reports,
            run_id=run.id,
            date=datetime.date.today(),  # noqa: DTZ011 - the day as the user's calendar has it
            sheet=Path(run.sheet) if run.sheet is not None else None,
            state_dir=session.settings.state_dir,
            taken=files_taken(session.settings),
        )
        prove_writable(targets)
        written, failures = write_reports(
            targets,
            partial(journal.results.report_rows, run, over=broken_off(run)),
            summary=_summary(journal, run),
            delimiter=run.delimiter or ",",
        )
    code = failures[0].exit_code if failures else 0
    with session.screen() as progress, to_standard_output():
        for failure in failures:
            progress.message(str(failure), error=True)
        if session.settings.json:
            answer = {"command": "report", "run_id": run.id, "exit_code": code, "reports": [*map(str, written)]}
            sys.stdout.write(json.dumps(answer) + "\n")
        else:
            # A program gets the path as it is; on a terminal a name from outside must not steer it.
            shown = visible if sys.stdout.isatty() else str
            sys.stdout.writelines(f"{shown(str(report))}\n" for report in written)
    return code


def _report_command(session: Session, run: RunRecord) -> str:
    return command_line(REPORT, [run.id], {"report": ["FILE.xlsx"], **carried_options(session.given)})


def _resume(session: Session, run: RunRecord) -> str:
    given, settings = carried_options(session.given), session.settings
    if not settings.sandbox:
        account = {"base_url": run.base_url, "profile": run.profile}
        given |= {name: value for name, value in account.items() if value != getattr(settings, name)}
    return command_line(RESUME, [run.id], given)


def _summary(journal: Journal, run: RunRecord) -> RunSummary:
    counts = journal.results.checked_counts(run, over=broken_off(run))
    bad = any(result in BAD_RESULTS for result in counts)
    return RunSummary(
        run_id=run.id,
        command=run.command,
        counts=counts,
        changed_otherwise=journal.results.changed_otherwise(run),
        exit_code=int(bad) if run.exit_code is None else run.exit_code,
        stopped=run.stopped or _why_unfinished(run),
        seconds=run.seconds or 0.0,
        reports=run.reports if run.reported_at is not None else (),
    )


def _why_unfinished(run: RunRecord) -> str:
    """Return what is to be said of a run that is not at work, and whose end was never noted."""
    if run.state is RunState.LOADING:
        return _NEVER_BEGUN
    return _KILLED if run.state is RunState.RENAMING else ""
