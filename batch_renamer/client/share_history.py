"""Keeps which share of the limit a run has had over the last second. Pure: no clock, no I/O.

A window of a second is filled by all runs together. While a run goes over to a smaller share, its own part of the
window is what it had on average: the run that gets the rest has had none of it yet.
"""

from __future__ import annotations

import math
from collections import deque

__all__ = ["ShareHistory"]

_WINDOW_S = 1.0


class ShareHistory:
    """The shares of the last second, each in any unit; ``steady_from`` is when only the present one counts any more.

    Example:
        >>> history = ShareHistory(300)
        >>> history.change(10.0, 150)
        >>> [history.scale(now) for now in (10.0, 10.5, 11.0)]
        [2.0, 1.5, 1.0]
    """

    def __init__(self, share: float) -> None:
        self.steady_from = -math.inf
        self._shares = deque([(-math.inf, share)])

    def change(self, now: float, share: float) -> None:
        """Note that the share is another one from now on."""
        if share == self._shares[-1][1]:
            return
        self._shares.append((now, share))
        self._forget(now)
        self.steady_from = now + _WINDOW_S

    def scale(self, now: float) -> float:
        """Return how many times the present share the mean of the last second is; at least 1.

        A run that has got more spaces its tries by what it has, and needs no other bound.
        """
        self._forget(now)
        present, until, total = self._shares[-1][1], now, 0.0
        for since, share in reversed(self._shares):
            begin = max(since, now - _WINDOW_S)
            total += share * (until - begin)
            until = begin
        return max(total / _WINDOW_S / present, 1.0)

    def _forget(self, now: float) -> None:
        while len(self._shares) > 1 and self._shares[1][0] <= now - _WINDOW_S:
            self._shares.popleft()
