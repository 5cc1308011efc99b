"""Notes the end of a run in the journal: when it ended, why, and with what result.

A note that can't be written, for example on a full disk, is logged; the conclusion goes on, and the run can be resumed.
"""

from __future__ import annotations

import logging
from contextlib import suppress

from batch_renamer.errors import (
    BatchRenamerError,
    InputError,
    InterruptedRunError,
    LockedError,
    TooManyFailuresError,
)
from batch_renamer.jobs.api_session import keep_learnt_limit
from batch_renamer.jobs.run import Run
from batch_renamer.jobs.stages.timekeeping import keep_seconds
from batch_renamer.journal import Closed, EndNote, RunRecord, RunState
from batch_renamer.model import Result, RunSummary

__all__ = ["note_end", "note_summary"]

log = logging.getLogger("batch_renamer")


async def note_end(run: Run, cause: BatchRenamerError | None) -> None:
    """Note that the run has ended and why, with the outcomes that the journal did not take before."""
    journal, stopped = run.job.journal, str(cause) if cause is not None else ""
    await _record_late(run)
    try:
        if not run.unrecorded:
            await journal.in_thread(journal.rows.mark_not_sent, run.record)
        record = await journal.in_thread(journal.runs.get, run.record.id)
        kept = RunState.PLANNED if _stays_a_plan(run, record, cause) else RunState.FINISHED
        refused = kept is RunState.FINISHED and _refused(record, cause, await journal.in_thread(run.counts))
        closed = Closed.REFUSED if refused else Closed.NOT
        await journal.in_thread(journal.runs.finish, run.record, stopped=stopped, state=kept, closed=closed)
        if closed:  # Nothing was written where its reports were asked for, and that may be the spreadsheet itself.
            await journal.in_thread(journal.runs.note_reports, run.record, [str(target) for target in run.targets])
    except BatchRenamerError as error:
        # The disk that ended the run may still be full. What the rows came to is in the journal or will be read back;
        # only the note that the run has ended is missing.
        log.error("the end of the run could not be noted: %s", error)  # noqa: TRY400 - the cause is its sentence
    await keep_learnt_limit(run.job.journal, run.job.destination, run.api)
    if run.api is not None:
        await keep_seconds(run, run.api)


async def note_summary(run: Run, summary: RunSummary, *, reported: bool, warnings: tuple[str, ...]) -> None:
    """Note what the run came to, and whether its reports are written; ``warnings`` are those that stand in these."""
    try:
        await run.job.journal.in_thread(
            run.job.journal.runs.note_ended,
            run.record,
            # Outcomes that the journal did not take are read back when the run is resumed, so the run is not over.
            reported=reported and not run.unrecorded,
            exit_code=summary.exit_code,
            seconds=summary.seconds,
            counts=None if run.unrecorded else {str(result): count for result, count in summary.counts.items()},
            end_note=EndNote(
                command_line=summary.facts.command_line,
                settings=summary.facts.settings,
                requests=summary.requests,
                throttled=summary.throttled,
                warnings=warnings,
                resumed=summary.facts.resumed,
            ),
        )
    except BatchRenamerError as error:
        # The run can still be resumed then, and nothing is left for that but to write its reports once more.
        log.error("the end of the run could not be noted: %s", error)  # noqa: TRY400 - the cause is its sentence


async def _record_late(run: Run) -> None:
    """Write down the outcomes that the journal did not take before, or else keep them for the reports."""
    if not run.unrecorded:
        return
    try:
        await run.job.journal.in_thread(run.job.journal.rows.record, run.record, run.unrecorded)
    except BatchRenamerError as error:
        log.error("%d outcomes could not be recorded: %s", len(run.unrecorded), error)  # noqa: TRY400 - its sentence
        with suppress(BatchRenamerError):  # it can't be read either, which is said when the rows are counted
            await run.job.journal.in_thread(run.job.journal.rows.keep_in_memory, run.record, run.unrecorded)
    else:
        run.unrecorded.clear()


def _stays_a_plan(run: Run, record: RunRecord, cause: BatchRenamerError | None) -> bool:
    """Tell whether a run ends as a plan: a dry run, or a run that was locked out or stopped before its first rename.

    Such a run is not resumed: `apply --plan` commits its plan, and an undo is planned again.
    """
    if run.job.command.dry:
        return cause is None
    not_let_in = isinstance(cause, LockedError | InterruptedRunError) or (
        run.job.command.puts_back and isinstance(cause, InputError)
    )
    return not_let_in and record.state is RunState.PLANNED and record.committed_at is None


def _refused(record: RunRecord, cause: BatchRenamerError | None, counts: dict[Result, int]) -> bool:
    """Tell whether a run was refused before it sent anything: resumed, it would be refused again.

    A run that was locked out before it had a plan has nothing to resume; the same command begins a new run.
    A run that has too many failures and no other rows left has come to its end; what failed can be tried again.
    """
    if record.committed_at is not None:
        return False
    left = counts.get(Result.PLANNED, 0) + counts.get(Result.PENDING, 0)
    return isinstance(cause, InputError | LockedError) or (isinstance(cause, TooManyFailuresError) and left > 0)
