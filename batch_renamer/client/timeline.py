"""Counts what happens in each second of a run: requests, 429s, the limit kept to, and whether there was an outage."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass

from batch_renamer.model import Second

__all__ = ["Timeline"]


@dataclass(slots=True)
class _Counts:
    requests: int = 0
    throttled: int = 0
    limit_per_s: float = 0.0
    outage: bool = False


class Timeline:
    """The counts that were not taken yet; moments are those of the event loop's clock, in seconds.

    ``wall`` gives the time in seconds since the epoch. What is noted of a second after it was taken is to be added to
    what was taken.

    Example:
        >>> timeline = Timeline(wall=lambda: 1000.0)
        >>> timeline.set_clock(now=50.0)
        >>> timeline.sent(50.2, limit_per_s=300)
        >>> timeline.sent(51.7, limit_per_s=280)
        >>> [(second.at, second.requests, second.limit_per_s) for second in timeline.take()]
        [(1000, 1, 300), (1001, 1, 280)]
    """

    def __init__(self, *, wall: Callable[[], float] = time.time) -> None:
        self._wall = wall
        self._ahead_s = math.nan  # how far the wall clock is ahead of the event loop's
        self._seconds: dict[int, _Counts] = {}
        self._last_at, self._last = -1, _Counts()

    def set_clock(self, *, now: float) -> None:
        """Compare the clocks anew: they drift apart when the machine sleeps, or when its clock is set."""
        self._ahead_s = self._wall() - now

    def sent(self, moment: float, *, limit_per_s: float) -> None:
        """Note that a request left, and the limit that was kept to then."""
        counts = self._counts_at(moment)
        counts.requests += 1
        counts.limit_per_s = max(counts.limit_per_s, limit_per_s)

    def throttled(self, left_at: float) -> None:
        """Note a 429 to the request that left at a moment."""
        self._counts_at(left_at).throttled += 1

    def out(self, since: float, until: float) -> None:
        """Note that there was an outage from one moment to another."""
        for place in range(math.ceil(until - since) + 1):
            self._counts_at(min(since + place, until)).outage = True

    def take(self) -> list[Second]:
        """Return what was noted since the last time, in order, and forget it."""
        taken, self._seconds, self._last_at = self._seconds, {}, -1
        return [
            Second(
                at=at,
                requests=counts.requests,
                throttled=counts.throttled,
                limit_per_s=counts.limit_per_s,
                outage=counts.outage,
            )
            for at, counts in sorted(taken.items())
        ]

    def _counts_at(self, moment: float) -> _Counts:
        if self._ahead_s != self._ahead_s:  # NaN: the first moment of all
            self.set_clock(now=moment)
        at = int(moment + self._ahead_s)
        if at != self._last_at:
            self._last_at, self._last = at, self._seconds.setdefault(at, _Counts())
        return self._last
