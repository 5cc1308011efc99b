"""Retrying: requests that fail enter; what is tried again, how often and after how long, is shown on virtual time."""

from __future__ import annotations

import itertools
import math
import random
import statistics
from contextlib import suppress
from functools import partial

import anyio
import pytest

from batch_renamer.client.orders_api import ForeignNameError, RefusedError, RequestError, TransientError
from batch_renamer.client.sends import Send
from batch_renamer.client.stopping import Stopping
from batch_renamer.client.tries import TooLate, Tries, TryPolicy
from batch_renamer.errors import KeyRefusedError
from batch_renamer.model import Order
from tests.support.bench import Bench, a_stop
from tests.support.fake_api import (
    FakeOrdersApi,
    Fault,
    ForeignName,
    Hang,
    KeyRefused,
    Outage,
    Refused,
    Slow,
    Throttled,
    Transient,
    Unsent,
)

pytestmark = pytest.mark.virtual_time


@pytest.fixture(autouse=True)
def _same_jitter_every_time() -> None:
    random.seed(2024)


def bench_with(*faults: Fault | None, attempts: int = 6, outage: Outage | None = None) -> Bench:
    """Return the gear before an API whose order a1 answers renames with these faults, one after the other."""
    api = FakeOrdersApi(
        {"a1": "old", "b2": "old"},
        script={("a1", "rename"): faults},
        outages=[outage] if outage else [],
    )
    return Bench.of(api, attempts=attempts)


async def rename(bench: Bench, tries: Tries | None = None, *, send_by: float = math.inf) -> Order:
    """Rename an order through the retrier, while the breaker stands guard."""
    async with bench.guarded():
        policy = TryPolicy(send_by=send_by)
        return await bench.retrier.call(lambda: bench.api.rename("a1", "new"), tries, kind="rename", policy=policy)


def waits(bench: Bench) -> list[float]:
    """Return how long the retrier waited between an answer and the next try."""
    return [later - earlier - bench.api.latency_s for earlier, later in itertools.pairwise(bench.api.times("rename"))]


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param(Transient(status=500), id="500"),
        pytest.param(Transient(status=503, applied=True), id="503 after applying"),
        pytest.param(Transient(status=408), id="408"),
        pytest.param(Transient(status=None), id="reset"),
        pytest.param(Unsent(), id="refused connection"),
        pytest.param(Hang(), id="timeout"),
        pytest.param(Throttled(), id="429"),
        pytest.param(ForeignName(kept="other"), id="foreign name"),
    ],
)
async def test_what_may_pass_is_tried_again(fault: Fault) -> None:
    """A failure that may be gone the next time is followed by a second try, whose answer counts."""
    bench, tries = bench_with(fault), Tries()
    assert (await rename(bench, tries)).name == "new"
    assert tries.sent == 2


@pytest.mark.parametrize("status", [301, 400, 403, 404, 409, 410, 422])
async def test_a_refusal_is_final(status: int) -> None:
    """The API's no is not argued with."""
    bench, tries = bench_with(Refused(status=status)), Tries()
    with pytest.raises(RefusedError):
        await rename(bench, tries)
    assert (tries.sent, tries.status, tries.lost) == (1, status, False)


async def test_a_refused_key_is_final() -> None:
    """A 401 ends the run; its request has changed nothing."""
    bench, tries = bench_with(KeyRefused()), Tries()
    with pytest.raises(KeyRefusedError):
        await rename(bench, tries)
    assert (tries.sent, tries.in_flight, tries.lost) == (1, False, False)


@pytest.mark.parametrize("attempts", [1, 2, 6])
async def test_a_row_has_so_many_tries(attempts: int) -> None:
    """A request that always fails, of an API that works, is tried exactly ``attempts`` times."""
    bench, tries = bench_with(*[Transient()] * 50, attempts=attempts), Tries()
    with pytest.raises(TransientError):
        await rename(bench, tries)
    assert tries.sent == bench.api.count("rename", "a1") == attempts
    assert not bench.said


async def test_a_success_after_failures_is_a_success() -> None:
    """The last try allowed is as good as the first."""
    bench, tries = bench_with(*[Transient()] * 5), Tries()
    assert (await rename(bench, tries)).name == "new"
    assert tries.sent == 6


async def test_waits_grow_to_their_cap() -> None:
    """Each wait is from a doubling range, half of it fixed: 0.25 to 0.5 s, 0.5 to 1 s, ... and at last 5 to 10 s."""
    bench = bench_with(*[Transient()] * 50, attempts=10)
    with pytest.raises(TransientError):
        await rename(bench)
    half_s = [0.25, 0.5, 1, 2, 4, 5, 5, 5, 5]
    for wait_s, at_least_s in zip(waits(bench), half_s, strict=True):
        assert at_least_s <= wait_s <= 2 * at_least_s + 0.05


async def test_late_retries_do_not_march_in_step() -> None:
    """Waits at the cap differ from row to row over the whole range: the jitter is not lost to the cap."""
    last_waits: list[float] = []
    for _ in range(60):
        bench = bench_with(*[Transient()] * 50, attempts=8)
        with pytest.raises(TransientError):
            await rename(bench)
        last_waits.append(waits(bench)[-1])
    assert len(set(last_waits)) == 60
    assert statistics.stdev(last_waits) == pytest.approx(5 / 12**0.5, rel=0.25)  # of a uniform spread over 5 s
    assert min(last_waits) < 6
    assert max(last_waits) > 9


@pytest.mark.parametrize(("hint_s", "waited_s"), [(0.0, 0.0), (3.0, 3.0), (3600.0, 60.0)])
async def test_a_hint_of_the_row_is_kept_to_within_reason(hint_s: float, waited_s: float) -> None:
    """``Retry-After`` of a 503 is added to the row's own wait; a row never waits longer than a minute for it."""
    bench = bench_with(Transient(retry_after_s=hint_s))
    await rename(bench)
    assert waited_s + 0.25 <= waits(bench)[0] <= waited_s + 0.55


async def test_a_429_waits_as_long_as_it_asks() -> None:
    """``Retry-After`` of a 429 is honoured, and the row adds nothing to it."""
    bench = bench_with(Throttled(retry_after_s=7))
    await rename(bench)
    assert waits(bench) == [pytest.approx(7)]


async def test_429s_are_not_counted() -> None:
    """No number of 429s uses up the only try of a row."""
    bench, tries = bench_with(*[Throttled(retry_after_s=0.2)] * 30, attempts=1), Tries()
    await rename(bench, tries)
    assert (tries.sent, tries.failures, tries.lost) == (31, 0, False)


@pytest.mark.parametrize("before", [5, 20])
async def test_429s_do_not_lengthen_back_off(before: int) -> None:
    """The first failure of a row waits 0.25 to 0.5 s, or for its turn, however many 429s it met before."""
    bench = bench_with(*[Throttled(retry_after_s=0.2)] * before, Transient())
    await rename(bench)
    assert 0.25 <= waits(bench)[-1] <= 1.05


async def test_429s_between_failures_do_not_lengthen_back_off() -> None:
    """The third failure waits as long as a third failure does: 1 to 2 s."""
    limit = Throttled(retry_after_s=0.2)
    bench = bench_with(Transient(), limit, limit, Transient(), limit, limit, limit, Transient())
    await rename(bench)
    assert 1 <= waits(bench)[-1] <= 2.05


@pytest.mark.parametrize("fault", [Hang(timeout_s=30), Unsent()], ids=["timeout", "refused connection"])
async def test_what_was_never_answered_says_nothing_of_latency(fault: Fault) -> None:
    """Latency is measured on real answers alone."""
    bench = bench_with(*[fault] * 2)
    await rename(bench)
    assert bench.pacer.latency_s == pytest.approx(bench.api.latency_s)


async def test_a_bad_answer_is_a_real_answer() -> None:
    """A 503 after two seconds shows how slow the API is."""
    bench = bench_with()
    bench.api.latency_s = 2.0
    bench.api.add("a1", script={"rename": [Transient()]})
    await rename(bench)
    assert bench.pacer.latency_s == pytest.approx(2.0)


async def test_a_429_tells_everybody() -> None:
    """Another row's request waits for the end of the pause as well."""
    bench = bench_with(Throttled(retry_after_s=5))
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(rename, bench)
        await anyio.sleep(0.2)
        await bench.retrier.call(lambda: bench.api.get("b2"), kind="read")
    assert bench.api.times("get")[0] >= 5


@pytest.mark.parametrize("attempts", [2, 6])
async def test_tries_of_an_outage_are_not_counted(attempts: int) -> None:
    """A lone row that runs out of tries because the API is down waits for it, and is renamed."""
    bench = bench_with(attempts=attempts, outage=Outage(begin_s=0, end_s=100))
    assert (await rename(bench)).name == "new"
    assert len(bench.said) == 2


@pytest.mark.parametrize("failures", [0, 1], ids=["with a try left", "excused before"])
async def test_a_row_that_asks_during_an_outage_is_not_used_up(failures: int) -> None:
    """Where renames ask, because they alone fail, the row whose turn it is may fail as often as it takes."""
    bench, tries = bench_with(attempts=1, outage=Outage(begin_s=0, end_s=60, method="rename")), Tries(failures=failures)
    for _ in range(40):
        bench.breaker.bad("rename", "503 Service Unavailable")
    async with bench.guarded():
        await anyio.sleep(1)
        bench.breaker.bad("rename", "503 Service Unavailable")
        await rename(bench, tries)
    assert tries.sent > 2
    assert tries.failures == failures


async def test_a_row_may_be_tried_once_more_after_an_outage_and_fail() -> None:
    """An outage excuses a row's failures, not one that goes on when the API is back."""
    bench = bench_with(*[Transient()] * 50, attempts=2, outage=Outage(begin_s=0, end_s=20))
    with pytest.raises(TransientError):
        await rename(bench)
    assert anyio.current_time() < 30


async def test_a_row_of_a_slow_api_comes_to_an_end() -> None:
    """Where even the neutral question takes long, a row that always fails is not excused for ever."""
    api = FakeOrdersApi(
        {"a1": "old"},
        script={("a1", "rename"): itertools.repeat(Transient()), ("", "page"): itertools.repeat(Slow(latency_s=3))},
    )
    bench, tries = Bench.of(api, attempts=4), Tries()
    with pytest.raises(TransientError):
        await rename(bench, tries)
    assert 4 < tries.sent <= 8


async def test_the_same_foreign_name_twice_is_given_up() -> None:
    """A server that keeps its own version of a name twice will do so again."""
    bench, tries = bench_with(*[ForeignName(kept="NEW")] * 9), Tries()
    with pytest.raises(ForeignNameError):
        await rename(bench, tries)
    assert (tries.sent, tries.lost) == (2, True)


async def test_different_foreign_names_are_tried_on() -> None:
    """Names that change from answer to answer are renames by other people, and not the server's way."""
    bench, tries = bench_with(*[ForeignName(kept=f"other {number}") for number in range(3)]), Tries()
    assert (await rename(bench, tries)).name == "new"
    assert tries.sent == 4


async def test_foreign_names_are_no_outage() -> None:
    """A server that changes every name is at work: its rows fail one by one, and no other row has to wait."""
    bench = bench_with(*[ForeignName(kept=f"other {number}") for number in range(100)], attempts=50)
    with pytest.raises(ForeignNameError):
        await rename(bench)
    assert bench.api.count("page") == 0


async def ask_in_turn(bench: Bench, faults: list[Fault | None]) -> None:
    """Rename as many orders as there are faults, each meeting its own."""
    for number, fault in enumerate(faults):
        bench.api.add(f"n{number}", script={"rename": [fault]})
        with suppress(RequestError):
            await bench.retrier.call(partial(bench.api.rename, f"n{number}", "new"), kind="rename")


FORBIDDEN = Refused(status=403)


async def test_nothing_but_403_is_the_key() -> None:
    """When the first twenty answers are all 403 the run stops, and says why."""
    bench = bench_with()
    await ask_in_turn(bench, [FORBIDDEN] * 19)
    assert not bench.stop.requested
    await ask_in_turn(bench, [FORBIDDEN])
    assert isinstance(bench.stop.cause, KeyRefusedError)
    assert "403" in str(bench.stop.cause)


async def test_failed_requests_say_nothing_about_the_key() -> None:
    """503s and 429s among the first answers don't hide that all the others are 403."""
    bench = bench_with()
    fails_first: list[Fault] = [Transient(), Throttled(), Unsent()]
    for fault in fails_first:
        bench.api.add("a1", script={"rename": [fault, FORBIDDEN]})
        with pytest.raises(RefusedError):
            await rename(bench)
    await ask_in_turn(bench, [FORBIDDEN] * 17)
    assert isinstance(bench.stop.cause, KeyRefusedError)


@pytest.mark.parametrize("other", [None, Refused(status=404), Refused(status=422)], ids=["200", "404", "422"])
@pytest.mark.parametrize("place", [0, 7, 19])
async def test_one_other_answer_clears_the_key(other: Fault | None, place: int) -> None:
    """Any other answer among the first twenty shows that the key is good, so that 403s fail their rows alone."""
    faults: list[Fault | None] = [FORBIDDEN] * 60
    faults[place] = other
    bench = bench_with()
    await ask_in_turn(bench, faults)
    assert not bench.stop.requested


async def test_good_reads_do_not_hide_a_key_that_may_not_rename() -> None:
    """Reads need no key, so that their good answers prove nothing for the renames."""
    bench = bench_with()
    for _ in range(5):
        await bench.retrier.call(lambda: bench.api.get("a1"), kind="read")
    await ask_in_turn(bench, [FORBIDDEN] * 20)
    assert isinstance(bench.stop.cause, KeyRefusedError)


CANCELLED_AT = [
    pytest.param(0.02, id="first try in flight"),
    pytest.param(0.1, id="waiting before the second"),
    pytest.param(0.4, id="later"),
    pytest.param(3.0, id="waiting long"),
    pytest.param(9.0, id="after many tries"),
    pytest.param(25.0, id="in an outage"),
]


@pytest.mark.parametrize("at_s", CANCELLED_AT)
@pytest.mark.parametrize("fault", [Transient(), Throttled(), Hang(timeout_s=4)], ids=["503", "429", "hang"])
async def test_cancellation_is_never_swallowed(at_s: float, fault: Fault) -> None:
    """Whenever it is cancelled, a request ends at once and is never tried again."""
    bench = bench_with(outage=Outage(begin_s=0, fault=fault))
    with anyio.move_on_after(at_s) as scope:
        await rename(bench)
    calls = len(bench.api.calls)
    assert scope.cancelled_caught
    assert anyio.current_time() == at_s
    await anyio.sleep(100)
    assert len(bench.api.calls) == calls


@pytest.mark.parametrize("at_s", CANCELLED_AT)
async def test_a_stop_ends_every_wait(at_s: float) -> None:
    """Wherever a row waits, a stop ends it within the time of one answer."""
    bench = bench_with(outage=Outage(begin_s=0))

    async def stop_later() -> None:
        await anyio.sleep(at_s)
        bench.stop.request(a_stop())

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(stop_later)
        with pytest.raises(Stopping):
            await rename(bench)
    assert anyio.current_time() <= at_s + bench.api.latency_s
    assert all(time <= at_s for time in bench.api.times())


async def test_a_stop_leaves_the_request_in_flight_alone() -> None:
    """An answer that was already on its way when the stop came is still taken."""
    bench, tries = bench_with(), Tries()
    async with anyio.create_task_group() as tasks:

        async def stop_in_flight() -> None:
            await anyio.sleep(0.03)
            bench.stop.request(a_stop())

        tasks.start_soon(stop_in_flight)
        assert (await rename(bench, tries)).name == "new"


async def test_nothing_leaves_after_a_stop() -> None:
    """A request that is made when the run is stopping already never leaves."""
    bench, tries = bench_with(), Tries()
    bench.stop.request(a_stop())
    with pytest.raises(Stopping):
        await rename(bench, tries)
    assert tries.sent == 0
    assert not bench.api.calls


@pytest.mark.parametrize(
    ("fault", "lost", "timed_out"),
    [
        pytest.param(Transient(), True, False, id="503"),
        pytest.param(Hang(), True, True, id="timeout"),
        pytest.param(Unsent(), False, False, id="refused connection"),
        pytest.param(Throttled(), False, False, id="429"),
        pytest.param(Refused(), False, False, id="422"),
    ],
)
async def test_the_account_of_tries_says_what_may_be_applied(fault: Fault, lost: bool, timed_out: bool) -> None:
    """Only a request that may have arrived, and was not answered with a clear no, counts as lost."""
    bench, tries = bench_with(fault, Refused()), Tries()
    with pytest.raises(RefusedError):
        await rename(bench, tries)
    assert (tries.lost, tries.timed_out, tries.in_flight) == (lost, timed_out, False)


async def test_a_cancelled_request_stays_in_flight_in_the_account() -> None:
    """After a request was cancelled, its record says that its answer is still awaited."""
    bench, tries = bench_with(), Tries()
    with anyio.move_on_after(0.01):
        await rename(bench, tries)
    assert tries.in_flight


async def test_a_request_whose_time_has_run_out_is_not_sent() -> None:
    """After ``send_by`` nothing leaves; the caller is told instead."""
    bench, tries = bench_with(), Tries()
    with pytest.raises(TooLate):
        await rename(bench, tries, send_by=-1.0)
    assert not bench.api.calls


async def test_time_runs_out_while_a_request_waits_for_its_turn() -> None:
    """A long pause makes a request too late as well, and its turn is not counted."""
    bench, tries = bench_with(), Tries()
    bench.pacer.throttle(60.0, Send(0.0))
    with pytest.raises(TooLate):
        await rename(bench, tries, send_by=10.0)
    assert not bench.api.calls
    assert bench.pacer.requests == 0


async def test_time_runs_out_for_what_may_be_applied_too() -> None:
    """Another person may have renamed the order since: it is read again before another try leaves."""
    bench, tries = bench_with(Transient(retry_after_s=50)), Tries()
    with pytest.raises(TooLate):
        await rename(bench, tries, send_by=10.0)
    assert (tries.sent, tries.lost) == (1, True)


async def test_rows_that_wait_for_their_turn_are_held_back_when_an_outage_begins() -> None:
    """At a low rate, rows that were let through before the outage don't run into it one by one."""
    bench = Bench.of(FakeOrdersApi({}, outages=[Outage(begin_s=0, end_s=60)]), rate_per_s=1)
    async with bench.guarded(), anyio.create_task_group() as tasks:
        for number in range(40):
            bench.api.add(f"n{number}")
            tasks.start_soon(bench.gateway.read, f"n{number}")
    in_the_outage = [call for call in bench.api.calls if call.order_id.startswith("n") and 15 <= call.at < 60]
    assert not in_the_outage


@pytest.fixture
def unguarded() -> Bench:
    """Give gear without a breaker on guard: a single try needs none."""
    return bench_with()


async def test_a_single_try_goes_through_an_outage_and_a_stop(unguarded: Bench) -> None:
    """The last look at a row is made whatever the state of the run."""
    unguarded.stop.request(a_stop())
    order = await unguarded.retrier.once(lambda: unguarded.api.get("a1"), kind="read")
    assert order == Order(order_id="a1", name="old", is_deleted=False)


async def test_a_single_try_is_not_repeated(unguarded: Bench) -> None:
    """Its failure is the caller's to judge."""
    unguarded.api.add("c3", script={"get": [Transient()]})
    with pytest.raises(TransientError):
        await unguarded.retrier.once(lambda: unguarded.api.get("c3"), kind="read")
    assert unguarded.api.count("get", "c3") == 1


async def test_a_single_try_that_is_throttled_pauses_everybody(unguarded: Bench) -> None:
    """The neutral question's own 429 is heeded like any other."""
    unguarded.api.add("c3", script={"get": [Throttled(retry_after_s=8)]})
    with pytest.raises(RequestError):
        await unguarded.retrier.once(lambda: unguarded.api.get("c3"), kind="read")
    await unguarded.pacer.acquire()
    assert anyio.current_time() == pytest.approx(8.05)
