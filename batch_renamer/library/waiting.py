"""Runs a call to its end for a caller in a thread of their own, or hands it to their event loop."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, TypeVar

from anyio.from_thread import BlockingPortal, start_blocking_portal

from batch_renamer.errors import BatchRenamerError
from batch_renamer.library.access import Done
from batch_renamer.library.calls import Call

__all__ = ["Made", "awaited", "blocking"]

R = TypeVar("R")
R_co = TypeVar("R_co", covariant=True)


class Made(Protocol[R_co]):
    """A kind of result."""

    def of(self, done: Done) -> R_co:
        """Return what a call came to as this kind of result."""


async def awaited(call: Call, made: Made[R], interrupted: Callable[[R, str], KeyboardInterrupt]) -> R:
    """Return what the call comes to.

    When the task is cancelled, requests in flight are finished (10 s at most) and written down; what the run has come
    to is the cause of the CancelledError.
    """
    done = await call.perform()
    result = made.of(done)
    if done.cancelled is not None:
        done.cancelled.add_note(done.how_to_go_on)  # a notebook shows it, whatever else cancelled the task
        raise done.cancelled from interrupted(result, done.how_to_go_on)
    return result


def blocking(call: Call, made: Made[R], interrupted: Callable[[R, str], KeyboardInterrupt]) -> R:
    """Wait for what the call comes to; Ctrl-C lets requests in flight finish, a second one ends at once.

    It runs in a thread of its own: a notebook's event loop is running already, and a second one can't run in its
    thread. Ctrl-C reaches this thread alone, and is passed on.
    """
    with start_blocking_portal() as portal:
        done, interrupts = _until_the_end(call, portal)
    result = made.of(done)
    if interrupts:
        raise interrupted(result, done.how_to_go_on)
    return result


def _until_the_end(call: Call, portal: BlockingPortal) -> tuple[Done, int]:
    future = portal.start_task_soon(call.perform)
    interrupts = 0
    while True:
        try:
            return future.result(), interrupts
        except KeyboardInterrupt:
            interrupts += 1
            if not portal.call(call.interrupt, interrupts > 1):
                future.cancel()
                raise
        except BatchRenamerError:
            if interrupts:
                raise KeyboardInterrupt from None  # it was stopped before it had rows to tell of
            raise
