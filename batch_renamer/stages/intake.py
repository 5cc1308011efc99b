"""The first stages: a spreadsheet enters, rows in the journal leave, and the reports' places are made sure of."""

from __future__ import annotations

import datetime

import anyio.to_thread

from batch_renamer.errors import InputError
from batch_renamer.loader import LoadOptions
from batch_renamer.reports import prove_writable, resolve_targets
from batch_renamer.run import Run
from batch_renamer.settings import Settings
from batch_renamer.stages.weighing import be_strict
from batch_renamer.stopping import Stopping

__all__ = ["aim", "load", "load_options"]


def load_options(settings: Settings) -> LoadOptions:
    """Return how the spreadsheet is to be read; without anybody to ask, its encoding is never guessed."""
    return LoadOptions(
        sheet=settings.sheet,
        encoding=settings.encoding,
        delimiter=settings.delimiter,
        id_column=settings.id_column,
        name_column=settings.name_column,
        current_name_column=settings.current_name_column,
        allow_guessed_encoding=not settings.yes,
    )


async def load(run: Run) -> None:
    """Load the spreadsheet into the journal, and settle the rows that repeat or contradict one another."""
    run.progress.stage("Reading the spreadsheet", None)
    await anyio.to_thread.run_sync(_load_rows, run)
    if run.settings.strict:
        await be_strict(run)


def _load_rows(run: Run) -> None:
    with run.open_sheet() as sheet:
        run.warnings.extend(sheet.warnings)
        record = run.journal.begin(
            command=run.command,
            base_url=run.destination.base_url,
            account=run.destination.account,
            sheet=str(run.sheet) if run.sheet is not None else None,
            delimiter=sheet.delimiter,
        )
        loaded = 0
        for chunk in sheet.chunks():
            if run.stop.requested:
                raise Stopping
            run.journal.add_rows(record, chunk)
            loaded += len(chunk)
            run.progress.advance(loaded)
    run.journal.settle_repeats(record)
    run.enter(run.journal.run(record.id))


async def aim(run: Run) -> None:
    """Find out before the first request whether the reports can be written; a DataFrame has none unless asked for."""
    if run.settings.report or (run.command == "apply" and run.sheet is not None):
        run.targets = resolve_targets(
            run.settings.report,
            run_id=run.record.id,
            date=datetime.date.today(),  # noqa: DTZ011 - the day as the user's calendar has it
            sheet=run.sheet,
            state_dir=run.settings.state_dir,
        )
    try:
        await anyio.to_thread.run_sync(prove_writable, run.targets)
    except InputError:
        run.targets = ()
        raise
