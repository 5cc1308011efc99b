"""Membership: workers come, fall silent and come back; who takes part leaves, and what the user is told."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import anyio
import pytest

from batch_renamer.client import Pacer
from batch_renamer.distributed.change_signal import ChangeSignal
from batch_renamer.distributed.coordinator import membership as module
from batch_renamer.distributed.coordinator.claims import Claims
from batch_renamer.distributed.coordinator.limits import Limits
from batch_renamer.distributed.coordinator.membership import Membership
from batch_renamer.distributed.messages import Hello, Pad, Secret, Setup
from batch_renamer.distributed.worker import make_pad
from batch_renamer.errors import InputError
from batch_renamer.model import Change, Order
from batch_renamer.version import __version__

HERE, THERE, ABROAD = "tcp://127.0.0.1:1", "tcp://127.0.0.1:2", "tcp://10.0.0.5:3"
SETUP = Setup(
    run="r",
    version=__version__,
    base_url="http://127.0.0.1:9",
    user_agent="",
    key_place="",
    timeout_s=1,
    api_version=None,
    images=False,
    attempts=1,
    patience_s=1,
)


class Scheduler:
    """Knows the workers, of which some never answer, and notes in which of them agents were started, by name."""

    def __init__(self, *workers: str) -> None:
        self.workers = set(workers)
        self.status = "running"
        self.frozen: set[str] = set()
        self.version = __version__
        self.started: list[str] = []

    async def nthreads(self) -> dict[str, int]:
        """Return the workers."""
        return dict.fromkeys(self.workers, 1)

    async def run(self, function: Callable[..., Any], *given: Any, workers: list[str]) -> dict[str, Any]:
        """Start an agent."""
        if self.frozen & set(workers):
            await anyio.sleep_forever()
        if function is make_pad:
            return {workers[0]: Pad.for_length(given[1])}
        self.started.append(given[-1])
        return {workers[0]: Hello(version=self.version, outgoing="127.0.0.1")}


@pytest.fixture(autouse=True)
def _no_queues(monkeypatch: pytest.MonkeyPatch) -> None:
    async def lease_queue(*_: object) -> None:
        return None

    monkeypatch.setattr(module, "lease_queue", lease_queue)


@asynccontextmanager
async def members(scheduler: Scheduler) -> AsyncIterator[tuple[Membership, list[str]]]:
    """Give a membership that has begun and watches, and what the user is told."""
    told: list[str] = []
    membership = Membership(
        SETUP,
        Secret("key"),
        client=scheduler,  # type: ignore[arg-type]  # it has what is asked for
        limits=Limits(Pacer(rate_per_s=300), own_address=None),
        claims=Claims(),
        changed=ChangeSignal(),
        notify=told.append,
    )
    async with anyio.create_task_group() as background:
        await membership.begin(background)
        background.start_soon(membership.watch)
        yield membership, told
        background.cancel_scope.cancel()


@pytest.mark.virtual_time
async def test_a_worker_that_does_not_answer_does_not_hold_up_the_others() -> None:
    """The others begin after a moment, and one that comes meanwhile takes part."""
    scheduler = Scheduler(HERE, THERE)
    scheduler.frozen = {THERE}
    begun = anyio.current_time()
    async with members(scheduler) as (membership, told):
        assert anyio.current_time() - begun < 5
        assert [member.address for member in membership.usable()] == [HERE]
        assert membership.more_start
        scheduler.frozen.clear()
        for member in membership.all():
            member.heard_at = float("inf")
        await anyio.sleep(31)
        assert sorted(member.address for member in membership.usable()) == [HERE, THERE]
    assert told == [f"The worker at {THERE} does not answer; it is tried again."]


@pytest.mark.virtual_time
async def test_a_worker_that_was_restarted_at_its_address_takes_part_again() -> None:
    """The new process has no agent, so it is silent. Its rows are in doubt, and the next agent has another name."""
    async with members(Scheduler(HERE)) as (membership, _):
        (first,) = membership.usable()
        change = Change(row=2, new_name="b", order=Order(order_id="a1", name="a"), read_at=0.0)
        first.rows[2] = change
        await anyio.sleep(17)
        (second,) = membership.usable()
        assert membership.in_doubt == [change]
        assert first.lost
        assert (first.address, second.address) == (HERE, HERE)
        assert first.name != second.name
        assert membership.get(first.name) is first


@pytest.mark.virtual_time
async def test_without_its_scheduler_no_worker_is_usable() -> None:
    """A client that could not connect again closes; the run goes on without the cluster."""
    scheduler = Scheduler(HERE)
    async with members(scheduler) as (membership, told):
        scheduler.status = "closed"
        await anyio.sleep(1)
        assert not membership.usable()
    assert not told


@pytest.mark.virtual_time
async def test_a_worker_that_is_lost_again_and_again_is_left_alone() -> None:
    """Each time its rows have to be read back."""
    scheduler = Scheduler(HERE)
    async with members(scheduler) as (membership, told):
        await anyio.sleep(120)
        assert not membership.usable()
    assert len(scheduler.started) == 3
    assert told == [f"The worker at {HERE} is not used any more: it was lost, or did not answer, 3 times."]


@pytest.mark.virtual_time
@pytest.mark.parametrize(
    ("worker", "version", "why"),
    [
        (ABROAD, __version__, "is not used: the API key would reach it unencrypted."),
        (HERE, "0.0.1", f"is not used: it has batch-renamer 0.0.1, this machine {__version__}."),
    ],
    ids=["unencrypted", "another version"],
)
async def test_a_worker_that_can_not_be_used_is_told_once(worker: str, version: str, why: str) -> None:
    """It is not asked again and again while it stays."""
    scheduler = Scheduler(THERE)
    async with members(scheduler) as (_, told):
        scheduler.version = version
        scheduler.workers.add(worker)
        await anyio.sleep(10)
    assert told == [f"The worker at {worker} {why}"]


@pytest.mark.virtual_time
async def test_without_a_worker_nothing_is_begun() -> None:
    """The command says so before it has sent anything."""
    with pytest.raises(ExceptionGroup) as caught:
        async with members(Scheduler(ABROAD)):
            pass
    assert caught.group_contains(InputError, match=r"no worker that can be used; nothing was sent\.")
