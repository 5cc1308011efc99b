"""What was let in between two refusals enters; how fast a bucket is refilled leaves."""

from __future__ import annotations

from batch_renamer.client.refill import BucketRefill, Refilled


def let_in(refill: BucketRefill, count: int) -> None:
    """Have so many tries let in."""
    for _ in range(count):
        refill.note_let_in()


def test_nothing_is_measured_before_the_first_refusal() -> None:
    """A bucket that has refused nothing may be full."""
    refill = BucketRefill()
    let_in(refill, 10)
    assert refill.until(1.0) is None


def test_what_was_let_in_between_two_refusals_is_the_refill() -> None:
    """What had filled the bucket before the first of them does not count."""
    refill = BucketRefill()
    let_in(refill, 10)
    refill.emptied(at=1.0)
    let_in(refill, 30)
    assert refill.until(1.25) == Refilled(let_in=30, seconds=0.25)


def test_a_short_measurement_of_a_bucket_goes_on() -> None:
    """Thirty requests tell the refill within 3 %; the hundred after the next refusal within 1 %."""
    refill = BucketRefill()
    refill.is_bucket = True
    refill.emptied(at=1.0)
    let_in(refill, 30)
    refill.emptied(at=1.25)
    let_in(refill, 70)
    assert refill.until(1.8) == Refilled(let_in=100, seconds=0.8)


def test_a_long_measurement_is_over_at_a_refusal() -> None:
    """The bucket may have been full at some time, so what comes later is measured by itself."""
    refill = BucketRefill()
    refill.is_bucket = True
    refill.emptied(at=1.0)
    let_in(refill, 130)
    refill.emptied(at=2.1)
    let_in(refill, 60)
    assert refill.until(2.6) == Refilled(let_in=60, seconds=0.5)


def test_the_doubt_is_one_request() -> None:
    """More requests make a finer measure; of none at all everything is in doubt."""
    assert Refilled(let_in=50, seconds=0.5).doubt == 0.02
    assert Refilled(let_in=0, seconds=0.5).doubt == 1


def test_what_the_bucket_held_at_first_bounds_the_refill_from_below() -> None:
    """Ten were let in at once, so of 130 in a second at least 120 were refilled; half as many in half of it."""
    refill = BucketRefill()
    let_in(refill, 10)
    refill.begin(seconds=0.0)
    assert refill.least_per_s(130, seconds=1.0, per_s=100) == 120
    assert refill.least_per_s(70, seconds=0.5, per_s=100) == 120


def test_what_was_refilled_at_first_is_not_what_the_bucket_held() -> None:
    """Sixteen in 50 ms at 120/s: six of them were refilled meanwhile."""
    refill = BucketRefill()
    let_in(refill, 16)
    refill.begin(seconds=0.05)
    assert refill.least_per_s(130, seconds=1.0, per_s=120) == 120


def test_a_bucket_that_was_not_seen_to_be_full_bounds_nothing() -> None:
    """Where the first refusal came late, the bucket may hold any number."""
    assert BucketRefill().least_per_s(130, seconds=1.0, per_s=100) == 0
