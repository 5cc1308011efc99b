"""Rounds: changes enter, workers send them, die, fall silent and come back; one true outcome of each leaves."""

from __future__ import annotations

import random
import time

import anyio
import pytest

from batch_renamer.errors import JournalError
from batch_renamer.model import Change, Outcome, Result
from tests.support.bench import a_stop, changes_of, new_name_of
from tests.support.cluster_in_process import ClusterInProcess
from tests.support.fake_api import FakeOrdersApi, Throttled, Transient
from tests.unit.client.test_pacing import most_in_a_second

pytestmark = pytest.mark.virtual_time


def api_of(count: int, *, latency_s: float = 0.05) -> FakeOrdersApi:
    """Return an API with so many orders."""
    return FakeOrdersApi({f"o{number}": f"old {number}" for number in range(count)}, latency_s=latency_s)


def fresh(api: FakeOrdersApi) -> list[Change]:
    """Return a change for every order, read just now, so that workers need not read it."""
    return changes_of(api, read_at=time.time())


def is_all_done(api: FakeOrdersApi, outcomes: dict[int, Outcome]) -> bool:
    """Tell whether every order is renamed, and says so once."""
    return {outcome.result for outcome in outcomes.values()} == {Result.RENAMED} and all(
        name == new_name_of(order) for order, name in api.names.items()
    )


async def test_workers_send_every_change_once_within_the_limit() -> None:
    """The coordinator sends nothing itself, and the limit is used."""
    api = api_of(500)
    cluster = ClusterInProcess(api, workers=3)
    assert is_all_done(api, await cluster.rename(fresh(api)))
    assert len(api.calls) == cluster.bench.pacer.requests == 500
    assert most_in_a_second(api.times()) <= 100
    assert sum(1 <= at < 4 for at in api.times()) >= 3 * 95
    assert {address for address, _ in cluster.shards} == set(cluster.addresses)


async def test_rows_of_a_worker_that_is_killed_are_read_back_first() -> None:
    """They may have been sent. None is renamed more than twice, and what was renamed is only read."""
    api = api_of(600)
    cluster = ClusterInProcess(api, workers=3)
    async with anyio.create_task_group() as tasks:

        async def kill() -> None:
            await anyio.sleep(2)
            await cluster.kill(cluster.addresses[0])

        tasks.start_soon(kill)
        outcomes = await cluster.rename(fresh(api))
    assert is_all_done(api, outcomes)
    assert max(len(names) for names in api.names_given.values()) <= 2
    doubtful = {call.order_id for call in api.calls if call.method == "get"}
    assert 20 <= len(doubtful) <= 300, "the rows of one worker"


async def test_without_any_worker_this_machine_goes_on_alone() -> None:
    """It says so, and finishes the run."""
    api = api_of(600)
    cluster = ClusterInProcess(api, workers=2)
    async with anyio.create_task_group() as tasks:

        async def kill() -> None:
            await anyio.sleep(2)
            for address in cluster.addresses:
                await cluster.kill(address)

        tasks.start_soon(kill)
        outcomes = await cluster.rename(fresh(api))
    assert is_all_done(api, outcomes)
    assert "No worker is left. This machine goes on alone." in cluster.bench.said


async def test_a_task_that_the_scheduler_runs_again_sends_nothing() -> None:
    """While the first one is at work, and after it has ended."""
    api = api_of(300)
    cluster = ClusterInProcess(api, workers=2)
    begun = []
    async with anyio.create_task_group() as tasks:

        async def run_again() -> None:
            await anyio.sleep(1)
            address, shard = cluster.shards[0]
            begun.append((await cluster.run_again(address, shard)).begun)
            other = next(one for one in cluster.addresses if one != address)
            begun.append((await cluster.run_again(other, shard)).begun)

        tasks.start_soon(run_again)
        outcomes = await cluster.rename(fresh(api))
    assert begun == [False, False]
    assert is_all_done(api, outcomes)
    assert len(api.calls) == 300


async def test_a_worker_that_is_cut_off_sends_nothing_after_its_lease() -> None:
    """What it had is read back by the coordinator, while the others do the rest."""
    api = api_of(400)
    cluster = ClusterInProcess(api, workers=1)
    cut_off_at = 2.0
    async with anyio.create_task_group() as tasks:

        async def cut_off() -> None:
            await anyio.sleep(cut_off_at)
            cluster.cut_off(cluster.addresses[0])

        tasks.start_soon(cut_off)
        outcomes = await cluster.rename(fresh(api))
    silent = [at for at in api.times("rename") if cut_off_at + 0.5 < at < cut_off_at + 10]
    assert not silent
    assert is_all_done(api, outcomes)
    assert max(len(names) for names in api.names_given.values()) <= 2


async def test_a_worker_that_was_started_again_at_its_address_takes_part_again() -> None:
    """The scheduler runs the tasks of the old process in the new one, where they are refused."""
    api = api_of(800)
    cluster = ClusterInProcess(api, workers=2)
    address = cluster.addresses[0]
    before = 0
    async with anyio.create_task_group() as tasks:

        async def restart() -> None:
            nonlocal before
            await anyio.sleep(2)
            before = sum(one == address for one, _ in cluster.shards)
            await cluster.restart(address)

        tasks.start_soon(restart)
        outcomes = await cluster.rename(fresh(api))
    assert is_all_done(api, outcomes)
    assert sum(one == address for one, _ in cluster.shards) > before + 1


@pytest.mark.parametrize("grace_s", [10.0, 0.0])
async def test_a_stop_ends_all_workers_within_its_grace(grace_s: float) -> None:
    """Rows that were sent have an outcome; the others have none and are not sent later."""
    api = api_of(1_000, latency_s=3)
    cluster = ClusterInProcess(api, workers=3)
    async with anyio.create_task_group() as tasks:

        async def stop() -> None:
            await anyio.sleep(5)
            cluster.stop.request(a_stop(), grace_s=grace_s)

        tasks.start_soon(stop)
        outcomes = await cluster.rename(fresh(api))
    ended_at = anyio.current_time()
    assert ended_at <= 5 + 3 + 1
    await anyio.sleep(60)
    assert max(api.times()) <= 5.5
    sent = {call.order_id for call in api.calls if call.method == "rename"}
    assert {f"o{row - 2}" for row in outcomes} == sent
    unknown = sum(outcome.result == Result.UNKNOWN for outcome in outcomes.values())
    assert bool(unknown) == (not grace_s), "with a grace, requests in flight are answered"


async def test_outcomes_that_cannot_be_recorded_stop_all_workers() -> None:
    """A full disk is the cause; nothing hangs."""
    api = api_of(1_000)
    cluster = ClusterInProcess(api, workers=3)

    def record(_: list[Outcome]) -> None:
        raise JournalError("The disk is full.")

    await cluster.rename(fresh(api), record=record)
    assert isinstance(cluster.stop.cause, JournalError)
    assert len(api.calls) < 150
    assert anyio.current_time() < 2, "no worker waits until an outcome is recorded"


async def test_each_address_has_its_own_limit() -> None:
    """Three workers at two addresses: twice as fast as from one."""
    api = api_of(1_000)
    cluster = ClusterInProcess(api, workers=3, outgoing=["office", "cellar", "cellar"])
    assert is_all_done(api, await cluster.rename(fresh(api)))
    assert sum(1 <= at < 4 for at in api.times()) >= 3 * 2 * 95
    assert cluster.bench.pacer.requests == 1_000


async def test_changes_from_elsewhere_are_sent_by_the_worker_that_asked() -> None:
    """Where the first rows are refused alone, others tell that the API lets requests through."""
    api = api_of(30)
    for number in range(30):
        api.add(f"o{number}", script={"rename": [Throttled()] * 5})
    near = fresh(api)
    for number in range(30, 50):
        api.add(f"o{number}", "old")
    far = fresh(api)[30:]
    cluster = ClusterInProcess(api, workers=2)

    async def elsewhere() -> Change | None:
        return far.pop() if far else None

    outcomes = await cluster.rename(near, elsewhere=elsewhere)
    assert len(far) < 20, "some were asked for"
    assert len(outcomes) == 50 - len(far)


@pytest.mark.parametrize("seed", range(4))
async def test_every_row_has_one_true_outcome_whatever_happens_to_workers(seed: int) -> None:
    """They are killed, started again, cut off for a while and added at random instants; answers are lost, too."""
    chance = random.Random(seed)  # noqa: S311 - to be repeatable
    api = api_of(400)
    for number in chance.sample(range(400), 20):
        lost = Transient(applied=chance.random() < 0.5)
        api.add(f"o{number}", script={"rename": [lost]})
    cluster = ClusterInProcess(api, workers=3)
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(_let_things_happen, cluster, chance)
        outcomes = await cluster.rename(fresh(api))
        tasks.cancel_scope.cancel()
    assert len(outcomes) == 400
    assert is_all_done(api, outcomes)
    assert max(len(names) for names in api.names_given.values()) <= 2
    assert most_in_a_second(api.times()) <= 100


async def _let_things_happen(cluster: ClusterInProcess, chance: random.Random) -> None:
    while True:
        await anyio.sleep(chance.uniform(0.3, 2))
        address = chance.choice([*cluster.addresses, ""])
        match chance.choice(["kill", "restart", "cut off", "add"]):
            case "kill" if address:
                await cluster.kill(address)
            case "restart" if address:
                await cluster.restart(address)
            case "cut off" if address:
                cluster.cut_off(address)
                await anyio.sleep(chance.uniform(0.2, 20))
                cluster.cut_off(address, again=True)
            case _ if len(cluster.addresses) < 5:
                cluster.add()
