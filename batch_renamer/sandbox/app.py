"""The sandbox as a whole: it takes HTTP requests, gives answers, faults or silence, and logs every request.

A request goes through these steps: outage, rate limit, fault, latency, the API itself, and the fault of the answer.
Paths are read raw, because a router that decodes them could not tell ``a%2Fb`` from ``a/b``.
"""

from __future__ import annotations

import asyncio
import math
import random
import secrets
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from functools import partial
from typing import assert_never

from aiohttp import web

from batch_renamer.sandbox.api import Answer, ApiRules, Call, OrdersApi, http_error, resolve
from batch_renamer.sandbox.faultkind import FaultKind
from batch_renamer.sandbox.faults import Fault, FaultPlan, Outage, OutageMode
from batch_renamer.sandbox.keptname import kept_name
from batch_renamer.sandbox.limits import Clock, Limiter, LimitSpec, Unlimited
from batch_renamer.sandbox.orders import OrderStore
from batch_renamer.sandbox.requestlog import LoggedRequest, RequestLog
from batch_renamer.sandbox.wire import broken, cut_off, hang_up, instead, reset, throttled, unheard, whole

__all__ = ["Latency", "Sandbox", "made_up_key"]


def made_up_key() -> str:
    """Make a key that can not be guessed.

    Example:
        >>> made_up_key().startswith("sandbox-")
        True
    """
    return f"sandbox-{secrets.token_urlsafe(18)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Latency:
    """Seconds that pass before every answer: ``base_s``, and up to ``jitter_s`` more."""

    base_s: float = 0.0
    jitter_s: float = 0.0


@dataclass(slots=True, kw_only=True)
class Sandbox:
    """A local stand-in for the Orders API; `serve.running` puts it on a port.

    Everything but the store, the key and the rules may be exchanged while it runs: ``faults``, ``latency``, the
    limit (`set_limit`, or ``limiter`` itself), and ``outage``, an outage in force now, on top of the plan's own.

    Example:
        >>> sandbox = Sandbox(api_key="k")
        >>> sandbox.store.seed("a1", "12 Elm St").order_id
        'a1'
    """

    store: OrderStore = field(default_factory=OrderStore)
    api_key: str = field(default_factory=made_up_key, repr=False)
    rules: ApiRules = field(default_factory=ApiRules)
    faults: FaultPlan = field(default_factory=FaultPlan)
    limiter: Limiter = field(default_factory=Unlimited)
    announce_wait: bool = False
    latency: Latency = field(default_factory=Latency)
    outage: Outage | None = None
    log: RequestLog = field(default_factory=RequestLog)
    clock: Clock = time.monotonic
    wall_clock: Callable[[], float] = time.time
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    seed: int = 0
    _api: OrdersApi = field(init=False, repr=False)
    _random: random.Random = field(init=False, repr=False)
    _first_s: float | None = field(init=False, repr=False, default=None)
    _later: set[asyncio.Future[None]] = field(init=False, repr=False, default_factory=set)

    def __post_init__(self) -> None:
        """Put the API in front of the store."""
        self._api = OrdersApi(store=self.store, api_key=self.api_key, rules=self.rules)
        self._random = random.Random(self.seed)  # noqa: S311 - jitter is to be repeatable, not secret

    def set_limit(self, limit: LimitSpec | None) -> None:
        """Start a fresh rate limit now; ``None`` lifts it."""
        self.limiter = Unlimited() if limit is None else limit.build(self.clock)
        self.announce_wait = limit is not None and limit.retry_after

    async def handle(self, request: web.BaseRequest) -> web.StreamResponse:
        """Answer one request, as aiohttp's low-level server calls it."""
        now = self.clock()
        if self._first_s is None:
            self._first_s = now
        target = resolve(request.raw_path)
        entry = LoggedRequest(
            at_s=now,
            wall_s=self.wall_clock(),
            method=request.method,
            raw_path=request.raw_path,
            order_id=None if target is None else target.order_id,
            resolved=target is not None,
            has_key="x-api-key" in request.headers,
            user_agent=request.headers.get("User-Agent", ""),
        )
        self.log.arrived(entry)
        try:
            return await self._respond(request, entry, now - self._first_s)
        finally:
            self.log.finished(entry)

    async def _respond(
        self, request: web.BaseRequest, entry: LoggedRequest, since_first_s: float
    ) -> web.StreamResponse:
        """Take the request past outage and limit."""
        try:
            body = await request.read()
        except web.HTTPRequestEntityTooLarge:
            return _sent(entry, http_error(413, "Request Entity Too Large"))
        outage = self._outage(since_first_s, entry.method)
        if outage is not None:
            return await self._refuse(request, entry, outage.mode)
        wait_s = self.limiter.admit()
        if wait_s is not None:
            return _sent(entry, throttled(str(max(1, math.ceil(wait_s))) if self.announce_wait else None))
        fault = self.faults.draw(entry.method, entry.order_id) if entry.resolved else None
        if self.latency.base_s or self.latency.jitter_s:
            await self.sleep(self.latency.base_s + self._random.random() * self.latency.jitter_s)
        call = Call(
            method=entry.method,
            raw_path=entry.raw_path,
            api_key=request.headers.get("x-api-key"),
            api_version=request.headers.get("x-api-version"),
            content_type=request.headers.get("Content-Type", ""),
            body=body,
        )
        if fault is None:
            return _sent(entry, self._api.answer(call))
        entry.fault = fault.kind.value
        return await self._go_wrong(request, entry, call, fault)

    async def _go_wrong(
        self, request: web.BaseRequest, entry: LoggedRequest, call: Call, fault: Fault
    ) -> web.StreamResponse:
        """Take the request through its fault: before, while and after it is carried out."""
        if fault.kind is FaultKind.RESET_BEFORE:
            return reset(request)
        refusal = instead(fault, raw_path=call.raw_path, wall_s=self.wall_clock())
        if refusal is not None:
            return _sent(entry, refusal)
        if fault.kind.late:
            self._do_later(call, fault.seconds)
            if fault.kind is FaultKind.LATE_RESET:
                return reset(request)
            shown = replace(call, method="GET", body=b"")
            return _sent(entry, unheard(fault) or self._api.answer(shown))
        if fault.kind is FaultKind.SLOW:
            await self.sleep(fault.seconds)
        answer = self._carried_out(call, fault, one_order=entry.order_id is not None)
        match fault.kind:
            case FaultKind.RESET_AFTER:
                return reset(request)
            case FaultKind.CLOSE_AFTER:
                return hang_up(request)
            case FaultKind.CUT_OFF if answer.body:
                entry.status = answer.status
                return await cut_off(request, answer)
            case FaultKind.SLOW_AFTER:
                await self.sleep(fault.seconds)
        return _sent(entry, broken(answer, fault))

    def _carried_out(self, call: Call, fault: Fault, *, one_order: bool) -> Answer:
        """Do what the request asks now, changed by the fault."""
        stale = fault.kind.stale and fault.kind.fits(call.method, one_order=one_order)
        kept = None
        if fault.kind.makes_names:
            kept = partial(kept_name, fault.kind) if fault.text is None else partial(_always, fault.text)
        return self._api.answer(call, kept=kept, seconds_ago=fault.seconds if stale else 0.0)

    def _do_later(self, call: Call, seconds: float) -> None:
        """Do what the request asks some seconds later, after its client has got an answer."""

        async def later() -> None:
            await self.sleep(seconds)
            self._api.answer(call)

        task = asyncio.ensure_future(later())
        self._later.add(task)  # the event loop itself keeps no task alive
        task.add_done_callback(self._later.discard)

    def _outage(self, since_first_s: float, method: str) -> Outage | None:
        if self.outage is not None and self.outage.covers(since_first_s, method):
            return self.outage
        return self.faults.outage(since_first_s, method)

    async def _refuse(self, request: web.BaseRequest, entry: LoggedRequest, mode: OutageMode) -> web.StreamResponse:
        """Answer a request during an outage."""
        entry.fault = f"outage-{mode.value}"
        match mode:
            case OutageMode.UNAVAILABLE:
                return _sent(entry, http_error(503, "Service Unavailable"))
            case OutageMode.THROTTLED:
                return _sent(entry, throttled(None))
            case OutageMode.REFUSE | OutageMode.HANG:
                if mode is OutageMode.HANG:
                    # Until the client gives up, which aiohttp does not tell, or the server stops and cancels this.
                    await asyncio.Event().wait()
                return reset(request)
            case _:
                assert_never(mode)


def _always(text: str, _sent: str) -> str:
    return text


def _sent(entry: LoggedRequest, answer: Answer) -> web.Response:
    entry.status = answer.status
    return whole(answer)
