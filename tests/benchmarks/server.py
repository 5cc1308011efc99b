"""Requests enter on a socket; answers leave as fast as Python gives them: the fixed point that clients are measured by.

A stand-in for the Orders API that does little (GET, PATCH and the list of ``/v3/orders/``, no faults) and costs little,
in a process of its own. It keeps the time of every request on its own clock. How it behaves is set at ``/control/``
between two measurements: what enters there is a `Shape`, what leaves is the record of what has arrived since.

``python -m tests.benchmarks.server`` prints its port and serves until its standard input is closed.
"""

from __future__ import annotations

import asyncio
import gc
import json
import os
import random
import re
import sys
import time
from array import array
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from urllib.parse import parse_qs

from batch_renamer.sandbox.limits import Limiter, LimitSpec, Unlimited
from batch_renamer.sandbox.ordertext import OrderText
from batch_renamer.sandbox.storedorder import StoredOrder
from batch_renamer.sandbox.texts import parse_latency, parse_limit

__all__ = ["FastApi", "Shape", "limit_of", "main", "order_id_of"]

_ORDERS = b"/v3/orders/"
_CONTROL = b"/control/"
_LENGTH = re.compile(rb"\r\ncontent-length: *([0-9]+)", re.IGNORECASE)
_HEAD = b"HTTP/1.1 %s\r\nContent-Type: application/json\r\n%sContent-Length: %d\r\n\r\n"
_ID, _NAME = b'"@ID@"', b'"@NAME@"'
_DEFAULT_PAGE = 5


def order_id_of(number: int) -> str:
    """Return the id of the order with this number; the list shows the orders by their numbers."""
    return f"order-{number:07d}"


def limit_of(text: str) -> LimitSpec | None:
    """Read a limit as the sandbox's command line does, and the burst of a bucket after a colon.

    Example:
        >>> limit_of("300/bucket:10").burst
        10
    """
    words, _, burst = text.partition(":")
    spec = parse_limit(words)
    return replace(spec, burst=int(burst)) if spec is not None and burst else spec


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """How the server behaves: its orders, their images, its limit and latency as texts, the most orders on a page.

    Latency is spent after the limit has let a request in or not, as on the way back; the jitter (what stands after the
    plus sign) before, as on the way there. With ``quick_reads`` only renames have either.
    """

    orders: int = 0
    images: int = 3
    limit: str = "none"
    latency: str = "none"
    most_per_page: int = 100
    quick_reads: bool = False


class FastApi:
    """The orders and the record; `answer` is called for each request, with the way back to its sender."""

    def __init__(self, shape: Shape | None = None) -> None:
        self.reset(shape or Shape())

    def reset(self, shape: Shape) -> None:
        """Begin anew: all orders have their old names, and nothing has arrived yet."""
        self._names = {order_id_of(number): f"Old name {number}" for number in range(shape.orders)}
        self._ids: list[str] = []
        self._template = _template(shape.images)
        self._most_per_page = shape.most_per_page
        latency = parse_latency(shape.latency)
        self._latency_s, self._jitter_s = latency.base_s, latency.jitter_s
        self._quick_reads = shape.quick_reads
        self._accepted = {kind: array("d") for kind in ("GET", "PATCH", "LIST")}
        self._refused = array("d")
        self._cpu_s = _cpu_s()
        self.set_limit(shape.limit)

    def set_limit(self, limit: str) -> None:
        """Put another limit in force now, also in mid-run."""
        spec = limit_of(limit)
        self._limiter: Limiter = Unlimited() if spec is None else spec.build()
        self._hints = spec is not None and spec.retry_after

    def answer(self, method: bytes, path: bytes, body: bytes, send: Callable[[bytes], None]) -> None:
        """Take one request in."""
        if path.startswith(_CONTROL):
            send(_whole(b"200 OK", self._control(path[len(_CONTROL) :], body)))
        elif self._jitter_s and not self._is_quick(method):
            delay_s = random.random() * self._jitter_s  # noqa: S311 - jitter, no secret
            asyncio.get_running_loop().call_later(delay_s, self._arrive, method, path, body, send)
        else:
            self._arrive(method, path, body, send)

    def _arrive(self, method: bytes, path: bytes, body: bytes, send: Callable[[bytes], None]) -> None:
        now = time.monotonic()
        wait_s = self._limiter.admit()
        if wait_s is None:
            answer = self._carry_out(method, path, body, now)
        else:
            self._refused.append(now)
            hint = b"Retry-After: %d\r\n" % max(1, round(wait_s + 0.5)) if self._hints else b""
            answer = _whole(b"429 Too Many Requests", b'{"message": "Too Many Requests"}', hint)
        if self._latency_s and not self._is_quick(method):
            asyncio.get_running_loop().call_later(self._latency_s, send, answer)
        else:
            send(answer)

    def _is_quick(self, method: bytes) -> bool:
        return self._quick_reads and method != b"PATCH"

    def _carry_out(self, method: bytes, path: bytes, body: bytes, now: float) -> bytes:
        place, _, query = path.partition(b"?")
        order_id = place[len(_ORDERS) :].decode()
        if not order_id and method == b"GET":
            self._accepted["LIST"].append(now)
            return _whole(b"200 OK", self._page(query.decode()))
        self._accepted["PATCH" if method == b"PATCH" else "GET"].append(now)
        if order_id not in self._names:
            return _whole(b"404 Not Found", b'{"message": "Order not found", "detail": {}}')
        if method == b"PATCH":
            self._names[order_id] = json.loads(body)["name"]
        return _whole(b"200 OK", self._order(order_id))

    def _order(self, order_id: str) -> bytes:
        name = json.dumps(self._names[order_id]).encode()
        return self._template.replace(_ID, b'"%s"' % order_id.encode()).replace(_NAME, name)

    def _page(self, query: str) -> bytes:
        asked = parse_qs(query)
        self._ids = self._ids or list(self._names)
        begin = int(asked["offset"][0].removeprefix("at-")) if "offset" in asked else 0
        per_page = min(int(asked.get("per_page", [str(_DEFAULT_PAGE)])[0]), self._most_per_page)
        end = begin + per_page
        offset = f'"at-{end}"' if end < len(self._ids) else "null"
        orders = b", ".join(map(self._order, self._ids[begin:end]))
        return b'{"orders": [%s], "pagination": {"per_page": %d, "next_offset": %s}}' % (
            orders,
            per_page,
            offset.encode(),
        )

    def _control(self, what: bytes, body: bytes) -> bytes:
        match what:
            case b"reset":
                self.reset(Shape(**json.loads(body)))
                return b"{}"
            case b"limit":
                self.set_limit(json.loads(body))
                return b"{}"
            case b"names":
                return json.dumps(self._names).encode()
            case _:
                accepted = {kind: list(times) for kind, times in self._accepted.items()}
                record = {"accepted": accepted, "refused": list(self._refused), "cpu_s": _cpu_s() - self._cpu_s}
                return json.dumps(record).encode()


class _Connection(asyncio.Protocol):
    """One kept connection; its requests come one after the other, as clients of HTTP/1.1 send them."""

    def __init__(self, api: FastApi) -> None:
        self._api = api
        self._received = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._send = partial(_send, transport)

    def data_received(self, data: bytes) -> None:
        received = self._received + data
        while (end := received.find(b"\r\n\r\n")) >= 0:
            head, begin = received[:end], end + 4
            length = _LENGTH.search(head)
            rest = begin + (int(length[1]) if length else 0)
            if len(received) < rest:
                break
            method, path, _ = head.split(b" ", 2)
            self._api.answer(method, path, received[begin:rest], self._send)
            received = received[rest:]
        self._received = received


def _send(transport: asyncio.Transport, answer: bytes) -> None:
    if not transport.is_closing():
        transport.write(answer)


def _whole(status: bytes, body: bytes, headers: bytes = b"") -> bytes:
    return _HEAD % (status, headers, len(body)) + body


def _template(images: int) -> bytes:
    when = "2026-01-01T00:00:00Z"
    marked = StoredOrder(
        seq=0, order_id="@ID@", name="@NAME@", created_at=when, last_updated_at=when, total_images=images
    )
    return OrderText().order(marked)


def _cpu_s() -> float:
    return sum(os.times()[:2])


async def _serve() -> None:
    loop = asyncio.get_running_loop()
    api = FastApi()
    server = await loop.create_server(lambda: _Connection(api), "127.0.0.1", 0, backlog=1024)
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    async with server:
        await loop.run_in_executor(None, sys.stdin.read)


def main() -> None:
    """Serve. A garbage collection would delay requests, and count as what the client has done."""
    gc.disable()
    asyncio.run(_serve())


if __name__ == "__main__":
    main()
