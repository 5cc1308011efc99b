"""The worker pool of the renames: every change that was sent gets exactly one outcome, never an exception.

A change that was never sent when the run stops has no outcome; its row stays ``pending``.
"""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import Protocol

from batch_renamer.client import (
    Gateway,
    MostAtOnce,
    StopSignal,
    work_through,
)
from batch_renamer.model import BAD_RESULTS, Change, Outcome
from batch_renamer.renaming.one_rename import Renaming

__all__ = ["RenameAll", "rename_all"]


class RenameAll(Protocol):
    """Sends changes, here or elsewhere, as `rename_all` does."""

    async def __call__(
        self,
        batches: AsyncIterator[Sequence[Change]],
        record: Callable[[list[Outcome]], Awaitable[None]],
        *,
        gateway: Gateway,
        workers: MostAtOnce,
        stop: StopSignal,
        elsewhere: Callable[[], Awaitable[Change | None]] | None = None,
    ) -> None:
        """Send every change, and pass exactly one outcome of each that was sent to ``record``."""


async def rename_all(
    batches: AsyncIterator[Sequence[Change]],
    record: Callable[[list[Outcome]], Awaitable[None]],
    *,
    gateway: Gateway,
    workers: MostAtOnce,
    stop: StopSignal,
    elsewhere: Callable[[], Awaitable[Change | None]] | None = None,
    wall_clock: Callable[[], float] = time.time,
) -> None:
    """Send every change, ``workers()`` at once, and pass the outcomes to ``record`` in groups.

    ``elsewhere`` returns a change from a later part of the sheet, which the batches then leave out. ``wall_clock``
    returns seconds since the epoch.
    """

    async def handle(change: Change, emit: Callable[[Outcome], None]) -> None:
        await Renaming(change, gateway=gateway, stop=stop, wall_clock=wall_clock).run(emit)

    await work_through(
        batches,
        handle,
        record,
        workers=workers,
        stop=stop,
        capacity=gateway.capacity("rename"),
        elsewhere=elsewhere,
        urgent=_is_bad,
    )


def _is_bad(outcome: Outcome) -> bool:
    """Tell whether the outcome is one for which the run may have to stop."""
    return outcome.result in BAD_RESULTS
