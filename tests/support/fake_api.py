"""Scripted faults enter, and an Orders API in memory answers with them; it remembers what was asked and what is true.

`FakeOrdersApi` is the truth that outcomes are checked against. Its time is the running event loop's, so that it is made
for tests on virtual time. A request that has left takes effect even if its answer is not waited for any more, half of
its latency later: a rename that is cancelled may still be applied, as over a real network.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Literal

import anyio

from batch_renamer.client.orders_api import (
    ForeignNameError,
    ForeignOrderError,
    ListQuery,
    LocalShortageError,
    OrderPage,
    RefusedError,
    RequestError,
    ThrottledError,
    TransientError,
    UnconfirmedError,
)
from batch_renamer.client.orders_api.answers import check_renamed
from batch_renamer.errors import KeyRefusedError
from batch_renamer.model import Order
from tests.support.pictureless import Pictureless

__all__ = [
    "Call",
    "FakeOrdersApi",
    "Fault",
    "ForeignName",
    "ForeignOrder",
    "Hang",
    "KeyRefused",
    "Method",
    "Outage",
    "Refused",
    "Shortage",
    "Slow",
    "Stale",
    "Throttled",
    "Transient",
    "Unconfirmed",
    "Unsent",
]

Method = Literal["get", "rename", "page"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Transient:
    """An error that is worth another try; ``applied``: the server did what was asked all the same, or ``kept`` that.

    ``applied_after_s`` is how much later it did it (None: at once, if at all).
    """

    applied: bool = False
    applied_after_s: float | None = None
    kept: str | None = None
    status: int | None = 503
    retry_after_s: float | None = None


@dataclass(frozen=True, slots=True)
class Unsent:
    """A refused connection: the request never got there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Throttled:
    """429."""

    retry_after_s: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """The API's final no; ``applied``: the server did what was asked all the same."""

    status: int = 422
    words: str = ""
    applied: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Unconfirmed:
    """A 2xx that shows no order; ``applied_after_s``: the server does it, that much later (None: never)."""

    status: int = 202
    applied_after_s: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Stale:
    """200 with the order as it was; the server renames it ``applied_after_s`` later."""

    applied_after_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ForeignName:
    """200, and the server keeps another name than the one asked for."""

    kept: str


@dataclass(frozen=True, slots=True)
class ForeignOrder:
    """200 with another order; the server did what was asked."""


@dataclass(frozen=True, slots=True)
class Shortage:
    """This machine is short of open files; nothing leaves."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hang:
    """No answer; the client gives up after ``timeout_s``. ``applied_after_s``: the server does it, that much later."""

    timeout_s: float = 30.0
    applied_after_s: float | None = None


@dataclass(frozen=True, slots=True)
class KeyRefused:
    """401."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Slow:
    """A good answer that takes its time."""

    latency_s: float


Fault = (
    Transient
    | Unsent
    | Throttled
    | Refused
    | Unconfirmed
    | Stale
    | ForeignName
    | ForeignOrder
    | Shortage
    | Hang
    | KeyRefused
    | Slow
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outage:
    """From ``begin_s`` until ``end_s`` every request (or every one of ``method``) meets the fault."""

    begin_s: float
    end_s: float = float("inf")
    method: Method | None = None
    fault: Fault = Transient()

    def strikes(self, method: Method, now: float) -> bool:
        """Tell whether a request that arrives now is hit."""
        return self.begin_s <= now < self.end_s and self.method in (None, method)


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One request that was made: what, of which order ("" for a page), and when it left."""

    method: Method
    order_id: str
    at: float


class FakeOrdersApi(Pictureless):
    """Orders by id in memory; implements the `OrdersApi` protocol.

    ``script`` gives the faults of an order's calls of one method, in order; None is a good answer, and after the last
    one all answers are good; pages are the order "list", the neutral question (a page of one) is "".

    ``latency_s`` is how long an answer takes, ``page_latency_s`` a page of the list, which shows the orders as they
    were added, but for those in ``unlisted``, under the ``listed_names`` where there are any; more than
    ``largest_page`` of them are refused.

    Example:
        >>> api = FakeOrdersApi({"a1": "old"}, script={("a1", "rename"): [Transient(applied=True)]})
        >>> api.names
        {'a1': 'old'}
    """

    def __init__(
        self,
        names: Mapping[str, str | None],
        *,
        latency_s: float = 0.05,
        script: Mapping[tuple[str, Method], Iterable[Fault | None]] | None = None,
        outages: Iterable[Outage] = (),
    ) -> None:
        self.names: dict[str, str | None] = dict(names)
        self.deleted: set[str] = set()
        self.latency_s = latency_s
        self.calls: list[Call] = []
        self.names_given: dict[str, list[str]] = defaultdict(list)
        self.page_latency_s = latency_s
        self.unlisted: set[str] = set()
        self.listed_names: dict[str, str | None] = {}
        self.largest_page = 100
        self.pages: list[int] = []
        self.most_at_once = 0
        self._at_once = 0
        self._script: dict[tuple[str, Method], Iterator[Fault | None]] = {
            key: iter(faults) for key, faults in (script or {}).items()
        }
        self._outages = tuple(outages)

    def add(
        self, order_id: str, name: str | None = "old", *, script: Mapping[Method, Iterable[Fault | None]] | None = None
    ) -> None:
        """Add an order, or script an old one anew."""
        self.names.setdefault(order_id, name)
        for method, faults in (script or {}).items():
            self._script[order_id, method] = iter(faults)

    def times(self, method: Method | None = None) -> list[float]:
        """Return when the calls (of one method) left, in order."""
        return [call.at for call in self.calls if method in (None, call.method)]

    def count(self, method: Method, order_id: str = "") -> int:
        """Return how often this was asked of an order ("": of the list)."""
        return sum(call.method == method and call.order_id == order_id for call in self.calls)

    async def get(self, order_id: str) -> Order | None:
        """Read one order."""
        await self._answer("get", order_id)
        return self._order(order_id) if order_id in self.names else None

    async def rename(self, order_id: str, new_name: str) -> Order:
        """Rename one order."""
        try:
            await self._answer("rename", order_id, new_name)
        except ForeignNameError as error:
            return check_renamed(Order(order_id=order_id, name=error.kept), new_name=new_name)
        if order_id not in self.names:
            raise _refusal(404)
        return Order(order_id=order_id, name=new_name)

    async def page(self, *, per_page: int, offset: str | None = None, query: ListQuery | None = None) -> OrderPage:
        """Read one page of the orders; the offset is the number of the next order."""
        self.pages.append(per_page)
        await self._answer("page", "", script="list" if per_page > 1 else "")
        if per_page > self.largest_page:
            raise _refusal(422)
        begin, listed = int(offset or 0), [order_id for order_id in self.names if order_id not in self.unlisted]
        end = begin + per_page
        orders = tuple(
            replace(self._order(order_id), name=self.listed_names.get(order_id, self.names[order_id]))
            for order_id in listed[begin:end]
        )
        return OrderPage(orders=orders, next_offset=str(end) if end < len(listed) else None)

    def _order(self, order_id: str) -> Order:
        return Order(order_id=order_id, name=self.names[order_id], is_deleted=order_id in self.deleted)

    async def _answer(
        self, method: Method, order_id: str, new_name: str | None = None, *, script: str | None = None
    ) -> None:
        now = anyio.current_time()
        self.calls.append(Call(method=method, order_id=order_id, at=now))
        fault = self._fault(method, order_id if script is None else script, now)
        self._take_effect(fault, order_id, new_name)
        self._at_once += 1
        self.most_at_once = max(self.most_at_once, self._at_once)
        try:
            await anyio.sleep(self._seconds(fault, method))
        finally:
            self._at_once -= 1
        if isinstance(fault, Stale):
            raise ForeignNameError(self.names[order_id] or "")
        if fault is not None and not isinstance(fault, Slow):
            raise _error_of(fault)

    def _seconds(self, fault: Fault | None, method: Method) -> float:
        match fault:
            case Hang(timeout_s=seconds) | Slow(latency_s=seconds):
                return seconds
            case _:
                return self.page_latency_s if method == "page" else self.latency_s

    def _fault(self, method: Method, order_id: str, now: float) -> Fault | None:
        scripted = next(self._script.get((order_id, method), iter(())), None)
        struck = [outage.fault for outage in self._outages if outage.strikes(method, now)]
        return struck[0] if struck else scripted

    def _take_effect(self, fault: Fault | None, order_id: str, new_name: str | None) -> None:
        """Apply a rename, halfway to its answer or whenever the script says, whatever becomes of its client."""
        delay_s: float | None = self._seconds(fault, "rename") / 2
        match fault:
            case (
                Transient(applied=False, applied_after_s=None)
                | Unsent()
                | Throttled()
                | Refused(applied=False)
                | KeyRefused()
                | Shortage()
            ):
                delay_s = None
            case ForeignName(kept=kept) | Transient(kept=str() as kept):
                new_name = kept if new_name is not None else None
        match fault:
            case Transient(applied_after_s=float() | int() as later):
                delay_s = later
            case Hang(applied_after_s=later) | Unconfirmed(applied_after_s=later) | Stale(applied_after_s=later):
                delay_s = later
        if new_name is not None and delay_s is not None:
            asyncio.get_running_loop().call_later(delay_s, self._apply, order_id, new_name)

    def _apply(self, order_id: str, new_name: str) -> None:
        if order_id in self.names:
            self.names[order_id] = new_name
            self.names_given[order_id].append(new_name)


def _refusal(status: int, words: str = "") -> RefusedError:
    return RefusedError(f"{status} {HTTPStatus(status).phrase}", status=status, words=words)


def _error_of(
    fault: Transient
    | Unsent
    | Throttled
    | Refused
    | Unconfirmed
    | ForeignName
    | ForeignOrder
    | Shortage
    | Hang
    | KeyRefused,
) -> RequestError | KeyRefusedError:
    match fault:
        case Transient(status=status, retry_after_s=hint_s):
            failure = "a connection that broke off" if status is None else f"{status} {HTTPStatus(status).phrase}"
            return TransientError(failure, status=status, may_be_applied=True, retry_after_s=hint_s)
        case Unsent():
            return TransientError("a refused connection")
        case Throttled(retry_after_s=hint_s):
            return ThrottledError("429 Too Many Requests", status=429, retry_after_s=hint_s)
        case Refused(status=status, words=words):
            return _refusal(status, words)
        case Unconfirmed(status=status):
            return UnconfirmedError(f"{status} {HTTPStatus(status).phrase}, which shows no order", status=status)
        case ForeignName(kept=kept):
            return ForeignNameError(kept)
        case ForeignOrder():
            return ForeignOrderError()
        case Shortage():
            return LocalShortageError("a shortage of open files on this machine")
        case Hang():
            return TransientError("no answer in time", may_be_applied=True, timed_out=True)
        case KeyRefused():
            return KeyRefusedError("The API did not accept the key (401).")
