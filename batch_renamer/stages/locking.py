"""How a run comes to be alone: what it needs for itself enters, and is held until the run ends."""

from __future__ import annotations

import anyio

from batch_renamer.errors import LockedError
from batch_renamer.lock import writing_lock
from batch_renamer.run import Run

__all__ = ["hold_alone"]

_ASK_FOR_LOCK_EVERY_S = 0.5


async def hold_alone(run: Run, what: str) -> None:
    """Hold the lock of an account, or of the sandbox's orders, waiting for it as long as the user allows.

    Raises:
        LockedError: another run holds it.
        Stopping: the run is to stop.
    """
    give_up_at = anyio.current_time() + run.settings.wait
    told = False
    while True:
        try:
            run.opened.enter_context(writing_lock(run.settings.state_dir, account=what, run_id=run.record.id))
        except LockedError as error:
            if anyio.current_time() >= give_up_at:
                raise
            if not told:
                run.progress.message(f"{error.who} is at work in this account. Waiting up to {run.settings.wait:g} s.")
                told = True
        else:
            return
        with run.stop.interruptible():
            await anyio.sleep(_ASK_FOR_LOCK_EVERY_S)
