"""When the next request may leave: every try of the run asks here, and waits its turn.

Slots lie on an absolute schedule, ``1/rate`` apart with 1 % left for jitter on the way, so that a late timer does not
push the schedule back: at most `_CATCH_UP` slots are made good, and only those that somebody waited for. So there is no
burst, at the start, after a pause or after a lull. A guard on the real send times keeps every sliding second within the
rate, even after the host has stalled. A 429 pauses everybody.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable

import anyio

__all__ = ["Pacer"]

_HEADROOM = 0.01
"""Left unused for jitter between this host's clock and the server's, as a share of the rate."""

_CATCH_UP = 4
"""How many missed slots may be made good."""

_FIRST_PAUSE_S = 1.0
_LONGEST_PAUSE_S = 60.0


def _always() -> bool:
    return True


class Pacer:
    """Spaces the tries of a run; ``rate_per_s`` is in requests per second, ``math.inf`` sets no limit.

    Time is the running event loop's.

    Example:
        >>> import anyio
        >>> async def main() -> float:
        ...     pacer = Pacer(rate_per_s=100)
        ...     begin = anyio.current_time()
        ...     for _ in range(3):
        ...         await pacer.acquire()
        ...     return round(anyio.current_time() - begin, 2)
        >>> anyio.run(main) >= 0.02
        True
    """

    def __init__(self, *, rate_per_s: float) -> None:
        if not rate_per_s > 0:
            msg = f"rate_per_s must be greater than 0, not {rate_per_s}"
            raise ValueError(msg)
        self.rate_per_s = rate_per_s
        self.requests = 0
        self.throttled = 0
        paced = math.isfinite(rate_per_s)
        self._interval_s = (1 + _HEADROOM) / rate_per_s if paced else 0.0
        window = math.ceil(rate_per_s) if paced else 1
        self._window_s = window / rate_per_s * (1 + _HEADROOM / 2) if paced else 0.0
        self._sends: deque[float] = deque(maxlen=window)
        self._turn = anyio.Lock()
        self._next_slot = -math.inf
        self._paused_at = -math.inf
        self._pause_s = _FIRST_PAUSE_S

    async def acquire(self, wanted: Callable[[], bool] = _always) -> bool:
        """Wait for the turn of one try; first come, first served.

        A turn that is no longer ``wanted`` when it comes is left to the next in line; False tells so.
        """
        if self._interval_s == 0.0 and self._paused_at == -math.inf:
            self.requests += 1
            return True
        asked_at = anyio.current_time()
        async with self._turn:
            while (ready_at := self._ready_at()) > anyio.current_time():  # noqa: ASYNC110 - a time is awaited, no state
                await anyio.sleep_until(ready_at)  # Once more if a pause has begun meanwhile.
            if not wanted():
                return False
            now = anyio.current_time()
            awaited = asked_at <= self._next_slot
            made_good = awaited and now - self._next_slot <= _CATCH_UP * self._interval_s
            self._next_slot = (self._next_slot if made_good else now) + self._interval_s
            self._sends.append(now)
            self.requests += 1
            return True

    def _ready_at(self) -> float:
        guard = self._sends[0] + self._window_s if len(self._sends) == self._sends.maxlen else -math.inf
        return max(self._next_slot, guard)

    def accepted(self) -> None:
        """Note an answer that was no 429: the next pause is a short one again."""
        self._pause_s = _FIRST_PAUSE_S

    def throttle(self, retry_after_s: float | None, *, left_at: float) -> None:
        """Note a 429: everybody pauses, for ``retry_after_s`` seconds or a pause that doubles with each in a row.

        ``left_at`` is when its request left: 429s of requests that left before the pause began are one event, not
        many. A hint of 0 s is none: it would let the same request go in again at once.
        """
        self.throttled += 1
        if retry_after_s:
            self._pause(retry_after_s)
        elif left_at > self._paused_at:
            self._pause(self._pause_s)
            self._pause_s = min(self._pause_s * 2, _LONGEST_PAUSE_S)

    def _pause(self, seconds: float) -> None:
        self._paused_at = anyio.current_time()
        self._next_slot = max(self._next_slot, self._paused_at + seconds)
