"""Measures how fast a token bucket is refilled, from the tries between two refusals. Pure: no clock, no I/O.

A bucket is empty when it refuses. What it let in since it was empty last needs a refill of some rate: with less, it
would have been empty before. How much it holds is known from the first refusal of all, because a full bucket was
emptied until then. So it does not spoil the measure if the bucket was full for a while.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

__all__ = ["BucketRefill"]

_LONG_ENOUGH_S = 1.0
"""A measurement goes on over the next refusals until it is as long as this: a few tries are a rough measure."""

_REST = 1.0
"""What an empty bucket may still hold: nearly a whole request."""

_SLACK = 0.5
"""By so many requests the bucket may seem to be overdrawn: a try may have been a little longer on its way."""

_PRECISION = 0.002
"""Of the measure, as a share of the highest refill that is looked for."""


@dataclass(slots=True)
class BucketRefill:
    """Knows when a bucket was empty last; ``is_bucket`` is set when the limit was found to be one.

    Times are those at which tries left, in seconds.

    Example:
        >>> refill = BucketRefill()
        >>> refill.emptied(at=0.056, let_in=[number / 300 for number in range(16)])  # a bucket of 10, 120 a second
        >>> let_in = [0.056 + number / 120 for number in range(1, 121)]
        >>> round(refill.least_per_s(let_in, most_per_s=300))
        119
    """

    is_bucket: bool = False
    empty_at: float = field(default=-math.inf, init=False)
    _first: Sequence[float] | None = field(default=None, init=False)

    def emptied(self, *, at: float, let_in: Sequence[float]) -> None:
        """Note a refusal at a time; until the first one, ``let_in`` are the times of what was let in."""
        if self._first is None:
            self._first = tuple(let_in)
        if not self.is_bucket or at - self.empty_at >= _LONG_ENOUGH_S:
            self.empty_at = at

    def least_per_s(self, let_in: Sequence[float], *, most_per_s: float) -> float:
        """Return the least refill, in requests per second, that explains why these were let in since ``empty_at``.

        ``let_in`` are times in order; no more than ``most_per_s`` is returned.
        """
        low_per_s, high_per_s = 0.0, most_per_s
        if let_in and let_in[-1] > self.empty_at:
            low_per_s = min((len(let_in) - _REST) / (let_in[-1] - self.empty_at), most_per_s)
        while high_per_s - low_per_s > _PRECISION * most_per_s:
            middle_per_s = (low_per_s + high_per_s) / 2
            if self._lets_in(let_in, middle_per_s):
                high_per_s = middle_per_s
            else:
                low_per_s = middle_per_s
        return high_per_s

    def _lets_in(self, times: Sequence[float], per_s: float) -> bool:
        """Tell whether a bucket that is refilled so fast lets all of these in."""
        burst = self._burst(per_s)
        level, last = _REST, self.empty_at
        for time in times:
            level = min(level + (time - last) * per_s, burst) - 1
            if level < -_SLACK:
                return False
            last = time
        return True

    def _burst(self, per_s: float) -> float:
        """Return what a bucket that is refilled so fast holds, because it was full before the first tries."""
        most, lacking, last = 0.0, 0.0, -math.inf
        for time in self._first or ():
            lacking = max(lacking - (time - last) * per_s, 0.0) + 1
            most, last = max(most, lacking), time
        return most + _REST
