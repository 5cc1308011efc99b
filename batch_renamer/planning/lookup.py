"""Reads the current state of the orders: requests enter, each leaves with what was found of its order.

All of the planner's reading is done here. A row whose order can't be read is a value, like any other bad row.

An order can be read alone, or with others on a page of the list. Single reads go out in parallel, as fast as the pacer
lets them; pages are a chain, for each names the next, and may hold nothing that is wanted. So pages are read first, as
long as they are the faster way, by the clock: bytes and parsing count as well as requests. Where the chain leaves most
of the limit idle single reads go out beside it, from the other end of the sheet, and after it they do the rest. An
order that was on no page is asked for singly before anybody calls it missing.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from functools import partial

import anyio
import anyio.abc

from batch_renamer.client import Gateway, MostAtOnce, ReadPage, Stopping, StopSignal, work_through
from batch_renamer.errors import BatchRenamerError
from batch_renamer.model import Reading, RenameRequest
from batch_renamer.planning.undecided import Batches, Desk, Record, Wanted

__all__ = ["read_both_ways", "read_singly"]


_PAGE_SIZES = (100, 15)
"""Orders asked for on one page: a full hundred, and what the vendor's own client takes for the most."""

_FEWEST = 30
"""Below so many rows a page is not worth a look."""

_JUDGED = 3
"""How many pages, the last ones, decide whether the next is fetched."""

_ROOM = 10
"""How many single reads the limit has room for in the time of a page, before they go out beside the pages."""

_CHECKS_AT_ONCE = 2
"""How many pages are checked at once, while the next one is read."""

_MANY_WORKERS = 8
"""With fewer, a page is checked in the place of the next one once single reads go out."""

_FEWEST_BESIDE = 5
"""How many wanted orders a page brings, at the least, to be fetched beside single reads: its parsing costs as much."""


def _always(_: RenameRequest) -> bool:
    return True


async def _only(batch: Sequence[RenameRequest]) -> Batches:
    yield batch


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
    desk = Desk(wanted=wanted, record=record, left=rows)
    chain = _Chain(gateway=gateway, desk=desk, requests_per_s=requests_per_s, workers=workers, stop=stop)
    async with anyio.create_task_group() as pages:
        pages.start_soon(chain.read)
        await chain.has_room.wait()
        pages_are_early = desk.mean_row_on_last_page < middle_row
        await read_singly(
            desk.fresh(batches(pages_are_early and not chain.over)),
            desk.record_singles,
            gateway=gateway,
            workers=lambda: max(workers() - chain.most_at_once, 1),
            stop=stop,
            take=desk.take,
        )
        chain.break_off()


@dataclass(slots=True, kw_only=True)
class _Chain:
    """Reads page after page; ``has_room`` is set once single reads shall go out, ``over`` tells that no page will."""

    gateway: Gateway
    desk: Desk
    requests_per_s: Callable[[], float]
    workers: MostAtOnce
    stop: StopSignal
    has_room: anyio.Event = field(default_factory=anyio.Event)
    over: bool = False
    lately: deque[tuple[int, float]] = field(default_factory=lambda: deque(maxlen=_JUDGED))
    _asking: anyio.CancelScope = field(default_factory=anyio.CancelScope)
    _checks: anyio.abc.TaskGroup = field(init=False)
    _checking: int = 0
    _slots: anyio.Semaphore = field(default_factory=lambda: anyio.Semaphore(_CHECKS_AT_ONCE))
    _room_found: bool = False

    @property
    def most_at_once(self) -> int:
        """How many requests the chain makes at once beside single reads: a page, and checks where many are allowed."""
        if self.over:
            return 0
        return 1 + _CHECKS_AT_ONCE if self._checks_beside else 1

    @property
    def _checks_beside(self) -> bool:
        return self.workers() >= _MANY_WORKERS or not self._room_found

    def break_off(self) -> None:
        """Wait no longer for a page: every row has been read. A page that is here already is still recorded."""
        self._asking.cancel()

    async def read(self) -> None:
        """Read pages for as long as that is worth it."""
        try:
            async with anyio.create_task_group() as self._checks:
                await self._or_stop(self._read)
            if not self.stop.requested:
                await self._or_stop(self.desk.end_close_checks)
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
            await self._begin_check(page, checked)
            self.lately.append((found, seconds))
            if self.requests_per_s() * seconds >= _ROOM and self.workers() > 1:  # one of them reads pages
                self._room_found = True
                await self._let_singles_begin()
            offset = page.next_offset
            if offset is None:
                return

    async def _begin_check(self, page: ReadPage, checked: Sequence[RenameRequest]) -> None:
        """Check a page while the next one is read, or before that where no more requests are allowed at once."""
        if not checked:
            return
        if self.workers() == 1 or not self._checks_beside or (self._room_found and not self.has_room.is_set()):
            await self._check(page, checked, at_once=1)
            return
        await self._slots.acquire()
        self._checking += 1
        self._checks.start_soon(self._or_stop, partial(self._check_beside, page, checked))

    async def _check_beside(self, page: ReadPage, checked: Sequence[RenameRequest]) -> None:
        """Check a page; single reads begin when no check is under way, so that no more are made than allowed."""
        at_once = 1 if self.has_room.is_set() else max((self.workers() - 1) // _CHECKS_AT_ONCE, 1)
        try:
            await self._check(page, checked, at_once=at_once)
        finally:
            self._slots.release()
            self._checking -= 1
        await self._let_singles_begin()

    async def _let_singles_begin(self) -> None:
        if self._room_found and not (self._checking or self.has_room.is_set() or self.stop.requested):
            await self.desk.end_close_checks()
            self.has_room.set()

    async def _check(self, page: ReadPage, checked: Sequence[RenameRequest], *, at_once: int) -> None:
        """Read some orders of a page singly; if one of them looks otherwise than on the page, no page counts."""
        readings: list[tuple[RenameRequest, Reading]] = []

        async def record(group: list[tuple[RenameRequest, Reading]]) -> None:
            readings.extend(group)
            await self.desk.record_checked(group)

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
