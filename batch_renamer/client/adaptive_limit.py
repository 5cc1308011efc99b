"""Learns the API's real limit from how the tries end. Pure: no clock, no I/O.

The algorithm is of the family of TCP's congestion control and botocore's adaptive mode: it probes upwards step by step,
and a refusal takes the rate down. It differs because a rate limit can be measured, and because every 429 is a cost:

- A cut is no fixed factor. The limit is what was let in during the second before the refused try. 429s of tries that
  left before that was known belong to the same event: there is one decision for all of them, because a cut at each
  would bring the rate down to nothing.
- Probe steps are multiplicative, by 2, 4 and 8 %. A step that fails takes back every step that was not proven yet (a
  window shows its limit only when it is full), and the next one comes later: the probe backoff doubles.
- All 429s together are kept within a budget of a few in a thousand requests: the more of them a probe cost, the longer
  the next one is put off.

Two kinds of server are told apart in the first second, while less than a full second of sends was seen. A window that
is full lets nothing more in until it moves on, so what it let in is the limit. A bucket that is empty goes on to let in
what refills it, and that is its limit. Later, a second in which nothing at all is let in says nothing about the limit:
the API refuses everything, for whatever reason. When it lets something in again, the limit is nearly as it was.
"""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass

__all__ = ["LimitLearner", "Send"]

_WINDOW_S = 1.0
_STEPS = (0.02, 0.04, 0.08)
_LARGE_STEP = 0.5
_BETWEEN_STEPS_S = 0.5
_PROVEN_AFTER_S = 1.3
"""If little is left of a fixed window when a step begins, only the end of the next one can show that it is too high."""

_SHORTEST_REFILL_S = 0.02
_REFILL_TRUSTED = 0.9
_MUCH_REFILL = 8
_AFTER_SHUT = 0.95
_BUDGET_429S = 0.003
"""The 429s that probes may cost, as a share of all requests."""

_SHORTEST_BACKOFF_S = 2.0
_LONGEST_BACKOFF_S = 6.0
_SOON_S = 0.3


@dataclass(slots=True, eq=False)
class Send:
    """One try that left at ``left_at``, in seconds; ``refused`` tells whether it got a 429; None: not known yet."""

    left_at: float
    refused: bool | None = None


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
        # The last event: when its first refused try left, and when the 429 came.
        self._refused_from = self._decided_at = -math.inf
        self._failed_at = -math.inf
        self._refill: _Refill | None = None
        # The share of the ceiling that was kept to when a try was let in last; and whether none is let in now.
        self._let_in_at_share, self._is_shut = 1.0, False
        self._last_cut: _Cut | None = None
        self._steps: list[_Step] = []
        self._steps_large = False
        self._probe_429s = 0
        self._backoff_s = _SHORTEST_BACKOFF_S
        self._probe_at = _SHORTEST_BACKOFF_S if self.limit_per_s < ceiling_per_s else math.inf

    def sent(self, now: float) -> Send:
        """Note that a try leaves now."""
        if self._begun_at is None:
            self._begun_at = now
            self._probe_at += now
        send = Send(now)
        self._sends.append(send)
        # A 429 comes a round trip after its try left, and `_cut` then needs the sends of the second before that.
        if self._longest_s is not None:
            kept_s = _WINDOW_S + 2 * self._longest_s + _WINDOW_S
            while self._sends[0].left_at < now - kept_s:
                self._sends.popleft()
        return send

    def let_in(self, send: Send, now: float) -> None:
        """Note that a try was answered, and not by a 429."""
        self._answered(send, now, refused=False)
        if self.limit_per_s >= self.ceiling_per_s:
            return
        if send.left_at > self._decided_at:
            if self._is_shut:
                self.limit_per_s = max(self.limit_per_s, _AFTER_SHUT * self._let_in_at_share * self.ceiling_per_s)
                self._is_shut = False
            self._let_in_at_share = self.limit_per_s / self.ceiling_per_s
        if not self._steps:
            if now >= self._probe_at:
                self._step_up(now)
        elif send.left_at >= self._steps[-1].taken_at + (
            _PROVEN_AFTER_S if len(self._steps) == 1 else _BETWEEN_STEPS_S
        ):
            self._backoff_s = _SHORTEST_BACKOFF_S
            self._step_up(now)

    def refused(self, send: Send, now: float) -> None:
        """Note that a try got a 429."""
        self._answered(send, now, refused=True)
        if send.left_at <= self._decided_at:
            self._last_cut = None  # Others were refused as well: it is a limit.
            if self._probe_429s:
                self._charge()
            return
        self._refused_from, self._decided_at = send.left_at, now
        self._refill, self._probe_429s = None, 0
        failed = [s for s in self._steps if s.taken_at <= send.left_at < s.taken_at + _PROVEN_AFTER_S]
        if failed:
            self.limit_per_s = failed[0].share_before * self.ceiling_per_s
            self._failed_at = now
            self._backoff_s = min(2 * self._backoff_s, _LONGEST_BACKOFF_S)
            self._steps_large = False
        else:
            self._cut(send)
        self._steps.clear()
        self._probe_at = now + self._backoff_s
        if failed:
            self._charge()

    def take_back(self, first: Send, again: Send) -> None:
        """Take back the cut after the 429 of ``first``, unless other tries were refused since: it was about one row.

        ``again`` is the next try of that row, which got a 429 as well while others were let in.
        """
        again.refused = True
        if self._last_cut is not None and self._last_cut.by is first:
            self.limit_per_s = max(self.limit_per_s, self._last_cut.share_before * self.ceiling_per_s)
            self._last_cut = self._refill = None

    def share(self, ceiling_per_s: float) -> None:
        """Set another ceiling, because other runs have started or ended; the limit is scaled with it."""
        scale = ceiling_per_s / self.ceiling_per_s
        self.ceiling_per_s = ceiling_per_s
        self.limit_per_s = max(min(self.limit_per_s * scale, ceiling_per_s), min(1.0, ceiling_per_s))

    def _answered(self, send: Send, now: float, *, refused: bool) -> None:
        send.refused = refused
        self._longest_s = max(self._longest_s or 0.0, now - send.left_at)
        if self._refill is None or send.left_at <= self._refused_from:
            return
        if send.left_at <= self._decided_at:
            self._refill.let_in += not refused
            self._refill.awaited -= 1
        if send.left_at > self._decided_at or not self._refill.awaited:
            self._learn_from_refill(now)

    def _cut(self, refused: Send) -> None:
        self._last_cut = _Cut(refused, self.limit_per_s / self.ceiling_per_s)
        since = refused.left_at - _WINDOW_S
        seen = sum(since < send.left_at < refused.left_at and not send.refused for send in self._sends)
        self._is_shut = not seen and self._begun_at is not None and since >= self._begun_at
        known = min(float(seen), self.limit_per_s * (1 - _STEPS[0] / 2))
        if seen and since < self._failed_at:
            # The window may also hold what was refused after the failed probe. So what was let in may be less than the
            # limit, once.
            known = max(known, self.limit_per_s * (1 - _STEPS[0]))
            self._failed_at = -math.inf
        self.limit_per_s = max(known, min(1.0, self.ceiling_per_s))
        if self._begun_at is not None and since < self._begun_at:
            awaited = sum(refused.left_at < send.left_at and send.refused is None for send in self._sends)
            self._refill = _Refill(awaited)

    def _learn_from_refill(self, now: float) -> None:
        refill, self._refill = self._refill, None
        if refill is None:
            return
        seconds = self._decided_at - self._refused_from
        if seconds < _SHORTEST_REFILL_S:
            # The 429 came before another try could leave: the server may be of either kind, and probes cost little.
            self._steps_large, self._probe_at = True, now + _SOON_S
        elif refill.let_in:
            refilled_per_s = refill.let_in / seconds
            self.limit_per_s = min(self.ceiling_per_s, max(self.limit_per_s, _REFILL_TRUSTED * refilled_per_s))
            self._steps_large, self._probe_at = refill.let_in < _MUCH_REFILL, now + _SOON_S

    def _charge(self) -> None:
        """Charge one more 429 to the probe that has failed, and put the next one off until the budget allows it."""
        self._probe_429s += 1
        self._probe_at = max(self._probe_at, self._decided_at + self._probe_429s / (_BUDGET_429S * self.limit_per_s))

    def _step_up(self, now: float) -> None:
        step = _LARGE_STEP if self._steps_large else _STEPS[min(len(self._steps), len(_STEPS) - 1)]
        self._steps.append(_Step(now, self.limit_per_s / self.ceiling_per_s))
        self.limit_per_s = min(self.ceiling_per_s, max(self.limit_per_s + 1, self.limit_per_s * (1 + step)))


@dataclass(slots=True)
class _Refill:
    """How many of the tries that left after a refused one are awaited, and how many of those were let in."""

    awaited: int
    let_in: int = 0


@dataclass(frozen=True, slots=True)
class _Cut:
    """The last cut: the try that got the 429, and the share of the ceiling that was kept to before."""

    by: Send
    share_before: float


@dataclass(frozen=True, slots=True)
class _Step:
    """A probe step, and the share of the ceiling that was kept to before it."""

    taken_at: float
    share_before: float
