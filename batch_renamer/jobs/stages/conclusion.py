"""The end of every run, however it came: what its rows came to is counted, noted and reported; a summary leaves."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path

import anyio
import anyio.to_thread

from batch_renamer.client import Stopping
from batch_renamer.errors import (
    AccountingError,
    BatchRenamerError,
    InputError,
    InterruptedRunError,
    JournalError,
    LockedError,
    ReportWriteError,
    TooManyFailuresError,
)
from batch_renamer.jobs.run import Run
from batch_renamer.jobs.stages.locking import lost_state
from batch_renamer.journal import Closed, RunRecord, RunState
from batch_renamer.model import BAD_RESULTS, ReportRow, Result, RunSummary
from batch_renamer.reports import write_reports

__all__ = ["conclude"]

log = logging.getLogger("batch_renamer")

_WORTH_SHOWING = 20_000
_SHOW_EVERY = 1_000


async def conclude(run: Run) -> RunSummary:
    """Check the account of rows, write the reports and return the run in figures.

    The rows are counted in the journal, not by the stages.

    Raises:
        BatchRenamerError: the journal can't be read, so that there is nothing to be said of the rows; the run's own
            cause where it has one.
    """
    with anyio.CancelScope(shield=True):
        cause = run.stop.cause
        leave_alone = run.declined or not run.in_hand
        if cause is None and not leave_alone:
            cause = await anyio.to_thread.run_sync(lost_state, run)
        if not leave_alone:
            # From here on nothing will be sent any more, whether or not that can be noted.
            run.over = not run.job.command.dry
            await _note_end(run, cause)
        try:
            counts = await run.job.journal.in_thread(run.job.journal.results.checked_counts, run.record, over=run.over)
        except AccountingError as error:
            cause = error
            counts = await run.job.journal.in_thread(run.counts)
        except JournalError as error:
            raise cause or error from None
        if (
            run.job.reminder is not None
            and not run.declined
            and (note := await run.job.journal.in_thread(run.job.reminder, run.record))
        ):
            run.context.warnings.append(note)
        summary = await run.job.journal.in_thread(_summary, run, counts, cause)
        if leave_alone:
            return summary
        try:
            written, failures = await anyio.to_thread.run_sync(_write_reports, run, summary)
        except Stopping:
            run.context.warnings.append("The report is not written yet.")
            ended = await run.job.journal.in_thread(_summary, run, counts, cause or run.stop.cause)
            await _note_summary(run, ended, reported=False)
            return ended
        run.context.warnings.extend(map(str, failures))
        cause = cause or (failures[0] if failures else None)
        ended = replace(await run.job.journal.in_thread(_summary, run, counts, cause), reports=tuple(map(str, written)))
        await _note_summary(run, ended, reported=not failures)
    return ended


async def _note_end(run: Run, cause: BatchRenamerError | None) -> None:
    stopped = str(cause) if cause is not None else ""
    await _record_late(run)
    try:
        if not run.unrecorded:
            await run.job.journal.in_thread(run.job.journal.rows.mark_not_sent, run.record)
        record = await run.job.journal.in_thread(run.job.journal.runs.get, run.record.id)
        kept = RunState.PLANNED if _stays_a_plan(run, record, cause) else RunState.FINISHED
        refused = kept is RunState.FINISHED and _refused(record, cause, await run.job.journal.in_thread(run.counts))
        closed = Closed.REFUSED if refused else Closed.NOT
        await run.job.journal.in_thread(
            run.job.journal.runs.finish, run.record, stopped=stopped, state=kept, closed=closed
        )
        if closed:  # Nothing was written where its reports were asked for, and that may be the spreadsheet itself.
            await run.job.journal.in_thread(
                run.job.journal.runs.note_reports, run.record, [str(target) for target in run.targets]
            )
    except BatchRenamerError as error:
        # The disk that ended the run may still be full. What the rows came to is in the journal or will be read back;
        # only the note that the run has ended is missing.
        log.error("the end of the run could not be noted: %s", error)  # noqa: TRY400 - the cause is its sentence
    await _note_limit(run)


async def _record_late(run: Run) -> None:
    """Write down the outcomes that the journal did not take before, or else keep them for the reports."""
    if not run.unrecorded:
        return
    try:
        await run.job.journal.in_thread(run.job.journal.rows.record, run.record, run.unrecorded)
    except BatchRenamerError as error:
        log.error("%d outcomes could not be recorded: %s", len(run.unrecorded), error)  # noqa: TRY400 - its sentence
        with suppress(BatchRenamerError):  # it can't even be read: that is said when the rows are counted
            await run.job.journal.in_thread(run.job.journal.rows.keep_in_memory, run.record, run.unrecorded)
    else:
        run.unrecorded.clear()


def _stays_a_plan(run: Run, record: RunRecord, cause: BatchRenamerError | None) -> bool:
    """Tell whether a run ends as a plan: a dry run, and one that was locked out or stopped before its first rename.

    Such a run is not resumed, as after a no: its plan is committed by its own command, that of an undo is made anew.
    """
    if run.job.command.dry:
        return cause is None
    not_let_in = isinstance(cause, LockedError | InterruptedRunError) or (
        run.job.command.puts_back and isinstance(cause, InputError)
    )
    return not_let_in and record.state is RunState.PLANNED and record.committed_at is None


def _refused(record: RunRecord, cause: BatchRenamerError | None, counts: dict[Result, int]) -> bool:
    """Tell whether a run was refused before it sent anything: taken up, it would be refused again.

    One that was locked out before it had a plan has nothing to go on with; the same command begins anew.
    One that has too many failures and nothing else left has come to its end; what failed can be tried again.
    """
    if record.committed_at is not None:
        return False
    left = counts.get(Result.PLANNED, 0) + counts.get(Result.PENDING, 0)
    return isinstance(cause, InputError | LockedError) or (isinstance(cause, TooManyFailuresError) and left > 0)


async def _note_limit(run: Run) -> None:
    if run.learnt_per_s is None:
        return
    try:
        await run.job.journal.in_thread(run.job.journal.limits.keep, run.job.destination.account, run.learnt_per_s)
    except BatchRenamerError as error:
        # The next run will learn it anew.
        log.warning("the limit that was learnt could not be noted: %s", error)


async def _note_summary(run: Run, summary: RunSummary, *, reported: bool) -> None:
    try:
        await run.job.journal.in_thread(
            run.job.journal.runs.note_ended,
            run.record,
            # What the journal did not take can be read back when the run is taken up, so it is not over.
            reported=reported and not run.unrecorded,
            exit_code=summary.exit_code,
            seconds=summary.seconds,
            counts=None if run.unrecorded else {str(result): count for result, count in summary.counts.items()},
        )
    except BatchRenamerError as error:
        # Then the run can still be taken up, and all that is left of it is to write its reports once more.
        log.error("the end of the run could not be noted: %s", error)  # noqa: TRY400 - the cause is its sentence


def _write_reports(run: Run, summary: RunSummary) -> tuple[list[Path], list[ReportWriteError]]:
    rows = partial(_until_abandoned, run, summary.total)
    written = write_reports(run.targets, rows, summary=summary, delimiter=run.record.delimiter or ",")
    run.job.progress.close()
    return written


def _until_abandoned(run: Run, total: int) -> Iterator[ReportRow]:
    """Yield the rows of the run, as long as its reports are waited for; how far it is can be seen if that takes long.

    Raises:
        Stopping: they are not.
    """
    if total >= _WORTH_SHOWING:
        run.job.progress.stage("Writing the report", total)
    for number, row in enumerate(run.rows(), start=1):
        if run.stop.abandoned:
            raise Stopping
        yield row
        if number % _SHOW_EVERY == 0 or number == total:
            run.job.progress.advance(number)


def _summary(run: Run, counts: dict[Result, int], cause: BatchRenamerError | None) -> RunSummary:
    bad = any(result in BAD_RESULTS for result in counts)
    return RunSummary(
        run_id=run.record.id,
        command=run.job.command.word,
        counts=counts,
        changed_otherwise=run.job.journal.results.changed_otherwise(run.record) if counts.get(Result.FAILED) else 0,
        exit_code=cause.exit_code if cause is not None else int(bad and not run.declined),
        stopped=str(cause) if cause is not None else "",
        seconds=time.monotonic() - run.context.begun,
        requests=run.requests,
        throttled=run.throttled,
        warnings=tuple(run.context.warnings),
    )
