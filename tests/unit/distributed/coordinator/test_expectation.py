"""What several machines would change: renames, pace and options enter, and a sentence of the plan leaves."""

from __future__ import annotations

import pytest

from batch_renamer.distributed.coordinator.expectation import in_plan, of_workers
from batch_renamer.distributed.coordinator.limits import Limits
from batch_renamer.distributed.coordinator.member import Member
from batch_renamer.jobs import ApiSession
from batch_renamer.settings import resolve_settings
from tests.support.bench import Bench
from tests.support.fake_api import FakeOrdersApi

CLUSTER = {"scheduler": "tls://renames.example.com:8786"}
SHARED = "All workers share this limit, so that one machine is as fast."


@pytest.mark.parametrize(
    ("options", "renames", "said"),
    [
        (
            {**CLUSTER, "limit_per": "address"},
            1_000_000,
            "28 min from two addresses, 14 min from four. From one address, one machine is as fast.",
        ),
        (
            CLUSTER,
            1_000_000,
            f"{SHARED} With --limit-per address: 28 min from two addresses, 14 min from four.",
        ),
        (
            {},
            1_000_000,
            "The workers are started here and share this machine's address: it is as fast without --engine dask.",
        ),
        (CLUSTER, 9_999, "One machine is faster for fewer than 10,000 renames: leave out --engine dask."),
    ],
    ids=["a limit for each address", "one limit", "workers of this machine", "few renames"],
)
def test_a_plan_says_what_several_machines_would_change(options: dict[str, str], renames: int, said: str) -> None:
    """With figures where they help, and plainly where they don't."""
    settings = resolve_settings({"engine": "dask", **options}, environ={})
    assert in_plan(settings, renames, 300) == said


@pytest.mark.parametrize(
    ("workers", "more_start", "said"),
    [
        (("office",), False, "All workers send from one address: 600 renames take 2.0 s at 300 a second"),
        (("office",), True, "The first workers send from one address: 600 renames take 2.0 s at 300 a second"),
        (("office", "cellar"), False, "All workers send from 2 addresses, each with a limit of its own: 600 renames"),
    ],
    ids=["one address", "others are starting", "two addresses"],
)
def test_a_run_says_what_its_workers_change(workers: tuple[str, ...], said: str, *, more_start: bool) -> None:
    """A worker that is slow to start may send from another address, so nothing is said of all of them before."""
    told = said_of(600, *workers, more_start=more_start)
    assert told.startswith(said)
    assert told.endswith("More workers are starting.") is more_start


def said_of(renames: int, *workers: str, more_start: bool = False) -> str:
    """Return what is said of so many renames, with a worker at each of these addresses."""
    bench = Bench.of(FakeOrdersApi({}), rate_per_s=300)
    api = ApiSession(
        api=bench.api, gateway=bench.gateway, pacer=bench.pacer, breaker=bench.breaker, workers=None, connections=9_000
    )
    limits = Limits(bench.pacer, own_address="office")
    for name in workers:
        member = Member(name=name, address=name, outgoing=name, leases=None, heard_at=0.0)  # type: ignore[arg-type]
        limits.of(member).join(member)
    return of_workers(renames, limits, api, more_start=more_start)


def test_a_few_renames_take_less_than_a_second() -> None:
    """No time is said to be 0.0 s."""
    assert "12 renames take less than a second at 300 a second" in said_of(12, "office")
