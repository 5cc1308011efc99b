"""The breaker: good and bad answers enter; when it holds everybody back, whom it asks, and when it gives up."""

from __future__ import annotations

import asyncio
import itertools
import random
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial

import anyio
import pytest

from batch_renamer.client.breaker import Breaker
from batch_renamer.client.recovery import watch_breaker
from batch_renamer.client.seen import Kind
from batch_renamer.client.stopping import StopSignal
from batch_renamer.errors import ApiUnavailableError, KeyRefusedError
from batch_renamer.model import Result
from tests.support.bench import Bench, a_stop, changes_of, new_name_of
from tests.support.fake_api import FakeOrdersApi, Fault, Hang, KeyRefused, Method, Outage, Throttled, Transient

pytestmark = pytest.mark.virtual_time


@pytest.fixture(autouse=True)
def _same_jitter_every_time() -> None:
    random.seed(2024)


@dataclass
class Rig:
    """A breaker alone, its neutral question answered as the test says."""

    patience_s: float = 900.0
    latency_s: float = 0.1
    is_well: Callable[[], bool] = lambda: True
    stop: StopSignal = field(default_factory=StopSignal)
    said: list[str] = field(default_factory=list)
    asked: list[tuple[float, float]] = field(default_factory=list)
    breaker: Breaker = field(init=False)

    def __post_init__(self) -> None:
        self.breaker = Breaker(patience_s=self.patience_s, stop=self.stop, notify=self.said.append)

    async def ask(self, within_s: float) -> bool:
        """Answer the neutral question."""
        self.asked.append((anyio.current_time(), within_s))
        await anyio.sleep(min(self.latency_s, within_s))
        return self.latency_s <= within_s and self.is_well()

    @asynccontextmanager
    async def guarded(self) -> AsyncIterator[Breaker]:
        """Let the breaker stand guard."""
        watch = asyncio.ensure_future(watch_breaker(self.breaker, self.ask))
        yield self.breaker
        assert not watch.done() or watch.exception() is None
        watch.cancel()

    def fail(self, times: int, kind: Kind = "rename") -> None:
        """Let so many requests of one kind fail in a row."""
        for _ in range(times):
            self.breaker.bad(kind, "503 Service Unavailable")


async def closed_at(breaker: Breaker) -> float:
    """Return when a row is let through again."""
    await breaker.gate.admit("rename")
    return anyio.current_time()


async def test_twenty_bad_answers_in_a_row_are_an_outage() -> None:
    """The twentieth opens the breaker, the nineteenth does not."""
    rig = Rig()
    rig.fail(19)
    assert rig.breaker.gate.is_closed
    rig.fail(1)
    assert not rig.breaker.gate.is_closed


async def test_a_good_answer_begins_the_count_anew() -> None:
    """Bad answers with good ones among them are the rows' own business."""
    rig = Rig()
    for _ in range(10):
        rig.fail(19)
        rig.breaker.good("rename")
    assert rig.breaker.gate.is_closed


async def test_a_good_answer_closes_the_breaker_before_anybody_has_asked() -> None:
    """An answer that was on its way already is worth as much as one to a question."""
    rig = Rig()
    rig.fail(20)
    rig.breaker.good("rename")
    assert not await rig.breaker.gate.admit("rename")


async def test_good_reads_do_not_hide_that_renames_fail() -> None:
    """The count of each kind of request is its own."""
    rig = Rig()
    for _ in range(19):
        rig.fail(1)
        rig.breaker.good("read")
    rig.fail(1)
    assert not rig.breaker.gate.is_closed


async def test_ten_seconds_of_silence_are_an_outage() -> None:
    """Ten seconds after the first request without a good answer, and not before, the breaker opens."""
    rig = Rig(is_well=lambda: False)
    async with rig.guarded() as breaker:
        await anyio.sleep(100)  # no request is under way: that is no silence
        breaker.sent("rename")
        await anyio.sleep(9.99)
        assert breaker.gate.is_closed
        await anyio.sleep(0.52)
        assert not breaker.gate.is_closed


@pytest.mark.parametrize(("patience_s", "silence_s"), [(0, 1), (5, 2.5), (900, 10)])
async def test_little_patience_bears_little_silence_after_a_bad_answer(patience_s: float, silence_s: float) -> None:
    """A closed port answers at once, and badly: little patience does not begin with ten seconds of waiting."""
    rig = Rig(patience_s=patience_s, is_well=lambda: False)
    async with rig.guarded() as breaker:
        breaker.sent("rename")
        rig.fail(1)
        await anyio.sleep(silence_s - 0.01)
        assert breaker.gate.is_closed
        await anyio.sleep(0.52)
        assert not breaker.gate.is_closed


async def test_a_good_answer_breaks_the_silence() -> None:
    """An API that answers one request well every nine seconds is slow, not gone."""
    rig = Rig(is_well=lambda: False)
    async with rig.guarded() as breaker:
        for _ in range(5):
            breaker.sent("rename")
            await anyio.sleep(9)
            breaker.good("read")
        assert breaker.gate.is_closed


async def test_rows_are_held_until_the_api_is_back() -> None:
    """No request is let through in an outage, and all of them after it."""
    rig = Rig(is_well=lambda: anyio.current_time() >= 30)
    admitted: list[float] = []

    async def row() -> None:
        await rig.breaker.gate.admit("rename")
        admitted.append(anyio.current_time())
        rig.breaker.good("rename")

    async with rig.guarded(), anyio.create_task_group() as rows:
        rig.fail(20)
        for _ in range(5):
            rows.start_soon(row)
    assert len(admitted) == 5
    assert all(30 <= time <= 32.2 for time in admitted)


async def test_one_question_is_put_every_two_seconds() -> None:
    """An API that is out of order is asked at a steady, gentle pace."""
    rig = Rig(is_well=lambda: False)
    async with rig.guarded():
        rig.fail(20)
        await anyio.sleep(60)
    gaps = [later - earlier for (earlier, _), (later, _) in itertools.pairwise(rig.asked)]
    assert gaps == [pytest.approx(2)] * 29


async def test_a_slow_api_is_given_more_and_more_time() -> None:
    """Where the question itself takes long its answer is awaited longer each time, so that a slow API is seen."""
    rig = Rig(latency_s=25)
    async with rig.guarded() as breaker:
        rig.fail(20)
        await breaker.gate.admit("rename")
    assert [within_s for _, within_s in rig.asked] == [2, 10, 20, 40]


async def test_nobody_hears_of_a_false_alarm() -> None:
    """When the first question is answered well there was no outage to tell of."""
    rig = Rig()
    async with rig.guarded() as breaker:
        rig.fail(20)
        assert await closed_at(breaker) == pytest.approx(0.1)
    assert not rig.said


async def test_the_user_is_told_once_of_an_outage_and_of_its_end() -> None:
    """Two sentences: what is wrong and how long it will be waited for, and that it is over."""
    rig = Rig(is_well=lambda: anyio.current_time() >= 30)
    async with rig.guarded() as breaker:
        rig.fail(20)
        await breaker.gate.admit("rename")
        breaker.good("rename")
        await anyio.sleep(5)
    assert len(rig.said) == 2
    assert "503 Service Unavailable" in rig.said[0]
    assert "900 s" in rig.said[0]
    assert rig.said[1] == "The API answers again."


async def test_a_rows_good_answer_ends_the_outage_at_once() -> None:
    """The question under way is dropped when another request is answered well."""
    rig = Rig(latency_s=60)
    async with rig.guarded() as breaker:
        rig.fail(20)
        await anyio.sleep(7)
        breaker.good("rename")
        assert await closed_at(breaker) == 7
        await anyio.sleep(1)
        assert rig.said[-1] == "The API answers again."
        asked = len(rig.asked)
        await anyio.sleep(100)
        assert len(rig.asked) == asked


async def test_where_the_question_is_answered_rows_probe_one_at_a_time() -> None:
    """A breaker that is half-open for renames lets one through at once, and then one every two seconds."""
    rig = Rig()
    asking: list[float] = []

    async def row() -> None:
        assert await rig.breaker.gate.admit("rename")
        asking.append(anyio.current_time())

    async with rig.guarded():
        rig.fail(20)
        begun = anyio.current_time()
        async with anyio.create_task_group() as rows:
            for _ in range(4):
                rows.start_soon(row)
        assert [round(time - begun, 1) for time in asking] == [0.1, 2.1, 4.1, 6.1]
        assert len(rig.asked) == 1


async def test_where_renames_probe_reads_go_on() -> None:
    """Requests of a kind that works are not held back, and their answers don't end the outage of the other."""
    rig = Rig()
    async with rig.guarded() as breaker:
        rig.fail(20)
        assert not await breaker.gate.admit("read")
        breaker.good("read")
        assert not breaker.gate.is_closed
        breaker.good("rename")
        assert breaker.gate.is_closed


async def test_a_probe_permit_ends_with_its_outage() -> None:
    """A permit that no row has taken is not left over for the next outage."""
    rig = Rig(latency_s=1)
    async with rig.guarded() as breaker:
        rig.fail(20)
        await anyio.sleep(1.5)
        breaker.good("rename")
        rig.fail(20)
        begun = anyio.current_time()
        assert await breaker.gate.admit("rename")
        assert anyio.current_time() >= begun + 1


async def test_a_fresh_row_is_the_probe_where_there_is_one() -> None:
    """Rows that have failed don't probe while a fresh row can be started."""
    rig = Rig()
    probes: list[tuple[str, float]] = []

    async def row(name: str, *, fresh: bool) -> None:
        if await rig.breaker.gate.admit("rename", fresh=fresh):
            probes.append((name, anyio.current_time()))

    async with rig.guarded() as breaker, anyio.create_task_group() as rows:
        rig.fail(20)
        rows.start_soon(partial(row, "failed before", fresh=False))
        await breaker.seen["rename"].wait_until_fresh_wanted()
        await row("fresh", fresh=True)
        [(who, at_s)] = probes
        assert (who, round(at_s, 1)) == ("fresh", 0.1)
        await anyio.sleep(1.9)
        assert len(probes) == 1
        breaker.good("rename")


async def test_a_fresh_row_that_waits_among_the_failing_ones_is_no_probe() -> None:
    """It may be as bad as its neighbours: the permit is for the row that is started from elsewhere."""
    rig = Rig()
    probes: list[str] = []

    async def row(name: str) -> None:
        if await rig.breaker.gate.admit("rename", fresh=True):
            probes.append(name)

    async with rig.guarded() as breaker, anyio.create_task_group() as rows:
        rig.fail(20)
        rows.start_soon(row, "neighbour")
        await breaker.seen["rename"].wait_until_fresh_wanted()
        await row("from elsewhere")
        assert probes == ["from elsewhere"]
        breaker.good("rename")


async def test_where_no_fresh_row_is_left_those_in_hand_are_blamed_after_a_minute() -> None:
    """The neutral question is answered well all the while: an outage of one kind is not waited for to the end."""
    rig = Rig()
    async with rig.guarded() as breaker:
        rig.fail(20)
        await breaker.gate.wait_until_closed("rename")
        assert 60 <= anyio.current_time() <= 63
        assert breaker.passed_since("rename", 50.0)
        assert not rig.stop.requested


async def test_a_row_that_fails_while_others_pass_is_no_sign_of_an_outage() -> None:
    """What a row meets that failed before others passed is its own; twenty fresh rows that fail are an outage."""
    rig = Rig()
    for _ in range(100):
        rig.breaker.bad("rename", "500 Internal Server Error", own=True)
    assert rig.breaker.gate.is_closed
    rig.fail(20)
    assert not rig.breaker.gate.is_closed


@pytest.mark.parametrize("patience_s", [1.0, 5.0, 60.0])
async def test_patience_ends(patience_s: float) -> None:
    """After so many seconds of an outage the run is to stop, without any grace."""
    rig = Rig(patience_s=patience_s, is_well=lambda: False)
    async with rig.guarded():
        rig.fail(20)
        await rig.stop.out_of_time()
    assert anyio.current_time() == patience_s
    assert isinstance(rig.stop.cause, ApiUnavailableError)
    assert f"{patience_s:g} s" in str(rig.stop.cause)
    assert "The API answers again." not in rig.said
    assert "503 Service Unavailable" in str(rig.stop.cause)


async def test_patience_ends_with_the_kind_of_request_that_fails() -> None:
    """Where the question is answered well and fresh rows fail as well, the cause does not say that nothing answers."""
    rig = Rig(patience_s=20)
    async with rig.guarded() as breaker, anyio.create_task_group() as rows:

        async def fresh_rows() -> None:
            while True:
                await breaker.seen["rename"].wait_until_fresh_wanted()
                rig.fail(1)

        rows.start_soon(fresh_rows)
        rig.fail(20)
        await rig.stop.out_of_time()
        rows.cancel_scope.cancel()
    assert anyio.current_time() == pytest.approx(20)
    message = "The API answers, but renames have failed for 20 s (last: 503 Service Unavailable)."
    assert str(rig.stop.cause) == message


@pytest.mark.parametrize(
    ("patience_s", "stops_at"), [(5.0, 14.0), (12.0, 14.0), (60.0, 60.0)], ids=lambda value: f"{value:g}"
)
async def test_silence_uses_up_patience_but_the_api_is_asked(patience_s: float, stops_at: float) -> None:
    """The ten seconds before the breaker opened count as waiting; a few more are left to ask."""
    rig = Rig(patience_s=patience_s, is_well=lambda: False)
    async with rig.guarded() as breaker:
        breaker.sent("rename")
        await rig.stop.out_of_time()
    assert stops_at <= anyio.current_time() <= stops_at + 0.5
    assert rig.asked


async def test_patience_begins_anew_with_every_outage() -> None:
    """Two outages that are each shorter than the patience are both waited for."""
    rig = Rig(patience_s=20, is_well=lambda: anyio.current_time() % 30 >= 15)
    async with rig.guarded() as breaker:
        for _ in range(3):
            rig.fail(20)
            await breaker.gate.admit("rename")
            breaker.good("rename")
            await anyio.sleep(30 - anyio.current_time() % 30)
    assert not rig.stop.requested


async def test_a_hint_beyond_patience_ends_the_run_when_a_probe_is_told_the_same() -> None:
    """Waiting for what will not come in time helps no row, but the first to be told may be a single bad order."""
    rig = Rig(patience_s=60)
    assert rig.breaker.throttled("read", 61.0, left_at=-0.1) is None
    assert not rig.stop.requested
    assert not rig.breaker.gate.is_closed
    rig.breaker.throttled("read", 61.0, left_at=-0.05)  # left before the first answer came: no probe
    assert not rig.stop.requested
    rig.breaker.throttled("read", 61.0, left_at=0.1)
    assert isinstance(rig.stop.cause, ApiUnavailableError)
    assert "61 s" in str(rig.stop.cause)


async def test_a_hint_beyond_patience_is_one_rows_own_when_a_probe_passes() -> None:
    """The run goes on without a pause."""
    rig = Rig(patience_s=60)
    assert rig.breaker.throttled("rename", 86_400.0, left_at=-0.1) is None
    rig.breaker.good("rename", left_at=0.1)
    assert rig.breaker.gate.is_closed
    assert rig.breaker.passed_since("rename", 0.0)
    assert not rig.stop.requested


async def test_a_hint_beyond_patience_to_the_neutral_question_ends_the_run_at_once() -> None:
    """It concerns no single order."""
    rig = Rig(patience_s=60)
    rig.breaker.throttled("list", 61.0)
    assert isinstance(rig.stop.cause, ApiUnavailableError)


@pytest.mark.parametrize("hint_s", [None, 59.0])
async def test_a_hint_within_patience_is_waited_for(hint_s: float | None) -> None:
    """A 429 alone does not end a run; a long pause is kept when a probe is told the same."""
    rig = Rig(patience_s=60)
    rig.breaker.throttled("read", hint_s, left_at=-0.1)
    assert rig.breaker.throttled("read", hint_s, left_at=0.1) == hint_s
    assert rig.breaker.gate.is_closed
    assert not rig.stop.requested


async def test_a_long_hint_of_one_row_is_no_end() -> None:
    """A single 503 with a long ``Retry-After`` ends nothing; in an outage it does."""
    rig = Rig(patience_s=60)
    rig.breaker.bad("rename", "503 Service Unavailable", 3600.0, left_at=-0.1)
    assert not rig.stop.requested
    rig.fail(19)
    rig.breaker.bad("rename", "503 Service Unavailable", 3600.0, left_at=-0.1)
    assert not rig.stop.requested
    rig.breaker.bad("list", "503 Service Unavailable", 3600.0, left_at=0.1)
    assert isinstance(rig.stop.cause, ApiUnavailableError)


async def test_a_limit_that_does_not_clear_ends_the_run() -> None:
    """429s to the rows for longer than the patience end the run, however well the neutral question is answered."""
    rig = Rig(patience_s=60)
    rig.breaker.throttled("list")  # of the question itself: patience sees to that one
    await anyio.sleep(50)
    for _ in range(7):
        rig.breaker.throttled("rename")
        assert not rig.stop.requested
        await anyio.sleep(9)
    rig.breaker.throttled("rename")
    assert "let no row through" in str(rig.stop.cause)
    [said] = rig.said
    assert "lets no row through (429 Too Many Requests). Waiting up to 60 s" in said


async def test_a_limit_that_clears_after_all_is_told_of() -> None:
    """The second sentence ends what the first began."""
    rig = Rig(patience_s=60)
    for _ in range(4):
        rig.breaker.throttled("rename")
        await anyio.sleep(9)
    rig.breaker.good("rename")
    rig.breaker.good("rename")
    assert rig.said[1:] == ["The API lets rows through again."]


@pytest.mark.parametrize("kind_of_answer", ["good", "bad"])
async def test_any_other_answer_shows_that_the_limit_has_cleared(kind_of_answer: str) -> None:
    """429s with other answers in between go on as long as they like."""
    rig = Rig(patience_s=60)
    for _ in range(15):
        rig.breaker.throttled("rename")
        if kind_of_answer == "good":
            rig.breaker.good("rename")
        else:
            rig.fail(1)
        await anyio.sleep(9)
    assert not rig.stop.requested


async def test_a_question_that_ends_the_run_becomes_its_cause() -> None:
    """A key that is refused in an outage stops the run like any other refused key; nothing blows up."""

    def refuse() -> bool:
        raise KeyRefusedError("The API did not accept the key (401).")

    rig = Rig(is_well=refuse)
    async with rig.guarded():
        rig.fail(20)
        await anyio.sleep(5)
    assert isinstance(rig.stop.cause, KeyRefusedError)
    assert not rig.said


async def test_a_stop_ends_the_guard_and_its_questions() -> None:
    """Once the run stops no question is put any more, and the user is told nothing new."""
    rig = Rig(is_well=lambda: False)
    async with rig.guarded():
        rig.fail(20)
        await anyio.sleep(9)
        rig.stop.request(a_stop())
        asked, said = len(rig.asked), len(rig.said)
        await anyio.sleep(60)
    assert (len(rig.asked), len(rig.said)) == (asked, said)


async def test_a_failing_row_has_itself_to_blame_while_others_are_answered() -> None:
    """No question is needed where another row was answered well since the row's first try, and lately."""
    rig = Rig()
    async with rig.guarded() as breaker:
        await anyio.sleep(50)
        breaker.good("rename")
        assert await breaker.is_well_for_others(since=45.0)
        assert not rig.asked


@pytest.mark.parametrize(("since", "at_s"), [(50.5, 51.0), (10.0, 53.0)], ids=["before its try", "long ago"])
async def test_a_failing_row_waits_for_the_question_otherwise(since: float, at_s: float) -> None:
    """A good answer that is too old proves nothing, so the API is asked."""
    rig = Rig()
    async with rig.guarded() as breaker:
        await anyio.sleep(50)
        breaker.good("rename")
        await anyio.sleep(at_s - 50)
        assert await breaker.is_well_for_others(since=since)
        assert len(rig.asked) == 1


async def test_a_failing_row_is_excused_by_an_outage() -> None:
    """When the question isn't answered either the row is not to blame, and goes on when the outage is over."""
    rig = Rig(is_well=lambda: anyio.current_time() >= 40)
    async with rig.guarded() as breaker:
        assert not await breaker.is_well_for_others(since=0.0)
    assert anyio.current_time() == pytest.approx(40.1)


async def test_a_request_that_fails_beside_an_outage_of_another_kind_is_excused_by_it() -> None:
    """A page of the list that fails while single reads are held back may have failed for the same reason."""
    rig = Rig()
    async with rig.guarded() as breaker:
        breaker.trip(half_open="read")

        async def read_well() -> None:
            await anyio.sleep(30)
            breaker.good("read")

        async with anyio.create_task_group() as tasks:
            tasks.start_soon(read_well)
            assert not await breaker.is_well_for_others(since=anyio.current_time())
    assert anyio.current_time() == pytest.approx(30.0)


# The whole gear: pacer, retrier, gateway and pool, before a fake API.


def api_of(orders: int, *outages: Outage) -> FakeOrdersApi:
    """Return an API with so many orders."""
    return FakeOrdersApi({f"o{number}": f"old {number}" for number in range(orders)}, outages=outages)


OUTAGES = [
    pytest.param(Transient(), id="503"),
    pytest.param(Transient(status=None, applied=True), id="resets after applying"),
    pytest.param(Hang(), id="hanging"),
    pytest.param(Throttled(), id="429"),
]


@pytest.mark.no_cover
@pytest.mark.parametrize("fault", OUTAGES)
@pytest.mark.parametrize("workers", [1, 3, 16])
async def test_after_an_outage_in_mid_run_everything_is_renamed(fault: Fault, workers: int) -> None:
    """Half a minute without the API costs no row its rename, however few workers there are to notice."""
    api = api_of(500, Outage(begin_s=3, end_s=33, fault=fault))
    bench = Bench.of(api)
    outcomes = await bench.rename(changes_of(api), workers=workers)
    assert [outcome.result for outcome in outcomes.values()] == [Result.RENAMED] * 500
    assert api.names == {order_id: new_name_of(order_id) for order_id in api.names}
    assert not bench.stop.requested


@pytest.mark.no_cover
@pytest.mark.parametrize("fault", [Transient(), Hang(timeout_s=20)], ids=["503", "hanging"])
async def test_an_outage_of_renames_alone_is_sat_out_too(fault: Fault) -> None:
    """Where reads work and renames don't, the rows ask; all are renamed in the end."""
    api = api_of(500, Outage(begin_s=3, end_s=33, method="rename", fault=fault))
    outcomes = await Bench.of(api).rename(changes_of(api))
    assert {outcome.result for outcome in outcomes.values()} == {Result.RENAMED}
    assert len(api.times("rename")) < 600


async def test_reads_of_old_names_do_not_hide_an_outage_of_renames() -> None:
    """Rows that are read again before their rename keep reads and renames mixed; the outage is seen all the same."""
    api = api_of(400, Outage(begin_s=3, end_s=33, method="rename"))
    outcomes = await Bench.of(api).rename(changes_of(api, read_at=-1000.0))
    assert {outcome.result for outcome in outcomes.values()} == {Result.RENAMED}


@pytest.mark.no_cover
@pytest.mark.parametrize(
    ("method", "fault", "workers"),
    [
        pytest.param(None, Transient(), 1, id="503, one worker"),
        pytest.param(None, Transient(), 16, id="503"),
        pytest.param(None, Transient(status=None, applied=True), 16, id="resets after applying"),
        pytest.param(None, Hang(), 1, id="hanging, one worker"),
        pytest.param(None, Hang(), 16, id="hanging"),
        pytest.param(None, Hang(applied_after_s=40), 16, id="hanging, applied late"),
        pytest.param(None, Throttled(), 16, id="429"),
        pytest.param(None, Throttled(retry_after_s=0.0), 16, id="429, again at once"),
        pytest.param("rename", Transient(), 16, id="503 to renames"),
        pytest.param("rename", Throttled(), 1, id="429 to renames, one worker"),
    ],
)
async def test_an_outage_without_end_stops_the_run(fault: Fault, method: Method | None, workers: int) -> None:
    """With a patience of five seconds it is over within fifteen, and no outcome is a lie."""
    api = api_of(500, Outage(begin_s=3, method=method, fault=fault))
    bench = Bench.of(api, patience_s=5)
    outcomes = await bench.rename(changes_of(api), workers=workers)
    assert isinstance(bench.stop.cause, ApiUnavailableError)
    assert anyio.current_time() <= 3 + 15
    assert 50 < len(outcomes) < 200
    for outcome in outcomes.values():
        new_name = new_name_of(f"o{outcome.row - 2}")
        assert outcome.result in (Result.RENAMED, Result.UNKNOWN)
        assert outcome.result == Result.UNKNOWN or api.names_given[f"o{outcome.row - 2}"] == [new_name]
    probes = 3  # in five seconds, beyond the bound of workers
    assert sum(outcome.result == Result.UNKNOWN for outcome in outcomes.values()) <= workers + probes


async def test_few_requests_leave_during_an_outage() -> None:
    """Rows stop running into an outage; one question every two seconds is left."""
    api = api_of(500, Outage(begin_s=3, end_s=63))
    await Bench.of(api).rename(changes_of(api))
    assert sum(6 < time < 63 for time in api.times()) <= 30


@pytest.mark.parametrize("rate_per_s", [0.2, 50.0])
@pytest.mark.parametrize(
    "fault",
    [Transient(), Transient(retry_after_s=60.0), Hang()],
    ids=["503", "503 with retry-after", "hanging"],
)
async def test_one_bad_order_at_the_end_is_no_outage(fault: Fault, rate_per_s: float) -> None:
    """The last row of a run may fail for ever: it ends with its own outcome, and the run is not stopped."""
    api = api_of(10)
    api.add("o9", script={"rename": itertools.repeat(fault)})
    bench = Bench.of(api, rate_per_s=rate_per_s)
    outcomes = await bench.rename(changes_of(api))
    assert outcomes.pop(11).result == Result.UNKNOWN
    assert {outcome.result for outcome in outcomes.values()} == {Result.RENAMED}
    assert not bench.stop.requested
    assert anyio.current_time() < 500


async def test_one_order_that_is_always_throttled_ends_the_run_in_time() -> None:
    """A limit on a single order that never clears doesn't keep the run for ever; its row is not called unsent."""
    api = api_of(10)
    api.add("o9", script={"rename": itertools.repeat(Throttled())})
    bench = Bench.of(api, patience_s=60)
    outcomes = await bench.rename(changes_of(api))
    assert isinstance(bench.stop.cause, ApiUnavailableError)
    assert outcomes[11].result is Result.UNKNOWN
    assert anyio.current_time() < 200


async def test_a_key_that_is_refused_during_an_outage_stops_the_run() -> None:
    """The question that comes back with a 401 stops the run, and the rows that wait stay pending."""
    api = api_of(100, Outage(begin_s=1, method="rename"), Outage(begin_s=1, method="page", fault=KeyRefused()))
    bench = Bench.of(api)
    outcomes = await bench.rename(changes_of(api))
    assert isinstance(bench.stop.cause, KeyRefusedError)
    assert len(outcomes) < 100


@pytest.mark.virtual_time
@pytest.mark.parametrize("hint_s", [None, 30.0], ids=["no hint", "Retry-After"])
async def test_a_limit_that_stays_shut_ends_the_run_when_patience_is_over(hint_s: float | None) -> None:
    """A quota of the hour: few requests are spent on it, the user is told, and what was sent is not called unsent."""
    shut = Outage(begin_s=2, fault=Throttled(retry_after_s=hint_s))
    api = FakeOrdersApi({f"o{number}": "old" for number in range(500)}, outages=[shut])
    bench = Bench.of(api, patience_s=300)
    outcomes = await bench.rename(changes_of(api))
    assert isinstance(bench.stop.cause, ApiUnavailableError)
    assert bench.stop.cause.exit_code == 4
    assert {outcome.result for outcome in outcomes.values()} == {Result.RENAMED, Result.UNKNOWN}
    assert all(outcome.attempts for outcome in outcomes.values())
    assert len(outcomes) < 500
    assert any("429" in said for said in bench.said)
    assert 290 <= anyio.current_time() <= 400
    assert sum(at > 4 for at in api.times()) < 40


@pytest.mark.no_cover
@pytest.mark.virtual_time
async def test_a_limit_that_opens_again_lets_the_run_go_on() -> None:
    """Shut for two minutes: every row is renamed in the end, and the pace is soon what it was."""
    shut = Outage(begin_s=2, end_s=120, fault=Throttled())
    api = FakeOrdersApi({f"o{number}": "old" for number in range(3_000)}, outages=[shut])
    bench = Bench.of(api, patience_s=900)
    outcomes = await bench.rename(changes_of(api))
    assert {outcome.result for outcome in outcomes.values()} == {Result.RENAMED}
    assert len(outcomes) == 3_000
    assert anyio.current_time() < 120 + 60 + 60 + 30  # the pause that is under way, what is left at 50/s, and some
