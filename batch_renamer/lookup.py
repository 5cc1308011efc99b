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
from functools import partial

import anyio
import anyio.abc

from batch_renamer.errors import BatchRenamerError
from batch_renamer.gateway import Gateway, ReadPage
from batch_renamer.model import Found, Order, Reading, RenameRequest
from batch_renamer.sampling import SAMPLES, contradicts, sample
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


async def _only(batch: Sequence[RenameRequest]) -> Batches:
    yield batch


def _by_key(page: ReadPage) -> dict[str, Order]:
    return {order_key(order.order_id): order for order in page.orders}


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
    those for some order ids that the list may decide; ``rows`` is how many those are, ``middle_row`` where half
    of all lie before, and ``requests_per_s`` how many single reads can be made in a second. No row is recorded twice.
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
    _checks: anyio.abc.TaskGroup = field(init=False)
    _checking: int = 0
    _room_found: bool = False

    def break_off(self) -> None:
        """Wait no longer for a page: every row has been read. A page that is here already is still recorded."""
        self._asking.cancel()

    async def read(self) -> None:
        """Read pages for as long as that is worth it."""
        try:
            async with anyio.create_task_group() as self._checks:
                await self._or_stop(self._read)
            if not self.stop.requested:
                await self._or_stop(self.desk.end_checks)
        finally:
            self.over = True
            self.desk.pages_are_over()
            self.has_room.set()

    async def _or_stop(self, work: Callable[[], Awaitable[None]]) -> None:
        try:
            await work()
        except Stopping:
            pass
        except BatchRenamerError as error:
            self.stop.request(error)

    async def _read(self) -> None:
        offset, size = None, 0
        while not (self.stop.requested or self.desk.list_is_wrong) and self._is_worth_it():
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
            found, checked = await self.desk.receive(page)
            seconds = anyio.current_time() - begun
            if checked and self.workers() == 1:
                await self._check(page, checked)  # in the place of the next page
            elif checked:
                self._checking += 1
                self._checks.start_soon(self._or_stop, partial(self._check_beside, page, checked))
            self.lately.append((found, seconds))
            if self.requests_per_s() * seconds >= _ROOM and self.workers() > 1:  # one of them reads pages
                self._room_found = True
                await self._let_singles_begin()
            offset = page.next_offset
            if offset is None:
                return

    async def _check_beside(self, page: ReadPage, checked: Sequence[RenameRequest]) -> None:
        """Check a page while the next one is read; single reads wait for it, so that no more are made than allowed."""
        await self._check(page, checked)
        self._checking -= 1
        await self._let_singles_begin()

    async def _let_singles_begin(self) -> None:
        if self._room_found and not (self._checking or self.has_room.is_set() or self.stop.requested):
            await self.desk.end_checks()
            self.has_room.set()

    async def _check(self, page: ReadPage, checked: Sequence[RenameRequest]) -> None:
        """Read some orders of a page singly; if one of them looks otherwise than on the page, no page counts."""
        readings: list[tuple[RenameRequest, Reading]] = []

        async def record(group: list[tuple[RenameRequest, Reading]]) -> None:
            readings.extend(group)
            await self.desk.record_checked(group)

        at_once = max((self.workers() - 1) // len(SAMPLES), 1)
        await read_singly(_only(checked), record, gateway=self.gateway, workers=lambda: at_once, stop=self.stop)
        if not self.stop.requested:
            await self.desk.judge(page, readings)

    def _is_worth_it(self) -> bool:
        """Tell whether another page is likely to save time; the first ones are given the benefit of the doubt."""
        left = self.desk.left_on_pages
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

    Pages are held back until some orders of the first ones have been read singly. Where one of these has another name
    than its page says, all pages are dropped: their rows are undecided still, and read singly like all others.
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
    list_is_wrong: bool = False
    _held: list[ReadPage] = field(default_factory=list)
    _rows_held: int = 0
    _checks_left: int = len(SAMPLES)
    _checks_begun: int = 0
    _one_page: anyio.Lock = field(default_factory=anyio.Lock)
    _singles_begun: bool = False
    _pages_over: bool = False

    @property
    def left_on_pages(self) -> int:
        """How many rows a page could still bring."""
        return self.left - self._rows_held

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
        self.left -= sum(request.current_name is None for request, _ in readings)
        if not self._pages_over:
            self._recorded_singly.update(request.row for request, _ in readings)

    async def receive(self, page: ReadPage) -> tuple[int, list[RenameRequest]]:
        """Take a page; return how many wanted orders it holds, and which requests are to be read singly to check it."""
        async with self._one_page:
            if not self._checks_left:
                return await self._record_page(page), []
            requests = await self._undecided_of(page)
            self._held.append(page)
            if requests:
                self.mean_row_on_last_page = sum(request.row for request in requests) / len(requests)
            checked: list[RenameRequest] = []
            if self._checks_begun < len(SAMPLES):
                checked = sample(requests, _by_key(page), size=SAMPLES[self._checks_begun])
                self._checks_begun += bool(checked)
            self._on_pages.update(request.row for request in checked)
            self._rows_held += len(requests)
            return len(requests), checked

    async def record_checked(self, readings: list[tuple[RenameRequest, Reading]]) -> None:
        """Record what was read singly to check a page."""
        await self.record(readings)
        self._rows_held -= len(readings)
        self._are_recorded({request.row for request, _ in readings})

    async def judge(self, page: ReadPage, readings: Sequence[tuple[RenameRequest, Reading]]) -> None:
        """Take the check of a page; with the last of them, what was held back is recorded."""
        listed = _by_key(page)
        async with self._one_page:
            self._checks_left -= 1
            if any(contradicts(reading, listed[order_key(request.order_id)]) for request, reading in readings):
                self.list_is_wrong = True
            if not self._checks_left:
                await self._record_held()

    async def end_checks(self) -> None:
        """Record what is still held back: no other page comes, or single reads leave no room for more checks."""
        async with self._one_page:
            self._checks_left = 0
            await self._record_held()

    async def _record_held(self) -> None:
        held, self._held, self._rows_held = self._held, [], 0
        for page in held:
            await self._record_page(page)

    async def _undecided_of(self, page: ReadPage) -> list[RenameRequest]:
        recorded = frozenset(self._recorded_singly)
        wanted = await self.wanted(list(_by_key(page)))
        found = [request for request in wanted if request.row not in self._singly | self._on_pages]
        self._singly -= recorded
        self._recorded_singly -= recorded
        return found

    async def _record_page(self, page: ReadPage) -> int:
        if self.list_is_wrong:
            return 0
        found, orders = await self._undecided_of(page), _by_key(page)
        if not found:
            return 0
        rows = {request.row for request in found}
        self._on_pages |= rows
        self.mean_row_on_last_page = sum(rows) / len(rows)
        await self.record(
            [(request, Found(order=orders[order_key(request.order_id)], read_at=page.read_at)) for request in found]
        )
        self._are_recorded(rows)
        return len(found)

    def _are_recorded(self, rows: set[int]) -> None:
        if self._singles_begun:
            self._recorded_on_pages |= rows
        else:
            self._on_pages -= rows  # No query for single reads has begun that could still return them.
        self.left -= len(rows)

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
