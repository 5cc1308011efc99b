"""Requests of pacers enter; a limiter lets them in or refuses them, in virtual time."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import anyio

from batch_renamer.client.pacing import Pacer
from batch_renamer.sandbox import Limiter

__all__ = ["Service"]


@dataclass(slots=True, kw_only=True)
class Service:
    """An API behind a limiter: it takes half of the latency for a request to arrive, and half for the answer."""

    limiter: Limiter
    latency_s: float = 0.1
    let_in: list[float] = field(default_factory=list)
    refused: list[float] = field(default_factory=list)

    async def work(self, pacer: Pacer, *, seconds: float, workers: int = 64) -> None:
        """Send requests as fast as the pacer allows for so many seconds."""

        async def worker() -> None:
            while True:
                await self.ask(pacer)

        with anyio.move_on_after(seconds):
            async with anyio.create_task_group() as tasks:
                for _ in range(workers):
                    tasks.start_soon(worker)

    async def work_through(self, pacer: Pacer, rows: Iterable[object], *, workers: int = 64) -> None:
        """Send requests as fast as the pacer allows until one has been let in for each row."""
        left = iter(rows)

        async def worker() -> None:
            for _ in left:
                while not await self.ask(pacer):
                    pass

        async with anyio.create_task_group() as tasks:
            for _ in range(workers):
                tasks.start_soon(worker)

    async def ask(self, pacer: Pacer) -> bool:
        """Send one request; return whether it was let in."""
        send = await pacer.acquire()
        assert send is not None
        await anyio.sleep(self.latency_s / 2)
        is_let_in = self.limiter.admit() is None
        (self.let_in if is_let_in else self.refused).append(anyio.current_time())
        await anyio.sleep(self.latency_s / 2)
        if is_let_in:
            pacer.accepted(send)
        else:
            pacer.throttle(None, send)
        return is_let_in

    def per_s(self, begin: float, end: float) -> float:
        """Return how many requests a second were let in."""
        return sum(begin <= at < end for at in self.let_in) / (end - begin)

    def share_refused(self) -> float:
        """Return the share of requests that met a 429."""
        return len(self.refused) / (len(self.refused) + len(self.let_in))
