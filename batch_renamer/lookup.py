"""Reads the current state of the orders: requests enter, each leaves with what was found of its order.

All of the planner's reading is done here. A row whose order can't be read is a value, like any other bad row.

An order can be read alone, or with others on a page of the list. Single reads go out in parallel, as fast as the pacer
lets them; pages are a chain, for each names the next, and may hold nothing that is wanted. So pages are read first, as
long as they are the faster way, by the clock: bytes and parsing count as well as requests. Where the chain leaves most
of the limit idle single reads go out beside it, from the other end of the sheet, and after it they do the rest. An
order that was on no page is asked for singly before anybody calls it missing.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field

import anyio

from batch_renamer.errors import BatchRenamerError
from batch_renamer.gateway import Gateway, ReadPage
from batch_renamer.model import Found, Reading, RenameRequest
from batch_renamer.stopping import Stopping, StopSignal
from batch_renamer.text import order_key
from batch_renamer.workers import MostAtOnce, work_through

__all__ = ["read_both_ways", "read_singly"]

Batches = AsyncIterator[Sequence[RenameRequest]]
Record = Callable[[list[tuple[RenameRequest, Reading]]], Awaitable[None]]
Wanted = Callable[[Sequence[str]], Awaitable[list[RenameRequest]]]

_PAGE_SIZES = (100, 15)
"""Orders asked for on one page: a full hundred, and what the vendor's own client takes for the most."""

_FEWEST = 30
"""Below so many rows a page is not worth a look."""

_JUDGED = 3
"""How many pages, the last ones, decide whether the next is fetched."""

_ROOM = 10
"""How many single reads the limit has room for in the time of a page, before they go out beside the pages."""

_FEWEST_BESIDE = 5
"""How many wanted orders a page brings, at the least, to be fetched beside single reads: its parsing costs as much."""


def _always(_: RenameRequest) -> bool:
    return True


async def read_singly(
    batches: Batches,
    record: Record,
    *,
    gateway: Gateway,
    workers: MostAtOnce,
    stop: StopSignal,
    take: Callable[[RenameRequest], bool] = _always,
) -> None:
    """Read the order of every request, many at once, and hand the readings to ``record`` in groups.

    ``take`` tells, when a request's turn has come, whether it is still to be read. Rows that a stop or a lost
    connection leaves unread are simply not recorded.
    """

    async def handle(request: RenameRequest, emit: Callable[[tuple[RenameRequest, Reading]], None]) -> None:
        if take(request):
            emit((request, await gateway.read(request.order_id)))

    await work_through(batches, handle, record, workers=workers, stop=stop, capacity=gateway.capacity("read"))


async def read_both_ways(
    batches: Callable[[bool], Batches],
    wanted: Wanted,
    record: Record,
    *,
    gateway: Gateway,
    rows: int,
    middle_row: float,
    requests_per_s: Callable[[], float],
    workers: MostAtOnce,
    stop: StopSignal,
) -> None:
    """Read the order of every request on pages of the list or singly, whichever is faster; both at once if that is.

    ``batches(backwards)`` yields the undecided requests in or against the order of the sheet, and ``wanted`` returns
    those for some order ids; ``rows`` is how many there are, ``middle_row`` where half of them lie before, and
    ``requests_per_s`` how many single reads can be made in a second. No row is recorded twice.
    """
    desk = _Desk(wanted=wanted, record=record, left=rows)
    chain = _Chain(gateway=gateway, desk=desk, requests_per_s=requests_per_s, workers=workers, stop=stop)
    async with anyio.create_task_group() as pages:
        pages.start_soon(chain.read)
        await chain.has_room.wait()
        pages_are_early = desk.mean_row_on_last_page < middle_row
        await read_singly(
            desk.fresh(batches(pages_are_early and not chain.over)),
            desk.record_singles,
            gateway=gateway,
            workers=lambda: max(workers() - (not chain.over), 1),
            stop=stop,
            take=desk.take,
        )
        chain.break_off()


@dataclass(slots=True, kw_only=True)
class _Chain:
    """Reads page after page; ``has_room`` is set once single reads shall go out, ``over`` tells that no page will."""

    gateway: Gateway
    desk: _Desk
    requests_per_s: Callable[[], float]
    workers: MostAtOnce
    stop: StopSignal
    has_room: anyio.Event = field(default_factory=anyio.Event)
    over: bool = False
    lately: deque[tuple[int, float]] = field(default_factory=lambda: deque(maxlen=_JUDGED))
    _asking: anyio.CancelScope = field(default_factory=anyio.CancelScope)

    def break_off(self) -> None:
        """Wait no longer for a page: every row has been read. A page that is here already is still recorded."""
        self._asking.cancel()

    async def read(self) -> None:
        """Read pages for as long as that is worth it."""
        try:
            await self._read()
        except Stopping:
            pass
        except BatchRenamerError as error:
            self.stop.request(error)
        finally:
            self.over = True
            self.desk.pages_are_over()
            self.has_room.set()

    async def _read(self) -> None:
        offset, size = None, 0
        while not self.stop.requested and self._is_worth_it():
            begun, page = anyio.current_time(), None
            with self._asking:
                page = await self.gateway.page(per_page=_PAGE_SIZES[size], offset=offset)
            if self._asking.cancel_called:
                return
            self._asking = anyio.CancelScope()
            if page is None:
                size += 1
                if size == len(_PAGE_SIZES) or offset is not None:
                    return
                continue
            found, seconds = await self.desk.record_page(page), anyio.current_time() - begun
            self.lately.append((found, seconds))
            if self.requests_per_s() * seconds >= _ROOM and self.workers() > 1:  # one of them reads pages
                self.has_room.set()
            offset = page.next_offset
            if offset is None:
                return

    def _is_worth_it(self) -> bool:
        """Tell whether another page is likely to save time; the first ones are given the benefit of the doubt."""
        left = self.desk.left
        if left < _FEWEST:
            return False
        found = sum(found for found, _ in self.lately) / max(len(self.lately), 1)
        seconds = sum(seconds for _, seconds in self.lately) / max(len(self.lately), 1)
        singles_meanwhile = self.requests_per_s() * seconds
        if self.has_room.is_set():
            return left > singles_meanwhile and (len(self.lately) < _JUDGED or found >= _FEWEST_BESIDE)
        return len(self.lately) < _JUDGED or min(found, left) > singles_meanwhile


@dataclass(slots=True, kw_only=True)
class _Desk:
    """Knows which rows are being read singly and which were on a page, so that none is recorded twice.

    A query that was under way when a row was recorded may still return it. So a row is forgotten only by a query that
    began after that, and while no batch of an earlier one still holds it.
    """

    wanted: Wanted
    record: Record
    left: int
    mean_row_on_last_page: float = math.inf
    _coming: set[int] = field(default_factory=set)
    _singly: set[int] = field(default_factory=set)
    _recorded_singly: set[int] = field(default_factory=set)
    _on_pages: set[int] = field(default_factory=set)
    _recorded_on_pages: set[int] = field(default_factory=set)
    _singles_begun: bool = False
    _pages_over: bool = False

    def take(self, request: RenameRequest) -> bool:
        """Note that a row is read singly now; False if it was on a page."""
        self._coming.discard(request.row)
        if request.row in self._on_pages:
            return False
        if not self._pages_over:
            self._singly.add(request.row)
        return True

    async def record_singles(self, readings: list[tuple[RenameRequest, Reading]]) -> None:
        """Record what was read singly."""
        await self.record(readings)
        self.left -= len(readings)
        if not self._pages_over:
            self._recorded_singly.update(request.row for request, _ in readings)

    async def record_page(self, page: ReadPage) -> int:
        """Record what a page holds of wanted orders, and return how many."""
        orders = {order_key(order.order_id): order for order in page.orders}
        recorded = frozenset(self._recorded_singly)
        found = [request for request in await self.wanted(list(orders)) if request.row not in self._singly]
        self._singly -= recorded
        self._recorded_singly -= recorded
        if not found:
            return 0
        rows = {request.row for request in found}
        self._on_pages |= rows
        self.mean_row_on_last_page = sum(rows) / len(rows)
        await self.record(
            [(request, Found(order=orders[order_key(request.order_id)], read_at=page.read_at)) for request in found]
        )
        if self._singles_begun:
            self._recorded_on_pages |= rows
        else:
            self._on_pages -= rows  # No query for single reads has begun that could still return them.
        self.left -= len(found)
        return len(found)

    def pages_are_over(self) -> None:
        """Note that nobody will ask what is being read singly any more."""
        self._pages_over = True
        self._singly.clear()
        self._recorded_singly.clear()

    async def fresh(self, batches: Batches) -> Batches:
        """Hand the batches on."""
        self._singles_begun = True
        while True:
            recorded = frozenset(self._recorded_on_pages)
            batch = await anext(batches, None)
            if batch is None:
                return
            recorded -= self._coming
            self._on_pages -= recorded
            self._recorded_on_pages -= recorded
            self._coming.update(request.row for request in batch)
            yield batch
