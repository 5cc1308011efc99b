"""Reads the current state of the orders: requests enter, each leaves with what was found of its order.

All of the planner's reading is done here. A row whose order can't be read is a value, like any other bad row.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence

from batch_renamer.gateway import Gateway
from batch_renamer.model import Reading, RenameRequest
from batch_renamer.stopping import StopSignal
from batch_renamer.workers import work_through

__all__ = ["read_current"]


async def read_current(
    batches: AsyncIterator[Sequence[RenameRequest]],
    record: Callable[[list[tuple[RenameRequest, Reading]]], Awaitable[None]],
    *,
    gateway: Gateway,
    workers: int,
    stop: StopSignal,
) -> None:
    """Read the order of every request, ``workers`` at once, and hand the readings to ``record`` in groups.

    Rows that a stop or a lost connection leaves unread are simply not recorded.
    """

    async def handle(request: RenameRequest, emit: Callable[[tuple[RenameRequest, Reading]], None]) -> None:
        emit((request, await gateway.read(request.order_id)))

    await work_through(batches, handle, record, workers=workers, stop=stop)
