"""The sandbox's rate limits, on a clock that the tests move."""

from __future__ import annotations

from collections.abc import Callable
from itertools import accumulate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from batch_renamer.sandbox import FixedWindow, Limiter, LimitSpec, SlidingWindow, TokenBucket, Unlimited

ALGORITHMS = ("sliding", "sliding-all", "fixed", "bucket")
# Sixteenths of a second are exact in binary, so that no test hangs on a rounding.
MOMENTS = st.lists(st.integers(0, 24), max_size=80).map(lambda gaps: [gap / 16 for gap in accumulate(gaps)])


class Clock:
    """A clock that stands where it is put."""

    def __init__(self) -> None:
        self.now_s = 0.0

    def __call__(self) -> float:
        """Read the clock."""
        return self.now_s


def admitted_at(limiter: Limiter, clock: Clock, moments_s: list[float]) -> list[float]:
    """Ask for each moment in turn, and return those that were admitted."""
    admitted = []
    for moment_s in moments_s:
        clock.now_s = moment_s
        if limiter.admit() is None:
            admitted.append(moment_s)
    return admitted


def most_in_any_second(moments_s: list[float]) -> int:
    """Count the fullest second that begins with a request."""
    return max((sum(start <= moment < start + 1 for moment in moments_s) for start in moments_s), default=0)


@given(MOMENTS, st.integers(1, 5), st.booleans())
def test_sliding_window_never_admits_more_than_its_limit(moments_s: list[float], limit: int, count: bool) -> None:
    """However the requests fall, no second holds more admitted ones than the limit."""
    clock = Clock()
    limiter = SlidingWindow(limit=limit, count_refused=count, clock=clock)
    assert most_in_any_second(admitted_at(limiter, clock, moments_s)) <= limit


@given(MOMENTS, st.integers(1, 5))
def test_sliding_window_refuses_only_when_full(moments_s: list[float], limit: int) -> None:
    """A refused request would have been one too many in the second before it."""
    clock = Clock()
    limiter = SlidingWindow(limit=limit, clock=clock)
    admitted: list[float] = []
    for moment_s in moments_s:
        clock.now_s = moment_s
        room = sum(moment_s - 1 < earlier for earlier in admitted) < limit
        assert (limiter.admit() is None) == room
        admitted += [moment_s] * room


@given(MOMENTS, st.integers(1, 5), st.sampled_from(ALGORITHMS))
def test_announced_wait_is_true(moments_s: list[float], limit: int, algorithm: str) -> None:
    """Who waits exactly as long as the refusal says is admitted."""
    clock = Clock()
    limiter = LimitSpec(requests=limit, algorithm=algorithm).build(clock)  # type: ignore[arg-type]  # one of ALGORITHMS
    for gap_s in moments_s:
        clock.now_s += gap_s / 16
        wait_s = limiter.admit()
        if wait_s is not None:
            assert wait_s > 0
            clock.now_s += wait_s
            assert limiter.admit() is None


def test_sliding_all_keeps_out_who_hammers_on() -> None:
    """With refused requests counted, the window only clears when the traffic slows."""
    clock = Clock()
    limiter = SlidingWindow(limit=1, count_refused=True, clock=clock)
    assert admitted_at(limiter, clock, [0, 0.5, 1, 1.5, 2, 2.5, 3.5]) == [0, 3.5]


def test_fixed_window_admits_twice_its_limit_around_an_edge() -> None:
    """The known weakness of a fixed window is there to be practised with."""
    clock = Clock()
    limiter = FixedWindow(limit=3, clock=clock)
    moments_s = [0.0, 0.9, 0.95, 0.97, 1.0, 1.0, 1.0, 1.0]
    assert admitted_at(limiter, clock, moments_s) == [0.0, 0.9, 0.95, 1.0, 1.0, 1.0]


def test_fixed_windows_begin_with_the_first_request() -> None:
    """A clock that reads anything at the start makes no difference."""
    clock = Clock()
    limiter = FixedWindow(limit=1, clock=clock)
    assert admitted_at(limiter, clock, [77.5, 78.25, 78.5]) == [77.5, 78.5]


def test_bucket_admits_its_burst_then_its_rate() -> None:
    """A full bucket lets a burst through, and after that one request per token."""
    clock = Clock()
    limiter = TokenBucket(rate_per_s=2, burst=3, clock=clock)
    moments_s = [0.0, 0.0, 0.0, 0.0, 0.25, 0.5, 0.75, 1.0]
    assert admitted_at(limiter, clock, moments_s) == [0.0, 0.0, 0.0, 0.5, 1.0]


def test_bucket_never_holds_more_than_its_burst() -> None:
    """An hour without traffic earns no more than one burst."""
    clock = Clock()
    limiter = TokenBucket(rate_per_s=10, burst=2, clock=clock)
    assert len(admitted_at(limiter, clock, [3600.0] * 5)) == 2


def test_unlimited_admits_everything() -> None:
    """No limit is a limiter too."""
    limiter: Limiter = Unlimited()
    assert [limiter.admit() for _ in range(1000)] == [None] * 1000


@pytest.mark.parametrize(
    "make",
    [
        pytest.param(lambda: LimitSpec(requests=0), id="no request"),
        pytest.param(lambda: LimitSpec(requests=1, window_s=0), id="no window"),
        pytest.param(lambda: LimitSpec(requests=1, burst=0), id="no burst"),
    ],
)
def test_limits_that_can_not_be_kept_are_refused(make: Callable[[], LimitSpec]) -> None:
    """A limit of nothing is refused where it is made."""
    with pytest.raises(ValueError, match="at least one request"):
        make()


def test_a_spec_builds_a_window_of_its_own_length() -> None:
    """Requests per minute are as possible as requests per second."""
    clock = Clock()
    limiter = LimitSpec(requests=1, window_s=60).build(clock)
    assert admitted_at(limiter, clock, [0, 59, 60]) == [0, 60]
