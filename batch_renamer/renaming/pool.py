"""The worker pool of the renames: every change that was sent gets exactly one outcome, never an exception.

A change that was never sent when the run stops has no outcome; its row stays ``pending``.
"""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import NotRequired, Protocol, TypedDict, Unpack

from batch_renamer.client import (
    Gateway,
    MostAtOnce,
    StopSignal,
    work_through,
)
from batch_renamer.model import BAD_RESULTS, Change, Outcome
from batch_renamer.renaming.one_rename import Renaming

__all__ = ["Batches", "Elsewhere", "Record", "RenameAll", "RenameOptions", "rename_all"]

Batches = AsyncIterator[Sequence[Change]]
"""The changes that are to be sent, in order; the next ones are fetched when they are needed."""

Record = Callable[[list[Outcome]], Awaitable[None]]
"""Writes a group of outcomes."""

Elsewhere = Callable[[], Awaitable[Change | None]]
"""Returns a change from a later part of the sheet, which the batches then leave out; None if there is none."""


class RenameOptions(TypedDict):
    """What `rename_all` is given besides the changes and ``record``."""

    gateway: Gateway
    workers: MostAtOnce
    stop: StopSignal
    elsewhere: NotRequired[Elsewhere | None]


class RenameAll(Protocol):
    """Sends changes, here or elsewhere, as `rename_all` does."""

    async def __call__(self, batches: Batches, record: Record, **options: Unpack[RenameOptions]) -> None:
        """Send every change, and pass exactly one outcome of each that was sent to ``record``."""


async def rename_all(
    batches: Batches,
    record: Record,
    *,
    gateway: Gateway,
    workers: MostAtOnce,
    stop: StopSignal,
    elsewhere: Elsewhere | None = None,
    wall_clock: Callable[[], float] = time.time,
) -> None:
    """Send every change, ``workers()`` at once, and pass the outcomes to ``record`` in groups.

    ``wall_clock`` returns seconds since the epoch.
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
