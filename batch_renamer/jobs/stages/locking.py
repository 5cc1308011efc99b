"""How a run comes to be alone, and stays so: what it needs for itself enters, and is held until the run ends."""

from __future__ import annotations

import logging
from contextlib import AsyncExitStack

import anyio
import anyio.to_thread

from batch_renamer.errors import LockedError, StateLostError
from batch_renamer.jobs.run import Run
from batch_renamer.journal import writing_lock

__all__ = ["check_lock_is_free", "hold_alone", "lost_state", "watch_state"]

log = logging.getLogger("batch_renamer")

_ASK_FOR_LOCK_EVERY_S = 0.5
_LOOK_EVERY_S = 1.0


async def check_lock_is_free(run: Run) -> None:
    """Make sure that no other run renames in this account, before anything is read that would be of no use."""
    async with AsyncExitStack() as briefly:
        await hold_alone(run, run.job.destination.account, *run.job.destination.locks, until=briefly)


async def hold_alone(run: Run, name: str, *also: str, until: AsyncExitStack | None = None) -> None:
    """Hold the lock of an account under all its names, or of the sandbox's orders, waiting as long as the user allows.

    It is held until the run ends, or as long as ``until`` is open.

    Raises:
        LockedError: another run holds it.
        JournalError: the lock can't be made.
        Stopping: the run is to stop.
    """
    opened = run.opened if until is None else until
    give_up_at = anyio.current_time() + run.job.settings.wait
    told = False
    while True:
        try:
            held = writing_lock(run.job.settings.state_dir, account=name, also=also, run_id=run.id_for_others)
            files = opened.enter_context(held)
            if until is None:
                run.must_stay.extend(files)
        except LockedError as error:
            if anyio.current_time() >= give_up_at:
                raise
            if not told:
                run.tell(f"{error.who} is at work in this account. Waiting up to {run.job.settings.wait:g} s.")
                told = True
        else:
            return
        with run.stop.interruptible():
            await anyio.sleep(_ASK_FOR_LOCK_EVERY_S)


async def watch_state(run: Run) -> None:
    """Stop the run as soon as its journal or a lock that it holds is not at its place any more, until cancelled.

    What is open can still be read and written, so the report is whole; but no later command would find the run, and
    another run could begin beside it.
    """
    while True:
        await anyio.sleep(_LOOK_EVERY_S)
        if (error := await anyio.to_thread.run_sync(lost_state, run)) is not None:
            log.error("%s", error)
            run.stop.request(error)
            return


def lost_state(run: Run) -> StateLostError | None:
    """Return the error that ends a run whose journal or lock was removed or replaced; None while all is in place."""
    if not run.job.journal.is_in_place():
        return StateLostError(str(run.job.journal.path), journal=True)
    for identity in run.must_stay:
        if not identity.is_in_place():
            return StateLostError(str(identity.path), journal=False)
    return None
