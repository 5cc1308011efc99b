"""The command against an API that goes wrong: whatever happens on the way, its results are true.

Most of the time in these runs is spent waiting, so all of them are made at once, each against a sandbox of its own.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from batch_renamer.sandbox import Fault, FaultKind, FaultPlan, Rule
from batch_renamer.sandbox.keptname import kept_name
from tests.e2e.trouble import Naps, OutageByCount, faults_of_every_kind, one_order_for_each_kind
from tests.e2e.truth import lies
from tests.support.command import Ended
from tests.support.served import served

TWO_TRIES = ("--rate", "200", "--attempts", "2", "--patience", "10")


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """What goes wrong while ``orders`` orders are renamed."""

    faults: FaultPlan
    orders: int = 120
    words: tuple[str, ...] = ("--rate", "200")


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """How a scenario ended: the rows asked for, what the command said of them, and what of that is untrue."""

    rows: list[tuple[str, str]]
    ran: Ended
    untrue: list[str]
    went_wrong: int


def any_kind(seed: int) -> Scenario:
    """Let 5 % of the requests meet faults of every kind, some of them slower than the timeout."""
    return Scenario(
        faults=faults_of_every_kind(0.05, seed=seed, slow_s=0.6, retry_after_s=0.0),
        orders=150,
        words=("--rate", "300", "--timeout", "0.5"),
    )


def no_end(kind: FaultKind) -> Scenario:
    """Let every request fail from the thirtieth rename on; with few workers, however slow, some rows are not sent."""
    words = ("--rate", "200", "--patience", "1", "--workers", "20")
    return Scenario(faults=OutageByCount(kind=kind, first=30), words=words)


def poisoned(kind: FaultKind, numbers: Iterable[int], *, seconds: float = 0.0) -> Scenario:
    """Let the renames of some orders fail always.

    Fewer tries than usual are enough to see it; half of the rows may fail, so that alone must not stop the run; late
    renames are waited for no longer than the patience; and with few workers there are rows left to compare with,
    however late a slow machine answers.
    """
    fault = Fault(kind=kind, seconds=seconds)
    rules = [Rule(fault=fault, method="PATCH", order_id=f"order-{number}", times=None) for number in numbers]
    words = (*TWO_TRIES, "--max-failures", "120", "--workers", "30")
    return Scenario(faults=FaultPlan(rules=rules), words=words)


SCENARIOS = {
    "seed 1": any_kind(1),
    "seed 2": any_kind(2),
    "each kind": Scenario(faults=one_order_for_each_kind(slow_s=0.1), words=TWO_TRIES),
    "outage": Scenario(faults=OutageByCount(first=30, asked=1)),
    "a poisoned block": poisoned(FaultKind.SERVER_ERROR, range(1, 61)),
    "one order always 401": poisoned(FaultKind.UNAUTHORIZED, [7]),
    "one order always 429": poisoned(FaultKind.THROTTLED, [7]),
    "one order always 429, for a day": poisoned(FaultKind.THROTTLED_SECONDS, [7], seconds=86_400.0),
    "no end, 503": no_end(FaultKind.UNAVAILABLE),
    "no end, refused": no_end(FaultKind.RESET_BEFORE),
}


async def play(scenario: Scenario, folder: Path) -> Told:
    """Run ``apply`` through a scenario."""
    naps = Naps()
    async with served(folder, faults=scenario.faults, sleep=naps) as renamer:
        rows = renamer.seed(scenario.orders)
        ran = await renamer.apply(renamer.sheet(rows), "--json", *scenario.words)
        await naps.over()
        went_wrong = sum(bool(entry.fault) for entry in renamer.sandbox.log)
        return Told(rows=rows, ran=ran, untrue=list(lies(ran.rows, renamer.sandbox)), went_wrong=went_wrong)


async def play_all(folder: Path) -> dict[str, Told]:
    """Play all scenarios at once."""
    told = await asyncio.gather(*(play(scenario, folder / name) for name, scenario in SCENARIOS.items()))
    return dict(zip(SCENARIOS, told, strict=True))


@pytest.fixture(scope="module")
def told() -> Iterator[dict[str, Told]]:
    """Give every scenario's end by its name."""
    with tempfile.TemporaryDirectory() as folder:
        for name in SCENARIOS:
            (Path(folder) / name).mkdir()
        yield asyncio.run(play_all(Path(folder)))


@pytest.mark.parametrize("name", SCENARIOS)
def test_every_row_has_one_true_result_whatever_goes_wrong(told: dict[str, Told], name: str) -> None:
    """By what the sandbox really holds, no row is wrongly called anything, and no name was given unasked."""
    end = told[name]
    assert [(row["order_id"], row["new_name"]) for row in end.ran.rows] == end.rows
    assert end.untrue == []
    assert end.went_wrong > 0


@pytest.mark.parametrize("name", ["seed 1", "seed 2"])
def test_nearly_all_rows_are_renamed_in_spite_of_faults(told: dict[str, Told], name: str) -> None:
    """What can be tried again is; the few that are left are named by the exit code."""
    results = Counter(told[name].ran.results)
    assert results["renamed"] > 140
    assert told[name].ran.code == int(set(results) != {"renamed"})


NOT_CARRIED_OUT = {
    FaultKind.SERVER_ERROR,
    FaultKind.BAD_GATEWAY,
    FaultKind.UNAVAILABLE,
    FaultKind.GATEWAY_TIMEOUT,
    FaultKind.RESET_BEFORE,
    FaultKind.FORBIDDEN_PAGE,
}


@pytest.mark.parametrize("kind", FaultKind)
def test_a_rename_that_always_fails_in_the_same_way(told: dict[str, Told], kind: FaultKind) -> None:
    """What was carried out is renamed, whatever the answer was like; what was not may yet be carried out."""
    row = told["each kind"].ran.rows[list(FaultKind).index(kind)]
    sent, end = row["new_name"], (row["result"], row["final_name"])
    match kind:
        case _ if kind.makes_names:
            kept = kept_name(kind, sent)
            assert end == ("renamed" if kept == sent else "failed", kept)
        case FaultKind.REFUSED | FaultKind.UNAUTHORIZED | FaultKind.REDIRECT:
            assert end == ("failed", row["old_name"])
        case _ if kind in NOT_CARRIED_OUT:
            assert end == ("unknown", row["old_name"])
        case _:
            assert end == ("renamed", sent)


@pytest.mark.parametrize(
    ("name", "result", "rows", "status"),
    [
        ("a poisoned block", "unknown", 60, 500),
        ("one order always 401", "failed", 1, 401),
        ("one order always 429", "failed", 1, 429),
        ("one order always 429, for a day", "failed", 1, 429),
    ],
)
def test_bad_orders_are_their_own_failures(
    told: dict[str, Told], name: str, result: str, rows: int, status: int
) -> None:
    """The run is not stopped, the others are renamed, and the bad ones say what they met."""
    ran = told[name].ran
    assert (ran.code, Counter(ran.results)) == (1, Counter({"renamed": 120 - rows, result: rows}))
    assert {row["http_status"] for row in ran.rows if row["result"] == result} == {status}


def test_an_outage_in_mid_run_is_waited_out(told: dict[str, Told]) -> None:
    """Everything is renamed in the end, and the exit code is 0."""
    assert (told["outage"].ran.code, Counter(told["outage"].ran.results)) == (0, Counter(renamed=120))


@pytest.mark.parametrize("name", ["no end, 503", "no end, refused"])
def test_an_outage_that_does_not_end_stops_the_run(told: dict[str, Told], name: str) -> None:
    """4, after the patience asked for: some are renamed, and the rest can be taken up again."""
    results = set(told[name].ran.results)
    assert told[name].ran.code == 4
    assert {"renamed", "pending"} <= results <= {"renamed", "pending", "unknown"}
    assert told[name].ran.last_line.startswith("batch-renamer resume ")
