"""A fake API enters; the gear that a run speaks to it through leaves, all of it on one stop signal."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TypeVar

import anyio

from batch_renamer.client.breaker import Breaker
from batch_renamer.client.gateway import Gateway
from batch_renamer.client.pacing import Pacer
from batch_renamer.client.recovery import watch_breaker
from batch_renamer.client.retrying import Retrier
from batch_renamer.client.stopping import StopSignal
from batch_renamer.errors import InterruptedRunError
from batch_renamer.model import Change, Order, Outcome
from batch_renamer.renaming.pool import rename_all
from tests.support.fake_api import FakeOrdersApi

__all__ = ["Bench", "a_stop", "batches_of", "changes_of", "new_name_of"]

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """The gear of one run; ``said`` is what the user was told.

    Example:
        >>> Bench.of(FakeOrdersApi({})).said
        []
    """

    api: FakeOrdersApi
    stop: StopSignal
    pacer: Pacer
    breaker: Breaker
    retrier: Retrier
    gateway: Gateway
    said: list[str]

    @classmethod
    def of(cls, api: FakeOrdersApi, *, rate_per_s: float = 50.0, attempts: int = 6, patience_s: float = 900.0) -> Bench:
        """Put the gear together; the wall clock is the event loop's."""
        stop, pacer, said = StopSignal(), Pacer(rate_per_s=rate_per_s), list[str]()
        breaker = Breaker(patience_s=patience_s, stop=stop, notify=said.append)
        retrier = Retrier(attempts=attempts, pacer=pacer, breaker=breaker, stop=stop)
        gateway = Gateway(api, retrier, wall=anyio.current_time)
        return cls(api=api, stop=stop, pacer=pacer, breaker=breaker, retrier=retrier, gateway=gateway, said=said)

    @asynccontextmanager
    async def guarded(self) -> AsyncIterator[None]:
        """Let the breaker stand guard, as it does beside every run."""
        # No task group: what is raised inside is to come out as it is.
        watch = asyncio.ensure_future(watch_breaker(self.breaker, self.gateway.answers))
        try:
            yield
        finally:
            watch.cancel()
            await asyncio.wait([watch])
        if not watch.cancelled():
            watch.result()

    async def rename(self, changes: Sequence[Change], *, workers: int = 16, batch: int = 500) -> dict[int, Outcome]:
        """Send the changes through the pool; return the outcomes by row, and fail when a row has two."""
        outcomes: dict[int, Outcome] = {}

        async def record(group: list[Outcome]) -> None:
            for outcome in group:
                assert outcome.row not in outcomes, f"row {outcome.row} has two outcomes"
                outcomes[outcome.row] = outcome

        async with self.guarded():
            await rename_all(
                batches_of(changes, size=batch),
                record,
                gateway=self.gateway,
                workers=lambda: workers,
                stop=self.stop,
                wall_clock=anyio.current_time,
            )
        return outcomes


def a_stop() -> InterruptedRunError:
    """Return the cause to stop that Ctrl-C gives.

    Example:
        >>> a_stop().exit_code
        130
    """
    return InterruptedRunError(signal.SIGINT)


def new_name_of(order_id: str) -> str:
    """Return the name that `changes_of` asks for."""
    return f"new {order_id}"


def changes_of(api: FakeOrdersApi, *, read_at: float = 0.0) -> list[Change]:
    """Return a change for every order that the API holds now, in order."""
    return [
        Change(row=row, new_name=new_name_of(order_id), order=Order(order_id=order_id, name=name), read_at=read_at)
        for row, (order_id, name) in enumerate(api.names.items(), start=2)
    ]


async def batches_of(items: Sequence[T], *, size: int) -> AsyncIterator[Sequence[T]]:
    """Yield the items in batches."""
    for begin in range(0, len(items), size):
        yield items[begin : begin + size]
