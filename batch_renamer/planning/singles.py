"""Reads the orders of many requests one by one, several at once."""

from __future__ import annotations

from collections.abc import Callable

from batch_renamer.client import Gateway, MostAtOnce, StopSignal, work_through
from batch_renamer.model import Reading, RenameRequest
from batch_renamer.planning.undecided import Batches, Record

__all__ = ["read_singly"]


def _always(_: RenameRequest) -> bool:
    return True


async def read_singly(
    batches: Batches,
    record: Record,
    *,
    gateway: Gateway,
    workers: MostAtOnce,
    stop: StopSignal,
    claim: Callable[[RenameRequest], bool] = _always,
) -> None:
    """Read the order of every request, several at once, and pass the readings to ``record`` in groups.

    ``claim`` is called when a request is next; False leaves it out. Rows that a stop or a lost connection leaves unread
    are not recorded.
    """

    async def handle(request: RenameRequest, emit: Callable[[tuple[RenameRequest, Reading]], None]) -> None:
        if claim(request):
            emit((request, await gateway.read(request.order_id)))

    await work_through(batches, handle, record, workers=workers, stop=stop, capacity=gateway.capacity("read"))
