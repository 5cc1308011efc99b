"""What goes wrong on purpose, for tests and benchmarks: a share and a seed enter, a fault plan leaves."""

from __future__ import annotations

import asyncio
import math
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web

from batch_renamer.sandbox import Fault, FaultKind, FaultPlan, Rule, Share
from tests.support.gate import DEADLINE_S

__all__ = ["Naps", "OutageByCount", "faults_of_every_kind", "forbidding", "one_order_for_each_kind"]


class Naps:
    """Stands in for the sandbox's sleep, and tells when no request sleeps any more."""

    def __init__(self) -> None:
        self._asleep = 0
        self._awake = asyncio.Condition()

    async def __call__(self, seconds: float) -> None:
        """Sleep."""
        self._asleep += 1
        await asyncio.sleep(seconds)
        async with self._awake:
            self._asleep -= 1
            self._awake.notify_all()

    async def over(self) -> None:
        """Wait until every request that was slow has been carried out."""
        async with asyncio.timeout(DEADLINE_S), self._awake:
            await self._awake.wait_for(lambda: not self._asleep)


class OutageByCount(FaultPlan):
    """Every request fails from the ``first``-th rename on, and so do ``asked`` requests for the whole collection.

    The next request for it is answered and ends the outage: the client, not the clock, says how long that is, and what
    else is on its way fails as well. A slow machine changes nothing. Without ``asked`` it has no end.
    """

    def __init__(self, *, first: int, asked: int | None = None, kind: FaultKind = FaultKind.UNAVAILABLE) -> None:
        super().__init__()
        self._fault = Fault(kind=kind)
        self._renames_left = first
        self._asks_left = math.inf if asked is None else asked
        self._is_over = False

    def draw(self, method: str, order_id: str | None) -> Fault | None:
        """Count one request, and say whether it falls into the outage."""
        self._renames_left -= method == "PATCH"
        if self._renames_left > 0:
            return None
        if order_id is None:
            self._asks_left -= 1
            self._is_over |= self._asks_left < 0
        return None if self._is_over else self._fault


def faults_of_every_kind(share: float, *, seed: int, slow_s: float, retry_after_s: float) -> FaultPlan:
    """Spread a share of faults evenly over every kind there is.

    A slow answer takes ``slow_s`` seconds, a late rename comes as late, and what is stale is as old.
    """
    each = share / len(FaultKind)
    faults = [Fault(kind=kind, seconds=slow_s if _takes_time(kind) else retry_after_s) for kind in FaultKind]
    return FaultPlan(shares=[Share(fault=fault, share=each) for fault in faults], seed=seed)


_LIMITS = {kind for kind in FaultKind if kind.startswith("429")} | {FaultKind.FORBIDDEN_LIMIT}


def _takes_time(kind: FaultKind) -> bool:
    return "slow" in kind or kind.late or kind.stale


def one_order_for_each_kind(*, slow_s: float) -> FaultPlan:
    """Let every rename of ``order-1`` meet the first kind of fault, of ``order-2`` the second, and so on.

    A limit comes only twice: it is waited out however often it comes.
    """
    rules = []
    for number, kind in enumerate(FaultKind, 1):
        fault = Fault(kind=kind, seconds=slow_s if _takes_time(kind) else 0.0)
        times = 2 if kind in _LIMITS else None
        rules.append(Rule(fault=fault, method="PATCH", order_id=f"order-{number}", times=times))
    return FaultPlan(rules=rules)


@asynccontextmanager
async def forbidding() -> AsyncIterator[str]:
    """Serve an API that lets everything be read, forbids every rename, and repeats the key when it does."""

    async def answer(request: web.BaseRequest) -> web.Response:
        if request.method == "PATCH":
            key = request.headers["x-api-key"]
            return web.json_response({"message": f"Key {key} may not", "detail": {"key": key}}, status=403)
        if order_id := request.path.rpartition("/")[2]:
            return web.json_response({"order_id": order_id, "name": "Old", "images": []})
        return web.json_response({"orders": [], "pagination": {"per_page": 1, "next_offset": None}})

    runner = web.ServerRunner(web.Server(answer))
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()
