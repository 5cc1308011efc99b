"""What the API's real limit is: what became of each try enters, the limit to keep to leaves. No clock, no I/O.

A 429 reveals the limit: what had been let in during the second before. 429s of tries that left before that was known
belong to the same event; there is one decision for all of them, for a cut at each would throw the rate down to nothing.
After a while without any the limit is tried upwards, by 2, 4 and 8 %, and after a failed attempt the next waits longer.

Two kinds of server are told apart in the first second, while what was seen of them is less than a full one: a window
that is full lets nothing more in until it moves on, so what it let in is the limit; a bucket that is empty goes on to
let in what drips into it, so its limit is more than was seen, and is approached in larger steps.
"""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass

__all__ = ["LimitLearner", "Send"]

_WINDOW_S = 1.0
_STEPS = (0.02, 0.04, 0.08)
_LARGE_STEP = 0.5
_DWELL_S = 0.5
_SHORTEST_HOLD_S = 2.0
_LONGEST_HOLD_S = 8.0
_SOON_S = 0.3


@dataclass(slots=True, eq=False)
class Send:
    """One try that left at ``left_at``, in seconds; ``refused`` tells that it met a 429."""

    left_at: float
    refused: bool = False


class LimitLearner:
    """Learns the limit, in requests per second; ``ceiling_per_s`` is never exceeded.

    Example:
        >>> learner = LimitLearner(ceiling_per_s=300)
        >>> sends = [learner.sent(number / 300) for number in range(121)]
        >>> learner.refused(sends[120], now=0.5)
        >>> learner.limit_per_s
        120.0
    """

    def __init__(self, *, ceiling_per_s: float, known_per_s: float | None = None) -> None:
        self.ceiling_per_s = ceiling_per_s
        self.limit_per_s = ceiling_per_s if known_per_s is None else min(known_per_s, ceiling_per_s)
        self._sends: deque[Send] = deque()
        self._longest_s: float | None = None
        self._begun_at: float | None = None
        self._decided_at = -math.inf
        self._refused_from = math.inf
        self._seen_too_little = False
        self._steps_large = False
        self._step = 0
        self._hold_s = _SHORTEST_HOLD_S
        self._attempt_from: float | None = None
        self._fallback_per_s = self.limit_per_s
        self._try_at = _SHORTEST_HOLD_S if self.limit_per_s < ceiling_per_s else math.inf

    def sent(self, now: float) -> Send:
        """Note that a try leaves now."""
        if self._begun_at is None:
            self._begun_at = now
            self._try_at += now
        send = Send(now)
        self._sends.append(send)
        # A refusal comes a round trip later, and asks for the second before its try left.
        if self._longest_s is not None:
            kept_s = _WINDOW_S + 2 * self._longest_s + _WINDOW_S
            while self._sends[0].left_at < now - kept_s:
                self._sends.popleft()
        return send

    def let_in(self, send: Send, now: float) -> None:
        """Note that a try was answered, and not by a 429."""
        self._answered(send, now)
        if self.limit_per_s >= self.ceiling_per_s:
            return
        if self._seen_too_little and self._refused_from < send.left_at <= self._decided_at:
            self._seen_too_little, self._steps_large = False, True
            self._try_at = now + _SOON_S
        if self._attempt_from is None:
            if now >= self._try_at:
                self._attempt(now)
        elif send.left_at >= self._attempt_from + _DWELL_S:
            self._step = min(self._step + 1, len(_STEPS) - 1)
            self._hold_s = _SHORTEST_HOLD_S
            self._attempt(now)

    def refused(self, send: Send, now: float) -> None:
        """Note that a try met a 429."""
        send.refused = True
        self._answered(send, now)
        if send.left_at <= self._decided_at:
            return
        self._decided_at = now
        self._refused_from = send.left_at
        self._seen_too_little = False
        if self._attempt_from is not None and send.left_at >= self._attempt_from:
            self.limit_per_s = self._fallback_per_s
            self._hold_s = min(2 * self._hold_s, _LONGEST_HOLD_S)
            self._steps_large = False
        else:
            seen = sum(send.left_at - _WINDOW_S < s.left_at < send.left_at and not s.refused for s in self._sends)
            known = min(float(seen), self.limit_per_s * (1 - _STEPS[0] / 2))
            self.limit_per_s = max(known, min(1.0, self.ceiling_per_s))
            self._seen_too_little = self._begun_at is not None and send.left_at - self._begun_at < _WINDOW_S
        self._attempt_from = None
        self._step = 0
        self._try_at = now + self._hold_s

    def _answered(self, send: Send, now: float) -> None:
        self._longest_s = max(self._longest_s or 0.0, now - send.left_at)

    def share(self, ceiling_per_s: float) -> None:
        """Take another ceiling, because others take their part; what was learnt is scaled with it."""
        scale = ceiling_per_s / self.ceiling_per_s
        self.ceiling_per_s = ceiling_per_s
        self.limit_per_s = max(min(self.limit_per_s * scale, ceiling_per_s), min(1.0, ceiling_per_s))
        self._fallback_per_s = min(self._fallback_per_s * scale, ceiling_per_s)

    def _attempt(self, now: float) -> None:
        step = _LARGE_STEP if self._steps_large else _STEPS[self._step]
        self._fallback_per_s = self.limit_per_s
        self.limit_per_s = min(self.ceiling_per_s, max(self.limit_per_s + 1, self.limit_per_s * (1 + step)))
        self._attempt_from = now
