"""What the pipeline needs of the Orders API, as a Protocol, and the errors that its requests raise.

The failures of single requests are this package's own: `ThrottledError`, `TransientError` (and three kinds of it:
`ForeignNameError`, `ForeignOrderError`, `LocalShortageError`), `UnconfirmedError` and `RefusedError`. No exception of
the HTTP client gets out: its representation would show the request's headers, with the key. The client that speaks HTTP
is in `http`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from batch_renamer.model import Order, Picture

__all__ = [
    "ForeignNameError",
    "ForeignOrderError",
    "ListQuery",
    "LocalShortageError",
    "OrderPage",
    "OrdersApi",
    "RefusedError",
    "RequestError",
    "ThrottledError",
    "TransientError",
    "UnconfirmedError",
]


class RequestError(Exception):
    """One request was not answered well.

    ``failure`` names it in a sentence ("503 Service Unavailable", "connection reset"). ``words`` are the server's own,
    cut to a readable length, without control characters ("" when it said nothing). ``may_be_applied`` tells whether
    the server may have done what was asked all the same. ``retry_after_s`` is the server's hint, in seconds.

    Example:
        >>> RefusedError("404 Not Found", status=404, words="Order not found").quoted
        ': "Order not found"'
    """

    def __init__(
        self,
        failure: str,
        *,
        status: int | None = None,
        words: str = "",
        may_be_applied: bool = False,
        timed_out: bool = False,
        retry_after_s: float | None = None,
    ) -> None:
        super().__init__(failure)
        self.failure = failure
        self.status = status
        self.words = words
        self.may_be_applied = may_be_applied
        self.timed_out = timed_out
        self.retry_after_s = retry_after_s

    @property
    def quoted(self) -> str:
        """The server's words, ready to follow a sentence; empty when there are none."""
        return f': "{self.words}"' if self.words else ""


class ThrottledError(RequestError):
    """429: over a rate limit. Nothing was applied; the whole run slows down."""


class TransientError(RequestError):
    """Worth another try: connection errors, timeouts, 408, 425, 5xx, and bodies that are not the answer."""


class ForeignNameError(TransientError):
    """200, but with a name that was not asked for; ``kept`` is that name."""

    def __init__(self, kept: str) -> None:
        super().__init__("an answer with another name", status=200, may_be_applied=True)
        self.kept = kept


class ForeignOrderError(TransientError):
    """200, but about another order. The API does answer, so this is no sign of an outage."""

    def __init__(self) -> None:
        super().__init__("an answer about another order", status=200, may_be_applied=True)


class LocalShortageError(TransientError):
    """This machine is short of something (open files, ports, buffers, memory, threads): the API is not to blame.

    It is no outage and uses up no try. Usually what is short is free again once another request ends; if not, the wait
    for it is limited.
    """


class UnconfirmedError(RequestError):
    """A rename was answered by a 2xx that does not show the order with a name; reading the order settles it.

    The API works, and may have applied the rename or apply it a little later: to send it again would prove nothing.
    """

    def __init__(self, failure: str, *, status: int) -> None:
        super().__init__(failure, status=status, may_be_applied=True)


class RefusedError(RequestError):
    """The API's final no: 400, 403, 404, 409, 410, 422, and redirects, which are not followed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListQuery:
    """What is asked of the list since API version 2026-10-01; an older version ignores it.

    ``text`` is searched in the names, in a way that is not documented. ``sort`` is ``name``, ``-name``, ``date`` or
    ``-date``.

    Example:
        >>> ListQuery(sort="-date").text is None
        True
    """

    text: str | None = None
    sort: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderPage:
    """One page of the list of orders; ``next_offset`` is the opaque token of the next one, None on the last.

    ``unread`` are the ids of the orders that it shows without a name or in another shape; "" where it shows no id.

    Example:
        >>> OrderPage(orders=(), next_offset=None).orders
        ()
    """

    orders: tuple[Order, ...]
    next_offset: str | None
    unread: tuple[str, ...] = ()


class OrdersApi(Protocol):
    """The few requests that the pipeline makes; each method is one try of one request.

    All raise RequestError, KeyRefusedError (401), CertificateError or ProxyRefusedError (407).
    """

    async def get(self, order_id: str) -> Order | None:
        """Read one order; None when there is no such order (404)."""

    async def rename(self, order_id: str, new_name: str) -> Order:
        """Rename one order; return it as the API confirmed it."""

    async def page(self, *, per_page: int, offset: str | None = None, query: ListQuery | None = None) -> OrderPage:
        """Read one page of the account's orders; the first one proves the key."""

    async def picture(self, image_id: str) -> Picture:
        """Read the small preview of an image, which costs nothing."""
