"""The shards of a worker: claims that are granted or refused enter, and the changes that it sends leave."""

from __future__ import annotations

import asyncio

import anyio
import pytest

from batch_renamer.client import StopSignal
from batch_renamer.distributed.coordinator.claims import Claims
from batch_renamer.distributed.messages import Shard, ShardEnd
from batch_renamer.distributed.worker.shards import ShardsAtWork
from batch_renamer.model import Change, Order


def shard(number: int, *rows: int) -> Shard:
    """Return a shard with these rows."""
    order = Order(order_id="a", name="a")
    return Shard(number, 1, tuple(Change(row=row, new_name="b", order=order, read_at=0.0) for row in rows))


class Worker:
    """The shards of one worker, whose claims a coordinator answers, and the rows that it sends."""

    def __init__(self, name: str, claims: Claims) -> None:
        self.shards = ShardsAtWork(StopSignal(), report_soon=self._answer_soon)
        self.sent: list[int] = []
        self._name, self._claims = name, claims

    async def send(self) -> None:
        """Send what comes, until cancelled; every row is recorded at once."""
        async for batch in self.shards.batches():
            for change in batch:
                self.sent.append(change.row)
                self.shards.settle(change.row)

    def _answer_soon(self) -> None:
        asyncio.get_running_loop().call_soon(self._answer)

    def _answer(self) -> None:
        for claim in self.shards.take_claims():
            self.shards.answer_claims((claim,), granted=self._claims.claim(claim, by=self._name))


@pytest.mark.virtual_time
@pytest.mark.parametrize("again_at", ["the same worker", "one that was started at its address"])
async def test_a_shard_that_the_scheduler_runs_again_is_refused(again_at: str) -> None:
    """It does so unasked where it has lost the worker for a while; none of the rows is sent twice."""
    claims = Claims()
    worker, restarted = Worker("a#1", claims), Worker("a#2", claims)
    claims.offer((1, 1), to="a#1")
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(worker.send)
        tasks.start_soon(restarted.send)
        with anyio.fail_after(1):
            assert await worker.shards.work_at(shard(1, 2, 3)) == ShardEnd(begun=True)
            again = worker if again_at == "the same worker" else restarted
            assert await again.shards.work_at(shard(1, 2, 3)) == ShardEnd(begun=False)
        tasks.cancel_scope.cancel()
    assert (worker.sent, restarted.sent) == ([2, 3], [])


@pytest.mark.virtual_time
async def test_a_shard_whose_pool_is_over_is_given_back_with_the_rows_that_were_not_sent() -> None:
    """They are left to others; what has an outcome is not among them."""
    claims = Claims()
    worker = Worker("a#1", claims)
    claims.offer((1, 1), to="a#1")
    ends: list[ShardEnd] = []

    async def work() -> None:
        ends.append(await worker.shards.work_at(shard(1, 2, 3, 4)))

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(work)
        await anyio.sleep(0.1)
        worker.shards.settle(3)
        worker.shards.end_all()
    assert ends == [ShardEnd(begun=True, unsent=(2, 4))]
    assert await worker.shards.work_at(shard(2, 5)) == ShardEnd(begun=False), "nothing begins any more"
