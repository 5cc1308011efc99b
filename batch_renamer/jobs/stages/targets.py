"""The stage that finds out, before the first request, where the reports go and whether they can be written there."""

from __future__ import annotations

import datetime

import anyio.to_thread

from batch_renamer.errors import InputError
from batch_renamer.jobs.run import Run
from batch_renamer.jobs.state import files_taken
from batch_renamer.reports import prove_writable, resolve_targets

__all__ = ["check_report_targets", "note_targets"]


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
