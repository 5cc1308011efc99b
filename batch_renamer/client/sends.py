"""Keeps the tries of the last seconds, and how each of them ended. Pure: no clock, no I/O."""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass

__all__ = ["WINDOW_S", "RecentSends", "Send"]

WINDOW_S = 1.0
"""The time to which a limit applies: it is so many requests in a second."""


@dataclass(slots=True, eq=False)
class Send:
    """One try that left at ``left_at``, in seconds; ``refused`` tells whether it got a 429; None: not known yet.

    ``ceiling_per_s`` is the one that held when it left.
    """

    left_at: float
    refused: bool | None = None
    ceiling_per_s: float = math.nan


class RecentSends:
    """The tries of the last ``kept_s`` seconds, and of two round trips more: a 429 comes a round trip after its try.

    ``begun_at`` is when the first try of all left, and ``longest_s`` how long the slowest answer took, in seconds.

    Example:
        >>> sends = RecentSends(kept_s=3.0)
        >>> for left_at in (0.0, 0.5, 1.2):
        ...     last = sends.leave(left_at, ceiling_per_s=300)
        >>> sends.let_in_before(last), sends.seen_before(last, ceiling_per_s=300)
        ([0.0, 0.5], 1.0)
    """

    def __init__(self, *, kept_s: float) -> None:
        self.begun_at = math.inf
        self.longest_s: float | None = None
        self._kept_s = kept_s
        self._sends: deque[Send] = deque()

    def leave(self, now: float, *, ceiling_per_s: float) -> Send:
        """Return a try that leaves now."""
        self.begun_at = min(self.begun_at, now)
        send = Send(now, ceiling_per_s=ceiling_per_s)
        self._sends.append(send)
        if self.longest_s is not None:
            oldest_at = now - self._kept_s - 2 * self.longest_s
            while self._sends[0].left_at < oldest_at:
                self._sends.popleft()
        return send

    def answered(self, send: Send, now: float, *, refused: bool) -> None:
        """Note how a try ended."""
        send.refused = refused
        self.longest_s = max(self.longest_s or 0.0, now - send.left_at)

    def let_in_before(self, refused: Send) -> list[float]:
        """Return when the tries left that were let in before this one, or whose end is not known."""
        return [send.left_at for send in self._sends if send.left_at < refused.left_at and not send.refused]

    def seen_before(self, refused: Send, *, ceiling_per_s: float) -> float:
        """Return how many tries were let in during the second before, scaled to the present ceiling.

        When a run gets the share of another one, the other half of the window is full of the other one's requests.
        """
        since = refused.left_at - WINDOW_S
        return sum(
            ceiling_per_s / send.ceiling_per_s
            for send in self._sends
            if since < send.left_at < refused.left_at and not send.refused
        )

    def count_since(self, since: float) -> int:
        """Return how many tries have left after that time."""
        return sum(since < send.left_at for send in self._sends)

    def count_awaited_behind(self, refused: Send) -> int:
        """Return how many tries that left after this one have no answer yet."""
        return sum(refused.left_at < send.left_at and send.refused is None for send in self._sends)

    def all_refused_before(self, again: Send) -> bool:
        """Tell whether there were tries in the second before this one, and all of them were refused."""
        since = again.left_at - WINDOW_S
        others = [send.refused for send in self._sends if since < send.left_at < again.left_at]
        return bool(others) and all(others)

    def had_one_ceiling(self, ceiling_per_s: float, *, since: float) -> bool:
        """Tell whether all tries after that time left under this ceiling."""
        return all(send.ceiling_per_s == ceiling_per_s for send in self._sends if send.left_at > since)
