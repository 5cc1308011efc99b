"""Takes a job through the stages of its command; the result is its run, and the figures of the run.

A stage works on a `Run`; it reads and writes the journal. An error that ends the run becomes the cause of its stop. The
remaining stages are left out then, and the run is concluded all the same.
"""

from __future__ import annotations

import logging
from contextlib import AsyncExitStack

import anyio
import anyio.abc

from batch_renamer.client import Stopping
from batch_renamer.errors import BatchRenamerError, JournalError, NeverBeganError
from batch_renamer.jobs.job import SheetSource, Source
from batch_renamer.jobs.run import JobContext, Run
from batch_renamer.jobs.run_log import log_beginning, log_end
from batch_renamer.jobs.stage_table import STAGES, FromRun, FromSheet, Online, Stages
from batch_renamer.jobs.stages import conclude, connect
from batch_renamer.journal import RunRecord
from batch_renamer.model import RunSummary
from batch_renamer.progress import every_line

__all__ = ["perform"]

log = logging.getLogger("batch_renamer")


async def perform(context: JobContext) -> tuple[Run, RunSummary]:
    """Take a job through the stages of its command and conclude its run.

    Raises:
        SheetError: the spreadsheet can't be read, so there is nothing to conclude.
        NeverBeganError: the journal did not take the rows, so there is nothing to conclude either.
    """
    async with AsyncExitStack() as opened:
        log_beginning(context.job)
        async with anyio.create_task_group() as background:
            try:
                await _to_the_end(context, STAGES[context.job.command], background=background, opened=opened)
            except BatchRenamerError as error:
                context.stop.request(error)
            except Stopping:
                log.debug("%s was interrupted", context.job.command)
            background.cancel_scope.cancel()
        context.job.progress.close()
        if (run := context.run) is None:
            raise _never_began(context.stop.cause)
        # Still under the lock: the next process that resumes the run finds it concluded.
        with every_line(run_id=run.logged_id):
            summary = await conclude(run)
    log_end(run, summary)
    return run, summary


async def _to_the_end(
    context: JobContext, stages: Stages, *, background: anyio.abc.TaskGroup, opened: AsyncExitStack
) -> None:
    """Take a job through its stages until the last one, or until it is stopped.

    Raises:
        BatchRenamerError: the cause of its end.
        Stopping: it was stopped.
    """
    for early in stages.before:
        await early(context)
        _end_if_stopped(context)
    record = await _take_rows(context, stages.rows, context.job.source)
    # A run that is resumed may be at work in another process until the lock is held.
    in_hand = not context.job.command.resumes
    run = Run(context=context, record=record, background=background, opened=opened, in_hand=in_hand)
    context.note_run(run)
    with every_line(run_id=run.logged_id):
        await _with_rows(run, stages)


async def _with_rows(run: Run, stages: Stages) -> None:
    """Take a run that has its rows through the other stages.

    Raises:
        BatchRenamerError: the cause of its end.
        Stopping: it was stopped.
    """
    _end_if_stopped(run.context)
    for stage in stages.offline:
        await stage(run)
        _end_if_stopped(run.context)
    if not stages.online:
        return
    run.api = api = await connect(run)
    _end_if_stopped(run.context)
    for each in stages.online:
        await (each.stage(run, api) if isinstance(each, Online) else each(run))
        _end_if_stopped(run.context)


async def _take_rows(context: JobContext, first: FromSheet | FromRun, source: Source) -> RunRecord:
    match first, source:
        case FromSheet(stage=load), SheetSource():
            return await load(context, source)
        case FromRun(stage=take_over), RunRecord():
            return await take_over(context, source)
        case _:
            raise BatchRenamerError(
                f"A fault in batch-renamer: {context.job.command} takes no rows from a {type(source).__name__}."
            )


def _end_if_stopped(context: JobContext) -> None:
    if context.stop.requested:
        raise Stopping


def _never_began(cause: BatchRenamerError | None) -> BatchRenamerError:
    """Return the error for a job that has no rows; without a cause, no stop was requested, which is a fault."""
    if cause is None:
        return BatchRenamerError("A fault in batch-renamer: the job ended before it had rows.")
    return NeverBeganError(str(cause)) if isinstance(cause, JournalError) else cause
