"""The results in the user's own spreadsheet: proven writable before the first request, written after the reports."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import anyio.to_thread

from batch_renamer.client import Stopping
from batch_renamer.errors import ReportWriteError, WriteBackError
from batch_renamer.files import digest_of
from batch_renamer.jobs.own_sheet import look_again_at
from batch_renamer.jobs.run import Run
from batch_renamer.jobs.standing import committed
from batch_renamer.journal import RunRecord
from batch_renamer.model import ReportRow, WrittenBack
from batch_renamer.reports import WriteBack, check_own_workbook, remove_leftovers, rows_back, write_back

__all__ = ["check_write_back", "write_into_sheet"]

_SANDBOX = "is left as it is, because this is the sandbox"


async def check_write_back(run: Run) -> None:
    """Find out before the first request whether the results can be written into the spreadsheet, if that is wanted.

    Raises:
        ReportTargetError: the file or its folder can't be written.
    """
    wanted = run.job.writes_back or (run.job.command.resumes and run.record.write_back)
    if not wanted:
        return
    path, why = run.sheet_path, _why_not(run.record)
    if path is None or why:
        run.context.warnings.append(why)
        return
    try:
        await anyio.to_thread.run_sync(check_own_workbook, path)
    except WriteBackError as error:
        run.context.warnings.append(f"{error} The report has the results.")
        return
    run.workbook = path
    journal = run.job.journal
    await journal.in_thread(_remove_leftovers, run, own=False)
    if run.in_hand:
        await journal.in_thread(journal.runs.note_write_back, run.record)


def _why_not(record: RunRecord) -> str:
    """Return why the results of a run can't be written into its spreadsheet, in a sentence; "" if they can."""
    if not record.spec.from_sheet:
        return "The results of an undo are not written into a spreadsheet; the report has them."
    if record.sheet is None:
        return "What is piped in is no file that results could be written into; the report has them."
    if record.place is not None and record.place.is_report:
        return "The spreadsheet is a report itself, so the results are not written into it; the new report has them."
    if record.place is None:
        return (
            "The spreadsheet was read by an older version of batch-renamer, which did not note where its rows are, so "
            "the results are not written into it; the report has them."
        )
    return ""


def write_into_sheet(run: Run) -> tuple[WrittenBack | None, list[ReportWriteError]]:
    """Write the results into the spreadsheet, if that is wanted; return what was written, or the error.

    A run that came to no rename leaves the spreadsheet as it is.

    Raises:
        Stopping: the user no longer waits for that.
    """
    journal, record = run.job.journal, run.job.journal.runs.get(run.record.id)
    _tell_of_stale_results(run, record)
    if run.workbook is None or record.place is None or not committed(record):
        return None, []
    _remove_leftovers(run, own=True)
    back = WriteBack(
        path=run.workbook,
        place=record.place,
        run_id=record.id,
        look_again=partial(look_again_at, journal, record, run.workbook),
        note=partial(journal.runs.note_written_back, record),
        earlier=record.written_back,
        beside=_SANDBOX if run.job.settings.sandbox else "",
    )
    try:
        written, notes = write_back(back, rows_back(_until_abandoned(run)))
    except (ReportWriteError, WriteBackError) as error:
        return None, [ReportWriteError(f"{error} The report has the results.")]
    run.context.warnings.extend(notes)
    if written.backup:  # The same rows, applied again, still find this run if it was interrupted.
        journal.runs.note_digest(record, digest_of(Path(written.file), begin=record.place.read_as.encode()))
    return written, []


def _tell_of_stale_results(run: Run, undo: RunRecord) -> None:
    """Say that a spreadsheet has the results of a run that was taken back, and where it is without them."""
    undone = run.job.journal.runs.parent(undo) if undo.spec.puts_back and committed(undo) else None
    if undone is not None and undone.written_back is not None and undone.written_back.backup:
        file, backup = undone.written_back.file, undone.written_back.backup
        run.context.warnings.append(
            f"{file} still has the results of run {undone.id}; {backup} is the spreadsheet without them."
        )


def _until_abandoned(run: Run) -> Iterator[ReportRow]:
    for row in run.rows():
        if run.stop.abandoned:
            raise Stopping
        yield row


def _remove_leftovers(run: Run, *, own: bool) -> None:
    """Remove what killed runs of this journal have left beside the spreadsheet; ``own``: and what this run has left."""
    if run.workbook is not None:
        runs, own_id = run.job.journal.runs, run.record.id
        remove_leftovers(run.workbook, is_over=lambda found: (own and found == own_id) or runs.is_over(found))
