"""The end of every run: a run that has ended in any way enters; its reports and its figures leave."""

from __future__ import annotations

import time
from dataclasses import replace

import anyio
import anyio.to_thread

from batch_renamer.client import Stopping
from batch_renamer.errors import AccountingError, BatchRenamerError, JournalError
from batch_renamer.jobs.facts import given_settings, with_facts
from batch_renamer.jobs.job import CHANGES_PRESENT
from batch_renamer.jobs.run import Run
from batch_renamer.jobs.stages.end_notes import note_end, note_summary
from batch_renamer.jobs.stages.locking import lost_state
from batch_renamer.jobs.stages.pictures import fetch_pictures
from batch_renamer.jobs.stages.reporting import write_to_targets
from batch_renamer.jobs.stages.writing_back import write_into_sheet
from batch_renamer.model import BAD_RESULTS, Result, RunSummary

__all__ = ["conclude"]


async def conclude(run: Run) -> RunSummary:
    """Check the account of rows, write the reports and return the run in figures.

    The rows are counted in the journal, not by the stages. A run that the user declined, or that another process may be
    at work on, is counted and otherwise left as it is.

    Raises:
        BatchRenamerError: the journal can't be read, so nothing can be said of the rows. If the run had a cause to
            stop, that is raised instead.
    """
    with anyio.CancelScope(shield=True):
        cause, ends = run.stop.cause, run.in_hand and not run.declined
        if ends:
            cause = cause or await anyio.to_thread.run_sync(lost_state, run)
            # From here on nothing is sent, even if the journal can't note that.
            run.over = not run.job.command.dry
            await note_end(run, cause)
        counts, cause = await _counts(run, cause)
        await _remind(run)
        if ends:
            summary = await _reported(run, counts, cause)
        else:
            summary = await run.job.journal.in_thread(_summary, run, counts, cause)
    return summary


async def _counts(run: Run, cause: BatchRenamerError | None) -> tuple[dict[Result, int], BatchRenamerError | None]:
    """Return how many rows have each result, and why the run ended; wrong totals are a reason, too."""
    journal = run.job.journal
    try:
        return await journal.in_thread(journal.results.checked_counts, run.record, over=run.over), cause
    except AccountingError as error:
        return await journal.in_thread(run.counts), error
    except JournalError as error:
        raise cause or error from None


async def _remind(run: Run) -> None:
    if run.job.reminder is None or run.declined:
        return
    if note := await run.job.journal.in_thread(run.job.reminder, run.record):
        run.context.warnings.append(note)


async def _reported(run: Run, counts: dict[Result, int], cause: BatchRenamerError | None) -> RunSummary:
    """Write the reports and note how the run ended; return it in figures."""
    journal = run.job.journal
    pictures = await fetch_pictures(run)
    summary = await journal.in_thread(_summary, run, counts, cause)
    try:
        written, failures = await anyio.to_thread.run_sync(write_to_targets, run, summary, pictures)
        back, lost = await anyio.to_thread.run_sync(write_into_sheet, run)
    except Stopping:
        run.context.warnings.append("The report is not written yet.")
        ended = await journal.in_thread(_summary, run, counts, cause or run.stop.cause)
        await note_summary(run, ended, reported=False, warnings=summary.warnings)
        return ended
    failures += lost
    run.context.warnings.extend(map(str, failures))
    cause = cause or (failures[0] if failures else None)
    ended = replace(
        await journal.in_thread(_summary, run, counts, cause),
        reports=tuple(map(str, written)),
        workbook=back.file if back is not None else "",
        backup=back.backup if back is not None else "",
    )
    await note_summary(run, ended, reported=not failures, warnings=summary.warnings)
    return ended


def _summary(run: Run, counts: dict[Result, int], cause: BatchRenamerError | None) -> RunSummary:
    bad = any(result in BAD_RESULTS for result in counts)
    changes = CHANGES_PRESENT if run.job.tells_changes and counts.get(Result.PLANNED) else 0
    summary = RunSummary(
        run_id=run.record.id,
        command=run.job.command.word,
        counts=counts,
        changed_otherwise=run.job.journal.results.changed_otherwise(run.record) if counts.get(Result.FAILED) else 0,
        exit_code=cause.exit_code if cause is not None else int(bad and not run.declined) or changes,
        stopped=str(cause) if cause is not None else "",
        seconds=time.monotonic() - run.context.begun,
        requests=run.requests,
        throttled=run.throttled,
        warnings=tuple(run.context.warnings),
    )
    return with_facts(
        summary,
        run.job.journal,
        run.record,
        command_line=run.job.command_line,
        settings=given_settings(run.job.settings),
        ended_at=time.time(),
        resumed=run.job.command.resumes,
        dry=run.job.command.dry,
    )
