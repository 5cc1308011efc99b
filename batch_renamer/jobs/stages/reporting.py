"""The reports of a run: before the first request they are proven writable, and at the end they are written."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import anyio.to_thread

from batch_renamer.client import Stopping
from batch_renamer.errors import InputError, ReportWriteError
from batch_renamer.jobs.page import page_extras
from batch_renamer.jobs.run import Run
from batch_renamer.jobs.stages.pictures import warn_if_pictures_are_in_vain
from batch_renamer.jobs.state import files_taken
from batch_renamer.model import Pictures, ReportLine, RunSummary
from batch_renamer.reports import check_writable, resolve_targets, write_reports

__all__ = ["check_report_targets", "note_targets", "write_to_targets"]

_WORTH_SHOWING = 20_000
"""Writing this many rows takes so long that progress is shown."""

_SHOW_EVERY = 1_000


async def check_report_targets(run: Run) -> None:
    """Find out before the first request whether the reports can be written; a DataFrame has none unless asked for."""
    job, settings = run.job, run.job.settings
    may_write = job.command.writes and (run.sheet_path is not None or job.own_process)
    unasked = may_write and not settings.reports_to_output
    kept = run.record.reports if job.command.resumes else ()
    if settings.report_files or (unasked and (job.reports_unasked or kept)):
        run.targets = resolve_targets(
            settings.report_files or kept,
            run_id=run.record.id,
            date=datetime.date.today(),  # noqa: DTZ011 - the day as the user's calendar has it
            sheet=run.sheet_path,
            state_dir=settings.state_dir,
            taken=files_taken(settings),
        )
    try:
        await anyio.to_thread.run_sync(check_writable, run.targets)
    except InputError:
        run.targets = ()
        raise
    if run.in_hand:
        await note_targets(run)
    warn_if_pictures_are_in_vain(run)


async def note_targets(run: Run) -> None:
    """Note where the reports go: `resume` and `report` write them there, too."""
    if run.targets:
        places = [str(target.absolute()) for target in run.targets]
        await run.job.journal.in_thread(run.job.journal.runs.note_reports, run.record, places)


def write_to_targets(run: Run, summary: RunSummary, pictures: Pictures) -> tuple[list[Path], list[ReportWriteError]]:
    """Write the reports; return those that were written, and an error for each of the others.

    Raises:
        Stopping: the user no longer waits for them.
    """
    written = write_reports(
        run.targets,
        partial(_until_abandoned, run, summary.total),
        summary=summary,
        page=replace(page_extras(run.job.settings, run.job.journal, run.record), pictures=pictures),
        delimiter=run.record.delimiter or ",",
        other_headings=run.record.other_headings,
    )
    run.job.progress.close()
    return written


def _until_abandoned(run: Run, total: int) -> Iterator[ReportLine]:
    """Yield the rows of the run, with progress if they are many.

    Raises:
        Stopping: the user no longer waits for the reports.
    """
    if total >= _WORTH_SHOWING:
        run.job.progress.stage("Writing the report", total)
    for number, line in enumerate(run.lines(), start=1):
        if run.stop.abandoned:
            raise Stopping
        yield line
        if number % _SHOW_EVERY == 0 or number == total:
            run.job.progress.advance(number)
