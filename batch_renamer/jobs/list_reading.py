"""Reads the list of orders for an export: asks the API to search and sort, and compares every order itself.

An API that ignores the search gives the whole list; one that refuses it, or whose search finds nothing, is asked for
that. An order that a page shows without its name is read singly.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import dataclass, field, replace

from batch_renamer.client import Gateway, ListQuery, OrderList, QueryRefusedError, ReadPage, StopSignal
from batch_renamer.exporting import NEWEST_FIRST, Gathered, Wanted, moment_of
from batch_renamer.model import Found, Missing, Order, Unreadable
from batch_renamer.progress import Progress, visible
from batch_renamer.text import counted

__all__ = ["ListReading"]

_ENOUGH_TO_SEE_AN_ORDER = 20
"""The list is taken to be newest first if so many orders at least came in that order, and none did not."""


@dataclass(slots=True, kw_only=True)
class ListReading:
    """The reading of one list.

    ``listed`` is how many orders the list has shown, ``left_out`` how many of those that are wanted were left out:
    ``deleted``, ``without id``, ``unreadable``.
    """

    wanted: Wanted
    gathered: Gathered
    patience_s: float
    progress: Progress
    stop: StopSignal
    notify: Callable[[str], None]
    listed: int = 0
    left_out: Counter[str] = field(default_factory=Counter)
    _searched: bool = False
    _fitting: int = 0
    _misfits: int = 0
    _dates_fall: bool = True
    _last_date: float = field(default=float("inf"))
    _dated: int = 0

    async def read(self, gateway: Gateway) -> None:
        """Read the list, as far as it can have wanted orders.

        Raises:
            ApiUnavailableError: a page can't be read, or the list has no end.
            Stopping, KeyRefusedError, CertificateError: the job is over.
        """
        self.progress.stage("Reading the list of orders", None)
        query = ListQuery(text=self.wanted.name_contains, sort=self.wanted.sort)
        self._searched = query.text is not None
        try:
            first_page = await self._read_pages(gateway, query)
        except QueryRefusedError:
            self._searched = False
            await self._read_pages(gateway, ListQuery())
            return
        if not self._searched:
            return
        plain = replace(query, text=None)
        if self._misfits and await self._first_ids(gateway, plain) == first_page:
            self._searched = False  # The API ignores the search: that was the whole list.
        elif not self._fitting:
            self._searched = False
            await self._read_pages(gateway, plain)

    async def _first_ids(self, gateway: Gateway, query: ListQuery) -> tuple[str, ...]:
        async with aclosing(self._pages(gateway, query)) as pages:
            return _ids_on(await anext(pages))

    def _pages(self, gateway: Gateway, query: ListQuery) -> AsyncGenerator[ReadPage]:
        asked = OrderList(gateway=gateway, query=query, patience_s=self.patience_s, stop=self.stop, notify=self.notify)
        return asked.pages()

    async def _read_pages(self, gateway: Gateway, query: ListQuery) -> tuple[str, ...]:
        """Read page after page; return the ids on the first one."""
        first: tuple[str, ...] | None = None
        self.listed = self._fitting = self._misfits = 0
        self.left_out.clear()
        async with aclosing(self._pages(gateway, query)) as pages:
            async for page in pages:
                first = _ids_on(page) if first is None else first
                await self._take(gateway, page)
                self.progress.advance(self.listed)
                if self._has_enough():
                    break
        return first or ()

    async def _take(self, gateway: Gateway, page: ReadPage) -> None:
        orders = list(page.orders)
        self.listed += len(page.orders) + len(page.unread)
        for order_id in page.unread:
            reading = await gateway.read(order_id) if order_id else None
            match reading:
                case Found(order=order):
                    orders.append(order)
                case Unreadable():
                    self.left_out["unreadable"] += 1
                case None:
                    self.left_out["without id"] += 1
                case Missing():
                    pass  # deleted since the page was made
        self.gathered.add(order for order in orders if self._is_taken(order))

    def _is_taken(self, order: Order) -> bool:
        self._note_date(order)
        fits_name = self.wanted.fits_name(order)
        self._fitting, self._misfits = self._fitting + fits_name, self._misfits + (not fits_name)
        if not self.wanted.fits(order):
            return False
        if not order.order_id or order.is_deleted:
            self.left_out["deleted" if order.order_id else "without id"] += 1
            return False
        return True

    def _note_date(self, order: Order) -> None:
        created = moment_of(order.created_at)
        if created is None:
            self._dates_fall = False
            return
        date = created.timestamp()
        self._dates_fall = self._dates_fall and date <= self._last_date
        self._last_date, self._dated = date, self._dated + 1

    def _has_enough(self) -> bool:
        """Tell whether no later page can have an order that is wanted: the list is newest first."""
        if self.wanted.sort != NEWEST_FIRST:
            return False
        if self.wanted.limit is not None and len(self.gathered) >= self.wanted.limit:
            return True
        return (
            self.wanted.since is not None
            and self._dates_fall
            and self._dated >= _ENOUGH_TO_SEE_AN_ORDER
            and self._last_date < self.wanted.since.timestamp()
        )

    def notes(self) -> tuple[str, ...]:
        """Return what the user has to know of the list."""
        said = []
        if count := self.left_out["deleted"]:
            said.append(f"{counted(count, 'deleted order')} {'is' if count == 1 else 'are'} left out.")
        if count := self.left_out["without id"]:
            said.append(f"{counted(count, 'order')} without an id {'is' if count == 1 else 'are'} left out.")
        if count := self.left_out["unreadable"]:
            said.append(f"{counted(count, 'order')} could not be read and {'is' if count == 1 else 'are'} missing.")
        if self._searched:
            text = visible(self.wanted.name_contains or "")
            said.append(
                f'The orders with "{text}" were found by the search of the API, which does not say how it searches. '
                "To be sure that none is missing, export without --name-contains, and filter in the spreadsheet."
            )
        return tuple(said)


def _ids_on(page: ReadPage) -> tuple[str, ...]:
    return (*(order.order_id for order in page.orders), *page.unread)
