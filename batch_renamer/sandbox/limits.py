"""The server's rate limits: each request is admitted, or told how many seconds to wait.

No limiter sleeps or reads a clock of its own: the clock is handed in, so that sixty seconds pass in a test at once.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, Protocol, assert_never

__all__ = ["Algorithm", "Clock", "FixedWindow", "LimitSpec", "Limiter", "SlidingWindow", "TokenBucket", "Unlimited"]

Clock = Callable[[], float]
"""Seconds from any fixed moment, never going back."""

Algorithm = Literal["sliding", "sliding-all", "fixed", "bucket"]

_EPSILON = 1e-9  # float noise: a token that is 0.9999999999 full has come


class Limiter(Protocol):
    """Decides request by request."""

    def admit(self) -> float | None:
        """Count one request now. Return ``None`` if it is admitted, else the seconds until one could be."""


class Unlimited:
    """Admits everything.

    Example:
        >>> Unlimited().admit() is None
        True
    """

    def admit(self) -> None:
        """Admit the request."""


class SlidingWindow:
    """At most ``limit`` requests in any ``window_s`` seconds, however the window is laid.

    With ``count_refused`` a refused request counts, too, so a client that does not slow down is refused all the time.
    This is what "resets instantly as traffic slows" may mean. A request exactly ``window_s`` ago no longer counts.

    Example:
        >>> now = 0.0
        >>> window = SlidingWindow(limit=1, clock=lambda: now)
        >>> window.admit(), window.admit()
        (None, 1.0)
    """

    def __init__(
        self, *, limit: int, window_s: float = 1.0, count_refused: bool = False, clock: Clock = time.monotonic
    ) -> None:
        """Start with an empty window."""
        self.limit = limit
        self._window_s = window_s
        self._count_refused = count_refused
        self._clock = clock
        self._counted: deque[float] = deque()

    def admit(self) -> float | None:
        """Count one request now; see `Limiter.admit`."""
        now = self._clock()
        counted = self._counted
        while counted and now - counted[0] >= self._window_s - _EPSILON:
            counted.popleft()
        if len(counted) < self.limit:
            counted.append(now)
            return None
        if self._count_refused:
            counted.append(now)
        # The window has room again once all but limit - 1 of the requests counted so far have left it.
        return counted[len(counted) - self.limit] + self._window_s - now


class FixedWindow:
    """At most ``limit`` requests in each ``window_s`` seconds, laid end to end from the first request.

    Example:
        >>> now = 0.0
        >>> window = FixedWindow(limit=1, clock=lambda: now)
        >>> window.admit(), window.admit()
        (None, 1.0)
    """

    def __init__(self, *, limit: int, window_s: float = 1.0, clock: Clock = time.monotonic) -> None:
        """Wait for the first request: it opens the first window."""
        self._limit = limit
        self._window_s = window_s
        self._clock = clock
        self._opened_s: float | None = None
        self._window = -1
        self._admitted = 0

    def admit(self) -> float | None:
        """Count one request now; see `Limiter.admit`."""
        now = self._clock()
        if self._opened_s is None:
            self._opened_s = now
        window = int((now - self._opened_s) / self._window_s + _EPSILON)
        if window != self._window:
            self._window, self._admitted = window, 0
        if self._admitted < self._limit:
            self._admitted += 1
            return None
        return self._opened_s + (window + 1) * self._window_s - now


class TokenBucket:
    """A bucket of ``burst`` tokens, full at first, refilled at ``rate_per_s``; a request takes one.

    Example:
        >>> now = 0.0
        >>> bucket = TokenBucket(rate_per_s=2, burst=1, clock=lambda: now)
        >>> bucket.admit(), bucket.admit()
        (None, 0.5)
    """

    def __init__(self, *, rate_per_s: float, burst: int, clock: Clock = time.monotonic) -> None:
        """Start with a full bucket."""
        self._rate_per_s = rate_per_s
        self._burst = burst
        self._clock = clock
        self._tokens = float(burst)
        self._filled_s = clock()

    def admit(self) -> float | None:
        """Count one request now; see `Limiter.admit`."""
        now = self._clock()
        self._tokens = min(self._burst, self._tokens + (now - self._filled_s) * self._rate_per_s)
        self._filled_s = now
        if self._tokens >= 1 - _EPSILON:
            self._tokens -= 1
            return None
        return (1 - self._tokens) / self._rate_per_s


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitSpec:
    """A rate limit as a user writes it; `build` makes the limiter.

    ``requests`` in ``window_s`` seconds; ``burst`` is for the bucket alone (``None``: one window's worth). With
    ``retry_after`` a refusal names the seconds to wait.

    Raises:
        ValueError: a limit below one request, or a window or burst that is not positive.

    Example:
        >>> LimitSpec(requests=300, algorithm="fixed").build().admit() is None
        True
    """

    requests: int
    algorithm: Algorithm = "sliding"
    window_s: float = 1.0
    burst: int | None = None
    retry_after: bool = False

    def __post_init__(self) -> None:
        """Refuse what no limiter could keep."""
        if self.requests < 1 or self.window_s <= 0 or (self.burst is not None and self.burst < 1):
            raise ValueError(f"a limit needs at least one request, window and burst above zero: {self}")

    def build(self, clock: Clock = time.monotonic) -> Limiter:
        """Make a fresh limiter that reads ``clock``."""
        match self.algorithm:
            case "sliding" | "sliding-all" as algorithm:
                return SlidingWindow(
                    limit=self.requests,
                    window_s=self.window_s,
                    count_refused=algorithm == "sliding-all",
                    clock=clock,
                )
            case "fixed":
                return FixedWindow(limit=self.requests, window_s=self.window_s, clock=clock)
            case "bucket":
                rate_per_s = self.requests / self.window_s
                return TokenBucket(rate_per_s=rate_per_s, burst=self.burst or self.requests, clock=clock)
            case _:
                assert_never(self.algorithm)
