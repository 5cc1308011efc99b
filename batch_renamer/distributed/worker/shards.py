"""The shards that a worker has: each is begun when the coordinator allows it, and ends when its last row is settled."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable, Sequence

from batch_renamer.client import Stopping, StopSignal
from batch_renamer.distributed.change_signal import ChangeSignal
from batch_renamer.distributed.messages import Claim, Shard, ShardEnd
from batch_renamer.model import Change

__all__ = ["ShardsAtWork"]


class ShardsAtWork:
    """The shards of a worker, and those of their changes that have no outcome that is recorded.

    ``report_soon`` is called when there is a claim of which the coordinator is to hear at once.
    """

    def __init__(self, stop: StopSignal, *, report_soon: Callable[[], None]) -> None:
        self.is_over = False
        self._stop = stop
        self._report_soon = report_soon
        self._claims: dict[Claim, asyncio.Future[bool]] = {}
        self._unclaimed: list[Claim] = []
        self._waiting: deque[Shard] = deque()
        self._came = ChangeSignal()
        self._left: dict[int, set[int]] = {}  # the rows of each shard without an outcome that is recorded
        self._shard_of: dict[int, int] = {}  # all such rows, with the number of their shard
        self._ends: dict[int, asyncio.Future[ShardEnd]] = {}

    async def work_at(self, shard: Shard) -> ShardEnd:
        """Send the changes of a shard, if the coordinator lets it begin; return when their outcomes are recorded."""
        if self.is_over:
            return ShardEnd(begun=False)
        loop = asyncio.get_running_loop()
        granted = self._claims[shard.claim] = loop.create_future()
        self._unclaimed.append(shard.claim)
        self._report_soon()
        if not await granted:
            return ShardEnd(begun=False)
        end: asyncio.Future[ShardEnd] = loop.create_future()
        self._ends[shard.number] = end
        self._left[shard.number] = {change.row for change in shard.changes}
        self._shard_of |= dict.fromkeys(self._left[shard.number], shard.number)
        if self.is_over:
            self.end_all()
        self._waiting.append(shard)
        self._came.notify()
        return await end

    async def batches(self) -> AsyncIterator[Sequence[Change]]:
        """Return the changes of each shard that was begun, until the run stops."""
        while True:
            while not self._waiting:
                try:
                    with self._stop.interruptible():
                        await self._came.wait()
                except Stopping:
                    return
            yield self._waiting.popleft().changes

    def take_claims(self) -> tuple[Claim, ...]:
        """Return the claims that were made since the last time, and forget them."""
        claims, self._unclaimed = self._unclaimed, []
        return tuple(claims)

    def answer_claims(self, claims: tuple[Claim, ...], *, granted: bool) -> None:
        """Let shards begin, or end at once."""
        for claim in claims:
            if (answer := self._claims.pop(claim, None)) is not None and not answer.done():
                answer.set_result(granted)

    def settle(self, row: int) -> None:
        """Note that the outcome of a row is recorded."""
        if number := self._shard_of.pop(row, None):
            left = self._left[number]
            left.discard(row)
            if not left and not self._ends[number].done():
                self._ends[number].set_result(ShardEnd(begun=True))

    def end_all(self) -> None:
        """Let all shards end; what of them has no outcome was not sent, because the pool is over."""
        self.is_over = True
        for number, end in self._ends.items():
            if not end.done():
                end.set_result(ShardEnd(begun=True, unsent=tuple(sorted(self._left[number]))))
        for granted in self._claims.values():
            if not granted.done():
                granted.set_result(False)
