"""Names that were read long ago are read again before they are replaced."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace

import anyio
import pytest

from batch_renamer.model import Result
from batch_renamer.renaming.one_rename import FRESH_S, GUARDED_FRESH_S
from tests.support.bench import Bench, changes_of
from tests.support.fake_api import (
    FakeOrdersApi,
    Method,
    Outage,
    Refused,
    Throttled,
    Unsent,
)
from tests.unit.renaming.pool_cases import api_of, rename_one


@pytest.mark.virtual_time
@pytest.mark.parametrize(
    ("age_s", "reads"),
    [(0.0, 0), (FRESH_S, 0), (FRESH_S + 1, 1), (86_400.0, 1), (-1.0, 1)],
    ids=["now", "ten minutes", "longer", "yesterday", "from the future"],
)
async def test_old_names_are_read_again(age_s: float, reads: int) -> None:
    """A name that was read more than ten minutes ago, or by a clock that was wrong, is looked at again."""
    await anyio.sleep(2_000)
    api = api_of(1)
    outcome = await rename_one(api, read_at=2_000 - age_s)
    assert outcome is not None
    assert outcome.result == Result.RENAMED
    assert (api.count("get", "o0"), api.count("rename", "o0")) == (reads, 1)


@pytest.mark.virtual_time
@pytest.mark.parametrize(("age_s", "reads"), [(0.0, 0), (GUARDED_FRESH_S, 0), (GUARDED_FRESH_S + 1, 1), (FRESH_S, 1)])
async def test_a_guarded_name_is_read_again_after_seconds(age_s: float, reads: int) -> None:
    """Who names the expected name wants no rename by another hand to be overwritten, even one of a minute ago."""
    await anyio.sleep(2_000)
    api = api_of(1)
    [change] = changes_of(api, read_at=2_000 - age_s)
    outcome = (await Bench.of(api).rename([replace(change, guarded=True)]))[2]
    assert outcome.result == Result.RENAMED
    assert api.count("get", "o0") == reads


@pytest.mark.no_cover
@pytest.mark.virtual_time
@pytest.mark.parametrize("method", [None, "rename"], ids=["everything", "renames"])
@pytest.mark.parametrize("orders", [30, 100, 1_000])
async def test_after_an_outage_guarded_rows_go_on_at_once(method: Method | None, orders: int) -> None:
    """All of them are read again first, and none that is too late to be the probe keeps the others from being it."""
    api = api_of(orders, Outage(begin_s=0.05, end_s=20.0, method=method))
    bench = Bench.of(api, rate_per_s=300)
    outcomes = await bench.rename([replace(change, guarded=True) for change in changes_of(api)], workers=500)
    assert {outcome.result for outcome in outcomes.values()} == {Result.RENAMED}
    assert bench.said[1:] == ["The API answers again."]
    assert anyio.current_time() < 20 + 15 + orders / 100


@pytest.mark.virtual_time
async def test_a_guarded_order_renamed_by_another_hand_before_its_patch_is_left_alone() -> None:
    """Between the reading of the sheet's orders and the PATCH minutes may pass."""
    await anyio.sleep(100)
    api = api_of(1)
    [change] = changes_of(api, read_at=40)
    api.names["o0"] = "by another hand"
    outcome = (await Bench.of(api).rename([replace(change, guarded=True)]))[2]
    assert (outcome.result, outcome.final_name, outcome.attempts) == (Result.DRIFTED, "by another hand", 0)
    assert api.names["o0"] == "by another hand"


@pytest.mark.virtual_time
async def test_a_name_may_grow_old_more_than_once() -> None:
    """However long a row has to wait, its name is never older than ten minutes when the PATCH leaves."""
    api = api_of(1)
    api.add("o0", script={"rename": [Throttled(retry_after_s=700)] * 6})
    bench = Bench.of(api, patience_s=9_000)
    outcome = (await bench.rename(changes_of(api)))[2]
    assert outcome.result == Result.RENAMED
    assert api.count("get", "o0") == 3


async def delete(api: FakeOrdersApi) -> None:
    """Mark the order as deleted."""
    api.deleted.add("o0")


async def remove(api: FakeOrdersApi) -> None:
    """Take the order away."""
    del api.names["o0"]


async def change(api: FakeOrdersApi) -> None:
    """Give the order a name by another hand."""
    api.names["o0"] = "by another hand"


async def rename_already(api: FakeOrdersApi) -> None:
    """Give the order the new name by another hand."""
    api.names["o0"] = "new o0"


async def make_unreadable(api: FakeOrdersApi) -> None:
    """Refuse to show the order."""
    api.add("o0", script={"get": [Refused(status=403)]})


@pytest.mark.virtual_time
@pytest.mark.parametrize(
    ("meanwhile", "result", "final_name"),
    [
        (delete, Result.FAILED, "old 0"),
        (remove, Result.FAILED, None),
        (change, Result.DRIFTED, "by another hand"),
        (rename_already, Result.UNCHANGED, "new o0"),
        (make_unreadable, Result.FAILED, "old 0"),
    ],
    ids=["deleted", "gone", "drifted", "already right", "unreadable"],
)
async def test_an_order_that_has_changed_is_left_alone(
    meanwhile: Callable[[FakeOrdersApi], Awaitable[None]], result: Result, final_name: str | None
) -> None:
    """What the second look finds is the outcome; no PATCH is sent."""
    api = api_of(1)
    changes = changes_of(api, read_at=-FRESH_S - 1)
    await meanwhile(api)
    outcome = (await Bench.of(api).rename(changes))[2]
    assert (outcome.result, outcome.final_name, outcome.attempts) == (result, final_name, 0)
    assert outcome.old_name == "old 0"
    assert bool(outcome.reason) == (result != Result.UNCHANGED)
    assert api.times("rename") == []


@pytest.mark.virtual_time
async def test_names_that_grow_old_in_an_outage_are_read_again() -> None:
    """A row that waited twelve minutes for the API doesn't overwrite what another person has written meanwhile."""
    outages = [Outage(begin_s=0, end_s=720, fault=Unsent())]
    api = FakeOrdersApi({f"o{number}": f"old {number}" for number in range(40)}, outages=outages)
    changes = changes_of(api)
    api.names["o0"] = "by another hand"
    outcomes = await Bench.of(api).rename(changes)
    assert outcomes[2].result == Result.DRIFTED
    assert {outcome.result for row, outcome in outcomes.items() if row != 2} == {Result.RENAMED}
    assert api.names["o0"] == "by another hand"
