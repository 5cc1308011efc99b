"""Reconciling: rows that were sent and not confirmed enter, and a later reading tells what they have come to."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import anyio
import pytest

from batch_renamer.model import Change, Found, Missing, Order, Outcome, Reading, Result, Unreadable, Unsettled
from batch_renamer.renaming.reconcile import (
    LATE_S,
    REFUSED_LATE_S,
    Reread,
    SentRows,
    outcome_of_late_reading,
    reconcile,
)
from tests.support.bench import Bench, batches_of, changes_of
from tests.support.fake_api import FakeOrdersApi, Fault, Hang, Refused, Stale, Transient, Unconfirmed


@pytest.fixture(autouse=True)
def _same_jitter_every_time() -> None:
    random.seed(2024)


async def rename_and_look_once_more(
    bench: Bench, changes: Sequence[Change], *, after_s: float = LATE_S
) -> dict[int, Outcome]:
    """Rename, and read again what was not confirmed; return the last outcome of each row."""
    outcomes = await bench.rename(changes)
    sent = SentRows()
    sent.note(list(outcomes.values()), now=anyio.current_time())
    await anyio.sleep(sent.wait_s(now=anyio.current_time(), patience_s=after_s))
    by_row = {change.row: change for change in changes}
    rows = [
        Unsettled(order_id=by_row[row].order_id, new_name=by_row[row].new_name, outcome=outcomes[row])
        for row in sent.rows
    ]

    async def record(group: list[Reread]) -> None:
        outcomes.update({outcome.row: outcome for _, outcome in group if outcome is not None})

    async with bench.guarded():
        await reconcile(
            batches_of(rows, size=500),
            record,
            gateway=bench.gateway,
            workers=lambda: 4,
            stop=bench.stop,
            wall_clock=anyio.current_time,
        )
    return outcomes


LATE = {
    # what the server did: (renames, result)
    "202, applied 10 s later": ([Unconfirmed(applied_after_s=10)], Result.RENAMED),
    "202, applied 5 s later": ([Unconfirmed(applied_after_s=5)], Result.RENAMED),
    "202, never applied": ([Unconfirmed()], Result.UNKNOWN),
    "the old order shown, applied 14 s later": ([Stale(applied_after_s=14)], Result.RENAMED),
    "reset, applied 10 s later": ([Transient(status=None, applied_after_s=10)], Result.RENAMED),
    "502, applied 10 s later": ([Transient(status=502, applied_after_s=10)], Result.RENAMED),
    "502, applied after a minute": ([Transient(status=502, applied_after_s=60)], Result.UNKNOWN),
    "408, never applied": ([Transient(status=408)], Result.UNKNOWN),
    "timed out, applied 40 s after it was sent": ([Hang(applied_after_s=40)], Result.RENAMED),
    "refused": ([Refused()], Result.FAILED),
    "refused and applied": ([Refused(applied=True)], Result.RENAMED),
}  # fmt: skip


@pytest.mark.virtual_time
@pytest.mark.parametrize(("renames", "result"), LATE.values(), ids=LATE)
async def test_a_late_rename_is_seen_at_the_end_of_the_run(renames: list[Fault], result: Result) -> None:
    """Seconds after the answer was lost the order tells; what still has its old name is unknown, never failed."""
    api = FakeOrdersApi({"o0": "old"}, script={("o0", "rename"): renames})
    changes = changes_of(api)
    outcome = (await rename_and_look_once_more(Bench.of(api, attempts=1), changes))[2]
    assert outcome.result is result
    assert bool(outcome.reason) == (result is not Result.RENAMED)


@pytest.mark.virtual_time
@pytest.mark.parametrize("status", [400, 403, 404, 409, 410, 422])
async def test_a_refused_rename_that_an_old_copy_hides_is_seen_at_the_end_of_the_run(status: int) -> None:
    """The order is read again seconds later: a replica may lag, or the server be late to do what it has refused."""
    api = FakeOrdersApi({"o0": "old"}, script={("o0", "rename"): [Refused(status=status)]})

    async def rename_late() -> None:
        await anyio.sleep(3)
        api.names["o0"] = "new o0"

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(rename_late)
        outcome = (await rename_and_look_once_more(Bench.of(api), changes_of(api)))[2]
    assert (outcome.result, outcome.final_name) == (Result.RENAMED, "new o0")


@pytest.mark.virtual_time
@pytest.mark.parametrize("gone", [404, 410])
@pytest.mark.parametrize("again", [0, 1], ids=["for a while", "still at the end"])
async def test_an_order_that_is_not_found_after_a_lost_answer_is_not_called_gone(gone: int, again: int) -> None:
    """The late look finds it; where it does not, the rename may have been applied all the same."""
    not_found = [Refused(status=gone)] * (1 + again)
    lost = [Transient(status=502, applied=True)]
    api = FakeOrdersApi({"o0": "old"}, script={("o0", "rename"): lost, ("o0", "get"): not_found})
    outcome = (await rename_and_look_once_more(Bench.of(api, attempts=1), changes_of(api)))[2]
    assert outcome.result is (Result.UNKNOWN if again else Result.RENAMED)


@pytest.mark.virtual_time
@pytest.mark.parametrize("gone", [404, 410])
async def test_an_order_that_is_gone_for_rename_and_both_readings_is_gone(gone: int) -> None:
    """A person has deleted it since it was planned."""
    script: Any = {("o0", "rename"): [Refused(status=gone)], ("o0", "get"): [Refused(status=gone)] * 2}
    bench = Bench.of(api := FakeOrdersApi({"o0": "old"}, script=script))
    assert (await rename_and_look_once_more(bench, changes_of(api)))[2].result is Result.FAILED


@pytest.mark.virtual_time
@pytest.mark.parametrize("kept", ["NEW O0", "new o0", "new  o0"])
async def test_a_name_that_comes_late_and_changed_is_told_as_what_it_is(kept: str) -> None:
    """The server's own form of the name is renamed, another name was changed by this run."""
    api = FakeOrdersApi({"o0": "old"}, script={("o0", "rename"): [Transient(applied_after_s=10, kept=kept)]})
    outcome = (await rename_and_look_once_more(Bench.of(api, attempts=1), changes_of(api)))[2]
    assert (outcome.result, outcome.final_name) == (Result.FAILED if kept.isupper() else Result.RENAMED, kept)


@pytest.mark.virtual_time
async def test_only_what_is_not_confirmed_is_read_again() -> None:
    """A run without lost answers and refusals makes no request more, and waits for nothing."""
    api = FakeOrdersApi({f"o{number}": "old" for number in range(40)}, script={("o7", "rename"): [Transient()]})
    bench = Bench.of(api)
    await rename_and_look_once_more(bench, changes_of(api))
    assert api.times("get") == []


@pytest.mark.virtual_time
async def test_a_reading_that_fails_leaves_the_outcome_as_it_is() -> None:
    """Nothing new was learnt."""
    refused = [Refused(status=403)] * 9
    api = FakeOrdersApi({"o0": "old"}, script={("o0", "rename"): [Unconfirmed()], ("o0", "get"): [None, *refused]})
    outcome = (await rename_and_look_once_more(Bench.of(api), changes_of(api)))[2]
    assert (outcome.result, outcome.final_name) == (Result.UNKNOWN, "old")


FAILED = Outcome(row=2, result=Result.FAILED, reason="No.", old_name="old", final_name="old", started_at=5.0, seconds=1)
UNKNOWN = replace(FAILED, result=Result.UNKNOWN, reason="Lost.")
CHANGED = replace(FAILED, final_name="NEW")


def found(name: str | None) -> Found:
    """Return a reading of the order with this name."""
    return Found(order=Order(order_id="o0", name=name), read_at=0.0)


@pytest.mark.parametrize(
    ("before", "reading", "result", "final_name"),
    [
        (FAILED, found("new"), Result.RENAMED, "new"),
        (FAILED, found("old"), None, None),
        (FAILED, found("by another hand"), Result.UNKNOWN, "by another hand"),
        (FAILED, Missing(), None, None),
        (FAILED, Unreadable(reason="503"), None, None),
        (replace(FAILED, final_name=None), found("old"), Result.FAILED, "old"),
        (replace(FAILED, final_name="", old_name=None), found(None), None, None),
        (replace(CHANGED, final_name=""), found(None), None, None),
        (UNKNOWN, found(None), Result.FAILED, None),
        (UNKNOWN, found("new"), Result.RENAMED, "new"),
        (UNKNOWN, found("old"), Result.UNKNOWN, "old"),
        (UNKNOWN, found("NEW"), Result.FAILED, "NEW"),
        (UNKNOWN, found("by another hand"), Result.UNKNOWN, "by another hand"),
        (UNKNOWN, Missing(), Result.UNKNOWN, None),
        (replace(UNKNOWN, http_status=404), Missing(), Result.FAILED, None),
        (UNKNOWN, Unreadable(reason="503"), None, None),
        (CHANGED, found("NEW"), None, None),
        (CHANGED, found("new"), Result.RENAMED, "new"),
        (CHANGED, found("old"), Result.UNKNOWN, "old"),
    ],
)
def test_what_a_later_reading_says(
    before: Outcome, reading: Reading, result: Result | None, final_name: str | None
) -> None:
    """The order itself decides; a reading that says nothing new changes nothing."""
    after = outcome_of_late_reading(reading, Unsettled(order_id="o0", new_name="new", outcome=before), now=25.0)
    if result is None:
        assert after is None
    else:
        assert after is not None
        assert (after.result, after.final_name, after.seconds, after.attempts) == (result, final_name, 20.0, 0)


def test_the_wait_is_longer_for_lost_answers_and_bounded() -> None:
    """A refusal is read again seconds later; what was lost long ago has waited already; little patience waits less."""
    sent = SentRows()
    sent.note([replace(FAILED, attempts=1)], now=100.0)
    assert (sent.rows, sent.wait_s(now=101.0, patience_s=900)) == ([2], REFUSED_LATE_S - 1)
    assert sent.wait_s(now=101.0, patience_s=2) == 1
    sent.note([replace(UNKNOWN, attempts=1), replace(UNKNOWN, attempts=0)], now=104.0)
    assert sent.rows == [2, 2]
    assert sent.wait_s(now=106.0, patience_s=900) == LATE_S - 2
    assert sent.wait_s(now=106.0, patience_s=3) == 1
    assert sent.wait_s(now=200.0, patience_s=900) == 0
