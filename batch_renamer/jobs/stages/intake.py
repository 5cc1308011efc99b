"""The first stages: a spreadsheet or another run enters, rows in the journal leave.

Each gives the run its rows; `aim` then makes sure of the reports' places.
"""

from __future__ import annotations

import datetime
import logging
from dataclasses import replace

import anyio.to_thread

from batch_renamer.client import Stopping
from batch_renamer.errors import InputError, SheetError
from batch_renamer.jobs.destinations import files_taken
from batch_renamer.jobs.run import Run
from batch_renamer.jobs.stages.content import Content
from batch_renamer.jobs.stages.locking import watch_state
from batch_renamer.jobs.stages.tally import log_bad_row
from batch_renamer.jobs.stages.weighing import be_strict
from batch_renamer.journal import RunRecord, RunState
from batch_renamer.loader import LoadOptions, Sheet
from batch_renamer.model import Result
from batch_renamer.progress import understood_line
from batch_renamer.reports import prove_writable, resolve_targets
from batch_renamer.settings import Settings

__all__ = ["adopt", "aim", "hold", "load", "load_options", "note_targets", "recheck", "reverse", "take_up"]

log = logging.getLogger("batch_renamer")


def load_options(settings: Settings, *, unattended: bool = False) -> LoadOptions:
    """Return how the spreadsheet is to be read; without anybody to ask, its encoding is never guessed.

    ``unattended`` tells that no person sees what is said of the spreadsheet before it is used.
    """
    return LoadOptions(
        sheet=settings.sheet,
        encoding=settings.encoding,
        delimiter=settings.delimiter,
        id_column=settings.id_column,
        name_column=settings.name_column,
        current_name_column=settings.current_name_column,
        hidden_rows=settings.hidden_rows,
        allow_guessed_encoding=not settings.yes,
        unattended=unattended,
    )


async def load(run: Run) -> None:
    """Load the spreadsheet into the journal, and settle the rows that repeat or contradict one another."""
    run.progress.stage("Reading the spreadsheet", None)
    await anyio.to_thread.run_sync(_load_rows, run)
    if run.settings.strict:
        await be_strict(run)


def _load_rows(run: Run) -> None:
    assert run.open_sheet is not None, "only commands with a spreadsheet load one"  # noqa: S101 - an order of stages
    with run.open_sheet(lambda: run.stop.requested) as sheet:
        record, content = run.begin(delimiter=sheet.delimiter), Content()
        try:
            _add_rows(run, record, sheet, content)
        except SheetError:
            run.journal.runs.discard(record)  # Nobody can go on with it, so it is no run to be listed.
            raise
        run.warnings.extend(sheet.warnings)
        using = understood_line(sheet.understood())
    run.progress.close()  # The line is about the whole sheet, so it comes after the stage's own.
    run.progress.note(using)
    log.info("%s", using)
    run.journal.rows.settle_repeats(record)
    if run.settings.again:
        run.journal.runs.note_content(record, content.fingerprint)
    else:
        run.journal.rows.expect_what_was_finished(record, content.fingerprint)
    for row, order_id, reason in run.journal.results.invalid_rows(record):
        log_bad_row(row, order_id, Result.INVALID, reason)
    _rows_are_whole(run, record, RunState.READING)


def _add_rows(run: Run, record: RunRecord, sheet: Sheet, content: Content) -> None:
    loaded = 0
    for chunk in sheet.chunks():
        if run.stop.requested:
            raise Stopping
        run.journal.rows.add(record, chunk)
        content.add(chunk)
        loaded += len(chunk)
        run.progress.advance(loaded)
    if not loaded and run.sheet is not None:
        msg = f"{run.sheet} has headings and no rows below them; nothing was sent."
        raise SheetError(msg)


async def adopt(run: Run) -> None:
    """Take over a kept plan exactly as it was decided; each of its orders is looked at again."""
    record = await run.journal.in_thread(run.begin)
    await run.journal.in_thread(run.journal.rows.load_plan, record, _origin(run))
    await run.journal.in_thread(_rows_are_whole, run, record, RunState.READING)


async def take_up(run: Run) -> None:
    """Go on with a run that was interrupted, under its own id and within the bounds that were set for it."""
    origin = _origin(run)
    run.settings = replace(run.settings, first=origin.first, max_renames=origin.max_renames, strict=origin.strict)
    run.enter(origin)


async def reverse(run: Run) -> None:
    """Plan the way back of another run."""
    record = await run.journal.in_thread(run.begin)
    await run.journal.in_thread(run.journal.rows.plan_undo, record, _origin(run))
    await run.journal.in_thread(_rows_are_whole, run, record, RunState.READING)


async def recheck(run: Run) -> None:
    """Take the names that another run left, to compare them with what the orders have now."""
    record = await run.journal.in_thread(run.begin)
    await run.journal.in_thread(run.journal.rows.plan_audit, record, _origin(run))
    await run.journal.in_thread(_rows_are_whole, run, record, RunState.READING)


async def hold(run: Run) -> None:
    """Keep the run from being forgotten while it is at work, however long a question or the lock is waited for."""
    run.opened.enter_context(await run.journal.in_thread(run.journal.runs.pin, run.record))
    run.background.start_soon(watch_state, run)
    # It may have gone on since it was looked for.
    run.enter(await run.journal.in_thread(run.journal.runs.get, run.record.id))


def _rows_are_whole(run: Run, record: RunRecord, state: RunState) -> None:
    run.journal.runs.set_state(record, state)
    run.enter(run.journal.runs.get(record.id))


def _origin(run: Run) -> RunRecord:
    assert run.origin is not None, "only commands about another run have one"  # noqa: S101 - an order of stages
    return run.origin


async def aim(run: Run) -> None:
    """Find out before the first request whether the reports can be written; a DataFrame has none unless asked for."""
    writes_by_itself = run.command.writes and run.sheet_path is not None
    kept = run.record.reports if run.command.resumes else ()
    if writes_by_itself or run.settings.report:
        run.targets = resolve_targets(
            run.settings.report or kept,
            run_id=run.record.id,
            date=datetime.date.today(),  # noqa: DTZ011 - the day as the user's calendar has it
            sheet=run.sheet_path,
            state_dir=run.settings.state_dir,
            taken=files_taken(run.settings),
        )
    try:
        await anyio.to_thread.run_sync(prove_writable, run.targets)
    except InputError:
        run.targets = ()
        raise
    if run.in_hand:
        await note_targets(run)


async def note_targets(run: Run) -> None:
    """Note where the reports go, for whoever takes the run up or wants them again."""
    if run.targets:
        places = [str(target.absolute()) for target in run.targets]
        await run.journal.in_thread(run.journal.runs.note_reports, run.record, places)
