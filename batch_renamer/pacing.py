"""When the next request may leave: every try of the run asks here, and waits its turn.

Slots lie on an absolute schedule, ``1/rate`` apart with 1 % left for jitter on the way, so that a late timer does not
push the schedule back. There is no burst, at the start or after a pause: at most `_CATCH_UP` late slots are made good.
A guard on the real send times keeps every sliding second within the rate, even after the host has stalled. A 429
pauses everybody.
"""

from __future__ import annotations

import math
from collections import deque

import anyio

__all__ = ["Pacer"]

_HEADROOM = 0.01
"""Left unused for jitter between this host's clock and the server's, as a share of the rate."""

_CATCH_UP = 4
"""How many missed slots may be made good at once."""

_FIRST_PAUSE_S = 1.0
_LONGEST_PAUSE_S = 60.0


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
        window = max(1, math.floor(rate_per_s)) if paced else 1
        self._window_s = window / rate_per_s * (1 + _HEADROOM / 2) if paced else 0.0
        self._sends: deque[float] = deque(maxlen=window)
        self._turn = anyio.Lock()
        self._next_slot = -math.inf
        self._paused_until = -math.inf
        self._pause_s = _FIRST_PAUSE_S

    async def acquire(self) -> None:
        """Wait for the turn of one try; first come, first served."""
        if self._interval_s == 0.0 and self._paused_until == -math.inf:
            self.requests += 1
            return
        async with self._turn:
            while (ready_at := self._ready_at()) > anyio.current_time():
                await anyio.sleep_until(ready_at)
            now = anyio.current_time()
            on_schedule = now - self._next_slot <= _CATCH_UP * self._interval_s
            self._next_slot = (self._next_slot if on_schedule else now) + self._interval_s
            self._sends.append(now)
            self.requests += 1

    def _ready_at(self) -> float:
        guard = self._sends[0] + self._window_s if len(self._sends) == self._sends.maxlen else -math.inf
        return max(self._next_slot, guard, self._paused_until)

    def accepted(self) -> None:
        """Note an answer that was no 429: the next pause is a short one again."""
        self._pause_s = _FIRST_PAUSE_S

    def throttle(self, retry_after_s: float | None) -> None:
        """Note a 429: everybody pauses, for ``retry_after_s`` seconds or a pause that doubles with each in a row.

        429s of requests that left before the pause began are one event, not many.
        """
        self.throttled += 1
        now = anyio.current_time()
        if retry_after_s is not None:
            self._paused_until = max(self._paused_until, now + retry_after_s)
        elif now >= self._paused_until:
            self._paused_until = now + self._pause_s
            self._pause_s = min(self._pause_s * 2, _LONGEST_PAUSE_S)
