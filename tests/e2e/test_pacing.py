"""The rate limit as the server sees it: every try counts, reads and repeats included."""

from __future__ import annotations

from batch_renamer.planning.sampling import SAMPLES
from batch_renamer.sandbox import FaultPlan, Latency, LimitSpec, script
from tests.support.fullest import most_in_any_second
from tests.support.served import Command

RATE = 50


async def test_a_server_that_admits_just_the_rate_never_refuses(renamer: Command) -> None:
    """At most one try more than the rate in any second, and hardly slower than the rate allows."""
    renamer.sandbox.set_limit(LimitSpec(requests=RATE, algorithm="sliding"))
    renamer.sandbox.faults = FaultPlan(rules=script("500", "reset-before", order_id="order-7"))
    ran = await renamer.apply(renamer.sheet(renamer.seed(40)), "--json", "--rate", str(RATE))
    log = list(renamer.sandbox.log)
    assert set(ran.results) == {"renamed"}
    # The proof of the key, a page of names and its check, the renames, and what went wrong.
    assert len(log) == 1 + 1 + SAMPLES[0] + 40 + 2
    assert most_in_any_second(log) <= RATE + 1
    assert [entry for entry in log if entry.status == 429] == []


async def test_no_more_at_once_than_workers(renamer: Command) -> None:
    """However fast it may be, only so many requests are under way."""
    renamer.sandbox.latency = Latency(base_s=0.01)
    ran = await renamer.apply(renamer.sheet(renamer.seed(40)), "--json", "--workers", "3")
    assert set(ran.results) == {"renamed"}
    assert renamer.sandbox.log.most_at_once == 3
