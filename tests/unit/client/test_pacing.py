"""Pacing: tries of many workers enter, and leave at times that keep to the rate, whatever the host's clock does."""

from __future__ import annotations

import asyncio
import itertools
import math
from collections.abc import Callable, Sequence

import anyio
import pytest
from hypothesis import given
from hypothesis import strategies as st

from batch_renamer.client.pacing import Pacer
from batch_renamer.client.sends import Send
from tests.support.clock import VirtualTimeLoop

RATES = [0.5, 1, 2.5, 7, 50, 300]
HEADROOM = 1 / 0.995


async def leave(pacer: Pacer, *, tries: int, workers: int = 16) -> list[float]:
    """Let workers make tries as fast as the pacer lets them; return when each left."""
    times: list[float] = []
    left = iter(range(tries))

    async def work() -> None:
        for _ in left:
            await pacer.acquire()
            times.append(anyio.current_time())

    async with anyio.create_task_group() as tasks:
        for _ in range(workers):
            tasks.start_soon(work)
    return times


async def stall(stalls: Sequence[tuple[float, float]]) -> None:
    """Stop the host's clockwork again and again: after so many seconds, for so many."""
    loop = asyncio.get_running_loop()
    assert isinstance(loop, VirtualTimeLoop)
    for after_s, for_s in stalls:
        await anyio.sleep(after_s)
        loop.jump(for_s)


async def leave_while_stalling(pacer: Pacer, stalls: Sequence[tuple[float, float]], *, tries: int) -> list[float]:
    """Return when each try left while the host stalls."""
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(stall, stalls)
        times = await leave(pacer, tries=tries)
        tasks.cancel_scope.cancel()
    return times


def most_in_a_second(times: Sequence[float]) -> int:
    """Return the most tries in any second, both of its ends included."""
    begin, most = 0, 0
    for end, time in enumerate(times):
        while time - times[begin] > 1.0:
            begin += 1
        most = max(most, end - begin + 1)
    return most


def smallest_gap(times: Sequence[float]) -> float:
    """Return the shortest time between two tries."""
    return min(later - earlier for earlier, later in itertools.pairwise(times))


def tries_for(rate: float, *, seconds: float = 6) -> int:
    """Return how many tries that rate makes in so many seconds, a few at least."""
    return max(5, math.ceil(rate * seconds))


@pytest.mark.virtual_time
@pytest.mark.parametrize("rate", RATES)
async def test_every_sliding_second_is_within_the_rate(rate: float) -> None:
    """No second, wherever it begins, holds more tries than the rate (rounded up where it is no whole number)."""
    times = await leave(Pacer(rate_per_s=rate), tries=tries_for(rate))
    assert most_in_a_second(times) <= math.ceil(rate)


@pytest.mark.no_cover
@pytest.mark.virtual_time
@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize("stall_s", [0.003, 0.3, 0.9, 1.1, 5.0])
async def test_a_stalled_host_does_not_break_the_rate(rate: float, stall_s: float) -> None:
    """Wake-ups that come late are not made good beyond the rate of any second."""
    pacer = Pacer(rate_per_s=rate)
    times = await leave_while_stalling(pacer, [(0.7, stall_s), (0.05, stall_s)] * 20, tries=tries_for(rate))
    assert most_in_a_second(times) <= math.ceil(rate)


@pytest.mark.no_cover
@pytest.mark.virtual_time
@pytest.mark.parametrize("rate", RATES)
async def test_the_rate_is_used_but_for_its_headroom(rate: float) -> None:
    """Over a long run at least 98.5 % of the rate is really sent."""
    tries = tries_for(rate, seconds=60)
    times = await leave(Pacer(rate_per_s=rate), tries=tries)
    assert (tries - 1) / (times[-1] - times[0]) >= 0.985 * rate


@pytest.mark.virtual_time
async def test_slots_closer_than_timers_are_exact_need_no_wait_each() -> None:
    """At 5,000 a second the tries of one millisecond leave together, and no more of them; their pace is the rate."""
    pacer = Pacer(rate_per_s=5_000)
    together = 0
    while pacer.acquire_nowait() is not None:
        together += 1
    times = await leave(pacer, tries=5_000)
    assert together == 5
    assert most_in_a_second(times) <= 5_000
    assert 4_999 / (times[-1] - times[0]) >= 0.985 * 5_000


@pytest.mark.virtual_time
async def test_a_pause_is_kept_to_its_end_however_close_the_slots_are() -> None:
    """What the API asks to wait is not shortened by the millisecond that a slot may be."""
    pacer = Pacer(rate_per_s=5_000)
    first = await pacer.acquire()
    assert first is not None
    pacer.throttle(2.0, first)
    await pacer.acquire()
    assert anyio.current_time() - first.left_at >= 2.0


@pytest.mark.no_cover
@pytest.mark.virtual_time
@pytest.mark.parametrize("rate", [7, 50, 300])
async def test_late_timers_do_not_push_the_schedule_back(rate: float) -> None:
    """Timers that are always a few milliseconds late cost no throughput: the slots are absolute."""
    tries = tries_for(rate, seconds=30)
    times = await leave_while_stalling(Pacer(rate_per_s=rate), [(0.01, 0.004)] * 5000, tries=tries)
    assert (tries - 1) / (times[-1] - times[0]) >= 0.985 * rate


@pytest.mark.no_cover
@pytest.mark.virtual_time
@pytest.mark.parametrize("rate", [50, 300])
async def test_stalls_cost_nothing_a_second_later(rate: float) -> None:
    """What the guard delays after each stall of up to five slots is made good: 99 % of the rate are really sent."""
    tries = tries_for(rate, seconds=30)
    stalls = [(0.2, number % 5 / rate) for number in range(150)]
    times = await leave_while_stalling(Pacer(rate_per_s=rate), stalls, tries=tries)
    assert (tries - 1) / (times[-1] - times[0]) >= 0.99 * rate
    assert most_in_a_second(times) <= rate


@pytest.mark.virtual_time
async def test_a_try_that_a_stall_held_up_counts_from_the_end_of_the_stall() -> None:
    """It may have reached the API only then, so the try a window later leaves a second after that."""
    pacer, slot_s = Pacer(rate_per_s=300), HEADROOM / 300
    begun_s, for_s = 10.1 * slot_s, 4.5 * slot_s
    times = await leave_while_stalling(pacer, [(begun_s, for_s)], tries=400)
    assert times[10] == pytest.approx(10 * slot_s)
    assert times[310] >= begun_s + for_s + 1.0


@pytest.mark.virtual_time
async def test_retries_of_the_same_worker_are_paced_too() -> None:
    """One worker that asks again and again is held to the rate like sixteen."""
    times = await leave(Pacer(rate_per_s=50), tries=200, workers=1)
    assert most_in_a_second(times) <= 50


@pytest.mark.virtual_time
async def test_there_is_no_burst_at_the_start() -> None:
    """The first tries are spaced like all the others."""
    times = await leave(Pacer(rate_per_s=50), tries=16)
    assert times[0] == 0.0
    assert smallest_gap(times) == pytest.approx(HEADROOM / 50)


@pytest.mark.virtual_time
@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize("lull_slots", [0.5, 1.5, 3.5, 100.0])
async def test_there_is_no_burst_after_a_lull(rate: float, lull_slots: float) -> None:
    """Slots that no try waited for are gone."""
    pacer = Pacer(rate_per_s=rate)
    await leave(pacer, tries=5)
    await anyio.sleep((1 + lull_slots) * HEADROOM / rate)
    assert smallest_gap(await leave(pacer, tries=5)) >= 1 / rate


@pytest.mark.virtual_time
@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize("pause_s", [None, 0.1, 20.0], ids=lambda pause_s: f"retry-after-{pause_s}")
async def test_there_is_no_burst_after_a_pause(rate: float, pause_s: float | None) -> None:
    """Those who waited through a 429 leave one by one."""
    pacer = Pacer(rate_per_s=rate)
    await leave(pacer, tries=5)
    pacer.throttle(pause_s, Send(anyio.current_time()))
    times = await leave(pacer, tries=10)
    assert times[0] >= (pause_s or 0.0)
    assert smallest_gap(times) >= 1 / rate


@pytest.mark.virtual_time
@pytest.mark.parametrize(("slots_late", "made_good"), [(0.5, 1), (2.5, 3), (5.9, 6), (10.0, 7)])
async def test_only_a_few_missed_slots_are_made_good(slots_late: float, made_good: int) -> None:
    """After a stall no more than six slots are caught up with, however long it was."""
    pacer = Pacer(rate_per_s=50)
    slot_s = HEADROOM / 50
    times = await leave_while_stalling(pacer, [(4.5 * slot_s, (slots_late + 0.5) * slot_s)], tries=30)
    woken_at = times[5]
    assert sum(time == woken_at for time in times) == made_good


@pytest.mark.virtual_time
async def test_first_come_is_first_served() -> None:
    """Those who wait leave in the order in which they asked."""
    pacer, left = Pacer(rate_per_s=10), list[int]()

    async def ask(number: int) -> None:
        await pacer.acquire()
        left.append(number)

    async with anyio.create_task_group() as tasks:
        for number in range(8):
            tasks.start_soon(ask, number)
    assert left == list(range(8))


@pytest.mark.virtual_time
async def test_a_cancelled_wait_costs_nobody_a_turn() -> None:
    """A try that gives up waiting leaves its turn to the next one, and does not count as a request."""
    pacer = Pacer(rate_per_s=1)
    await pacer.acquire()
    with anyio.move_on_after(0.5):
        await pacer.acquire()
    await pacer.acquire()
    assert anyio.current_time() == pytest.approx(HEADROOM)
    assert pacer.requests == 2


@pytest.mark.virtual_time
async def test_an_unwanted_turn_is_left_to_the_next_in_line() -> None:
    """Tries that are no longer wanted when their turn comes use up neither time nor a place in the count."""
    pacer, wanted = Pacer(rate_per_s=1), [True]
    await pacer.acquire()
    results: list[bool] = []

    async def ask(is_wanted: Callable[[], bool]) -> None:
        results.append(await pacer.acquire(is_wanted) is not None)

    async with anyio.create_task_group() as tasks:
        for _ in range(5):
            tasks.start_soon(ask, lambda: wanted[0])
        tasks.start_soon(ask, lambda: True)
        await anyio.wait_all_tasks_blocked()
        wanted[0] = False
    assert results == [False] * 5 + [True]
    assert anyio.current_time() == pytest.approx(HEADROOM)
    assert pacer.requests == 2


@pytest.mark.virtual_time
async def test_a_429_pauses_everybody() -> None:
    """No worker leaves before the pause is over."""
    pacer = Pacer(rate_per_s=50)
    pacer.throttle(3.0, Send(0.0))
    times = await leave(pacer, tries=20)
    assert times[0] == 3.0


@pytest.mark.virtual_time
async def test_a_pause_holds_those_who_wait_already() -> None:
    """A 429 that arrives while a try waits for its slot makes that wait longer."""
    pacer = Pacer(rate_per_s=1)
    await pacer.acquire()
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(pacer.acquire)
        await anyio.sleep(0.5)
        pacer.throttle(7.0, Send(0.0))
    assert anyio.current_time() == 7.5


async def refused_send(pacer: Pacer, retry_after_s: float | None = None) -> None:
    """Let one try leave, which meets a 429 at once."""
    send = await pacer.acquire()
    assert send is not None
    pacer.throttle(retry_after_s, send)


@pytest.mark.virtual_time
async def test_a_full_limit_pauses_nobody() -> None:
    """A 429 among good answers lowers the limit to what was let in; the next try leaves at that pace."""
    pacer = Pacer(rate_per_s=50)
    for _ in range(30):
        send = await pacer.acquire()
        assert send is not None
        pacer.accepted(send)
    await refused_send(pacer)
    assert pacer.limit_per_s == pytest.approx(30, abs=3)  # Two or three more are sent to ask whether it is a bucket.
    begun = anyio.current_time()
    await leave(pacer, tries=2)
    assert anyio.current_time() - begun < 2


@pytest.mark.virtual_time
async def test_many_429s_of_one_event_make_one_pause() -> None:
    """Sixteen requests refused together, some of the answers late, make one short pause of a limit that is shut."""
    pacer = Pacer(rate_per_s=50)
    sends = [send for _ in range(16) if (send := await pacer.acquire()) is not None]
    for send in sends[:8]:
        pacer.throttle(None, send)
    begun = anyio.current_time()
    await anyio.sleep(1.5)
    for send in sends[8:]:
        pacer.throttle(None, send)
    await pacer.acquire()
    assert anyio.current_time() - begun == pytest.approx(2.5)
    assert pacer.throttled == 16


@pytest.mark.virtual_time
async def test_pauses_double_while_a_limit_stays_shut() -> None:
    """Where nothing is let in, each new 429 doubles the pause until it is a minute long."""
    pacer, times = Pacer(rate_per_s=50), list[float]()
    await refused_send(pacer)
    for _ in range(10):
        await refused_send(pacer)
        times.append(anyio.current_time())
    pauses = [later - earlier for earlier, later in itertools.pairwise(times)]
    assert pauses == pytest.approx([1, 2, 4, 8, 16, 32, 60, 60, 60], abs=0.01)


@pytest.mark.virtual_time
async def test_an_answer_that_is_no_429_shortens_the_next_pause_again() -> None:
    """The doubling begins anew after the API has let a request through."""
    pacer = Pacer(rate_per_s=50)
    for _ in range(4):
        await refused_send(pacer)
    send = await pacer.acquire()
    assert send is not None
    pacer.accepted(send)
    for _ in range(2):
        await refused_send(pacer)
    begun = anyio.current_time()
    await pacer.acquire()
    assert anyio.current_time() - begun == pytest.approx(1.0, abs=0.01)


@pytest.mark.virtual_time
async def test_the_longest_hint_wins() -> None:
    """A shorter ``Retry-After`` doesn't end a pause that a longer one began."""
    pacer = Pacer(rate_per_s=50)
    pacer.throttle(9.0, Send(0.0))
    pacer.throttle(2.0, Send(0.0))
    await pacer.acquire()
    assert anyio.current_time() == 9.0


@pytest.mark.virtual_time
async def test_a_hint_of_nothing_is_no_hint() -> None:
    """``Retry-After: 0`` would send the same request in again at once; the next leaves as the limit allows."""
    pacer = Pacer(rate_per_s=50)
    await refused_send(pacer, 0.0)
    assert pacer.limit_per_s == 1
    await pacer.acquire()
    assert anyio.current_time() == pytest.approx(1.0, abs=0.01)


@pytest.mark.parametrize("rate", [0, -1.0, math.nan, math.inf])
def test_a_rate_must_be_positive(rate: float) -> None:
    """A rate that would never let anybody go is refused where it is made."""
    with pytest.raises(ValueError, match="number greater than 0"):
        Pacer(rate_per_s=rate)


@given(
    rate=st.one_of(st.integers(1, 60).map(float), st.floats(0.3, 60)),
    stalls=st.lists(st.tuples(st.floats(0, 2), st.floats(0, 3)), max_size=12),
    pauses=st.lists(st.tuples(st.floats(0, 3), st.one_of(st.none(), st.floats(0, 5))), max_size=3),
    workers=st.integers(1, 20),
)
def test_no_second_ever_exceeds_the_rate(
    rate: float, stalls: list[tuple[float, float]], pauses: list[tuple[float, float | None]], workers: int
) -> None:
    """Whatever the rate, the stalls of the host, the 429s and the number of workers, no second has too many tries."""

    async def run() -> list[float]:
        pacer = Pacer(rate_per_s=rate)

        async def throttle() -> None:
            for after_s, hint_s in pauses:
                await anyio.sleep(after_s)
                pacer.throttle(hint_s, Send(anyio.current_time()))

        async with anyio.create_task_group() as tasks:
            tasks.start_soon(stall, stalls)
            tasks.start_soon(throttle)
            times = await leave(pacer, tries=60, workers=workers)
            tasks.cancel_scope.cancel()
        return times

    with asyncio.Runner(loop_factory=VirtualTimeLoop) as runner:
        assert most_in_a_second(runner.run(run())) <= math.ceil(rate)


@pytest.mark.virtual_time
async def test_there_is_capacity_until_a_handful_wait_for_their_turn() -> None:
    """One more is wanted at once where few wait, and else as soon as a turn is taken."""
    pacer, wanted_at = Pacer(rate_per_s=10), list[float]()
    async with anyio.create_task_group() as tasks:
        for _ in range(20):
            await pacer.wait_for_capacity()
            wanted_at.append(anyio.current_time())
            tasks.start_soon(pacer.acquire)
            await anyio.lowlevel.checkpoint()
    at_once = sum(time == 0 for time in wanted_at)
    assert 2 <= at_once <= 15
    assert wanted_at[at_once:] == pytest.approx([n / pacer.pace_per_s for n in range(1, 21 - at_once)], abs=0.01)


@pytest.mark.virtual_time
async def test_there_is_capacity_again_when_a_wait_is_broken_off() -> None:
    """A try that is cancelled while it waits for its turn holds nothing."""
    pacer = Pacer(rate_per_s=0.01)
    with anyio.move_on_after(1):
        async with anyio.create_task_group() as tasks:
            for _ in range(20):
                tasks.start_soon(pacer.acquire)
    await pacer.wait_for_capacity()
    assert anyio.current_time() == 1


@pytest.mark.virtual_time
async def test_what_is_reserved_for_other_processes_is_left_to_them_until_it_is_given_back() -> None:
    """This process keeps what is left of the limit, and has all of it again without a burst."""
    pacer = Pacer(rate_per_s=100)
    pacer.reserve(90)
    begun = anyio.current_time()
    await leave(pacer, tries=21)
    assert anyio.current_time() - begun == pytest.approx(20 / 10, rel=0.1)
    pacer.reserve(0)
    times = await leave(pacer, tries=200)
    assert most_in_a_second(times) <= 100
    assert times[-1] - times[0] == pytest.approx(2, rel=0.05)


@pytest.mark.virtual_time
async def test_a_run_that_gives_half_of_its_share_up_does_not_pause() -> None:
    """What it sent before counts as its own, because the run that gets the other half sent nothing then."""
    pacer = Pacer(rate_per_s=100)
    await leave(pacer, tries=200)
    pacer.share(50)
    times = await leave(pacer, tries=100)
    assert max(later - earlier for earlier, later in itertools.pairwise(times)) <= 1.25 / 50
    assert most_in_a_second(times) <= 50


@pytest.mark.virtual_time
async def test_a_share_that_grows_brings_the_next_turn_forward() -> None:
    """A try that has begun to wait for its turn at the old pace leaves within what the new one asks for."""
    pacer = Pacer(rate_per_s=100)
    pacer.share(1)
    await pacer.acquire()

    async def grow() -> None:
        await anyio.sleep(0.05)
        pacer.share(100)

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(grow)
        await pacer.acquire()
        assert anyio.current_time() < 0.3
