"""What a bucket let in between two refusals enters; how fast it is refilled, at least, leaves."""

from __future__ import annotations

import pytest

from batch_renamer.client.refill import BucketRefill


def emptied_bucket(*, per_s: float, burst: int = 10, at: float = 1.0) -> BucketRefill:
    """Return what is known of a bucket that was full, and was emptied at 300 a second for the first time."""
    refill = BucketRefill(is_bucket=True)
    let_in = round(burst / (1 - per_s / 300))
    refill.emptied(at=at, let_in=[at - number / 300 for number in range(let_in, 0, -1)])
    return refill


def evenly(per_s: float, begin: float, end: float) -> list[float]:
    """Return the times of tries that leave evenly."""
    return [begin + number / per_s for number in range(1, round((end - begin) * per_s) + 1)]


@pytest.mark.parametrize("per_s", [20, 120, 250])
def test_what_was_let_in_between_two_refusals_is_the_refill(per_s: float) -> None:
    """A bucket that is kept empty for two seconds lets in what comes in, to one or two requests."""
    refill = emptied_bucket(per_s=per_s)
    assert refill.least_per_s(evenly(per_s, 1.0, 3.0), most_per_s=300) == pytest.approx(per_s, abs=1.5)


def test_what_a_full_bucket_did_not_take_is_no_fault() -> None:
    """A second at 60/s fills the bucket; then ten more than the refill of 120/s are let in within another second."""
    refill = emptied_bucket(per_s=120)
    times = [*evenly(60, 1.0, 2.0), *evenly(130, 2.0, 3.0)]
    assert len(times) / 2.0 < 100
    assert refill.least_per_s(times, most_per_s=300) == pytest.approx(118, abs=2)


def test_no_more_than_the_pace_is_measured() -> None:
    """What was sent can't show more than what was sent."""
    refill = emptied_bucket(per_s=250)
    assert refill.least_per_s(evenly(250, 1.0, 2.0), most_per_s=200) == 200


def test_a_short_measurement_of_a_bucket_goes_on() -> None:
    """Thirty requests tell the refill within 3 %; so a refusal after a quarter of a second begins no other one."""
    refill = emptied_bucket(per_s=120)
    refill.emptied(at=1.25, let_in=[])
    assert refill.empty_at == 1.0


def test_a_long_measurement_is_over_at_a_refusal() -> None:
    """What comes later is measured by itself, because the refill may have changed."""
    refill = emptied_bucket(per_s=120)
    refill.emptied(at=2.1, let_in=[])
    assert refill.empty_at == 2.1


def test_nothing_let_in_needs_no_refill() -> None:
    """Between two refusals in a row there is nothing to be explained."""
    assert emptied_bucket(per_s=120).least_per_s([], most_per_s=300) == pytest.approx(0, abs=1)


def test_what_stayed_in_the_bucket_while_the_host_stood_still_is_known() -> None:
    """A fifth of a second passes between the first tries; the bucket was full all the while, and holds ten."""
    refill = BucketRefill(is_bucket=True)
    refill.emptied(at=1.0, let_in=[0.75, *(1.0 - number / 300 for number in range(16, 0, -1))])
    times = [1.1 + number / 300 for number in range(16)]
    assert refill.least_per_s(times, most_per_s=300) < 120
