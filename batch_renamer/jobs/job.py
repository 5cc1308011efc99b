"""The stages of a job in their order: a run enters, a run in figures leaves.

A stage is a function of the `Run`; it reads and writes the journal. An error that ends the run becomes the cause of its
stop, the stages that are left are passed over, and the run is concluded all the same.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack

import anyio

from batch_renamer.client import Stopping
from batch_renamer.commands import APPLY, APPLY_PLAN, AUDIT, CHECK, PLAN, RESUME, UNDO, UNDO_DRY_RUN, Command
from batch_renamer.errors import BatchRenamerError, JournalError, NeverBeganError
from batch_renamer.jobs.run import Run
from batch_renamer.jobs.stages import (
    adopt,
    aim,
    ask_again,
    conclude,
    confirm,
    connect,
    hold,
    load,
    lock,
    lock_is_free,
    prove,
    read,
    recheck,
    rename,
    reopen,
    reverse,
    still_whole,
    take_up,
    weigh,
)
from batch_renamer.model import RunSummary
from batch_renamer.progress import about, level_of

__all__ = ["perform"]

log = logging.getLogger("batch_renamer")

Stage = Callable[[Run], Awaitable[None]]

_STAGES: dict[Command, tuple[Stage, ...]] = {
    CHECK: (load, aim),
    PLAN: (load, hold, aim, connect, prove, read, weigh),
    APPLY: (load, hold, aim, connect, prove, read, ask_again, weigh, confirm, lock, rename),
    APPLY_PLAN: (adopt, hold, aim, connect, prove, read, weigh, confirm, lock, rename),
    RESUME: (take_up, hold, aim, connect, prove, confirm, lock, reopen, read, weigh, rename),
    UNDO: (lock_is_free, reverse, hold, aim, connect, prove, read, weigh, confirm, lock, still_whole, rename),
    UNDO_DRY_RUN: (reverse, hold, aim, connect, prove, read, weigh),
    AUDIT: (recheck, hold, aim, connect, prove, read),
}


async def perform(run: Run) -> RunSummary:
    """Take a run through the stages of its command and conclude it.

    Raises:
        SheetError: the spreadsheet can't be read, so there is nothing to conclude.
        NeverBeganError: nor is there when not even its rows could be kept.
    """
    async with AsyncExitStack() as run.opened:
        _log_beginning(run)
        async with anyio.create_task_group() as run.background:
            for stage in _STAGES[run.command]:
                try:
                    await stage(run)
                except BatchRenamerError as error:
                    run.stop.request(error)
                except Stopping:
                    log.debug("%s was interrupted", stage.__name__)
                if run.stop.requested:
                    break
            run.background.cancel_scope.cancel()
        run.progress.close()
        if not run.begun_in_journal and run.stop.cause is not None:
            raise _never_began(run.stop.cause)
        # Still under the lock: whoever takes the run up next is to find it concluded.
        summary = await conclude(run)
    _log_end(run, summary)
    return summary


def _never_began(cause: BatchRenamerError) -> BatchRenamerError:
    return NeverBeganError(str(cause)) if isinstance(cause, JournalError) else cause


def _log_beginning(run: Run) -> None:
    origin, destination = run.origin, run.destination
    rows = str(run.sheet) if run.sheet is not None else f"run {origin.id}" if origin is not None else "a DataFrame"
    log.info(
        "%s begins: %s at %s",
        run.command,
        rows,
        destination.base_url or "no address",
        extra=about(
            command=str(run.command),
            sheet=str(run.sheet) if run.sheet is not None else None,
            of=origin.id if origin is not None else None,
            base_url=destination.base_url or None,
            profile=destination.profile,
        ),
    )


def _log_end(run: Run, summary: RunSummary) -> None:
    """Log what the run came to: one line to be found by its exit code, and one for each of its notes."""
    # A check is no run: nothing of it is kept, so that its id would name nothing.
    run_id = summary.run_id if not run.command.offline else None
    for note in summary.warnings:
        log.warning("%s", note, extra=about(on_screen=True, run_id=run_id))
    said = ", ".join(f"{count} {result}" for result, count in summary.counts.items())
    log.log(
        level_of(summary.exit_code),
        "%s ended (exit code %d): %s%s",
        f"run {run_id}" if run_id else run.command,
        summary.exit_code,
        said,
        f"; {summary.stopped}" if summary.stopped else "",
        extra=about(
            command=str(run.command),
            run_id=run_id,
            sheet=str(run.sheet_path) if run.sheet_path is not None else None,
            exit_code=summary.exit_code,
            error=summary.stopped or None,
            counts={result.value: count for result, count in summary.counts.items()},
            seconds=round(summary.seconds, 1),
            requests=summary.requests,
            throttled=summary.throttled,
            limit_per_s=run.learnt_per_s,
            reports=list(summary.reports),
        ),
    )
