"""The commands that run a job: a spreadsheet or a past run enters, a concluded run is shown, an exit code leaves."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import sys
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import anyio

from batch_renamer.cli.interrupting import stopped_by_signals
from batch_renamer.cli.next_steps import reminder
from batch_renamer.cli.output import show
from batch_renamer.cli.prompts import ask, ask_to_go_on, ask_to_rename_again, orders
from batch_renamer.cli.session import Session, to_standard_output, within
from batch_renamer.command_line import carried_options, command_line
from batch_renamer.commands import APPLY, APPLY_PLAN, AUDIT, PLAN, RESUME, UNDO, UNDO_DRY_RUN, Command
from batch_renamer.errors import InputError, LockedError
from batch_renamer.files import open_regular
from batch_renamer.jobs import (
    Destination,
    Run,
    as_this_account,
    begun,
    bound_to,
    committed,
    interrupted,
    kept_plan,
    last_of_plan,
    last_of_sheet,
    load_options,
    merely_planned,
    nowhere,
    perform,
    renamed_something,
    taken_back,
    why_closed,
)
from batch_renamer.journal import Closed, Journal, RunRecord, RunState
from batch_renamer.loader import open_sheet
from batch_renamer.model import BAD_RESULTS, Result, RunSummary
from batch_renamer.progress import Progress, counted
from batch_renamer.reports import write_json_result
from batch_renamer.settings import Settings

__all__ = ["apply_plan", "audit", "resume", "undo", "with_sheet"]

_WRITES = (APPLY, UNDO)
_Origin = Callable[[Session, Journal], RunRecord]


def with_sheet(command: Command, file: Path, given: Mapping[str, Any]) -> int:
    """Run ``check``, ``plan`` or ``apply`` on a spreadsheet; return the exit code."""
    body = partial(_check if command.offline else _with_sheet, file=file)
    return within(command, given, body, same_again=[file] if command.writes else ())


def apply_plan(plan_id: str, given: Mapping[str, Any]) -> int:
    """Commit a kept plan; return the exit code."""

    def origin(session: Session, journal: Journal) -> RunRecord:
        return kept_plan(session.find(journal, plan_id, commands=(PLAN, APPLY)))

    return within(APPLY_PLAN, given, partial(_about_run, origin=origin))


def resume(run_id: str | None, given: Mapping[str, Any], *, failed: bool, same_account: bool = False) -> int:
    """Finish an interrupted run, with ``failed`` what failed as well; return the exit code."""

    def origin(session: Session, journal: Journal) -> RunRecord:
        return session.find(journal, run_id, commands=_WRITES, newest=lambda run: begun(run) and not run.closed)

    return within(RESUME, given, partial(_about_run, origin=origin, failed=failed, same_account=same_account))


def undo(run_id: str | None, given: Mapping[str, Any], *, dry_run: bool, same_account: bool = False) -> int:
    """Put the old names of a run back; return the exit code."""

    def origin(session: Session, journal: Journal) -> RunRecord:
        def can_be_undone(run: RunRecord) -> bool:
            return committed(run) and journal.rows.count_undoable(run) > 0

        run = session.find(journal, run_id, commands=_WRITES, newest=can_be_undone)
        if run_id is None and run.spec.puts_back and interrupted(run, journal.results.counts(run)):
            msg = (
                f"Run {run.id}, the newest, is an undo that was interrupted: resume {run.id}, or name the run to undo."
            )
            raise InputError(msg)
        return renamed_something(run)

    body = partial(_about_run, origin=origin, chosen=run_id is not None, same_account=same_account)
    return within(UNDO_DRY_RUN if dry_run else UNDO, given, body)


def audit(run_id: str | None, given: Mapping[str, Any], *, same_account: bool = False) -> int:
    """Re-read the orders of a run and say which still have its names; return the exit code."""

    def origin(session: Session, journal: Journal) -> RunRecord:
        return renamed_something(session.find(journal, run_id, commands=_WRITES, newest=committed))

    return within(AUDIT, given, partial(_about_run, origin=origin, same_account=same_account))


def _check(session: Session, *, file: Path) -> int:
    with ExitStack() as opened:
        # Nothing of an offline check is kept, so it works where no state can be written.
        journal = opened.enter_context(Journal.temporary())
        progress = opened.enter_context(session.screen())
        return _finish(_sheet_run(session, file, journal=journal, progress=progress, destination=nowhere()), session)


def _with_sheet(session: Session, *, file: Path) -> int:
    if session.command.writes:
        session.needs_yes()
    destination, warnings = session.destination()
    with session.screen() as progress, session.journal() as journal:
        run = _sheet_run(session, file, journal=journal, progress=progress, destination=destination)
        if session.command.writes and run.digest is not None:
            run = _or_go_on(run, last_of_sheet(journal, digest=run.digest, destination=destination), session)
        run.warnings.extend(warnings)
        return _finish(run, session)


def _or_go_on(run: Run, last: RunRecord | None, session: Session) -> Run:
    """Return the last run of the same rows instead, if there is one, it was interrupted, and it shall be finished."""
    if last is None or _bounds(run.settings) not in ((None, None, False), (last.first, last.max_renames, last.strict)):
        return run  # Other bounds than those of the interrupted run are meant for a new one.
    journal, progress, destination = run.journal, run.progress, run.destination
    if last.id in journal.runs.at_work():
        if run.settings.wait:
            return run  # It begins when the other one has ended, and reads what that has renamed.
        raise LockedError(f"Run {last.id} of the same rows")
    counts = journal.results.counts(last)
    left = counts.get(Result.PENDING, 0) + counts.get(Result.UNKNOWN, 0)
    if session.settings.yes:
        progress.message(f"Run {last.id} of the same rows was interrupted with {orders(left)} left; it goes on.")
    elif not ask_to_go_on(last, left=left):
        return run
    past = _past_run(session, RESUME, last, journal=journal, progress=progress, destination=destination)
    past.confirm = None  # Somebody has just said yes.
    past.warnings.extend(bound_to(last, destination))
    return past


def _bounds(settings: Settings) -> tuple[int | None, int | None, bool]:
    return settings.first, settings.max_renames, settings.strict


def _about_run(
    session: Session,
    *,
    origin: _Origin,
    failed: bool = False,
    chosen: bool = True,
    same_account: bool = False,
) -> int:
    command = session.command
    if command.writes:
        session.needs_yes()
    destination, warnings = session.destination()
    with session.screen() as progress, session.journal() as journal:
        past = origin(session, journal)
        if same_account:
            past = as_this_account(journal, past, destination)
        warnings += bound_to(past, destination)
        if command.resumes:
            if (nothing := _nothing_left(session, journal, past, failed=failed)) is not None:
                return _leave(session, journal, past, nothing)
            warnings += taken_back(journal, past)
        if not chosen and past.spec.puts_back:
            warnings.append(f"Run {past.id} is itself an undo: this renames the orders again.")
        run = _past_run(session, command, past, journal=journal, progress=progress, destination=destination)
        run.again_failed = failed
        if command.from_sheet:
            run = _or_go_on(run, last_of_plan(journal, past), session)
        run.warnings.extend(warnings)
        return _finish(run, session)


def _nothing_left(session: Session, journal: Journal, past: RunRecord, *, failed: bool) -> str | None:
    """Return the sentence that says why there is nothing to take up; None if there is."""
    if merely_planned(past):
        commit = command_line(APPLY, [], {"plan": past.id, **carried_options(session.given)})
        how = f"`{commit}` does it" if past.spec.from_sheet else "undo that run again"
        return f"Run {past.id} was planned and never begun; {how}."
    if past.state is RunState.LOADING:
        return f"Run {past.id} was stopped while its rows were read; nothing was sent. Begin it again."
    counts = journal.results.checked_counts(past)
    anew = failed and past.closed is Closed.REFUSED and counts.get(Result.FAILED)
    if (closed := why_closed(past)) and not anew:
        raise InputError(closed)
    if (
        anew
        or past.closed
        or interrupted(past, counts)
        or counts.get(Result.UNKNOWN)
        or (failed and counts.get(Result.FAILED))
    ):
        return None
    return f"Run {past.id} has nothing left to finish."


def _leave(session: Session, journal: Journal, past: RunRecord, sentence: str) -> int:
    """Say why a run is not taken up; a run that came to its end exits as it did then."""
    counts, code = journal.results.counts(past), 0
    if begun(past):
        code = int(any(result in BAD_RESULTS for result in counts))
        if failed := counts.get(Result.FAILED):
            command = command_line(RESUME, [past.id], {"failed": True, **carried_options(session.given)})
            left = counted(failed, "failed row")
            sentence = f"Run {past.id} has nothing left to finish but {left}. To try again what failed:\n{command}"
        if another := reminder(journal, past, session.given):
            sentence = f"{another}\n{sentence}"
    with to_standard_output():
        if session.settings.json:
            summary = RunSummary(run_id=past.id, command=session.command.word, counts=counts, exit_code=code)
            write_json_result(sys.stdout, journal.results.report_rows(past), summary=summary)
            sys.stderr.write(sentence + "\n")
        else:
            sys.stdout.write(sentence + "\n")
    return code


def _sheet_run(session: Session, file: Path, *, journal: Journal, progress: Progress, destination: Destination) -> Run:
    settings = session.settings
    options = load_options(settings, unattended=settings.yes and not session.on_a_terminal)
    return Run(
        command=session.command,
        settings=settings,
        journal=journal,
        progress=progress,
        destination=destination,
        open_sheet=lambda stopped: open_sheet(file, options, stopped=stopped),
        sheet=file,
        digest=_digest(file, settings),
        confirm=None if settings.yes else ask,
        confirm_again=None if settings.yes else ask_to_rename_again,
    )


def _past_run(
    session: Session,
    command: Command,
    past: RunRecord,
    *,
    journal: Journal,
    progress: Progress,
    destination: Destination,
) -> Run:
    return Run(
        command=command,
        settings=session.settings,
        journal=journal,
        progress=progress,
        destination=destination,
        origin=past,
        digest=past.digest if command.from_sheet else None,  # a kept plan is of its spreadsheet
        confirm=None if session.settings.yes else ask,
    )


def _digest(file: Path, settings: Settings) -> str | None:
    """Return what tells whether a spreadsheet, read in this way, is the same as before."""
    # Whether somebody can be asked doesn't change what is read.
    options = replace(load_options(settings), allow_guessed_encoding=True)
    digest = hashlib.blake2b(repr(options).encode(), digest_size=16)
    try:
        with os.fdopen(open_regular(file), "rb") as content:
            while block := content.read(1 << 20):
                digest.update(block)
    except (OSError, ValueError):
        return None  # The loader will say what is wrong with it.
    return digest.hexdigest()


def _finish(run: Run, session: Session) -> int:
    run.own_process = True
    run.reminder = lambda ended: reminder(ended.journal, ended.record, session.given)
    # The extra "speed" is used where it is installed.
    loop = {"use_uvloop": importlib.util.find_spec("uvloop") is not None}
    return show(run, anyio.run(_perform, run, session.given, backend_options=loop), session.given)


async def _perform(run: Run, given: Mapping[str, Any]) -> RunSummary:
    with stopped_by_signals(run, given):
        return await perform(run)
