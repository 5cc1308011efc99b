"""Reads the current state of the orders: requests enter, each leaves with what was found of its order.

All of the planner's reading is done here. A row whose order can't be read is a value, like any other bad row.

An order can be read alone, or with others on a page of the list. Single reads go out in parallel, as fast as the pacer
lets them; pages are a chain, for each names the next, and may hold nothing that is wanted. `read_pages` goes on only as
long as it is the faster way, by the clock, so that bytes and parsing count as well as requests; `read_singly` does the
rest. An order that was on no page is asked for singly before anybody calls it missing.
"""

from __future__ import annotations

from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence

import anyio

from batch_renamer.gateway import Gateway
from batch_renamer.model import Found, Reading, RenameRequest
from batch_renamer.stopping import Stopping, StopSignal
from batch_renamer.workers import Crew, work_through

__all__ = ["read_pages", "read_singly"]

Record = Callable[[list[tuple[RenameRequest, Reading]]], Awaitable[None]]

_PAGE_SIZES = (100, 15)
"""Orders asked for on one page: a full hundred, and what the vendor's own client takes for the most."""

_FEWEST = 30
"""Below so many rows a page is not worth a look."""

_JUDGED = 3
"""How many pages, the last ones, decide whether the next is fetched."""


async def read_singly(
    batches: AsyncIterator[Sequence[RenameRequest]],
    record: Record,
    *,
    gateway: Gateway,
    workers: Crew,
    stop: StopSignal,
) -> None:
    """Read the order of every request, many at once, and hand the readings to ``record`` in groups.

    Rows that a stop or a lost connection leaves unread are simply not recorded.
    """

    async def handle(request: RenameRequest, emit: Callable[[tuple[RenameRequest, Reading]], None]) -> None:
        emit((request, await gateway.read(request.order_id)))

    await work_through(batches, handle, record, workers=workers, stop=stop)


async def read_pages(
    wanted: Callable[[Sequence[str]], Awaitable[list[RenameRequest]]],
    record: Record,
    *,
    gateway: Gateway,
    rows: int,
    singles_per_s: Callable[[], float],
    stop: StopSignal,
) -> None:
    """Read pages of the list for as long as they bring wanted rows faster than single reads would.

    ``wanted`` returns the undecided requests for some order ids, ``rows`` is how many there are, ``singles_per_s`` how
    many rows a second single reads would settle.
    """
    left, offset, size = rows, None, 0
    lately: deque[tuple[int, float]] = deque(maxlen=_JUDGED)
    while left >= _FEWEST and not stop.requested and _worth_it(lately, left, singles_per_s()):
        begun = anyio.current_time()
        try:
            page = await gateway.page(per_page=_PAGE_SIZES[size], offset=offset)
        except Stopping:
            return
        if page is None:
            size += 1
            if size == len(_PAGE_SIZES) or offset is not None:
                return
            continue
        orders = {order.order_id: order for order in page.orders}
        found = await wanted(list(orders))
        await record([(request, Found(order=orders[request.order_id], read_at=page.read_at)) for request in found])
        left -= len(found)
        lately.append((len(found), anyio.current_time() - begun))
        offset = page.next_offset
        if offset is None:
            return


def _worth_it(lately: Sequence[tuple[int, float]], left: int, singles_per_s: float) -> bool:
    """Tell whether another page is likely to be faster than single reads; the first ones are given the benefit."""
    if len(lately) < _JUDGED:
        return True
    rows, seconds = sum(rows for rows, _ in lately), sum(seconds for _, seconds in lately)
    return min(rows / len(lately), left) > singles_per_s * seconds / len(lately)
