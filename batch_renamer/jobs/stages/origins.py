"""The first stage of a job about another run: that run enters, a run with the rows to work on leaves."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from batch_renamer.errors import InputError
from batch_renamer.jobs.job import Job
from batch_renamer.jobs.run import JobContext
from batch_renamer.journal import RunRecord, RunState
from batch_renamer.model import RowChoice
from batch_renamer.text import rows_in_words

__all__ = ["load_interrupted", "load_plan", "plan_audit", "plan_undo"]


async def load_plan(context: JobContext, origin: RunRecord) -> RunRecord:
    """Take over a kept plan exactly as it was decided; each of its orders is read again before it is renamed."""
    job = context.job
    return await job.journal.in_thread(_begin_from, job, origin, job.journal.lineage.load_plan)


async def load_interrupted(context: JobContext, origin: RunRecord) -> RunRecord:
    """Go on with a run that was interrupted, under its own id.

    Raises:
        InputError: rows were chosen that it does not have, or of which none is left to do.
    """
    job, choice = context.job, context.job.choice
    if choice:
        await job.journal.in_thread(job.journal.lineage.refuse_absent, origin, choice)
        count = job.journal.lineage.count_unfinished
        if not await job.journal.in_thread(count, origin, failed=job.again_failed, choice=choice):
            raise InputError(f"Run {origin.id} has nothing left to do in the rows chosen by {choice.flags}.")
    return origin


async def plan_undo(context: JobContext, origin: RunRecord) -> RunRecord:
    """Plan to give the orders of another run their old names back; say which of the rows named have none to get."""
    job = context.job
    rows = await job.journal.in_thread(job.journal.lineage.not_undoable, origin, job.choice)
    note = f"{_not_renamed(rows)} by that run, so there is nothing to put back." if rows else ""
    try:
        record = await job.journal.in_thread(_begin_from, job, origin, job.journal.lineage.plan_undo)
    except InputError as error:
        raise InputError(f"{error} {note}".rstrip()) from error
    context.warnings.extend([note] * bool(note))
    return record


def _not_renamed(rows: Sequence[int]) -> str:
    named = rows_in_words(rows)
    return f"{named[0].upper()}{named[1:]} {'was' if len(rows) == 1 else 'were'} not renamed"


async def plan_audit(context: JobContext, origin: RunRecord) -> RunRecord:
    """Take the names that another run left, to compare them with what the orders have now."""
    job = context.job
    return await job.journal.in_thread(_begin_from, job, origin, job.journal.lineage.plan_audit)


def _begin_from(job: Job, origin: RunRecord, take_rows: Callable[[RunRecord, RunRecord, RowChoice], None]) -> RunRecord:
    record = job.journal.runs.begin(job.new_run())
    try:
        take_rows(record, origin, job.choice)
    except InputError:
        job.journal.runs.discard(record)  # It has no rows, so it is no run to be listed.
        raise
    job.journal.rows.settle(record, job.settled)
    return job.journal.runs.set_state(record, RunState.READING)
