"""The agent of a run in a worker process: one client of the API, and one pool for all of its shards.

So no request slot is idle between two shards.
"""

from __future__ import annotations

import asyncio

import anyio

from batch_renamer.client import (
    Breaker,
    Gateway,
    LeasedPacer,
    Retrier,
    StopSignal,
    connections_possible,
    open_orders_api,
    watch_breaker,
)
from batch_renamer.distributed.messages import Lease, Report, Secret, Setup
from batch_renamer.distributed.queues import MessageQueue
from batch_renamer.distributed.worker.exchange import Exchange
from batch_renamer.renaming import rename_all

__all__ = ["Agent"]

_MOST_AT_ONCE = 1_000
"""Rows in hand at once, however slow the API is."""


class Agent:
    """Sends changes in a worker process for as long as its coordinator gives it leases; made by `tasks.start_agent`."""

    def __init__(self, setup: Setup, name: str, *, reports: MessageQueue[Report], leases: MessageQueue[Lease]) -> None:
        self.task: asyncio.Task[None] | None = None
        self._setup = setup
        self._stop = StopSignal()
        self._pacer = LeasedPacer()
        self._exchange = Exchange(name, reports=reports, leases=leases, pacer=self._pacer, stop=self._stop)
        self.shards = self._exchange.shards

    async def end(self) -> None:
        """Stop at once, whatever is under way; its coordinator has given it up."""
        self._exchange.give_up()
        if self.task is not None:
            await asyncio.wait([self.task])

    async def run(self, key: Secret) -> None:
        """Send what comes until the coordinator stops it, or is gone."""
        setup, stop, exchange = self._setup, self._stop, self._exchange
        breaker = Breaker(patience_s=setup.patience_s, stop=stop, notify=exchange.say)
        try:
            async with (
                open_orders_api(
                    base_url=setup.base_url,
                    key=key.reveal(),
                    user_agent=setup.user_agent,
                    key_place=setup.key_place,
                    timeout_s=setup.timeout_s,
                    api_version=setup.api_version,
                    connections=connections_possible(_MOST_AT_ONCE),
                    images=setup.images,
                ) as api,
                anyio.create_task_group() as background,
            ):
                retrier = Retrier(attempts=setup.attempts, pacer=self._pacer, breaker=breaker, stop=stop)
                gateway = Gateway(api, retrier)
                background.start_soon(watch_breaker, breaker, gateway.answers)
                background.start_soon(exchange.run)
                await rename_all(
                    self.shards.batches(),
                    exchange.record,
                    gateway=gateway,
                    workers=lambda: exchange.lease.most_at_once,
                    stop=stop,
                    elsewhere=exchange.take_elsewhere,
                )
                self.shards.end_all()
                await exchange.tell_end()
                background.cancel_scope.cancel()
        finally:
            self.shards.end_all()
