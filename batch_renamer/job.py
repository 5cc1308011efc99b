"""The stages of a job in their order: a run enters, a run in figures leaves.

A stage is a function of the `Run`; it reads and writes the journal. An error that ends the run becomes the cause of its
stop, the stages that are left are passed over, and the run is concluded all the same.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack

import anyio

from batch_renamer.errors import BatchRenamerError
from batch_renamer.model import RunSummary
from batch_renamer.run import Run
from batch_renamer.stages import (
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
from batch_renamer.stopping import Stopping

__all__ = ["perform"]

log = logging.getLogger("batch_renamer")

Stage = Callable[[Run], Awaitable[None]]

_STAGES: dict[str, tuple[Stage, ...]] = {
    "check": (load, aim),
    "plan": (load, hold, aim, connect, prove, read, weigh),
    "apply": (load, hold, aim, connect, prove, read, ask_again, weigh, confirm, lock, rename),
    "apply --plan": (adopt, hold, aim, connect, prove, read, weigh, confirm, lock, rename),
    "resume": (take_up, hold, aim, connect, prove, confirm, lock, reopen, read, weigh, rename),
    "undo": (lock_is_free, reverse, hold, aim, connect, prove, read, weigh, confirm, lock, still_whole, rename),
    "undo --dry-run": (reverse, hold, aim, connect, prove, read, weigh),
    "audit": (recheck, hold, aim, connect, prove, read),
}


async def perform(run: Run) -> RunSummary:
    """Take a run through the stages of its command and conclude it.

    Raises:
        SheetError: the spreadsheet can't be read, so there is nothing to conclude.
        JournalError: nor is there when not even its rows could be kept.
    """
    async with AsyncExitStack() as run.opened:
        log.info("%s begins: %s at %s", run.command, run.sheet or "past rows", run.destination.base_url or "no address")
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
            raise run.stop.cause
        # Still under the lock: whoever takes the run up next is to find it concluded.
        return await conclude(run)
