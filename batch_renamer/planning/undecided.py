"""Makes sure that each row is recorded once while pages of the list and single reads run at the same time.

Makes no requests.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field

import anyio

from batch_renamer.client import ReadPage
from batch_renamer.model import Found, Order, Reading, RenameRequest
from batch_renamer.planning.sampling import SAMPLES, contradicts, sample
from batch_renamer.text import order_key

__all__ = ["Batches", "Record", "UndecidedRows", "Wanted"]

Batches = AsyncIterator[Sequence[RenameRequest]]
Record = Callable[[list[tuple[RenameRequest, Reading]]], Awaitable[None]]
Wanted = Callable[[Sequence[str]], Awaitable[list[RenameRequest]]]

_UNDECIDED, _SINGLE, _ON_PAGE = range(3)
"""The state of a row: undecided, read singly, or on a page."""


@dataclass(slots=True, kw_only=True)
class UndecidedRows:
    """Knows which rows are read singly and which were on a page.

    A journal query that was running when a row was recorded may still return this row. So every row keeps its state, in
    one byte, until the reading ends.

    A page is held back until some of its orders have been read singly (`sampling`). The first pages are held back
    together, until the pages with many samples have been checked. If one order has another name than on its page, this
    page and all later ones are dropped; their rows stay undecided and are read singly. So do those of a page of which
    fewer than two orders could be read singly.
    """

    wanted: Wanted
    record: Record
    left: int
    mean_row_on_last_page: float = math.inf
    _states: bytearray = field(default_factory=bytearray)
    list_is_wrong: bool = False
    _held: deque[_Held] = field(default_factory=deque)
    _rows_held: int = 0
    _checks_begun: int = 0
    _checks_over: int = 0
    _is_close: bool = True
    _one_page: anyio.Lock = field(default_factory=anyio.Lock)

    @property
    def left_on_pages(self) -> int:
        """The number of rows that a page could still decide."""
        return self.left - self._rows_held

    def claim(self, request: RenameRequest) -> bool:
        """Note that a row is now read singly; return False if it was on a page."""
        if self._state(request.row) == _ON_PAGE:
            return False
        self._set_state(_SINGLE, [request])
        return True

    async def record_singles(self, readings: list[tuple[RenameRequest, Reading]]) -> None:
        """Record single readings."""
        await self.record(readings)
        self.left -= sum(request.current_name is None for request, _ in readings)

    async def add_page(self, page: ReadPage) -> tuple[int, list[RenameRequest]]:
        """Add a page; return how many wanted orders it has, and which requests must be read singly to check it."""
        async with self._one_page:
            requests = await self._undecided_of(page)
            if not requests:
                return 0, []
            self.mean_row_on_last_page = _mean_row(requests)
            checked = sample(requests, _by_key(page), size=SAMPLES[min(self._checks_begun, len(SAMPLES) - 1)])
            self._checks_begun += 1
            self._set_state(_ON_PAGE, checked)
            self._held.append(_Held(page=page, requests=self._without_state(requests)))
            self._rows_held += len(requests)
            return len(requests), checked

    async def record_checked(self, readings: list[tuple[RenameRequest, Reading]]) -> None:
        """Record the single readings that check a page."""
        await self.record(readings)
        self._rows_held -= len(readings)
        self.left -= len(readings)

    async def end_check(self, page: ReadPage, readings: Sequence[tuple[RenameRequest, Reading]]) -> None:
        """Use the readings that check a page, and record the pages that need not be held back any more."""
        listed = _by_key(page)
        async with self._one_page:
            agreeing = sum(isinstance(reading, Found) for _, reading in readings)
            for held in self._held:
                if held.page is page:
                    held.is_checked, held.is_proven = True, agreeing >= SAMPLES[-1]
            if any(contradicts(reading, listed[order_key(request.order_id)]) for request, reading in readings):
                self.list_is_wrong = True
            self._checks_over += 1
            self._is_close &= self._checks_over < len(SAMPLES) - 1
            await self._record_held()

    async def end_close_checks(self) -> None:
        """From now on, record each page as soon as it is checked, without waiting for others."""
        async with self._one_page:
            self._is_close = False
            await self._record_held()

    async def _record_held(self) -> None:
        while self._held and self._held[0].is_checked and not self._is_close:
            held = self._held.popleft()
            self._rows_held -= len(held.requests)
            if held.is_proven and not self.list_is_wrong:
                await self._record_page(held)

    async def _undecided_of(self, page: ReadPage) -> list[RenameRequest]:
        return self._without_state(await self.wanted(list(_by_key(page))))

    def _without_state(self, requests: Sequence[RenameRequest]) -> list[RenameRequest]:
        return [request for request in requests if not self._state(request.row)]

    async def _record_page(self, held: _Held) -> None:
        page, found, orders = held.page, self._without_state(held.requests), _by_key(held.page)
        if not found:
            return
        self._set_state(_ON_PAGE, found)
        self.mean_row_on_last_page = _mean_row(found)
        await self.record(
            [(request, Found(order=orders[order_key(request.order_id)], read_at=page.read_at)) for request in found]
        )
        self.left -= len(found)

    def _state(self, row: int) -> int:
        return self._states[row] if row < len(self._states) else _UNDECIDED

    def _set_state(self, state: int, requests: Sequence[RenameRequest]) -> None:
        for request in requests:
            if request.row >= len(self._states):
                self._states.extend(bytes(max(request.row + 1 - len(self._states), len(self._states))))
            self._states[request.row] = state


@dataclass(slots=True, kw_only=True)
class _Held:
    """A page that is held back, and the requests that it will decide, unless they are read singly by then."""

    page: ReadPage
    requests: list[RenameRequest]
    is_checked: bool = False
    is_proven: bool = False


def _mean_row(requests: Sequence[RenameRequest]) -> float:
    return sum(request.row for request in requests) / len(requests)


def _by_key(page: ReadPage) -> dict[str, Order]:
    return {order_key(order.order_id): order for order in page.orders}
