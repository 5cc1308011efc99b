"""The first stages: a spreadsheet or another run enters, a run with its rows in the journal leaves.

`pin_run` and `check_report_targets` come after each of them.
"""

from __future__ import annotations

import datetime
import logging
from collections.abc import Callable

import anyio.to_thread

from batch_renamer.client import Stopping
from batch_renamer.errors import InputError, SheetError
from batch_renamer.jobs.run import Run
from batch_renamer.jobs.stages.content import Content
from batch_renamer.jobs.stages.locking import watch_state
from batch_renamer.jobs.stages.tally import log_bad_row
from batch_renamer.jobs.state import files_taken
from batch_renamer.journal import Journal, RunRecord, RunState
from batch_renamer.loader import LoadOptions, Sheet
from batch_renamer.model import Result
from batch_renamer.progress import understood_line
from batch_renamer.reports import prove_writable, resolve_targets
from batch_renamer.settings import Settings

__all__ = [
    "check_report_targets",
    "load",
    "load_interrupted",
    "load_options",
    "load_plan",
    "note_targets",
    "pin_run",
    "plan_audit",
    "plan_undo",
]

log = logging.getLogger("batch_renamer")


def load_options(settings: Settings, *, unattended: bool = False) -> LoadOptions:
    """Return how the spreadsheet is to be read; with ``--yes`` its encoding is never guessed.

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


async def load(run: Run) -> RunRecord:
    """Load the spreadsheet into the journal, and settle the rows that repeat or contradict one another."""
    run.job.progress.stage("Reading the spreadsheet", None)
    return await anyio.to_thread.run_sync(_load_rows, run)


def _load_rows(run: Run) -> RunRecord:
    assert run.job.open_sheet is not None, "only commands with a spreadsheet load one"  # noqa: S101 - as the doors make it
    with run.job.open_sheet(lambda: run.stop.requested) as sheet:
        record, content = run.begin(delimiter=sheet.delimiter), Content()
        try:
            _add_rows(run, record, sheet, content)
        except SheetError:
            run.job.journal.runs.discard(record)  # It can't be taken up, so it is no run to be listed.
            raise
        run.warnings.extend(sheet.warnings)
        using = understood_line(sheet.understood())
    run.job.progress.close()  # The line is about the whole sheet, so it comes after the stage's own.
    run.job.progress.note(using)
    log.info("%s", using)
    run.job.journal.rows.settle_repeats(record)
    if run.job.settings.again:
        run.job.journal.runs.note_content(record, content.fingerprint)
    else:
        run.job.journal.rows.expect_what_was_finished(record, content.fingerprint)
    for row, order_id, reason in run.job.journal.results.invalid_rows(record):
        log_bad_row(row, order_id, Result.INVALID, reason)
    return _whole(run.job.journal, record)


def _add_rows(run: Run, record: RunRecord, sheet: Sheet, content: Content) -> None:
    loaded = 0
    for chunk in sheet.chunks():
        if run.stop.requested:
            raise Stopping
        run.job.journal.rows.add(record, chunk)
        content.add(chunk)
        loaded += len(chunk)
        run.job.progress.advance(loaded)
    if not loaded and run.job.sheet is not None:
        msg = f"{run.job.sheet} has headings and no rows below them; nothing was sent."
        raise SheetError(msg)


async def load_plan(run: Run) -> RunRecord:
    """Take over a kept plan exactly as it was decided; each of its orders is looked at again."""
    return await run.job.journal.in_thread(_begin_from, run, run.job.journal.rows.load_plan)


async def load_interrupted(run: Run) -> RunRecord:
    """Go on with a run that was interrupted, under its own id."""
    return _origin(run)


async def plan_undo(run: Run) -> RunRecord:
    """Plan the way back of another run."""
    return await run.job.journal.in_thread(_begin_from, run, run.job.journal.rows.plan_undo)


async def plan_audit(run: Run) -> RunRecord:
    """Take the names that another run left, to compare them with what the orders have now."""
    return await run.job.journal.in_thread(_begin_from, run, run.job.journal.rows.plan_audit)


def _begin_from(run: Run, take_rows: Callable[[RunRecord, RunRecord], None]) -> RunRecord:
    record = run.begin()
    take_rows(record, _origin(run))
    return _whole(run.job.journal, record)


def _whole(journal: Journal, record: RunRecord) -> RunRecord:
    """Note that the run has all its rows; return it as it is then."""
    journal.runs.set_state(record, RunState.READING)
    return journal.runs.get(record.id)


def _origin(run: Run) -> RunRecord:
    assert run.job.origin is not None, "only commands about another run have one"  # noqa: S101 - a job as the doors make it
    return run.job.origin


async def pin_run(run: Run) -> None:
    """Keep the run from being forgotten while it is at work, however long a question or the lock is waited for."""
    run.opened.enter_context(await run.job.journal.in_thread(run.job.journal.runs.pin, run.record))
    run.background.start_soon(watch_state, run)
    # It may have gone on since it was looked for.
    run.enter(await run.job.journal.in_thread(run.job.journal.runs.get, run.record.id))


async def check_report_targets(run: Run) -> None:
    """Find out before the first request whether the reports can be written; a DataFrame has none unless asked for."""
    writes_by_itself = run.job.command.writes and run.sheet_path is not None
    kept = run.record.reports if run.job.command.resumes else ()
    if writes_by_itself or run.job.settings.report:
        run.targets = resolve_targets(
            run.job.settings.report or kept,
            run_id=run.record.id,
            date=datetime.date.today(),  # noqa: DTZ011 - the day as the user's calendar has it
            sheet=run.sheet_path,
            state_dir=run.job.settings.state_dir,
            taken=files_taken(run.job.settings),
        )
    try:
        await anyio.to_thread.run_sync(prove_writable, run.targets)
    except InputError:
        run.targets = ()
        raise
    if run.in_hand:
        await note_targets(run)


async def note_targets(run: Run) -> None:
    """Note where the reports go: `resume` and `report` write them there, too."""
    if run.targets:
        places = [str(target.absolute()) for target in run.targets]
        await run.job.journal.in_thread(run.job.journal.runs.note_reports, run.record, places)
