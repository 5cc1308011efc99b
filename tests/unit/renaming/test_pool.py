"""The pool: changes enter, and each leaves with one outcome that is true of what the API holds."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import anyio
import pytest
from hypothesis import given
from hypothesis import strategies as st

from batch_renamer.errors import JournalError, KeyRefusedError
from batch_renamer.model import Change, Order, Outcome, Result
from batch_renamer.renaming.one_rename import FRESH_S
from batch_renamer.renaming.pool import rename_all
from tests.support.bench import Bench, a_stop, batches_of, changes_of
from tests.support.clock import VirtualTimeLoop
from tests.support.fake_api import (
    FakeOrdersApi,
    Fault,
    ForeignName,
    Hang,
    KeyRefused,
    Method,
    Outage,
    Refused,
    Slow,
    Throttled,
    Transient,
    Unsent,
)
from tests.unit.renaming.pool_cases import FOREIGN, KEY_IS_REFUSED, LOST, MADE, REFUSED, api_of, check_truth, rename_one

# Renaming without faults.


@pytest.mark.virtual_time
@pytest.mark.parametrize("workers", [1, 5, 16])
async def test_the_most_requests_at_once_are_the_workers(workers: int) -> None:
    """All workers are busy where the API is slow, and never more than that."""
    api = api_of(50, latency_s=5)
    outcomes = await Bench.of(api).rename(changes_of(api), workers=workers)
    assert api.most_at_once == workers
    assert len(outcomes) == 50


@pytest.mark.virtual_time
@pytest.mark.parametrize("batch", [1, 7, 500])
async def test_every_order_gets_its_own_name_once(batch: int) -> None:
    """As many PATCHes as changes, each with the name of its row."""
    api = api_of(100)
    changes = changes_of(api)
    outcomes = await Bench.of(api).rename(changes, batch=batch)
    assert api.names_given == {change.order_id: [change.new_name] for change in changes}
    assert {outcome.result for outcome in outcomes.values()} == {Result.RENAMED}
    assert len(api.calls) == 100


@pytest.mark.virtual_time
async def test_the_outcome_of_a_good_rename_says_it_all() -> None:
    """Names before and after, the order as confirmed, tries, status, begin and duration."""
    await anyio.sleep(100)
    outcome = await rename_one(api_of(1, latency_s=0.25), read_at=90.0)
    assert outcome == Outcome(
        row=2,
        result=Result.RENAMED,
        old_name="old 0",
        final_name="new o0",
        order=Order(order_id="o0", name="new o0"),
        attempts=1,
        http_status=200,
        started_at=100.0,
        seconds=0.25,
    )


# Stops and cancellation.

GRACES = [pytest.param(10.0, id="with grace"), pytest.param(0.0, id="at once")]


@pytest.mark.virtual_time
async def test_requests_in_flight_finish_after_a_stop() -> None:
    """What has left is waited for and told; what has not stays pending."""
    api = api_of(100, latency_s=8)
    outcomes = await stopped(Bench.of(api), changes_of(api), stop_at_s=2)
    assert {outcome.result for outcome in outcomes.values()} == {Result.RENAMED}
    assert len(outcomes) == len(api.times("rename")) == 16


@pytest.mark.virtual_time
@pytest.mark.parametrize(("grace_s", "ends_at_s"), [(10.0, 12.0), (0.0, 2.0)], ids=["with grace", "at once"])
async def test_requests_that_do_not_finish_are_unknown(grace_s: float, ends_at_s: float) -> None:
    """When the grace is over the rows in flight are told as what they are: not known."""
    api = api_of(100, latency_s=60)
    bench, changes = Bench.of(api), changes_of(api)
    outcomes = await stopped(bench, changes, stop_at_s=2, grace_s=grace_s)
    assert anyio.current_time() == ends_at_s
    assert {outcome.result for outcome in outcomes.values()} == {Result.UNKNOWN}
    assert len(outcomes) == 16
    assert all("may have applied it" in outcome.reason for outcome in outcomes.values())
    await check_truth(api, changes, outcomes)


@pytest.mark.virtual_time
async def test_a_second_request_to_stop_ends_the_grace() -> None:
    """A second Ctrl-C doesn't wait for anything."""
    api = api_of(100, latency_s=60)
    bench = Bench.of(api)

    async def insist() -> None:
        await anyio.sleep(5)
        bench.stop.request(a_stop(), grace_s=0)

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(insist)
        outcomes = await stopped(bench, changes_of(api), stop_at_s=2)
    assert anyio.current_time() == 5
    assert len(outcomes) == 16


@pytest.mark.virtual_time
@pytest.mark.parametrize("made", [True, False], ids=["applied", "not applied"])
async def test_a_row_with_a_lost_answer_is_looked_at_once_more_when_the_run_stops(made: bool) -> None:
    """Instead of waiting for its next try it is read back, with one try and within the grace."""
    api = api_of(1)
    api.add("o0", script={"rename": [Transient(applied=made, retry_after_s=50)]})
    outcomes = await stopped(Bench.of(api), changes_of(api), stop_at_s=20)
    assert outcomes[2].result == (Result.RENAMED if made else Result.UNKNOWN)
    assert api.count("get", "o0") == 1
    assert anyio.current_time() == pytest.approx(20.05)


@pytest.mark.virtual_time
@pytest.mark.parametrize("last_look", [None, Transient(), Slow(latency_s=60)], ids=["good", "503", "too slow"])
async def test_a_row_that_is_being_read_back_when_the_run_stops_has_one_more_look(last_look: Fault | None) -> None:
    """The reading back that waits for its next try is cut short."""
    api = api_of(1)
    api.add("o0", script={"rename": [MADE, REFUSED], "get": [Transient(retry_after_s=50), last_look]})
    outcomes = await stopped(Bench.of(api, attempts=2), changes_of(api), stop_at_s=20)
    assert outcomes[2].result == (Result.RENAMED if last_look is None else Result.UNKNOWN)
    assert api.count("get", "o0") == 2
    assert anyio.current_time() <= 30


@pytest.mark.virtual_time
@pytest.mark.parametrize(
    ("at_s", "last_look", "result"),
    [
        pytest.param(0.2, None, Result.RENAMED, id="while the refused rename is read back"),
        pytest.param(0.2, Transient(), Result.UNKNOWN, id="and it can't be read"),
        pytest.param(0.2, Slow(latency_s=60), Result.UNKNOWN, id="and reading takes longer than the grace"),
        pytest.param(0.02, None, Result.RENAMED, id="while the answer is awaited"),
    ],
)
@pytest.mark.parametrize("status", [400, 403, 404, 409, 422])
async def test_a_refused_row_is_told_when_the_run_stops(
    at_s: float, last_look: Fault | None, result: Result, status: int
) -> None:
    """A rename that was sent is never called unsent, not even where the API said no and did it all the same."""
    api = api_of(1)
    first_look = Transient(retry_after_s=50)
    reads = [first_look, last_look] if at_s > 0.1 else []
    api.add("o0", script={"rename": [Refused(status=status, applied=True)], "get": reads})
    changes = changes_of(api)
    outcomes = await stopped(Bench.of(api), changes, stop_at_s=at_s)
    assert (outcomes[2].result, outcomes[2].attempts) == (result, 1)
    await check_truth(api, changes, outcomes)


@pytest.mark.virtual_time
async def test_a_row_that_never_reached_the_api_stays_pending() -> None:
    """Only refused connections: the stop leaves the row as it was, for the next run."""
    api = api_of(1)
    api.add("o0", script={"rename": [Unsent(), Unsent(), Unsent()]})
    assert await stopped(Bench.of(api), changes_of(api), stop_at_s=1) == {}


SENT_AND_STOPPED = {
    # what the server did: (renames, reads, result)
    "throttled": ([Throttled(retry_after_s=30)] * 9, [], Result.UNKNOWN),
    "refused and applied, the reading cut short": (
        [Refused(applied=True)],
        [Slow(latency_s=60), Slow(latency_s=60)],
        Result.UNKNOWN,
    ),
    "refused and applied, read in time": ([Refused(applied=True)], [Transient(retry_after_s=50)], Result.RENAMED),
    "refused, read in time": ([REFUSED], [Transient(retry_after_s=50)], Result.FAILED),
    "never arrived, then refused": ([Unsent(), Refused(applied=True)], [Slow(latency_s=60)] * 2, Result.UNKNOWN),
}


@pytest.mark.virtual_time
@pytest.mark.parametrize(("renames", "reads", "result"), SENT_AND_STOPPED.values(), ids=SENT_AND_STOPPED)
@pytest.mark.parametrize("grace_s", GRACES)
async def test_a_row_that_was_sent_is_never_called_unsent_when_the_run_stops(
    renames: list[Fault], reads: list[Fault], result: Result, grace_s: float
) -> None:
    """Whatever its answer was, and however the reading back ends: the row has an outcome, and its attempts."""
    api = api_of(1)
    api.add("o0", script={"rename": renames, "get": reads})
    changes = changes_of(api)
    outcomes = await stopped(Bench.of(api), changes, stop_at_s=20, grace_s=grace_s)
    assert outcomes[2].attempts == api.count("rename", "o0")
    assert outcomes[2].result is (result if grace_s else Result.UNKNOWN)
    await check_truth(api, changes, outcomes)


@pytest.mark.virtual_time
async def test_a_refused_key_stops_the_run() -> None:
    """The rows in flight end as usual, the refused one was sent and not confirmed, and nothing more is sent."""
    api = api_of(100, KEY_IS_REFUSED)
    api.add("o30", script={"rename": [KeyRefused()]})
    bench, changes = Bench.of(api), changes_of(api)
    outcomes = await bench.rename(changes)
    assert isinstance(bench.stop.cause, KeyRefusedError)
    assert (outcomes[32].result, outcomes[32].attempts) == (Result.UNKNOWN, 1)
    assert 30 <= len(outcomes) < 40
    await check_truth(api, changes, outcomes)


@pytest.mark.virtual_time
async def test_a_key_refused_in_the_look_back_leaves_the_row_unknown() -> None:
    """A row whose answer was lost is accounted for even if the run ends over the question."""
    api = api_of(1, KEY_IS_REFUSED)
    api.add("o0", script={"rename": [MADE, REFUSED], "get": [KeyRefused()]})
    bench = Bench.of(api)
    outcomes = await bench.rename(changes_of(api))
    assert isinstance(bench.stop.cause, KeyRefusedError)
    assert outcomes[2].result == Result.UNKNOWN


@pytest.mark.virtual_time
async def test_an_outcome_that_cannot_be_recorded_stops_the_run() -> None:
    """A full disk is the cause of the stop; nothing hangs."""
    api = api_of(100)
    bench = Bench.of(api)

    async def record(_group: list[Outcome]) -> None:
        raise JournalError("The disk is full.")

    batches = batches_of(changes_of(api), size=500)
    await rename_all(
        batches, record, gateway=bench.gateway, workers=lambda: 4, stop=bench.stop, wall_clock=anyio.current_time
    )
    assert isinstance(bench.stop.cause, JournalError)
    assert len(api.calls) < 10


@pytest.mark.virtual_time
async def test_a_fault_in_the_program_does_not_hide_what_was_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    """An error that was not expected ends the run, and the rows in flight are on record as unknown."""
    api = api_of(10, latency_s=5)
    bench, outcomes = Bench.of(api), list[Outcome]()

    async def break_down(order_id: str, new_name: str) -> Order:
        if order_id == "o3":
            await anyio.sleep(1)
            raise ZeroDivisionError
        return await FakeOrdersApi.rename(api, order_id, new_name)

    async def record(group: list[Outcome]) -> None:
        outcomes.extend(group)

    monkeypatch.setattr(api, "rename", break_down)
    batches = batches_of(changes_of(api), size=500)
    with pytest.raises(ExceptionGroup):
        await rename_all(
            batches, record, gateway=bench.gateway, workers=lambda: 4, stop=bench.stop, wall_clock=anyio.current_time
        )
    assert sorted((outcome.row, outcome.result) for outcome in outcomes) == [
        (row, Result.UNKNOWN) for row in (2, 3, 4, 5)
    ]


async def stopped(
    bench: Bench, changes: Sequence[Change], *, stop_at_s: float, grace_s: float = 10.0, workers: int = 16
) -> dict[int, Outcome]:
    """Rename until a stop is asked for; return the outcomes."""

    async def stop() -> None:
        await anyio.sleep(stop_at_s)
        bench.stop.request(a_stop(), grace_s=grace_s)

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(stop)
        outcomes = await bench.rename(changes, workers=workers)
        tasks.cancel_scope.cancel()
    return outcomes


def troubled_api() -> FakeOrdersApi:
    """Return an API whose orders meet every kind of fault, one after the other."""
    api = api_of(12, latency_s=0.2)
    stories: list[list[Fault]] = [
        [LOST, MADE],
        [MADE],
        [Hang(timeout_s=3, applied_after_s=1)],
        [Hang(timeout_s=3, applied_after_s=9), LOST],
        [Hang(timeout_s=3)],
        [Throttled(retry_after_s=1), LOST],
        [Unsent(), Unsent(), REFUSED],
        [REFUSED],
        [ForeignName(kept=FOREIGN)] * 2,
        [MADE, Refused(status=409)],
        [Refused(status=409, applied=True)],
    ]
    for number, faults in enumerate(stories):
        api.add(f"o{number}", script={"rename": faults, "get": [Transient()]})
    return api


INSTANTS = [round(0.05 + 0.23 * step, 2) for step in range(40)]


@pytest.mark.no_cover
@pytest.mark.virtual_time
@pytest.mark.parametrize("at_s", INSTANTS)
@pytest.mark.parametrize("grace_s", GRACES)
async def test_a_stop_at_any_instant_leaves_nothing_untold(at_s: float, grace_s: float) -> None:
    """Before, during and after each request: what may have been applied has an outcome, and every outcome is true."""
    api = troubled_api()
    changes = changes_of(api)
    outcomes = await stopped(Bench.of(api, attempts=3), changes, stop_at_s=at_s, grace_s=grace_s, workers=6)
    assert anyio.current_time() <= at_s + grace_s or len(outcomes) == len(changes)
    await check_truth(api, changes, outcomes)


@pytest.mark.no_cover
@pytest.mark.virtual_time
@pytest.mark.parametrize("at_s", INSTANTS)
async def test_cancellation_at_any_instant_leaves_nothing_untold(at_s: float) -> None:
    """Cancelled from outside, the pool still records what it has sent before it ends."""
    api = troubled_api()
    changes, outcomes = changes_of(api), dict[int, Outcome]()
    bench = Bench.of(api, attempts=3)

    async def record(group: list[Outcome]) -> None:
        await anyio.sleep(0.1)
        outcomes.update({outcome.row: outcome for outcome in group})

    with anyio.move_on_after(at_s) as scope:
        async with bench.guarded():
            batches = batches_of(changes, size=5)
            await rename_all(
                batches,
                record,
                gateway=bench.gateway,
                workers=lambda: 6,
                stop=bench.stop,
                wall_clock=anyio.current_time,
            )
    assert scope.cancelled_caught or len(outcomes) == len(changes)
    await check_truth(api, changes, outcomes)


FAULTS = st.sampled_from(
    [
        LOST,
        MADE,
        Transient(status=None),
        Transient(status=None, applied=True),
        Transient(retry_after_s=3.0),
        Unsent(),
        Throttled(),
        Throttled(retry_after_s=0.5),
        REFUSED,
        Refused(status=403),
        Refused(status=409, applied=True),
        ForeignName(kept=FOREIGN),
        Hang(timeout_s=3),
        Hang(timeout_s=3, applied_after_s=1),
        Hang(timeout_s=3, applied_after_s=20),
        Slow(latency_s=2),
        None,
    ]
)


def outage_of(begin_s: float, for_s: float, fault: Fault | None) -> Outage | None:
    """Return an outage of so many seconds, or none."""
    return Outage(begin_s=begin_s, end_s=begin_s + for_s, fault=fault) if fault is not None else None


STORY = st.tuples(st.lists(FAULTS, max_size=5), st.lists(FAULTS, max_size=2))


@given(
    stories=st.lists(STORY, min_size=1, max_size=10),
    stop_at_s=st.floats(0, 40),
    grace_s=st.sampled_from([0.0, 10.0]),
    workers=st.integers(1, 12),
    attempts=st.integers(1, 4),
    outage=st.one_of(st.none(), st.builds(outage_of, st.floats(0, 10), st.floats(1, 30), FAULTS)),
)
def test_every_outcome_is_true_whatever_happens(
    *,
    stories: list[tuple[list[Fault | None], list[Fault | None]]],
    stop_at_s: float,
    grace_s: float,
    workers: int,
    attempts: int,
    outage: Outage | None,
) -> None:
    """Thirty orders, any faults, an outage perhaps, and a stop at any instant: no outcome is a lie."""

    async def run() -> None:
        script: dict[tuple[str, Method], list[Fault | None]] = {}
        for number, (renames, reads) in enumerate(stories):
            script |= {(f"o{number}", "rename"): renames, (f"o{number}", "get"): reads}
        names = {f"o{number}": f"old {number}" for number in range(30)}
        api = FakeOrdersApi(names, script=script, outages=[outage] if outage is not None else [])
        changes = changes_of(api)
        bench = Bench.of(api, attempts=attempts, patience_s=15)
        outcomes = await stopped(bench, changes, stop_at_s=stop_at_s, grace_s=grace_s, workers=workers)
        assert bench.stop.requested or len(outcomes) == 30
        assert api.most_at_once <= workers + 1  # and the neutral question
        assert all(call.method != "rename" or call.at <= stop_at_s for call in api.calls)
        await check_truth(api, changes, outcomes)

    with asyncio.Runner(loop_factory=VirtualTimeLoop) as runner:
        runner.run(run())


# Changes of a run that is taken up.


@pytest.mark.virtual_time
@pytest.mark.parametrize(
    ("dispatched", "result"), [(True, Result.UNKNOWN), (False, Result.FAILED)], ids=["handed out", "never sent"]
)
async def test_what_cannot_be_looked_at_is_unknown_if_it_may_have_been_sent(dispatched: bool, result: Result) -> None:
    """An undo must not forget an order that an earlier part of the run may have renamed."""
    api = FakeOrdersApi({"o0": "new"}, script={("o0", "get"): [Refused(status=403)]})
    order = Order(order_id="o0", name="old")
    change = Change(row=2, new_name="new", order=order, read_at=-FRESH_S - 1, dispatched=dispatched)
    outcome = (await Bench.of(api).rename([change]))[2]
    assert outcome.result is result


@pytest.mark.virtual_time
async def test_a_lost_try_overwrites_no_name_that_was_given_later() -> None:
    """After ten minutes of outage the order is looked at again before the next try leaves, lost answers or not."""
    api = FakeOrdersApi({"o0": "old"}, outages=[Outage(begin_s=0, end_s=800)])
    bench = Bench.of(api, patience_s=2000)
    outcomes: dict[int, Outcome] = {}

    async def rename() -> None:
        outcomes.update(await bench.rename(changes_of(api)))

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(rename)
        await anyio.sleep(700)
        api.names["o0"] = "a colleague's"
    assert (outcomes[2].result, api.names["o0"]) == (Result.DRIFTED, "a colleague's")
