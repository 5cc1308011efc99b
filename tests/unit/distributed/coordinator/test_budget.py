"""The budget: reports of workers enter, and leases leave that together never pass the limit."""

from __future__ import annotations

import random

import anyio
import anyio.abc
import pytest

from batch_renamer.client import LeasedPacer
from batch_renamer.distributed.coordinator.budget import Budget
from batch_renamer.distributed.messages import LEASE_S
from tests.unit.client.test_pacing import most_in_a_second

LIMIT = 300
REPORT_EVERY_S = 0.1


class Worker:
    """A worker that always has something to send: its pacer, the exchange with the budget, and what it has sent."""

    def __init__(self, name: str, budget: Budget, *, delay: random.Random | None = None) -> None:
        self.name = name
        self.sent: list[float] = []
        self.cut_off = anyio.Event()
        self._budget, self._delay = budget, delay
        self._pacer = LeasedPacer()
        self._number = self._holds = 0

    async def work(self) -> None:
        """Send as much as leases allow, until cancelled."""
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(self._exchange, tasks)
            for _ in range(8):
                tasks.start_soon(self._send)

    async def _send(self) -> None:
        while True:
            await self._pacer.acquire()
            self.sent.append(anyio.current_time())

    async def _exchange(self, tasks: anyio.abc.TaskGroup) -> None:
        while True:
            tasks.start_soon(self._ask_for_lease)
            await anyio.sleep(REPORT_EVERY_S)

    async def _ask_for_lease(self) -> None:
        self._number += 1
        asked_at, number, holds = anyio.current_time(), self._number, self._holds
        await self._travel()
        if self.cut_off.is_set():
            return
        used = sum(at > asked_at - 1 for at in self.sent)
        self._budget.note(self.name, rows=100, wants_more=True, used_per_s=used, holds=holds, now=anyio.current_time())
        per_s = self._budget.give(self.name, number, total_per_s=LIMIT, now=anyio.current_time())
        await self._travel()
        if number > self._holds and not self.cut_off.is_set():
            self._holds = number
            self._pacer.lease(per_s, until=asked_at + LEASE_S)

    async def _travel(self) -> None:
        await anyio.sleep(self._delay.uniform(0.001, 0.15) if self._delay is not None else 0.001)


def rate(workers: list[Worker], since: float, until: float) -> float:
    """Return what all workers have sent in a second, on average of a time."""
    return sum(since <= at < until for worker in workers for at in worker.sent) / (until - since)


@pytest.mark.virtual_time
@pytest.mark.parametrize("count", [1, 3, 7])
async def test_workers_together_keep_the_limit_and_use_it(count: int) -> None:
    """In any second no more leave than the limit, and on average nearly as many."""
    budget, chance = Budget(), random.Random(1)  # noqa: S311 - to be repeatable
    workers = [Worker(f"w{number}", budget, delay=chance) for number in range(count)]
    with anyio.move_on_after(20):
        async with anyio.create_task_group() as tasks:
            for worker in workers:
                tasks.start_soon(worker.work)
    assert most_in_a_second(sorted(at for worker in workers for at in worker.sent)) <= LIMIT
    assert rate(workers, 2, 20) >= 0.95 * LIMIT


@pytest.mark.virtual_time
async def test_the_pace_follows_a_worker_that_comes_and_one_that_goes() -> None:
    """Two seconds later the others have made room, or have taken its part."""
    budget = Budget()
    workers = [Worker(f"w{number}", budget) for number in range(3)]
    with anyio.move_on_after(20):
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(workers[0].work)
            tasks.start_soon(workers[1].work)
            await anyio.sleep(5)
            tasks.start_soon(workers[2].work)
            await anyio.sleep(5)
            workers[0].cut_off.set()
            budget.drop("w0")
    assert most_in_a_second(sorted(at for worker in workers for at in worker.sent)) <= LIMIT
    assert rate(workers[2:], 7, 10) == pytest.approx(LIMIT / 3, rel=0.05), "its part after two seconds"
    assert rate(workers, 7, 10) >= 0.95 * LIMIT
    assert rate(workers[1:], 12, 20) >= 0.95 * LIMIT, "the part of the one that is gone"


@pytest.mark.virtual_time
async def test_a_worker_that_is_cut_off_stops_within_one_lease() -> None:
    """No message reaches it, so nothing but time can stop it."""
    worker = Worker("w0", Budget())
    with anyio.move_on_after(10):
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(worker.work)
            await anyio.sleep(5)
            worker.cut_off.set()
    assert 5 - REPORT_EVERY_S < worker.sent[-1] <= 5 + LEASE_S


@pytest.mark.virtual_time
async def test_the_others_take_over_from_a_worker_that_is_silent() -> None:
    """It is cut off, and the scheduler does not know yet that it is gone; two seconds later nothing is left unused."""
    budget = Budget()
    workers = [Worker(f"w{number}", budget) for number in range(3)]
    with anyio.move_on_after(10):
        async with anyio.create_task_group() as tasks:
            for worker in workers:
                tasks.start_soon(worker.work)
            await anyio.sleep(5)
            workers[0].cut_off.set()
    assert most_in_a_second(sorted(at for worker in workers for at in worker.sent)) <= LIMIT
    assert rate(workers[1:], 7, 10) >= 0.95 * LIMIT


def test_workers_that_get_rows_together_have_equal_shares_from_the_first_lease_on() -> None:
    """The first one that reports would have the whole limit, and the others nothing until its lease is over."""
    budget = Budget()
    for name in ("a", "b", "c"):
        budget.expect(name, now=0.0)
    given = []
    for name in ("a", "b", "c"):
        budget.note(name, rows=9, wants_more=True, used_per_s=0, holds=0, now=0.0)
        given.append(budget.give(name, 1, total_per_s=LIMIT, now=0.0))
    assert given == [LIMIT / 3] * 3


def test_a_lease_that_may_be_under_way_counts_until_it_is_over() -> None:
    """What was given to a worker that is lost goes to the others only when the worker certainly has it no more."""
    budget = Budget()
    for name in ("a", "b"):
        budget.note(name, rows=9, wants_more=True, used_per_s=0, holds=0, now=0.0)
    assert budget.give("a", 1, total_per_s=LIMIT, now=0.0) == LIMIT / 2
    budget.drop("a")
    assert budget.give("b", 1, total_per_s=LIMIT, now=LEASE_S - 0.01) == LIMIT / 2
    assert budget.give("b", 2, total_per_s=LIMIT, now=LEASE_S) == LIMIT


def test_what_one_worker_does_not_want_goes_to_the_others() -> None:
    """A worker for which no try waits is slow, or bounded; one without rows needs nothing at all."""
    budget = Budget()
    budget.note("slow", rows=9, wants_more=False, used_per_s=40, holds=0, now=0.0)
    budget.note("idle", rows=0, wants_more=False, used_per_s=0, holds=0, now=0.0)
    budget.note("fast", rows=9, wants_more=True, used_per_s=100, holds=0, now=0.0)
    given = {name: budget.give(name, 1, total_per_s=LIMIT, now=0.0) for name in ("slow", "idle", "fast")}
    assert given == {"slow": 60, "idle": 0, "fast": 240}
