"""Decides when every try of a run pauses after a 429, and until when. Pure: no clock, no I/O.

Moments are in seconds, by any clock.
"""

from __future__ import annotations

import math

__all__ = ["Pause"]

_SHUT_AFTER_S = 1.0
"""A limit that lets nothing in for so long is shut: a window that is full would have moved on."""

_SHORTEST_S = 1.0
_LONGEST_S = 60.0


class Pause:
    """The pause of a run; ``until`` is when the last one ends, which may be over.

    Example:
        >>> pause = Pause()
        >>> pause.refused(now=10.0, left_at=9.9, retry_after_s=5.0), pause.until
        (True, 15.0)
        >>> pause.refused(now=15.1, left_at=15.0, retry_after_s=None)  # nothing was let in since the first 429
        True
    """

    def __init__(self) -> None:
        self.until = -math.inf
        self._begun_at = -math.inf
        self._next_s = _SHORTEST_S
        self._refused_since: float | None = None

    def let_in(self) -> None:
        """Note that the API has let a try in."""
        self._refused_since = None
        self._next_s = _SHORTEST_S

    def refused(self, *, now: float, left_at: float, retry_after_s: float | None) -> bool:
        """Note that a try that left at a moment got a 429; tell whether a pause has begun.

        A hint of 0 s counts as none. Without one, a pause begins if nothing at all was let in for a while, twice as
        long each time. 429s of requests that left before a pause began belong to the same event.
        """
        if self._refused_since is None:
            self._refused_since = now
        if retry_after_s:
            self._begin(now, retry_after_s)
            return True
        if now - self._refused_since < _SHUT_AFTER_S or left_at <= self._begun_at:
            return False
        self._begin(now, self._next_s)
        self._next_s = min(self._next_s * 2, _LONGEST_S)
        return True

    def _begin(self, now: float, seconds: float) -> None:
        self._begun_at, self.until = now, now + seconds
