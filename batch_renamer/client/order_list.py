"""Reads the account's list of orders from its first page to its last.

A page that fails is read again, and in smaller pieces, for as long as the run's patience lasts. The list may change
meanwhile: an order may come twice, or in another place. What becomes of that is the caller's business.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass, field

import anyio

from batch_renamer.client.gateway import Gateway, ReadPage
from batch_renamer.client.orders_api import ListQuery, RefusedError, RequestError
from batch_renamer.client.stopping import StopSignal
from batch_renamer.errors import ApiUnavailableError
from batch_renamer.loop_clock import loop_time

__all__ = ["OrderList", "QueryRefusedError"]

_PAGE_SIZES = (100, 15)
"""The page sizes that are tried: 100, then the largest that the vendor's own client uses."""

_AGAIN_S = 2.0
_MOST_EMPTY_PAGES = 1_000
"""A list with more pages without an order than this, one after the other, has no end."""


class QueryRefusedError(ApiUnavailableError):
    """The API refused the list because of what was asked of it: it may know no search, or no such order of the list."""


@dataclass(slots=True, kw_only=True)
class OrderList:
    """The list of orders, as the API gives it for ``query``, page after page.

    A list that fails alone is waited for up to ``patience_s`` seconds; ``notify`` takes sentences for the user.
    """

    gateway: Gateway
    query: ListQuery
    patience_s: float
    stop: StopSignal
    notify: Callable[[str], None]
    _size: int = field(default=0, init=False)

    async def pages(self) -> AsyncGenerator[ReadPage]:
        """Yield every page.

        Raises:
            QueryRefusedError: the API does not take the query.
            ApiUnavailableError: a page can't be read, or the list has no end.
            Stopping, KeyRefusedError, CertificateError: the run is over.
        """
        offset: str | None = None
        passed: set[str] = set()
        empty = 0
        while True:
            page = await self._page(offset)
            yield page
            offset = page.next_offset
            empty = 0 if page.orders or page.unread else empty + 1
            if offset is None:
                return
            if offset in passed or empty > _MOST_EMPTY_PAGES:
                raise ApiUnavailableError(
                    f"The list of orders has no end: after {len(passed) + 1:,} pages the API names a page that it gave "
                    "before, or only empty ones. Try again later; if it stays so, ask the vendor."
                )
            passed.add(offset)

    async def _page(self, offset: str | None) -> ReadPage:
        """Read one page, again and again until the patience is over."""
        give_up_at = loop_time() + self.patience_s
        told = False
        while True:
            page = await self._one_of_any_size(offset)
            if isinstance(page, ReadPage):
                if told:
                    self.notify("The list of orders is answered again.")
                return page
            if isinstance(page, RefusedError) or loop_time() >= give_up_at:
                raise self._given_up(page, offset)
            if not told:
                self.notify(
                    f"The list of orders gives no good answer: {page.failure}{page.quoted}. "
                    f"Waiting up to {self.patience_s:g} s for it."
                )
                told = True
            with self.stop.interruptible():
                await anyio.sleep(_AGAIN_S)

    async def _one_of_any_size(self, offset: str | None) -> ReadPage | RequestError:
        """Read one page, a smaller one if that may help; the size that worked is kept."""
        for size in range(self._size, len(_PAGE_SIZES)):
            try:
                page = await self.gateway.needed_page(per_page=_PAGE_SIZES[size], offset=offset, query=self.query)
            except RequestError as error:
                if size + 1 == len(_PAGE_SIZES):
                    return error
            else:
                self._size = size
                return page
        raise AssertionError("there is a page size")  # for mypy

    def _given_up(self, error: RequestError, offset: str | None) -> ApiUnavailableError:
        said = f"{error.failure}{error.quoted}"
        if isinstance(error, RefusedError) and offset is None:
            kind = QueryRefusedError if self.query != ListQuery() else ApiUnavailableError
            return kind(f"The API refuses to list orders: {said}.")
        return ApiUnavailableError(f"The list of orders could not be read to its end: {said}.")
