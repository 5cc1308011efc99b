"""Tells which margin below the limit a run needs for jitter. Pure: no clock, no I/O.

Two tries that leave a second apart may arrive closer together. So the margin grows with the spread of the latencies.
"""

from __future__ import annotations

__all__ = ["Jitter"]

_NARROWEST, _WIDEST = 0.005, 0.03
"""The margin, as a share of the limit."""

_MARGIN_OF_SPREAD = 1.5
"""The margin for each second of spread. Latencies spread evenly over 10 ms differ by 3.3 ms from one to the next; they
need a margin of 1 %, so that no window of one second is overfull."""

_FARTHEST_APART_S = 2 * _WIDEST / _MARGIN_OF_SPREAD
"""More than this counts as this: one answer that took seconds longer must not widen the margin of many tries."""

_SMOOTHING = 0.05


class Jitter:
    """The latencies of a run: ``latency_s`` is their moving average in seconds, None before the first answer.

    Example:
        >>> jitter = Jitter()
        >>> for latency_s in (0.1, 0.14, 0.1, 0.14):
        ...     jitter.note(latency_s)
        >>> round(jitter.margin, 3)
        0.014
    """

    def __init__(self) -> None:
        self.latency_s: float | None = None
        self._last_s: float | None = None
        self._spread_s = 0.0

    @property
    def margin(self) -> float:
        """What is left of the limit, as a share of it."""
        return min(_NARROWEST + _MARGIN_OF_SPREAD * self._spread_s, _WIDEST)

    def note(self, latency_s: float) -> None:
        """Note how long an answer took."""
        if self.latency_s is None or self._last_s is None:
            self.latency_s = self._last_s = latency_s
        # From one answer to the next: requests of another kind, which take longer, are no jitter.
        apart_s = min(abs(latency_s - self._last_s), _FARTHEST_APART_S)
        self._spread_s += _SMOOTHING * (apart_s - self._spread_s)
        self._last_s = latency_s
        self.latency_s += _SMOOTHING * (latency_s - self.latency_s)
