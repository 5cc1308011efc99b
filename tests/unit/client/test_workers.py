"""Workers: batches of items enter, handled at most so many at once, and every result is recorded."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import anyio
import pytest

from batch_renamer.client.stopping import Stopping, StopSignal
from batch_renamer.client.workers import work_through
from batch_renamer.errors import JournalError, KeyRefusedError
from tests.support.bench import Bench, a_stop, batches_of
from tests.support.fake_api import FakeOrdersApi, Fault, Hang, Outage, Slow, Unsent

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
    assert max(waiting) <= 6  # five, and the one that is just being started


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
    """A transaction costs more than a row: ten a second are enough, and the last one does not wait for another."""
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
    """An error of no known kind comes out, and leaves nothing hanging."""
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


async def test_the_bound_may_rise_while_there_is_work() -> None:
    """As many as are allowed now, not as many as were allowed when it began."""
    shop = Shop(seconds=1.0)

    def wanted() -> int:
        return 2 if anyio.current_time() < 3 else 8

    await work_through(batches_of(range(100), size=10), shop.handle, shop.record, workers=wanted, stop=shop.stop)
    assert shop.most_at_once == 8
    assert sorted(shop.recorded) == list(range(100))
    assert anyio.current_time() < 3 + 100 / 8 + 2


async def test_the_bound_may_fall_while_there_is_work() -> None:
    """Items in hand are finished; after that there are no more than are allowed now."""
    shop = Shop(seconds=1.0)

    def wanted() -> int:
        return 8 if anyio.current_time() < 1 else 2

    await work_through(batches_of(range(80), size=10), shop.handle, shop.record, workers=wanted, stop=shop.stop)
    assert anyio.current_time() == pytest.approx(1 + 72 / 2, abs=0.2)


async def test_the_end_is_not_late() -> None:
    """When the last item is done nothing waits to see whether more are wanted."""
    shop = Shop(seconds=0.01)
    await shop.work(range(4), workers=4)
    assert anyio.current_time() == pytest.approx(0.01)


@dataclass
class Orders:
    """Reads of a fake API, as many at once as its capacity asks for."""

    api: FakeOrdersApi
    rate_per_s: float = 50.0
    in_hand: int = 0
    seen: list[tuple[float, int]] = field(default_factory=list)
    recorded: list[str] = field(default_factory=list)

    async def read_all(self, *, workers: int = 1_000, proven: bool = False, attempts: int = 6) -> Bench:
        """Read every order; ``proven``: the key is proven before."""
        bench = Bench.of(self.api, rate_per_s=self.rate_per_s, attempts=attempts)
        if proven:
            await bench.gateway.prove_key()

        async def handle(order_id: str, emit: Callable[[str], None]) -> None:
            self.in_hand += 1
            self.seen.append((anyio.current_time(), self.in_hand))
            await bench.gateway.read(order_id)
            self.in_hand -= 1
            emit(order_id)

        async def record(group: list[str]) -> None:
            self.recorded.extend(group)

        async with bench.guarded():
            await work_through(
                batches_of([*self.api.names], size=100),
                handle,
                record,
                workers=lambda: workers,
                stop=bench.stop,
                capacity=bench.gateway.capacity("read"),
            )
        return bench

    def most_in_hand(self, begin_s: float, end_s: float) -> int:
        """Return how many were in hand at the most in that time."""
        return max((count for time, count in self.seen if begin_s <= time < end_s), default=0)


def orders_of(count: int, *, latency_s: float, script: Mapping[int, Iterable[Fault]] | None = None) -> FakeOrdersApi:
    """Return an API with so many orders; the reads of some meet faults."""
    return FakeOrdersApi(
        {f"o{number}": "old" for number in range(count)},
        latency_s=latency_s,
        script={(f"o{number}", "get"): faults for number, faults in (script or {}).items()},
    )


@pytest.mark.parametrize("latency_s", [0.05, 2.0, 8.0])
async def test_every_slot_of_the_pacer_is_used_from_the_first_second_on(latency_s: float) -> None:
    """One more row is started whenever a slot is due that nothing waits for, however slow the API is.

    How slow it is was seen before: the key is proven first.
    """
    orders = Orders(orders_of(1_000, latency_s=latency_s))
    await orders.read_all(proven=True)
    begun = orders.api.times("get")[0]
    for second in range(18):
        assert sum(second <= time - begun < second + 1 for time in orders.api.times("get")) >= 48


async def test_reads_that_take_longer_than_all_before_are_started_at_the_full_pace() -> None:
    """After fast answers of another kind, the first slow ones are waited for with no pause."""
    orders = Orders(orders_of(3_000, latency_s=2.0), rate_per_s=300)
    orders.api.page_latency_s = 0.1
    await orders.read_all(proven=True)
    begun = orders.api.times("get")[0]
    left = [time - begun for time in orders.api.times("get")]
    assert sum(time < 9.0 for time in left) >= 0.98 * 9 * 300


async def test_an_api_that_never_answers_requests_of_a_kind_is_sent_two_seconds_and_a_half_of_them() -> None:
    """How long they take is not known, but no more of them are started than may be given up."""
    hanging = [Outage(begin_s=0, end_s=30, fault=Hang())]
    api = FakeOrdersApi({f"o{number}": "old" for number in range(2_000)}, latency_s=0.1, outages=hanging)
    await Orders(api, rate_per_s=300).read_all()
    assert 700 < api.most_at_once <= 760


@pytest.mark.parametrize("latency_s", [0.1, 1.0])
async def test_an_api_that_hangs_is_sent_little_more_than_it_used_to_answer_in_time(latency_s: float) -> None:
    """Rows are started for a second and twice the latency; the silence is noticed by the breaker later."""
    api = FakeOrdersApi(
        {f"o{number}": "old" for number in range(5_000)},
        latency_s=latency_s,
        outages=[Outage(begin_s=5, end_s=65, fault=Hang())],
    )
    orders = Orders(api, rate_per_s=300)
    await orders.read_all()
    assert 300 < api.most_at_once <= 300 * (1 + 3 * latency_s) + 50
    assert len(orders.recorded) == 5_000


async def test_requests_that_fail_without_an_answer_hold_nothing_up() -> None:
    """A failure is an end, too: rows are started although nothing was ever answered."""
    orders = Orders(orders_of(15, latency_s=0.1, script={number: [Unsent()] for number in range(15)}))
    await orders.read_all(workers=2, attempts=1)
    assert len(orders.seen) == 15


@pytest.mark.parametrize("latency_s", [0.1, 2.0])
async def test_no_more_rows_are_in_hand_than_the_pace_needs(latency_s: float) -> None:
    """As many as are under way, and a few that wait for their turn."""
    orders = Orders(orders_of(1_000, latency_s=latency_s))
    await orders.read_all()
    assert orders.most_in_hand(0, 20) <= 50 * latency_s + 15


async def test_timeouts_do_not_raise_concurrency_for_good() -> None:
    """Eight requests without an answer hold eight rows; when they are over, as few are in hand as before."""
    hang = Hang(timeout_s=5.0)
    orders = Orders(orders_of(3_000, latency_s=0.1, script={number: [hang] for number in range(200, 208)}))
    await orders.read_all()
    assert orders.most_in_hand(0, 4) <= 20
    assert orders.most_in_hand(0, 60) <= 20 + 8
    assert orders.most_in_hand(25, 60) <= 20


async def test_an_api_that_becomes_slow_and_fast_again_scales_concurrency_up_and_down() -> None:
    """Concurrency follows the need in both directions, and the pace is kept throughout."""
    slow = {number: [Slow(latency_s=2.0)] for number in range(500, 1_000)}
    api = orders_of(2_000, latency_s=0.1)
    for number, faults in slow.items():
        api.add(f"o{number}", script={"get": faults})
    orders = Orders(api)
    await orders.read_all()
    assert orders.most_in_hand(0, 9) <= 20
    assert 90 <= orders.most_in_hand(13, 20) <= 120
    assert orders.most_in_hand(25, 40) <= 20
    assert anyio.current_time() <= 2_000 / 50 * 1.03


@pytest.mark.parametrize("workers", [1, 3])
async def test_the_bound_holds_whatever_the_demand(workers: int) -> None:
    """With ``--workers`` no more requests are made at once, although slots stay unused."""
    orders = Orders(orders_of(30, latency_s=1.0))
    await orders.read_all(workers=workers)
    assert orders.api.most_at_once == workers


async def test_nothing_is_started_during_an_outage() -> None:
    """Rows that have not begun stay where they are until the API is back."""
    api = FakeOrdersApi(
        {f"o{number}": "old" for number in range(1_000)}, latency_s=0.05, outages=[Outage(begin_s=5, end_s=65)]
    )
    orders = Orders(api)
    await orders.read_all()
    assert orders.most_in_hand(0, 200) < 60
    assert not [time for time, _ in orders.seen if 7 <= time < 65]


@pytest.mark.parametrize("write_s", [0.9, 6.0], ids=["in time", "late"])
async def test_nothing_is_begun_while_a_write_is_late(write_s: float) -> None:
    """After a second without an end to it, items wait until what was done before them is recorded."""
    writes: list[tuple[float, float]] = []
    begun: list[float] = []

    async def handle(item: int, emit: Emit) -> None:
        begun.append(anyio.current_time())
        await anyio.sleep(0.05)
        emit(item)

    async def record(_: list[int]) -> None:
        begin = anyio.current_time()
        await anyio.sleep(write_s if not writes else 0.0)
        writes.append((begin, anyio.current_time()))

    await Shop().work(range(200), workers=2, handle=handle, record=record)
    [first, *_] = writes
    in_between = [moment for moment in begun if first[0] + 1.05 < moment < first[1]]
    assert (len(begun), in_between) == (200, [])
