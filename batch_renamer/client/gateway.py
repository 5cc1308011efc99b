"""Reads and renames orders for the packages above, which know nothing of HTTP.

Every request goes through `retrying`, where it is paced and tried again.
"""

from __future__ import annotations

import math
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import TypeVar

import anyio

from batch_renamer.client.capacity import Capacity
from batch_renamer.client.orders_api import ListQuery, OrdersApi, RefusedError, RequestError, ThrottledError
from batch_renamer.client.retrying import Retrier
from batch_renamer.client.seen import Kind
from batch_renamer.client.stopping import Stopping
from batch_renamer.client.tries import Tries, TryPolicy
from batch_renamer.errors import ApiUnavailableError, BatchRenamerError, KeyRefusedError
from batch_renamer.loop_clock import loop_time
from batch_renamer.model import Found, Missing, Order, Picture, Reading, Unreadable

__all__ = ["Gateway", "KeyUnprovenError", "NoPage", "ReadPage"]

T = TypeVar("T")

_ONE_PAGE = TryPolicy(most_failures=2, most_throttled=4, optional=True)
"""A page gets few tries, because single reads can replace it; a list may have its own limit, and may fail alone."""

_NO_ORDER = "00000000-0000-0000-0000-000000000000"
"""This id is read to ask whether the API works, as long as no order is known; a 404 is a good answer."""

_GONE = (HTTPStatus.NOT_FOUND, HTTPStatus.GONE)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadPage:
    """A page of orders, when it was read, in seconds since the epoch, and how many ``seconds`` its answer took.

    ``unread`` are the ids of the orders that it shows without a name or in another shape; "" where it shows no id.
    """

    orders: tuple[Order, ...]
    next_offset: str | None
    read_at: float
    seconds: float
    unread: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class NoPage:
    """A page that could not be read: too large, refused, or failing or throttled again and again."""

    smaller_may_do: bool


class KeyUnprovenError(ApiUnavailableError):
    """The list of orders gave no good answer, so that it is not known whether the key is good."""


class Gateway:
    """Reads and renames orders; ``wall`` gives the time, in seconds since the epoch."""

    def __init__(self, api: OrdersApi, retrier: Retrier, *, wall: Callable[[], float] = time.time) -> None:
        self._api = api
        self._retrier = retrier
        self._wall = wall
        self._key_in_question = anyio.Lock()
        self._key_good_at = -math.inf
        self._list_in_doubt = False
        self._known_order = _NO_ORDER

    def capacity(self, kind: Kind) -> Capacity:
        """Return the object that tells when to start one more row with requests of this kind."""
        return self._retrier.capacity(kind)

    async def prove_key(self, *, most_failures: int | None = None) -> None:
        """Prove that the API accepts the key, by a page of the list, because reading one order needs no key.

        Raises:
            KeyRefusedError: 401 or 403.
            KeyUnprovenError: the list gave no good answer in all tries.
            ApiUnavailableError: the API refuses to list orders.
            Stopping: the run stops.
        """
        self._list_in_doubt = True  # It is what may fail here, so the neutral question is a single read.
        policy = TryPolicy(most_failures=most_failures)
        try:
            await self._retrier.call(lambda: self._api.page(per_page=1), kind="list", policy=policy)
        except RefusedError as error:
            if error.status == HTTPStatus.FORBIDDEN:
                raise KeyRefusedError(f"The API did not accept the key: {error.failure}{error.quoted}.") from None
            raise ApiUnavailableError(
                f"The API refuses to list orders, so the key could not be proven: {error.failure}{error.quoted}."
            ) from None
        except RequestError as error:
            raise KeyUnprovenError(
                "The list of orders, which alone shows whether the key is good, gives no good answer: "
                f"{error.failure}{error.quoted}."
            ) from None
        self._list_in_doubt = False

    async def answers(self, within_s: float) -> bool:
        """Ask once, with a neutral request, whether the API gives a good answer within so many seconds.

        The request is a page of one order. While the list itself may be what fails, every second one is a single read.

        Raises:
            KeyRefusedError, CertificateError: the run is over.
        """
        by_reading = self._list_in_doubt

        async def ask() -> None:
            with anyio.fail_after(within_s):
                if by_reading:
                    await self._api.get(self._known_order)
                else:
                    await self._api.page(per_page=1)

        try:
            await self._retrier.once(ask, kind="read" if by_reading else "list")
        except RefusedError:
            return True
        except (RequestError, TimeoutError):
            self._list_in_doubt = not by_reading
            return False
        return True

    async def page(self, *, per_page: int, offset: str | None) -> ReadPage | NoPage:
        """Read one page of the list. A list that fails alone is soon given up, because single reads can replace it.

        Raises:
            Stopping, KeyRefusedError, CertificateError: the run is over.
        """
        self._list_in_doubt = True
        try:
            page = await self._retrier.call(lambda: self._get_page(per_page, offset), kind="list", policy=_ONE_PAGE)
        except RequestError as error:
            return NoPage(smaller_may_do=not (isinstance(error, ThrottledError) or error.timed_out))
        self._list_in_doubt = False
        return page

    async def needed_page(self, *, per_page: int, offset: str | None, query: ListQuery) -> ReadPage:
        """Read one page of the list that nothing can replace, trying again as often as allowed.

        Raises:
            RequestError: refused, or out of tries.
            Stopping, KeyRefusedError, CertificateError: the run is over.
        """
        self._list_in_doubt = True
        page = await self._retrier.call(lambda: self._get_page(per_page, offset, query), kind="list")
        self._list_in_doubt = False
        return page

    async def _get_page(self, per_page: int, offset: str | None, query: ListQuery | None = None) -> ReadPage:
        read_at, begun = self._wall(), loop_time()
        page = await self._api.page(per_page=per_page, offset=offset, query=query)
        return ReadPage(
            orders=page.orders,
            next_offset=page.next_offset,
            read_at=read_at,
            seconds=loop_time() - begun,
            unread=page.unread,
        )

    async def read(self, order_id: str) -> Reading:
        """Read one order, trying again as often as allowed.

        Raises:
            Stopping, KeyRefusedError, CertificateError: the run is over.
        """
        try:
            return await self._of_one_row(lambda: self._get(order_id), Tries(), TryPolicy(), kind="read")
        except RequestError as error:
            return _unread(error)

    async def read_once(self, order_id: str) -> Reading:
        """Read one order with a single try, also while the run is stopping.

        Raises:
            KeyRefusedError, CertificateError: the run is over.
        """
        try:
            return await self._retrier.once(lambda: self._get(order_id), kind="read")
        except RequestError as error:
            return _unread(error)

    async def _get(self, order_id: str) -> Reading:
        read_at = self._wall()
        order = await self._api.get(order_id)
        if order is None:
            return Missing()
        self._known_order = order_id
        return Found(order=order, read_at=read_at)

    async def rename(self, order_id: str, new_name: str, tries: Tries, *, send_by: float = math.inf) -> Order:
        """Rename one order; ``tries`` notes what was sent and how it ended, also if this raises.

        Raises:
            RequestError: refused, or out of tries.
            TooLate: its turn came after ``send_by``, in the event loop's time; nothing was sent.
            Stopping, KeyRefusedError, CertificateError: the run is over.
        """
        return await self._of_one_row(
            lambda: self._api.rename(order_id, new_name), tries, TryPolicy(send_by=send_by), kind="rename"
        )

    async def picture(self, image_id: str) -> Picture:
        """Read the small preview of an image. Nothing depends on it, so that its failure says nothing of the API.

        Raises:
            RequestError: there is none.
            Stopping, KeyRefusedError, CertificateError: as they come.
        """
        return await self._retrier.aside(lambda: self._api.picture(image_id))

    async def _of_one_row(
        self, request: Callable[[], Awaitable[T]], tries: Tries, policy: TryPolicy, *, kind: Kind
    ) -> T:
        """Make the requests of one row. A 401 is a refusal of this row if the key is proven good after it."""
        try:
            return await self._retrier.call(request, tries, kind=kind, policy=policy)
        except KeyRefusedError:
            if not await self._key_is_good(since=loop_time()):
                raise
        refused = RefusedError("401 Unauthorized, although the key is good", status=HTTPStatus.UNAUTHORIZED)
        self._retrier.note_refused_key(tries, kind, refused)
        raise refused

    async def _key_is_good(self, *, since: float) -> bool:
        """Prove the key, if that was not done after ``since``; rows that ask at the same time share one proof."""
        async with self._key_in_question:
            if self._key_good_at <= since:
                try:
                    await self.prove_key()
                except (BatchRenamerError, Stopping):
                    return False
                self._key_good_at = loop_time()
            return True


def _unread(error: RequestError) -> Reading:
    if isinstance(error, RefusedError) and error.status in _GONE:
        return Missing()
    return Unreadable(reason=f"{error.failure}{error.quoted}", http_status=error.status)
