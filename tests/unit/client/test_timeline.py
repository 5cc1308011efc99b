"""What is counted in each second of a run."""

from __future__ import annotations

import anyio
import pytest

from batch_renamer.client.pacing import Pacer
from batch_renamer.client.timeline import Timeline
from batch_renamer.model import Second


def timeline_at(wall: float) -> Timeline:
    """Return a timeline whose event loop's clock begins at 0 while it is so late."""
    timeline = Timeline(wall=lambda: wall)
    timeline.set_clock(now=0.0)
    return timeline


def test_requests_count_in_the_second_in_which_they_left() -> None:
    """The limit is the highest one of that second: what left before a cut was allowed."""
    timeline = timeline_at(1_000.5)
    for moment, limit_per_s in ((0.1, 300), (0.4, 300), (0.49, 120), (0.5, 120)):
        timeline.sent(moment, limit_per_s=limit_per_s)
    assert timeline.take() == [
        Second(at=1_000, requests=3, limit_per_s=300),
        Second(at=1_001, requests=1, limit_per_s=120),
    ]


def test_a_429_counts_for_its_request() -> None:
    """Its answer comes later; where that second was taken already, what is new is taken apart."""
    timeline = timeline_at(1_000)
    timeline.sent(0.9, limit_per_s=300)
    assert timeline.take() == [Second(at=1_000, requests=1, limit_per_s=300)]
    timeline.throttled(0.9)
    assert timeline.take() == [Second(at=1_000, throttled=1)]
    assert timeline.take() == []


def test_an_outage_is_each_of_its_seconds() -> None:
    """Seconds in which no request left are there, too."""
    timeline = timeline_at(1_000)
    timeline.out(1.5, 3.2)
    assert [second.at for second in timeline.take() if second.outage] == [1_001, 1_002, 1_003]


def test_a_clock_that_was_set_holds_from_then_on() -> None:
    """After a sleep of the machine, the event loop's clock is behind."""
    walls = iter([1_000.0, 4_600.0])
    timeline = Timeline(wall=lambda: next(walls))
    timeline.sent(5.0, limit_per_s=300)  # the first moment of all
    timeline.set_clock(now=6.0)
    timeline.sent(6.5, limit_per_s=300)
    assert [second.at for second in timeline.take()] == [1_000, 4_600]


@pytest.mark.virtual_time
async def test_every_try_of_a_run_is_counted() -> None:
    """The pacer counts what leaves, and what gets a 429; the sums are its own."""
    pacer = Pacer(rate_per_s=20)
    pacer.timeline = timeline_at(1_000)
    sends = [await pacer.acquire() for _ in range(50)]
    await anyio.sleep(0.1)
    for send in sends[20:23]:
        assert send is not None
        pacer.throttle(None, send)
    seconds = pacer.timeline.take()
    assert sum(second.requests for second in seconds) == pacer.requests == 50
    assert sum(second.throttled for second in seconds) == pacer.throttled == 3
    assert max(second.requests for second in seconds) <= 20
