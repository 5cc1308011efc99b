"""Tells which share of the limit a run would use: what it wants when it shares the limit with other runs.

What a run would use can't be measured while it is held back. So a run with a queue wants everything, a run that has
used its share up wants twice as much, and any other run wants what it has used and a little more. Pure: no clock, no
I/O.
"""

from __future__ import annotations

import math
from collections import deque

__all__ = ["AT_FIRST", "Demand"]

AT_FIRST = 0.1
"""What a run wants before anything is known of it: it begins by reading pages, one after the other."""

_LEAST = 0.02
_LEAST_PER_S = 1.0
"""A run that does nothing at present may begin to, and its first requests must not wait for long."""

_QUEUE = 6
"""So many waiting tries are a queue: rows are started as long as fewer than twice as many wait for their turn."""

_USED_OVER_S = 0.3
_CERTAIN = 4
"""If so many requests were to be expected since the last look, and less than half of them came, the run has changed."""

_USED_UP = 0.9
_SPARE = 1.25
_STEPS = 50
"""A demand is rounded up to a multiple of 1 / `_STEPS`, so that shares don't change with every request."""


class Demand:
    """What one run wants, as a part of the whole limit, by what its pacer shows from one look to the next.

    Example:
        >>> demand = Demand(now=0.0)
        >>> demand.look(now=0.1, requests=15, waiting=12, limit_per_s=150, share=0.5)
        1.0
        >>> demand.look(now=0.5, requests=15, waiting=0, limit_per_s=150, share=0.5)
        0.02
    """

    def __init__(self, *, now: float, requests: int = 0) -> None:
        self._looks = deque([(now, requests)])

    def look(self, *, now: float, requests: int, waiting: int, limit_per_s: float, share: float) -> float:
        """Return the share that the run wants.

        ``requests`` have left so far, ``waiting`` tries wait for their turn, and ``limit_per_s`` is what the run may
        send with the ``share`` that it holds.
        """
        last_at, last_requests = self._looks[-1]
        self._looks.append((now, requests))
        while len(self._looks) > 2 and self._looks[1][0] <= now - _USED_OVER_S:
            self._looks.popleft()
        if waiting >= _QUEUE:
            return 1.0
        if waiting and requests - last_requests >= math.floor(_USED_UP * limit_per_s * (now - last_at)):
            return _rounded(2 * share)
        whole_per_s = limit_per_s / share
        return _rounded(max(_SPARE * self._used_per_s() / whole_per_s, _LEAST, _LEAST_PER_S / whole_per_s))

    def _used_per_s(self) -> float:
        (begun, before), (last, lately), (now, requests) = self._looks[0], self._looks[-2], self._looks[-1]
        used_per_s = (requests - before) / (now - begun)
        expected, seen = used_per_s * (now - last), requests - lately
        if expected < _CERTAIN or seen >= expected / 2:
            return used_per_s
        # Some work has ended: what was used before says nothing any more.
        while len(self._looks) > 2:
            self._looks.popleft()
        return seen / (now - last)


def _rounded(share: float) -> float:
    return min(math.ceil(share * _STEPS) / _STEPS, 1.0)
