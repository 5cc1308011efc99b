"""The commands about past runs: an id enters, lines about what was done leave. They stay offline."""

from __future__ import annotations

import datetime
import json
import re
import sys
import time
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from batch_renamer.commands.session import Session, to_standard_output, within
from batch_renamer.connect import files_taken
from batch_renamer.errors import SettingsError
from batch_renamer.history import interrupted, merely_planned, named, went_before
from batch_renamer.journal import DRY, Journal, RunRecord, RunState
from batch_renamer.model import BAD_RESULTS, Result, RunSummary
from batch_renamer.progress import RunView, show_run, visible
from batch_renamer.reports import prove_writable, resolve_targets, write_json_result, write_reports
from batch_renamer.words import again, for_the_next

__all__ = ["list_runs", "report_again", "show_one"]

_ALL = ("plan", "apply", "undo", "undo --dry-run", "audit")
_NEVER_BEGUN = "Its spreadsheet was not read to the end; nothing was sent."
_AGE = re.compile(r"([0-9]{1,6})(d|h|w)")
_UNITS_S = {"h": 3_600, "d": 86_400, "w": 604_800}


def list_runs(given: Mapping[str, Any], *, prune: str | None) -> int:
    """List past runs, newest first; ``prune`` forgets old ones before. Return the exit code."""
    return within("runs", given, partial(_list, prune=prune))


def show_one(run_id: str | None, given: Mapping[str, Any]) -> int:
    """Show one past run; return the exit code."""
    return within("show", given, partial(_show, run_id=run_id))


def report_again(run_id: str | None, given: Mapping[str, Any]) -> int:
    """Write the report of a past run again; return the exit code."""
    return within("report", given, partial(_report, run_id=run_id))


def _list(session: Session, *, prune: str | None) -> int:
    with session.journal(only_read=prune is None) as journal:
        if prune is not None:
            gone = _prune(journal, prune)
            sys.stderr.write(f"{gone:,} run forgotten.\n" if gone == 1 else f"{gone:,} runs forgotten.\n")
        here = {"base_url", "profile"} & session.flags.keys()
        settings = session.settings
        at_work = journal.at_work()  # before the runs: one that ends in between has ended
        runs = journal.runs(base_url=settings.base_url, profile=settings.profile) if here else journal.runs()
        with to_standard_output():
            _write_runs(session, journal, runs, at_work=at_work)
    return 0


def _write_runs(session: Session, journal: Journal, runs: list[RunRecord], *, at_work: frozenset[str]) -> None:
    if session.settings.json:
        lines = [_as_json(run, _counts(journal, run), journal.parent(run), at_work=run.id in at_work) for run in runs]
        sys.stdout.write(json.dumps({"command": "runs", "exit_code": 0, "runs": lines}) + "\n")
    else:
        for run in runs:
            line = _line(run, _counts(journal, run), journal.parent(run), at_work=run.id in at_work)
            sys.stdout.write(line + "\n")
        if not runs:
            sys.stderr.write(f"There are no runs yet.{session.elsewhere()}\n")


def _prune(journal: Journal, what: str) -> int:
    if found := _AGE.fullmatch(what.strip().lower()):
        return journal.prune(older_than_s=int(found[1]) * _UNITS_S[found[2]])
    if what.strip().isdecimal():
        return journal.prune(keep=int(what))
    msg = f"--prune {what!r} is neither an age such as 90d, 12h or 8w nor the number of runs to keep."
    raise SettingsError(msg)


def _show(session: Session, *, run_id: str | None) -> int:
    with session.journal(only_read=True) as journal:
        at_work = journal.at_work()  # before the run: one that ends in between has ended
        run = session.find(journal, run_id, commands=_ALL)
        with journal.hold(run, to_read=True), to_standard_output():
            _show_held(session, journal, run, at_work=run.id in at_work)
    return 0


def _show_held(session: Session, journal: Journal, run: RunRecord, *, at_work: bool) -> None:
    summary = _summary(journal, run)
    if session.settings.json:
        write_json_result(
            sys.stdout,
            journal.report_rows(run, over=_broken_off(run)),
            summary=replace(summary, command="show", exit_code=0),
        )
        return
    at_work = at_work and _is_open(run, summary.counts)
    sys.stdout.write(_line(run, summary.counts, journal.parent(run), at_work=at_work) + "\n")
    about = went_before(journal, run)
    resume = not at_work and run.command in ("apply", "undo") and interrupted(run, summary.counts)
    view = RunView(
        summary=summary,
        problems=tuple(journal.reasons(run, sorted(BAD_RESULTS))),
        planned=tuple(journal.planned_rows(run, limit=1_000) if run.state is RunState.PLANNED else ()),
        putting_back=run.command.startswith("undo"),
        about=named(about) if about is not None else "",
        about_undo=about is not None and about.command == "undo",
        at_work=at_work,
        dry=run.command in DRY,
        next_hint="To go on with what is left:" if resume else "",
        next_command=_resume(session, run) if resume else "",
        all_rows=f"`batch-renamer report {run.id} --report FILE.xlsx` writes every row",
    )
    if (error := show_run(view, sys.stdout)) is not None:
        raise error


def _report(session: Session, *, run_id: str | None) -> int:
    with (
        session.journal(only_read=True) as journal,
        journal.hold(run := session.find(journal, run_id, commands=_ALL), to_read=True),
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
            partial(journal.report_rows, run, over=_broken_off(run)),
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
            sys.stdout.writelines(f"{report}\n" for report in written)
    return code


def _resume(session: Session, run: RunRecord) -> str:
    given, settings = for_the_next(session.given), session.settings
    if not settings.sandbox:
        account = {"base_url": run.base_url, "profile": run.profile}
        given |= {name: value for name, value in account.items() if value != getattr(settings, name)}
    return again("resume", [run.id], given)


def _summary(journal: Journal, run: RunRecord) -> RunSummary:
    counts = journal.account(run, over=_broken_off(run))
    bad = any(result in BAD_RESULTS for result in counts)
    return RunSummary(
        run_id=run.id,
        command=run.command,
        counts=counts,
        exit_code=int(bad),
        stopped=run.stopped or (_NEVER_BEGUN if run.state is RunState.LOADING else ""),
        seconds=(run.finished_at or time.time()) - run.created_at if run.finished_at else 0.0,
        reports=run.reports if run.reported_at is not None else (),
    )


def _counts(journal: Journal, run: RunRecord) -> dict[Result, int]:
    """Return how many rows have each result; what an interrupted run had planned, it did not come to."""
    return journal.counts(run, over=_broken_off(run))


def _broken_off(run: RunRecord) -> bool:
    """Tell whether a run that was to rename ended, or was killed, before its plan was whole."""
    return run.state in (RunState.LOADING, RunState.READING) and run.command in ("apply", "undo")


def _line(run: RunRecord, counts: dict[Result, int], parent: RunRecord | None, *, at_work: bool) -> str:
    moment = datetime.datetime.fromtimestamp(run.created_at).astimezone().strftime("%Y-%m-%d %H:%M")
    results = ", ".join(f"{count:,} {result}" for result, count in counts.items()) or "no rows"
    command = run.command + (f" of {parent.id}" if parent is not None else "")
    where = run.base_url + (f" ({run.profile})" if run.profile else "")
    sheet = f"  {visible(Path(run.sheet).name)}" if run.sheet is not None else ""
    return f"{run.id}  {moment}  {command:<15}  {_how(run, counts, at_work=at_work):<11}  {where}{sheet}  {results}"


def _is_open(run: RunRecord, counts: dict[Result, int]) -> bool:
    """Tell whether a run that somebody has in use may be at work; one that is over is merely looked at."""
    return run.state is not RunState.FINISHED or interrupted(run, counts)


def _how(run: RunRecord, counts: dict[Result, int], *, at_work: bool) -> str:
    if at_work and _is_open(run, counts):
        return "at work"
    if merely_planned(run):
        return "planned"
    if interrupted(run, counts):
        return "interrupted"
    return "done" if run.state is RunState.FINISHED else "not begun"


def _as_json(
    run: RunRecord, counts: dict[Result, int], parent: RunRecord | None, *, at_work: bool
) -> dict[str, object]:
    return {
        "run_id": run.id,
        "command": run.command,
        "of": parent.id if parent is not None else None,
        "state": _how(run, counts, at_work=at_work),
        "base_url": run.base_url,
        "profile": run.profile,
        "sheet": run.sheet,
        "created_at": datetime.datetime.fromtimestamp(run.created_at, datetime.UTC).isoformat(timespec="seconds"),
        "counts": {result.value: count for result, count in counts.items()},
    }
