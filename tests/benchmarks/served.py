"""The measuring server from outside: shapes enter, records of what it saw leave."""

from __future__ import annotations

import asyncio
import http.client
import json
import math
import os
import subprocess
import sys
import time
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import Any

from tests.benchmarks.server import Shape, limit_of

__all__ = ["Ceiling", "Record", "Served", "ceiling_of", "limit_per_s", "serving"]

_STEADY_S = 3.0
_LOOK_EVERY_S = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """What the server saw since it was shaped, in seconds on its own clock, which is the machine's monotonic one.

    ``accepted`` holds the times of the requests that were let in, by their kind; ``refused`` those of its 429s.
    """

    accepted: dict[str, list[float]]
    refused: list[float]
    cpu_s: float

    @property
    def let_in(self) -> list[float]:
        """The times of all requests that were let in."""
        return sorted(at for times in self.accepted.values() for at in times)

    @property
    def requests(self) -> int:
        """How many requests arrived."""
        return sum(map(len, self.accepted.values())) + len(self.refused)

    @property
    def throttled(self) -> float:
        """The 429s as a share of all requests."""
        return len(self.refused) / self.requests if self.requests else 0.0

    def share_of(
        self, limit_per_s: float, kind: str | None = None, *, after_s: float = 0.0, less_s: float = 0.0
    ) -> float:
        """Return the rate of what was let in, from the first to the last, as a share of the limit.

        The first ``after_s`` and the last ``less_s`` seconds don't count. It passes 1 where a client opened with a
        burst that the limit allowed.
        """
        times = self.let_in if kind is None else self.accepted[kind]
        if len(times) < 2 or times[-1] - times[0] <= after_s + less_s:
            return math.nan
        begin, end = times[0] + after_s, times[-1] - less_s
        return (bisect_right(times, end) - bisect_right(times, begin)) / (end - begin) / limit_per_s

    def share_until(self, limit_per_s: float, *, done: float = 0.97, all_kinds: bool = False) -> float:
        """Return the rate of the renames, from the first until this share of them was let in, as a share of the limit.

        It says nothing of the last rows, when too few are left to fill the limit. ``all_kinds``: the reads of the same
        time count as well.
        """
        times = self.accepted["PATCH"]
        last = int(len(times) * done) - 1
        if last < 1 or times[last] <= times[0]:
            return math.nan
        counted = bisect_right(self.let_in, times[last]) - bisect_right(self.let_in, times[0]) if all_kinds else last
        return counted / (times[last] - times[0]) / limit_per_s

    def back_after_s(self, changed_at: float, limit_per_s: float, *, share: float, throttled: float) -> float:
        """Return how long after a change of the limit `_STEADY_S` seconds begin that use this share of it.

        They have fewer 429s than ``throttled``, as a share: knocking at a limit that shrank is not being back. Infinity
        when there are none.
        """
        let_in, refused = self.let_in, sorted(self.refused)
        begin = changed_at
        while let_in and begin + _STEADY_S <= let_in[-1]:
            good, bad = (bisect_left(of, begin + _STEADY_S) - bisect_left(of, begin) for of in (let_in, refused))
            if good >= share * limit_per_s * _STEADY_S and bad < throttled * (good + bad):
                return begin - changed_at
            begin += _LOOK_EVERY_S
        return math.inf

    def per_second(self) -> list[tuple[int, int]]:
        """Return accepted and refused requests, second by second from the first one on."""
        begun = min([*self.let_in[:1], *self.refused[:1]], default=0.0)
        accepted, refused = (Counter(int(at - begun) for at in times) for times in (self.let_in, self.refused))
        return [(accepted[second], refused[second]) for second in range(max([*accepted, *refused], default=-1) + 1)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """The server at work."""

    port: int

    @property
    def base_url(self) -> str:
        """Where it is."""
        return f"http://127.0.0.1:{self.port}"

    def reset(self, shape: Shape) -> None:
        """Let it begin anew."""
        self._control("reset", asdict(shape))

    def set_limit(self, limit: str) -> None:
        """Put another limit in force, also in mid-run."""
        self._control("limit", limit)

    def record(self) -> Record:
        """Return what it has seen since."""
        return Record(**self._control("record"))

    def lost(self, rows: Sequence[tuple[str, str]]) -> int:
        """Return how many of these orders don't have the name that they were to get."""
        names = self._control("names")
        return sum(names[order_id] != name for order_id, name in rows)

    def _control(self, what: str, given: object = None) -> Any:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request("POST", f"/control/{what}", json.dumps(given))
            return json.loads(connection.getresponse().read())
        finally:
            connection.close()


@contextmanager
def serving(*, alone: bool = False) -> Iterator[Served]:
    """Start the server in a process of its own, and end it with the block.

    ``alone``: it has the first core, and this process and those that it starts have the others, where the system
    offers that.
    """
    words = (sys.executable, "-m", "tests.benchmarks.server")
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        if alone and sys.platform == "linux" and len(cores := sorted(os.sched_getaffinity(0))) > 1:
            os.sched_setaffinity(process.pid, cores[:1])
            os.sched_setaffinity(0, cores[1:])
        try:
            yield Served(port=int(process.stdout.readline()))
        finally:
            process.stdin.close()
            process.wait(timeout=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ceiling:
    """What the server can do: requests per second as driven from here, and by its own CPU time alone."""

    driven_per_s: float
    by_cpu_per_s: float


def ceiling_of(served: Served, *, seconds: float = 1.5, connections: int = 16) -> Ceiling:
    """Drive the server with ready-made PATCHes, as hard as one process can; both share the machine's cores."""
    served.reset(Shape(orders=1))
    begun = time.perf_counter()
    asyncio.run(_drive(served.port, seconds=seconds, connections=connections))
    took_s, record = time.perf_counter() - begun, served.record()
    return Ceiling(driven_per_s=record.requests / took_s, by_cpu_per_s=record.requests / record.cpu_s)


class _Driver(asyncio.Protocol):
    """Sends the same request again as soon as it is answered."""

    REQUEST = (
        b"PATCH /v3/orders/order-0000000 HTTP/1.1\r\nHost: 127.0.0.1\r\nx-api-key: k\r\n"
        b'Content-Type: application/json\r\nContent-Length: 16\r\n\r\n{"name": "abcd"}'
    )

    def __init__(self) -> None:
        self._received = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        transport.write(self.REQUEST)

    def data_received(self, data: bytes) -> None:
        self._received += data
        if self._received.endswith(b"}"):  # the answer is one JSON object; a piece of it seldom ends so
            self._received = b""
            self._transport.write(self.REQUEST)


async def _drive(port: int, *, seconds: float, connections: int) -> None:
    loop = asyncio.get_running_loop()
    made = [await loop.create_connection(_Driver, "127.0.0.1", port) for _ in range(connections)]
    await asyncio.sleep(seconds)
    for transport, _ in made:
        transport.close()


def limit_per_s(limit: str) -> float:
    """Return the limit of a shape in requests per second."""
    spec = limit_of(limit)
    return math.inf if spec is None else spec.requests / spec.window_s
