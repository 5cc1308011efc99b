"""Keeps other runs out: takes the locks that a run needs, and watches that they stay in place."""

from __future__ import annotations

import logging
from contextlib import AsyncExitStack

import anyio
import anyio.to_thread

from batch_renamer.errors import LockedError, StateLostError
from batch_renamer.files import FileIdentity
from batch_renamer.jobs.run import JobContext, Run
from batch_renamer.journal import writing_lock
from batch_renamer.loop_clock import loop_time

__all__ = ["check_lock_is_free", "hold_alone", "lost_state", "pin_run"]

log = logging.getLogger("batch_renamer")

_ASK_FOR_LOCK_EVERY_S = 0.5
_LOOK_EVERY_S = 1.0
_A_DAY_S = 86_400


async def check_lock_is_free(context: JobContext) -> None:
    """Make sure that no other run renames in this account before this one reads anything."""
    async with AsyncExitStack() as briefly:
        await _take(context, context.job.destination.account, *context.job.destination.locks, until=briefly)


async def hold_alone(run: Run, name: str, *also: str) -> None:
    """Hold the lock of an account under all its names, or of the sandbox's orders, until the run ends.

    Raises:
        LockedError: another run holds it, and did so as long as the user wants to wait.
        JournalError: the lock can't be made.
        Stopping: the run is to stop.
    """
    run.must_stay.extend(await _take(run.context, name, *also, until=run.opened))


async def _take(context: JobContext, name: str, *also: str, until: AsyncExitStack) -> tuple[FileIdentity, ...]:
    """Take a lock, waiting as long as the user allows; return its files. It is released when ``until`` closes."""
    wait_s = context.job.settings.wait
    give_up_at = loop_time() + wait_s
    told = False
    try:
        while True:
            try:
                held = writing_lock(
                    context.job.settings.state_dir, account=name, also=also, run_id=context.id_for_others
                )
                return tuple(until.enter_context(held))
            except LockedError as error:
                if loop_time() >= give_up_at:
                    raise
                context.note_waiting_for(error.who)
                if not told:
                    how_long = f"up to {wait_s:g} s" if wait_s < _A_DAY_S else "until it has ended"
                    context.tell(f"{error.who} is at work in this account. Waiting {how_long}.")
                    told = True
            with context.stop.interruptible():
                await anyio.sleep(_ASK_FOR_LOCK_EVERY_S)
    finally:
        context.note_waiting_for("")


async def pin_run(run: Run) -> None:
    """Keep the run from being forgotten while it is at work, however long a question or the lock is waited for."""
    run.opened.enter_context(await run.job.journal.in_thread(run.job.journal.runs.pin, run.record))
    run.background.start_soon(_watch_state, run)
    # Another process may have worked on the run since it was looked up.
    run.record = await run.job.journal.in_thread(run.job.journal.runs.get, run.record.id)


async def _watch_state(run: Run) -> None:
    """Stop the run as soon as its journal, or a lock that it holds, is no longer at its place; until cancelled.

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
