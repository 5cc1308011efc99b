"""Workers: batches of items enter, handled at most so many at once, and every result is recorded."""

from __future__ import annotations

import asyncio
import itertools
import math
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field

import anyio
import pytest

from batch_renamer.errors import JournalError, KeyRefusedError
from batch_renamer.stopping import Stopping, StopSignal
from batch_renamer.workers import work_through
from tests.support.bench import Bench, a_stop, batches_of
from tests.support.fake_api import FakeOrdersApi

pytestmark = pytest.mark.virtual_time

Emit = Callable[[int], None]


@dataclass
class Shop:
    """Handles numbers, each in so many seconds, and remembers what was going on."""

    seconds: float = 1.0
    write_s: float = 0.0
    begun: list[int] = field(default_factory=list)
    recorded: list[int] = field(default_factory=list)
    groups: list[int] = field(default_factory=list)
    at_once: int = 0
    most_at_once: int = 0
    stop: StopSignal = field(default_factory=StopSignal)

    async def handle(self, item: int, emit: Emit) -> None:
        """Take a while, and tell the item's number; a negative one when it is cancelled."""
        self.begun.append(item)
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            await anyio.sleep(self.seconds)
            emit(item)
        except asyncio.CancelledError:
            emit(-item)
            raise
        finally:
            self.at_once -= 1

    async def record(self, group: list[int]) -> None:
        """Write a group."""
        await anyio.sleep(self.write_s)
        self.recorded.extend(group)
        self.groups.append(len(group))

    async def work(
        self,
        items: Sequence[int],
        *,
        workers: int = 4,
        batch: int = 10,
        handle: Callable[[int, Emit], Awaitable[None]] | None = None,
        record: Callable[[list[int]], Awaitable[None]] | None = None,
    ) -> None:
        """Let the workers do it."""
        await work_through(
            batches_of(items, size=batch),
            handle or self.handle,
            record or self.record,
            workers=lambda: workers,
            stop=self.stop,
        )


async def later(seconds: float, do: Callable[[], None]) -> None:
    """Do something in so many seconds."""
    await anyio.sleep(seconds)
    do()


@pytest.mark.parametrize("workers", [1, 2, 7, 16])
async def test_the_most_at_once_is_the_number_of_workers(workers: int) -> None:
    """All workers are busy, and never more than that."""
    shop = Shop()
    await shop.work(range(100), workers=workers)
    assert shop.most_at_once == workers
    assert sorted(shop.recorded) == list(range(100))


@pytest.mark.parametrize("batch", [1, 3, 100])
async def test_every_item_is_handled_once(batch: int) -> None:
    """However the items are cut into batches, none is lost and none is handled twice."""
    shop = Shop()
    await shop.work(range(50), batch=batch)
    assert shop.begun == list(range(50))
    assert sorted(shop.recorded) == list(range(50))


async def test_without_items_there_is_nothing_to_do() -> None:
    """No batch, no group of results."""
    shop = Shop()
    await shop.work([])
    assert shop.groups == []


async def test_an_empty_batch_is_passed_over() -> None:
    """Batches go on after one that has nothing in it."""
    shop = Shop()

    async def batches() -> AsyncIterator[Sequence[int]]:
        for batch in ([1], [], [2]):
            yield batch

    await work_through(batches(), shop.handle, shop.record, workers=lambda: 3, stop=shop.stop)
    assert sorted(shop.recorded) == [1, 2]


async def test_batches_are_fetched_as_they_are_needed() -> None:
    """No batch is asked for before half of the last one is in hand: memory doesn't grow with the sheet."""
    shop, waiting = Shop(), list[int]()

    async def batches() -> AsyncIterator[Sequence[int]]:
        for begin in range(0, 1000, 10):
            waiting.append(begin - len(shop.begun))
            yield range(begin, begin + 10)

    await work_through(batches(), shop.handle, shop.record, workers=lambda: 4, stop=shop.stop)
    assert len(waiting) == 100
    assert max(waiting) <= 5


async def test_nobody_waits_for_a_batch() -> None:
    """The next one is fetched while there is something left of the last."""
    shop = Shop(seconds=0.1)

    async def batches() -> AsyncIterator[Sequence[int]]:
        for begin in range(0, 100, 20):
            await anyio.sleep(0.2)
            yield range(begin, begin + 20)

    await work_through(batches(), shop.handle, shop.record, workers=lambda: 4, stop=shop.stop)
    assert anyio.current_time() == pytest.approx(0.2 + 100 / 4 * 0.1)


async def test_a_slow_recorder_holds_the_workers_back() -> None:
    """Results that can't be written as fast as they come don't pile up without bound."""
    shop = Shop(seconds=0.001)
    emitted, most = [0], [0]

    async def handle(item: int, emit: Emit) -> None:
        await anyio.sleep(0.001)
        emit(item)
        emitted[0] += 1
        most[0] = max(most[0], emitted[0] - len(shop.recorded))

    async def record(group: list[int]) -> None:
        await anyio.sleep(100)
        shop.recorded.extend(group)

    await shop.work(range(12_000), workers=16, batch=500, handle=handle, record=record)
    assert sorted(shop.recorded) == list(range(12_000))
    assert most[0] <= 2 * 2_020


async def test_results_are_recorded_in_groups() -> None:
    """What gathers while a group is written is the next group: slow disks mean larger groups, not a longer run."""
    shop = Shop(seconds=0.1, write_s=1.0)
    await shop.work(range(100), workers=10)
    assert sum(shop.groups) == 100
    assert len(shop.groups) <= 4


async def test_a_result_waits_a_moment_for_others_to_be_recorded_with() -> None:
    """A transaction costs more than a row: ten a second are enough, and the last one waits for nobody."""
    shop = Shop(seconds=0.01)
    await shop.work(range(300), workers=1)
    assert sorted(shop.recorded) == list(range(300))
    assert len(shop.groups) <= 3.0 / 0.1 + 1
    assert anyio.current_time() == pytest.approx(3.0)


async def test_an_urgent_result_waits_for_nobody() -> None:
    """It is recorded at once, with what has gathered; the next ones gather again."""
    shop, recorded_at = Shop(seconds=0.01), dict[int, float]()

    async def record(group: list[int]) -> None:
        recorded_at.update(dict.fromkeys(group, anyio.current_time()))

    await work_through(
        batches_of(range(100), size=10),
        shop.handle,
        record,
        workers=lambda: 1,
        stop=shop.stop,
        urgent=lambda number: number == 42,
    )
    late_by = {number: time - (number + 1) * 0.01 for number, time in recorded_at.items()}
    assert late_by[42] == pytest.approx(0)
    assert max(late_by.values()) == pytest.approx(0.1, abs=0.011)
    assert late_by[43] == pytest.approx(0.1, abs=0.011)


async def test_an_item_may_have_no_result() -> None:
    """Items that end without a word don't hold anything up."""
    shop = Shop()

    async def handle(item: int, emit: Emit) -> None:
        await anyio.sleep(0.1)
        if item % 2:
            emit(item)

    await shop.work(range(20), handle=handle)
    assert sorted(shop.recorded) == list(range(1, 20, 2))


async def test_a_stop_hands_out_nothing_more() -> None:
    """What is in hand is finished and recorded; nothing else is begun."""
    shop = Shop()
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(later, 2.5, lambda: shop.stop.request(a_stop()))
        await shop.work(range(100), workers=4)
    assert shop.begun == list(range(12))
    assert sorted(shop.recorded) == list(range(12))


async def test_a_stop_fetches_nothing_more() -> None:
    """No batch is asked for once the run is to stop; before that, one more than is in hand."""
    shop, fetched = Shop(), list[float]()

    async def batches() -> AsyncIterator[Sequence[int]]:
        while True:
            fetched.append(anyio.current_time())
            yield [1]

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(later, 2.5, lambda: shop.stop.request(a_stop()))
        await work_through(batches(), shop.handle, shop.record, workers=lambda: 2, stop=shop.stop)
    assert fetched == pytest.approx([0, 0, 0, 1, 1, 2, 2])


async def test_a_stop_before_the_first_item_handles_none() -> None:
    """A run that is stopped already does nothing."""
    shop = Shop()
    shop.stop.request(a_stop())
    await shop.work(range(10))
    assert shop.begun == []


async def test_what_was_fetched_while_the_stop_came_is_not_begun() -> None:
    """A batch that arrives after the stop stays where it is."""
    shop = Shop()

    async def batches() -> AsyncIterator[Sequence[int]]:
        await anyio.sleep(5)
        yield [1, 2, 3]

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(later, 2, lambda: shop.stop.request(a_stop()))
        await work_through(batches(), shop.handle, shop.record, workers=lambda: 2, stop=shop.stop)
    assert shop.begun == []


async def test_items_in_hand_have_ten_seconds_to_finish() -> None:
    """What is not done by then is cancelled, and says so itself."""
    shop = Shop(seconds=60)
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(later, 5, lambda: shop.stop.request(a_stop()))
        await shop.work(range(1, 100), workers=4)
    assert anyio.current_time() == pytest.approx(15)
    assert sorted(shop.recorded) == [-4, -3, -2, -1]


async def test_a_second_request_ends_it_at_once() -> None:
    """With no grace left the items in hand are cancelled on the spot."""
    shop = Shop(seconds=60)
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(later, 5, lambda: shop.stop.request(a_stop()))
        tasks.start_soon(later, 7, lambda: shop.stop.request(a_stop(), grace_s=0))
        await shop.work(range(1, 100), workers=4)
    assert anyio.current_time() == pytest.approx(7)
    assert sorted(shop.recorded) == [-4, -3, -2, -1]


@pytest.mark.parametrize("at_s", [0.0, 0.5, 1.0, 2.0, 3.7])
async def test_cancellation_loses_no_result(at_s: float) -> None:
    """Whenever the whole is cancelled, every item that was begun has been recorded before it is over."""
    shop = Shop(write_s=0.4)
    with anyio.move_on_after(at_s) as scope:
        await shop.work(range(1, 100), workers=4)
    assert scope.cancelled_caught
    assert sorted(abs(item) for item in shop.recorded) == shop.begun


async def test_an_error_that_ends_the_run_becomes_the_cause_of_its_stop() -> None:
    """Its siblings in hand finish all the same."""
    shop = Shop()

    async def handle(item: int, emit: Emit) -> None:
        if item == 2:
            await anyio.sleep(0.5)
            raise KeyRefusedError("The API refused the key.")
        await shop.handle(item, emit)

    await shop.work(range(100), workers=4, handle=handle)
    assert isinstance(shop.stop.cause, KeyRefusedError)
    assert sorted(shop.recorded) == [0, 1, 3]


async def test_an_item_that_the_stop_interrupted_ends_its_worker() -> None:
    """`Stopping` is no error."""
    shop = Shop()

    async def handle(_item: int, _emit: Emit) -> None:
        with shop.stop.interruptible():
            await anyio.sleep(3600)

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(later, 5, lambda: shop.stop.request(a_stop()))
        await shop.work(range(100), handle=handle)
    assert anyio.current_time() == pytest.approx(5, abs=0.1)
    with pytest.raises(Stopping), shop.stop.interruptible():
        pass


async def test_batches_that_cannot_be_read_stop_the_run() -> None:
    """A journal that can't be read is the cause of the stop; what was begun is finished, and nothing else begun."""
    shop = Shop()

    async def batches() -> AsyncIterator[Sequence[int]]:
        yield [1, 2, 3]
        raise JournalError("The journal can't be read.")

    await work_through(batches(), shop.handle, shop.record, workers=lambda: 2, stop=shop.stop)
    assert isinstance(shop.stop.cause, JournalError)
    assert sorted(shop.recorded) == shop.begun == [1, 2]


@pytest.mark.parametrize("fails_at", [1, 2])
async def test_results_that_cannot_be_written_stop_the_run(fails_at: int) -> None:
    """A full disk is the cause of the stop; nothing hangs, and nothing more is begun."""
    shop, groups = Shop(), itertools.count(1)

    async def record(group: list[int]) -> None:
        if next(groups) >= fails_at:
            raise JournalError("The disk is full.")
        await shop.record(group)

    await shop.work(range(100), workers=4, record=record)
    assert isinstance(shop.stop.cause, JournalError)
    assert len(shop.begun) <= 4 * (fails_at + 1)


async def test_workers_that_wait_for_a_broken_recorder_are_set_free() -> None:
    """A disk that fills while results are piling up doesn't leave anybody waiting for room."""
    shop = Shop()

    async def handle(item: int, emit: Emit) -> None:
        await anyio.sleep(0.001)
        emit(item)

    async def record(_group: list[int]) -> None:
        await anyio.sleep(100)
        raise JournalError("The disk is full.")

    await shop.work(range(10_000), workers=16, batch=500, handle=handle, record=record)
    assert isinstance(shop.stop.cause, JournalError)
    assert anyio.current_time() < 120


@pytest.mark.parametrize("broken", ["handle", "record", "batches"])
async def test_a_fault_in_the_program_is_not_hidden(broken: str) -> None:
    """An error that nobody expected comes out, and leaves nothing hanging."""
    shop = Shop()

    async def fail(*_: object) -> None:
        await anyio.sleep(0.5)
        raise ZeroDivisionError

    async def batches() -> AsyncIterator[Sequence[int]]:
        yield [1, 2, 3]
        if broken == "batches":
            await fail()

    with pytest.raises(ExceptionGroup) as caught:
        await work_through(
            batches(),
            fail if broken == "handle" else shop.handle,
            fail if broken == "record" else shop.record,
            workers=lambda: 4,
            stop=shop.stop,
        )
    assert caught.group_contains(ZeroDivisionError)


async def test_the_crew_grows_while_there_is_work() -> None:
    """As many as are wanted now, not as many as were wanted when it began."""
    shop = Shop(seconds=1.0)

    def wanted() -> int:
        return 2 if anyio.current_time() < 3 else 8

    await work_through(batches_of(range(100), size=10), shop.handle, shop.record, workers=wanted, stop=shop.stop)
    assert shop.most_at_once == 8
    assert sorted(shop.recorded) == list(range(100))
    assert anyio.current_time() < 3 + 100 / 8 + 2


async def test_the_crew_does_not_shrink() -> None:
    """Whoever was hired stays until nothing is left to do."""
    shop = Shop(seconds=1.0)

    def wanted() -> int:
        return 8 if anyio.current_time() < 1 else 2

    await work_through(batches_of(range(80), size=10), shop.handle, shop.record, workers=wanted, stop=shop.stop)
    assert anyio.current_time() == pytest.approx(10, abs=0.2)


async def test_a_crew_that_is_hired_late_does_not_make_the_end_late() -> None:
    """When the last item is done nobody waits to see whether more workers are wanted."""
    shop = Shop(seconds=0.01)
    await shop.work(range(4), workers=4)
    assert anyio.current_time() == pytest.approx(0.01)


async def test_a_slow_api_is_met_with_more_workers() -> None:
    """At 2 s an answer, a crew by Little's law brings 50 requests a second all the same."""
    api = FakeOrdersApi({f"o{number}": "old" for number in range(1_000)}, latency_s=2.0)
    bench = Bench.of(api)

    def wanted() -> int:
        return 16 if bench.pacer.latency_s is None else math.ceil(50 * bench.pacer.latency_s * 1.3)

    async def handle(order_id: str, emit: Callable[[str], None]) -> None:
        await bench.gateway.read(order_id)
        emit(order_id)

    async def record(_group: list[str]) -> None: ...

    await work_through(batches_of([*api.names], size=100), handle, record, workers=wanted, stop=bench.stop)
    in_full_swing = [time for time in api.times("get") if 5 <= time < 15]
    assert len(in_full_swing) >= 0.95 * 500
