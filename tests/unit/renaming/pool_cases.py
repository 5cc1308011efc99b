"""APIs with faults, one rename of such an API, and what every outcome has to be compared with: the truth."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import anyio
import pytest

from batch_renamer.model import Change, Outcome, Result
from batch_renamer.names import same_in_other_form
from tests.support.bench import Bench, changes_of
from tests.support.fake_api import (
    FakeOrdersApi,
    KeyRefused,
    Outage,
    Refused,
    Transient,
)

__all__ = ["FOREIGN", "KEY_IS_REFUSED", "LOST", "MADE", "REFUSED", "api_of", "check_truth", "rename_one"]

FOREIGN = "kept by the server"
KEY_IS_REFUSED = Outage(begin_s=0, method="page", fault=KeyRefused())
REFUSED = Refused(status=422, words="Too long")
LOST = Transient()
MADE = Transient(applied=True)


def api_of(orders: int = 30, *outages: Outage, latency_s: float = 0.05) -> FakeOrdersApi:
    """Return an API with so many orders."""
    names = {f"o{number}": f"old {number}" for number in range(orders)}
    return FakeOrdersApi(names, latency_s=latency_s, outages=outages)


async def rename_one(api: FakeOrdersApi, *, attempts: int = 6, read_at: float = 0.0) -> Outcome | None:
    """Rename the only order of the API; return its outcome."""
    bench = Bench.of(api, attempts=attempts, patience_s=60)
    return (await bench.rename(changes_of(api, read_at=read_at))).get(2)


async def check_truth(api: FakeOrdersApi, changes: Sequence[Change], outcomes: Mapping[int, Outcome]) -> None:
    """Let everything that is under way at the API come to rest, and compare the outcomes with what it holds then."""
    await anyio.sleep(1000)
    for change in changes:
        holds, given = api.names[change.order_id], api.names_given[change.order_id]
        outcome = outcomes.get(change.row)
        match outcome.result if outcome is not None else None:
            case None:
                assert given == [], "a pending row was renamed"
            case Result.RENAMED:
                assert same_in_other_form(holds, change.new_name)
            case Result.FAILED:
                assert holds != change.new_name
            case Result.UNKNOWN:
                assert outcome is not None
                assert outcome.attempts > 0
            case other:
                pytest.fail(f"nothing leads to {other} here")
        assert {" ".join(name.lower().split()) for name in given} <= {change.new_name, FOREIGN}, "it was not asked for"
