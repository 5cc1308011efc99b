"""Reads page after page of the list for as long as that is faster than single reads, and checks each page.

Where the CPU is the limit, not the API, pages are read alone: they take a fraction of the CPU time of single reads, and
single reads beside them would only slow them down.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from statistics import fmean
from time import thread_time
from typing import NamedTuple

import anyio
import anyio.abc

from batch_renamer.client import Gateway, MostAtOnce, NoPage, ReadPage, Stopping, StopSignal
from batch_renamer.errors import BatchRenamerError
from batch_renamer.loop_clock import loop_time
from batch_renamer.model import Order, Reading, RenameRequest
from batch_renamer.planning.singles import read_singly
from batch_renamer.planning.undecided import Batches, UndecidedRows

__all__ = ["PageChain", "Seen", "nothing_seen"]

_PAGE_SIZES = (100, 15)
"""The page sizes that are tried: 100, then the largest that the vendor's own client uses."""

_FEWEST = 30
"""With fewer rows than this, no page is read."""

_JUDGED = 3
"""The number of recent pages that decide whether another one is read."""

_ROOM = 10
"""Single reads start beside the pages when the limit allows at least this many in the time of one page."""

_CHECKS_AT_ONCE = 2
"""The number of pages that are checked at once, while the next one is read."""

_OF_ONE_PAGE = 2
"""The number of orders that one check reads at once beside single reads: a slow check holds up the next pages."""

_MANY_WORKERS = 8
"""With fewer workers, a page is checked before the next one is read once single reads have started."""

_FEWEST_BESIDE = 5
"""Beside single reads, a page must bring at least this many wanted orders: parsing it costs about as much."""

_LIKE_SINGLES = 15
"""A page takes about as much CPU time as this many single reads (``tests.benchmarks.cpu``)."""

_BUSY = 0.5
"""The CPU is the limit if pages and single reads would keep it busy for more than this share of the time. It is no more
than half, because other programs want the CPU, too."""


class _Recent(NamedTuple):
    """A page that was read: how many wanted orders it has, and how long it took, in seconds and in CPU seconds."""

    found: float
    seconds: float
    cpu_s: float


Seen = Callable[[Sequence[Order]], Awaitable[None]]
"""Is told the orders of a page."""


async def nothing_seen(_: Sequence[Order]) -> None:
    """Do nothing with the orders of a page."""


async def _only(batch: Sequence[RenameRequest]) -> Batches:
    yield batch


@dataclass(slots=True, kw_only=True)
class PageChain:
    """Reads page after page.

    ``singles_may_start`` is set when single reads are to start. ``over`` tells that no page follows.
    """

    gateway: Gateway
    undecided: UndecidedRows
    requests_per_s: Callable[[], float]
    workers: MostAtOnce
    stop: StopSignal
    seen: Seen = nothing_seen
    singles_may_start: anyio.Event = field(default_factory=anyio.Event)
    over: bool = False
    recent_pages: deque[_Recent] = field(default_factory=lambda: deque(maxlen=_JUDGED))
    _asking: anyio.CancelScope = field(default_factory=anyio.CancelScope)
    _checks: anyio.abc.TaskGroup = field(init=False)
    _checking: int = 0
    _slots: anyio.Semaphore = field(default_factory=lambda: anyio.Semaphore(_CHECKS_AT_ONCE))
    _limit_has_room: bool = False

    @property
    def most_at_once(self) -> int:
        """The number of requests made at once beside single reads: one page and, with many workers, its checks."""
        if self.over:
            return 0
        return 1 + _CHECKS_AT_ONCE * _OF_ONE_PAGE if self._checks_beside else 1

    @property
    def _checks_beside(self) -> bool:
        return self.workers() >= _MANY_WORKERS or not self._limit_has_room

    @property
    def _most_of_one_check(self) -> int:
        """The number of requests that one check may make at once before single reads start; one reads the next page."""
        return max((self.workers() - 1) // _CHECKS_AT_ONCE, 1)

    def cancel_request(self) -> None:
        """Stop waiting for a page, because every row has been read; a page that has arrived is still recorded."""
        self._asking.cancel()

    async def read(self) -> None:
        """Read pages for as long as they are likely to save time."""
        try:
            async with anyio.create_task_group() as self._checks:
                await self._stop_on_error(self._read)
            if not self.stop.requested:
                await self._stop_on_error(self.undecided.end_close_checks)
        finally:
            self.over = True
            self.singles_may_start.set()

    async def _stop_on_error(self, work: Callable[[], Awaitable[None]]) -> None:
        try:
            await work()
        except Stopping:
            pass
        except BatchRenamerError as error:
            self.stop.request(error)

    async def _read(self) -> None:
        offset, size = None, 0
        while not (self.stop.requested or self.undecided.list_is_wrong) and self._is_worth_it():
            cpu_begun = thread_time()
            with self._asking:
                page = await self.gateway.page(per_page=_PAGE_SIZES[size], offset=offset)
            if self._asking.cancel_called:
                return
            self._asking = anyio.CancelScope()
            if isinstance(page, NoPage):
                size += 1
                if not page.smaller_may_do or size == len(_PAGE_SIZES) or offset is not None:
                    return
                continue
            begun = loop_time()
            await self.seen(page.orders)
            found, checked = await self.undecided.add_page(page)
            seconds = page.seconds + loop_time() - begun
            recent = _Recent(found, seconds, thread_time() - cpu_begun)
            await self._begin_check(page, checked)
            self.recent_pages.append(recent)
            # One worker reads pages.
            if self.requests_per_s() * seconds >= _ROOM and self.workers() > 1 and not self._is_cpu_the_limit():
                self._limit_has_room = True
                await self._start_singles()
            offset = page.next_offset
            if offset is None:
                return

    async def _begin_check(self, page: ReadPage, checked: Sequence[RenameRequest]) -> None:
        """Check a page while the next one is read, or before that if no more requests are allowed at once."""
        if not checked:
            return
        if self.workers() == 1 or not self._checks_beside:
            await self._check(page, checked, at_once=1)
            return
        if self._limit_has_room and not self.singles_may_start.is_set():
            free = self.workers() - self._checking * self._most_of_one_check
            await self._check(page, checked, at_once=max(free, 1))
            return
        await self._slots.acquire()
        self._checking += 1
        self._checks.start_soon(self._stop_on_error, partial(self._check_beside, page, checked))

    async def _check_beside(self, page: ReadPage, checked: Sequence[RenameRequest]) -> None:
        """Check a page; single reads start only when no check is running, to keep the number of requests allowed."""
        at_once = _OF_ONE_PAGE if self.singles_may_start.is_set() else self._most_of_one_check
        try:
            await self._check(page, checked, at_once=at_once)
        finally:
            self._slots.release()
            self._checking -= 1
        await self._start_singles()

    async def _start_singles(self) -> None:
        if self._limit_has_room and not (self._checking or self.singles_may_start.is_set() or self.stop.requested):
            await self.undecided.end_close_checks()
            self.singles_may_start.set()

    async def _check(self, page: ReadPage, checked: Sequence[RenameRequest], *, at_once: int) -> None:
        """Read some orders of a page singly; if one differs from the page, the list is not used any more."""
        readings: list[tuple[RenameRequest, Reading]] = []

        async def record(group: list[tuple[RenameRequest, Reading]]) -> None:
            readings.extend(group)
            await self.undecided.record_checked(group)

        await read_singly(_only(checked), record, gateway=self.gateway, workers=lambda: at_once, stop=self.stop)
        if not self.stop.requested:
            await self.undecided.end_check(page, readings)

    def _is_worth_it(self) -> bool:
        """Tell whether another page is likely to save time; the first pages are always read."""
        left = self.undecided.left_on_pages
        if left < _FEWEST:
            return False
        found, seconds, _ = self._mean_of_recent()
        singles_meanwhile = self.requests_per_s() * seconds
        if self.singles_may_start.is_set():
            return left > singles_meanwhile and (len(self.recent_pages) < _JUDGED or found >= _FEWEST_BESIDE)
        if self._is_cpu_the_limit():
            singles_meanwhile = min(singles_meanwhile, _LIKE_SINGLES)
        return len(self.recent_pages) < _JUDGED or min(found, left) > singles_meanwhile

    def _is_cpu_the_limit(self) -> bool:
        """Tell whether the CPU would be busy with pages and as many single reads as the API allows."""
        _, seconds, cpu_s = self._mean_of_recent()
        return cpu_s + self.requests_per_s() * seconds * cpu_s / _LIKE_SINGLES > _BUSY * seconds

    def _mean_of_recent(self) -> _Recent:
        if not self.recent_pages:
            return _Recent(0, 0.0, 0.0)
        return _Recent(*map(fmean, zip(*self.recent_pages, strict=True)))
