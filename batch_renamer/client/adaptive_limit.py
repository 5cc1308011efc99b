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

A run that knows nothing starts at its ceiling, because the limit in the documentation is the likely one. What is on its
way when the first 429 comes is the price of another limit, and is paid once: the next run begins with what was learnt.

`limit_kind` tells in the first second whether the limit is a window or a bucket, and measures what refills a bucket.

After that, a second in which nothing at all is let in says nothing about the limit: the API refuses everything, for
whatever reason. When it lets something in again, the limit is nearly as it was.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import assert_never

from batch_renamer.client.limit_kind import LONGEST_REFILL_S, LimitKind, Refill, Unmeasured
from batch_renamer.client.sends import WINDOW_S, RecentSends, Send

__all__ = ["LimitLearner"]

_STEPS = (0.02, 0.04, 0.08)
_LARGEST_STEP = 0.5
_BETWEEN_STEPS_S = 0.5
_PROVEN_AFTER_S = 1.3
"""If little is left of a fixed window when a step begins, only the end of the next one can show that it is too high."""

_ASK_AHEAD = 2
"""How many more tries are sent to learn the kind of limit: the pacer lets no second have more tries than the limit."""

_LEARNING_S = 2.0
"""So long after the first try, what refills a bucket is only a rough measure, and is refined soon."""

_DOUBT_LESS = 8
"""A step as large as the doubt that fails leaves an eighth of it."""

_JUST_BELOW = 1 - _STEPS[0] / 2
_LEAST_OF_SHARED = 0.8
"""What a cut leaves at least of a limit that is shared: requests of other runs fill the window as well, so what was let
in of one run that has just joined, or that needs little, says nothing about the limit."""

_AFTER_SHUT = 0.95
_BUDGET_429S = 0.002
"""The 429s that probes may cost, as a share of all requests."""

_SHORTEST_BACKOFF_S = 2.0
_LONGEST_BACKOFF_S = 6.0
_SOON_S = 0.3


class LimitLearner:
    """Learns the limit, in requests per second; ``ceiling_per_s`` is never exceeded.

    ``window_is_shared``: other runs have sent requests, too, for a second at least.

    Example:
        >>> learner = LimitLearner(ceiling_per_s=300)
        >>> sends = [learner.sent(number / 300) for number in range(150)]
        >>> learner.refused(sends[120], now=0.5)
        >>> learner.limit_per_s
        120.0
    """

    def __init__(self, *, ceiling_per_s: float, known_per_s: float | None = None) -> None:
        self.ceiling_per_s = ceiling_per_s
        self.window_is_shared = False
        self.limit_per_s = ceiling_per_s if known_per_s is None else min(known_per_s, ceiling_per_s)
        self._sends = RecentSends(kept_s=LONGEST_REFILL_S)
        self._kind = LimitKind(self._sends)
        # When the 429 came that the last decision was about; and when a probe step failed.
        self._decided_at = self._failed_at = -math.inf
        # The part of the ceiling that was kept to when a try was let in last; and whether none is let in now.
        self._let_in_at_part, self._is_shut = 1.0, False
        self._last_cut: _Cut | None = None
        self._steps: list[_Step] = []
        self._doubt = 0.0
        self._probe_429s = 0
        self._backoff_s = _SHORTEST_BACKOFF_S
        self._probe_at = _SHORTEST_BACKOFF_S if self.limit_per_s < ceiling_per_s else math.inf

    @property
    def _part(self) -> float:
        """The part of the ceiling that is kept to; it stays when the ceiling changes."""
        return self.limit_per_s / self.ceiling_per_s

    def sent(self, now: float) -> Send:
        """Note that a try leaves now."""
        if self._sends.begun_at == math.inf:
            self._probe_at += now
        return self._sends.leave(now, ceiling_per_s=self.ceiling_per_s)

    def let_in(self, send: Send, now: float) -> None:
        """Note that a try was answered, and not by a 429."""
        self._answered(send, now, refused=False)
        if self.limit_per_s >= self.ceiling_per_s:
            return
        if send.left_at > self._decided_at:
            if self._is_shut:
                self.limit_per_s = max(self.limit_per_s, _AFTER_SHUT * self._let_in_at_part * self.ceiling_per_s)
                self._is_shut = False
            self._let_in_at_part = self._part
        if not self._steps:
            if now >= self._probe_at:
                self._step_up(now)
        elif send.left_at >= self._steps[-1].taken_at + self._proven_after_s:
            self._backoff_s = _SHORTEST_BACKOFF_S
            self._step_up(now)

    @property
    def _proven_after_s(self) -> float:
        return _PROVEN_AFTER_S if len(self._steps) == 1 and not self._doubt else _BETWEEN_STEPS_S

    def refused(self, send: Send, now: float) -> None:
        """Note that a try got a 429."""
        self._answered(send, now, refused=True)
        if send.left_at <= self._decided_at:
            self._last_cut = None  # Others were refused as well: it is a limit.
            if self._probe_429s:
                self._charge()
            return
        self._kind.stop_watching()
        self._probe_429s = 0
        self._decided_at = now
        most_per_s = self.limit_per_s * _JUST_BELOW
        refill = self._kind.measure(send, most_per_s=most_per_s, ceiling_per_s=self.ceiling_per_s)
        failed = [s for s in self._steps if s.taken_at <= send.left_at < s.taken_at + _PROVEN_AFTER_S]
        self._steps.clear()
        if failed:
            self._take_back_steps(failed[0], refill, now)
        elif refill and not refill.may_be_more:
            self._cut_to_refill(send, refill, now)
        else:
            self._cut(send, now)

    def _take_back_steps(self, first: _Step, refill: Refill | None, now: float) -> None:
        proven_per_s = first.part_before * self.ceiling_per_s
        self.limit_per_s = max(proven_per_s, refill.per_s) if refill else proven_per_s
        self._failed_at = now
        self._backoff_s = min(2 * self._backoff_s, _LONGEST_BACKOFF_S)
        self._doubt /= _DOUBT_LESS
        if self._doubt < _STEPS[0]:
            self._doubt = 0.0
            self._probe_at = now + self._backoff_s
            self._charge()
        else:
            self._probe_at = now + _SOON_S

    def take_back(self, first: Send, again: Send) -> None:
        """Take back the cut after the 429 of ``first``, unless other tries were refused since: it was about one row.

        ``again`` is the next try of that row, which got a 429 as well while others were let in. If all others of the
        second before it were refused, too, it is about the limit after all.
        """
        if self._sends.all_refused_before(again):
            self.refused(again, max(again.left_at + (self._sends.longest_s or 0.0), self._decided_at))
            return
        again.refused = True
        if self._last_cut is not None and self._last_cut.by is first:
            self.limit_per_s = max(self.limit_per_s, self._last_cut.part_before * self.ceiling_per_s)
            self._last_cut = None
            self._kind.stop_watching()

    def share(self, ceiling_per_s: float) -> None:
        """Set another ceiling, because other runs want more or less of it; the limit is scaled with it."""
        scale = ceiling_per_s / self.ceiling_per_s
        self.ceiling_per_s = ceiling_per_s
        self.limit_per_s = max(min(self.limit_per_s * scale, ceiling_per_s), min(1.0, ceiling_per_s))

    def _answered(self, send: Send, now: float, *, refused: bool) -> None:
        self._sends.answered(send, now, refused=refused)
        if (found := self._kind.answered(send)) is not None:
            self._use_bucket(found, now)

    def _use_bucket(self, bucket: Refill | Unmeasured, now: float) -> None:
        self._probe_at = now + _SOON_S
        match bucket:
            case Refill(per_s=per_s, doubt=doubt):
                self.limit_per_s = min(self.ceiling_per_s, max(self.limit_per_s, per_s))
                self._doubt = doubt
            case Unmeasured(part_before=part):
                self.limit_per_s = part * self.ceiling_per_s
            case _:
                assert_never(bucket)

    def _cut(self, refused: Send, now: float) -> None:
        part = self._part
        self._last_cut = _Cut(refused, part)
        self._probe_at = now + self._backoff_s
        since = refused.left_at - WINDOW_S
        seen = self._sends.seen_before(refused, ceiling_per_s=self.ceiling_per_s)
        self._is_shut = not seen and since >= self._sends.begun_at
        known = min(seen, self.limit_per_s * _JUST_BELOW)
        if seen and since < self._failed_at:
            # The window may also hold what was refused after the failed probe. So what was let in may be less than the
            # limit, once.
            known = max(known, self.limit_per_s * (1 - _STEPS[0]))
            self._failed_at = -math.inf
        if self.window_is_shared:
            known = max(known, self.limit_per_s * _LEAST_OF_SHARED)
        elif since < self._sends.begun_at:
            asking_part = self._kind.watch_behind(refused, now, part=part, may_ask=seen > 0)
            if asking_part is not None:
                sent = self._sends.count_since(since)
                known = min(float(sent + _ASK_AHEAD), asking_part * self.ceiling_per_s)
        self.limit_per_s = max(known, min(1.0, self.ceiling_per_s))

    def _cut_to_refill(self, refused: Send, refill: Refill, now: float) -> None:
        self._last_cut = _Cut(refused, self._part)
        self.limit_per_s = max(refill.per_s * (1 - refill.doubt / 2), min(1.0, self.ceiling_per_s))
        is_learning = refused.left_at < self._sends.begun_at + _LEARNING_S
        self._doubt = refill.doubt if is_learning else 0.0
        self._probe_at = now + (_SOON_S if is_learning else self._backoff_s)

    def _charge(self) -> None:
        """Charge one more 429 to the probe that has failed, and put the next one off until the budget allows it."""
        self._probe_429s += 1
        self._probe_at = max(self._probe_at, self._decided_at + self._probe_429s / (_BUDGET_429S * self.limit_per_s))

    def _step_up(self, now: float) -> None:
        step = max(_STEPS[min(len(self._steps), len(_STEPS) - 1)], min(2 * self._doubt, _LARGEST_STEP))
        self._steps.append(_Step(now, self._part))
        self.limit_per_s = min(self.ceiling_per_s, max(self.limit_per_s + 1, self.limit_per_s * (1 + step)))


@dataclass(frozen=True, slots=True)
class _Cut:
    """The last cut: the try that got the 429, and the part of the ceiling that was kept to before."""

    by: Send
    part_before: float


@dataclass(frozen=True, slots=True)
class _Step:
    """A probe step, and the part of the ceiling that was kept to before it."""

    taken_at: float
    part_before: float
