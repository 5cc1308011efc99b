"""Bad orders: some orders always fail while the API is at work; each is its own row's failure, and no outage."""

from __future__ import annotations

import itertools
import random
from collections import Counter
from collections.abc import Iterable

import anyio
import pytest

from batch_renamer.errors import ApiUnavailableError, KeyRefusedError
from batch_renamer.model import Outcome, Result
from tests.support.bench import Bench, changes_of
from tests.support.fake_api import (
    FakeOrdersApi,
    Fault,
    ForeignOrder,
    Hang,
    KeyRefused,
    Method,
    Outage,
    Refused,
    Shortage,
    Throttled,
    Transient,
    Unconfirmed,
)

pytestmark = [pytest.mark.virtual_time, pytest.mark.no_cover]

RATE_PER_S = 300


@pytest.fixture(autouse=True)
def _same_jitter_every_time() -> None:
    random.seed(2024)


def api_with(orders: int, bad: Iterable[int], fault: Fault, *outages: Outage) -> FakeOrdersApi:
    """Return an API with so many orders; renames of the bad ones always meet the fault."""
    api = FakeOrdersApi({f"o{number}": f"old {number}" for number in range(orders)}, outages=outages, latency_s=0.1)
    for number in bad:
        api.add(f"o{number}", script={"rename": itertools.repeat(fault)})
    return api


async def rename_all_of(
    api: FakeOrdersApi, *, workers: int = 1_000, patience_s: float = 900.0
) -> tuple[Bench, dict[int, Outcome]]:
    """Rename every order; return the outcomes by the number of the order."""
    bench = Bench.of(api, rate_per_s=RATE_PER_S, patience_s=patience_s)
    outcomes = await bench.rename(changes_of(api), workers=workers)
    return bench, {row - 2: outcome for row, outcome in outcomes.items()}


def results(outcomes: dict[int, Outcome], numbers: Iterable[int]) -> Counter[Result]:
    """Count the results of these orders."""
    return Counter(outcomes[number].result for number in numbers if number in outcomes)


@pytest.mark.parametrize("workers", [4, 64, 1_000])
@pytest.mark.parametrize(
    ("orders", "bad"),
    [
        pytest.param(100, range(60), id="the first 60 of 100"),
        pytest.param(500, range(200, 300), id="100 in the middle"),
        pytest.param(100, range(90), id="all but the last 10"),
        pytest.param(120, [*range(30), *range(60, 90)], id="two blocks"),
    ],
)
@pytest.mark.parametrize("fault", [Transient(status=500), Hang(timeout_s=3)], ids=["500", "no answer"])
async def test_a_block_of_bad_orders_is_no_outage(orders: int, bad: Iterable[int], fault: Fault, workers: int) -> None:
    """Every good row is reached and renamed, every bad one ends with its own outcome, and the run is not stopped."""
    bench, outcomes = await rename_all_of(api_with(orders, bad, fault), workers=workers)
    good = set(range(orders)) - set(bad)
    assert not bench.stop.requested
    assert results(outcomes, good) == {Result.RENAMED: len(good)}
    assert results(outcomes, bad) == {Result.UNKNOWN: len([*bad])}


async def test_a_block_of_bad_orders_at_the_end_holds_the_run_up_for_about_a_minute() -> None:
    """No fresh row is left to tell them from an outage of renames; the neutral question decides in the end."""
    bench, outcomes = await rename_all_of(api_with(100, range(40, 100), Transient(status=500)))
    assert not bench.stop.requested
    assert results(outcomes, range(40)) == {Result.RENAMED: 40}
    assert results(outcomes, range(40, 100)) == {Result.UNKNOWN: 60}
    assert anyio.current_time() < 180


@pytest.mark.parametrize("patience_s", [5.0, 60.0])
@pytest.mark.parametrize("orders", [60, 1_000])
@pytest.mark.parametrize("timeout_s", [0.1, 30.0], ids=["503", "no answer"])
@pytest.mark.parametrize("reads_fail", [False, True], ids=["renames", "renames and reads"])
async def test_patience_holds_where_the_list_is_answered_and_other_requests_fail(
    orders: int, patience_s: float, timeout_s: float, reads_fail: bool
) -> None:
    """Each kind that fails is waited for with patience, and then each row in hand has one last try."""
    fault = Hang(timeout_s=timeout_s) if timeout_s > 1 else Transient()
    methods: list[Method] = ["rename", "get"] if reads_fail else ["rename"]
    bench, outcomes = await rename_all_of(
        api_with(orders, [], fault, *(Outage(begin_s=0.1, method=method, fault=fault) for method in methods)),
        patience_s=patience_s,
    )
    assert {outcome.result for outcome in outcomes.values()} == {Result.RENAMED, Result.UNKNOWN}
    assert anyio.current_time() <= len(methods) * (max(patience_s, timeout_s + 5) + timeout_s + 8)
    assert "The API answers again." not in bench.said


async def test_rows_in_hand_that_are_given_up_are_told_of() -> None:
    """The user hears that renames fail, and that the last rows are tried once more: nothing of a recovery."""
    bench, _ = await rename_all_of(api_with(60, range(10, 60), Transient()))
    assert len(bench.said) == 2
    assert "renames fail (503 Service Unavailable)" in bench.said[0]
    assert bench.said[1] == "The renames still fail, and no other row is left to try. Each row gets one last try."


async def test_an_outage_of_renames_with_many_rows_left_still_stops_the_run() -> None:
    """Where fresh rows fail as well it is no block of bad orders: rows that were not sent stay pending."""
    api = api_with(2_000, [], Transient(), Outage(begin_s=2, method="rename"))
    bench, outcomes = await rename_all_of(api, patience_s=120)
    assert isinstance(bench.stop.cause, ApiUnavailableError)
    assert len(outcomes) < 800


@pytest.mark.parametrize("number", [0, 5, 700], ids=["the first", "one of the first", "in mid-run"])
@pytest.mark.parametrize("hint_s", [None, 1.0], ids=["no hint", "a second"])
async def test_an_order_that_is_always_throttled_does_not_slow_the_others_down(
    number: int, hint_s: float | None
) -> None:
    """It has its own back-off and fails in the end; the others keep their pace."""
    api = api_with(3_000, [number], Throttled(retry_after_s=hint_s))
    bench, outcomes = await rename_all_of(api)
    assert not bench.stop.requested
    assert (outcomes[number].result, outcomes[number].http_status) == (Result.FAILED, 429)
    assert results(outcomes, set(range(3_000)) - {number}) == {Result.RENAMED: 2_999}
    others = [call.at for call in api.calls if call.method == "rename" and call.order_id != f"o{number}"]
    assert max(others) <= 3_000 / RATE_PER_S * 1.1 + 1.5
    assert 300 * 0.9 <= bench.pacer.limit_per_s <= 300


@pytest.mark.parametrize("hint_s", [60.0, 86_400.0], ids=["a minute", "a day"])
@pytest.mark.parametrize("workers", [1, 1_000])
async def test_an_order_that_asks_for_a_long_wait_does_not_hold_the_others_up(hint_s: float, workers: int) -> None:
    """A fresh row is let through, and the wait is the one order's own."""
    api = api_with(200, [20], Throttled(retry_after_s=hint_s))
    bench, outcomes = await rename_all_of(api, workers=workers, patience_s=50)
    assert not bench.stop.requested
    assert outcomes[20].result == Result.FAILED
    assert results(outcomes, set(range(200)) - {20}) == {Result.RENAMED: 199}
    others = [call.at for call in api.calls if call.method == "rename" and call.order_id != "o20"]
    assert max(others) < 40


async def test_with_one_worker_an_order_that_is_always_throttled_does_not_end_the_run() -> None:
    """After a while of nothing but 429s another row is tried, and shows whose limit it is."""
    bench, outcomes = await rename_all_of(api_with(50, [5], Throttled()), workers=1)
    assert not bench.stop.requested
    assert outcomes[5].result == Result.FAILED
    assert results(outcomes, set(range(50)) - {5}) == {Result.RENAMED: 49}


@pytest.mark.parametrize("hint_s", [3_600.0, 86_400.0 * 8])
async def test_a_limit_for_all_that_is_longer_than_patience_stops_the_run_at_once(hint_s: float) -> None:
    """A second row is told the same: nothing is waited for, and what was sent is not called unsent."""
    api = api_with(500, [], Throttled(), Outage(begin_s=1, fault=Throttled(retry_after_s=hint_s)))
    bench, outcomes = await rename_all_of(api)
    assert isinstance(bench.stop.cause, ApiUnavailableError)
    assert anyio.current_time() < 5
    assert set(results(outcomes, range(500))) == {Result.RENAMED, Result.UNKNOWN}


async def test_429s_of_a_real_limit_use_up_no_row() -> None:
    """Half of all answers are 429s for a while: every row is renamed all the same."""
    api = FakeOrdersApi({f"o{number}": "old" for number in range(600)}, latency_s=0.1)
    draw = random.Random(7)  # noqa: S311 - a repeatable draw is wanted, not a secret
    for number in range(600):
        api.add(f"o{number}", script={"rename": [Throttled()] * int(draw.expovariate(0.7))})
    bench, outcomes = await rename_all_of(api)
    assert not bench.stop.requested
    assert results(outcomes, range(600)) == {Result.RENAMED: 600}


async def test_a_401_to_one_order_is_its_own_failure_where_the_key_is_good() -> None:
    """The neutral question is put first: the row fails and says 401, and the run goes on."""
    bench, outcomes = await rename_all_of(api_with(200, [50, 51, 120], KeyRefused()))
    assert not bench.stop.requested
    assert results(outcomes, set(range(200)) - {50, 51, 120}) == {Result.RENAMED: 197}
    assert {outcomes[number].result for number in (50, 51, 120)} == {Result.FAILED}
    assert "401" in outcomes[50].reason
    assert (outcomes[50].attempts, outcomes[50].http_status) == (1, 401)


async def test_a_key_that_is_refused_in_mid_run_ends_it() -> None:
    """The neutral question is refused as well: the key is, and what was not sent stays pending."""
    api = api_with(
        500,
        [],
        KeyRefused(),
        Outage(begin_s=1, method="rename", fault=KeyRefused()),
        Outage(begin_s=1, method="page", fault=KeyRefused()),
    )
    bench, outcomes = await rename_all_of(api)
    assert isinstance(bench.stop.cause, KeyRefusedError)
    assert len(outcomes) < 450


@pytest.mark.parametrize(
    "fault", [KeyRefused(), Refused(status=403), Transient(status=403)], ids=["401", "403", "HTML"]
)
async def test_a_key_that_may_read_and_not_rename_ends_the_run(fault: Fault) -> None:
    """When the first twenty renames are all refused it is the key, however well the list is answered."""
    bench, outcomes = await rename_all_of(api_with(500, [], fault, Outage(begin_s=0, method="rename", fault=fault)))
    assert isinstance(bench.stop.cause, KeyRefusedError)
    assert len(outcomes) < 150


async def test_a_gateways_403_in_mid_run_is_an_outage_and_not_the_key() -> None:
    """It is waited out like a 503, and everything is renamed after it."""
    api = api_with(1_500, [], Transient(), Outage(begin_s=1, end_s=21, fault=Transient(status=403)))
    bench, outcomes = await rename_all_of(api)
    assert not bench.stop.requested
    assert results(outcomes, range(1_500)) == {Result.RENAMED: 1_500}


async def test_answers_about_another_order_are_no_outage() -> None:
    """Each rename fails or is confirmed by one reading, at once, and nothing is waited for."""
    bench, outcomes = await rename_all_of(api_with(200, range(100), ForeignOrder()))
    assert not bench.stop.requested
    assert results(outcomes, range(200)) == {Result.RENAMED: 200}
    assert {outcomes[number].attempts for number in range(100)} == {1}
    assert not bench.said
    assert anyio.current_time() < 3


async def test_renames_that_are_answered_without_an_order_are_no_outage() -> None:
    """204s that were carried out: one reading settles each."""
    bench, outcomes = await rename_all_of(api_with(80, range(80), Unconfirmed(status=204, applied_after_s=0.0)))
    assert not bench.stop.requested
    assert results(outcomes, range(80)) == {Result.RENAMED: 80}
    assert not bench.api.count("page")


async def test_a_shortage_on_this_machine_is_no_outage_and_uses_up_no_try() -> None:
    """Requests wait for what is short; the user hears of it once, and the API is not blamed."""
    api = api_with(300, [], Transient(), Outage(begin_s=0.3, end_s=60, fault=Shortage()))
    bench, outcomes = await rename_all_of(api)
    assert not bench.stop.requested
    assert results(outcomes, range(300)) == {Result.RENAMED: 300}
    [said] = bench.said
    assert "open files on this machine" in said
    assert "API" not in said


async def test_a_shortage_that_stays_ends_in_the_rows_and_not_in_an_outage() -> None:
    """After so much patience each row fails with what was short; nothing was sent."""
    api = api_with(20, [], Transient(), Outage(begin_s=0, fault=Shortage()))
    bench, outcomes = await rename_all_of(api, patience_s=30)
    assert not bench.stop.requested
    assert results(outcomes, range(20)) == {Result.FAILED: 20}
    assert "open files on this machine" in outcomes[0].reason
