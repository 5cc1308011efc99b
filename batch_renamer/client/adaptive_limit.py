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

Two kinds of server are told apart in the first second, while less than a full second of sends was seen. A window that
is full lets nothing more in until it moves on, so what it let in is the limit. A bucket that is empty goes on to let in
what refills it, and that is its limit (`refill` measures it). Where the 429 comes so fast that hardly a try has left
meanwhile, one or two more are sent to find out; if they are let in, the old pace empties the bucket once more, and what
it let in until then is the first measure.

Later, a second in which nothing at all is let in says nothing about the limit: the API refuses everything, for whatever
reason. When it lets something in again, the limit is nearly as it was.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections import deque
from dataclasses import dataclass

from batch_renamer.client.refill import BucketRefill

__all__ = ["LimitLearner", "Send"]

_WINDOW_S = 1.0
_STEPS = (0.02, 0.04, 0.08)
_LARGEST_STEP = 0.5
_BETWEEN_STEPS_S = 0.5
_PROVEN_AFTER_S = 1.3
"""If little is left of a fixed window when a step begins, only the end of the next one can show that it is too high."""

_TOO_FEW_BEHIND = 6
"""Behind a refused try there were fewer than this: too few to learn from whether something refills the limit."""

_ASK_FOR_S = 0.045
"""How long tries are sent to find out whether something refills the limit: 120/s refill five requests meanwhile."""

_ASK_AHEAD = 2
"""How many more are sent for that: the pacer lets no second have more tries than the limit."""

_REFILL_TRUSTED = 0.9
_LONGEST_REFILL_S = 3.0
"""A bucket that was not empty for longer than this may have been full, so the average of that time may be too low."""

_MOST_MEASURED = 3_000
"""More tries than this are not gone through. Where so many pass, what a bucket holds is little of the limit."""

_KEPT_S = _LONGEST_REFILL_S
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


@dataclass(slots=True, eq=False)
class Send:
    """One try that left at ``left_at``, in seconds; ``refused`` tells whether it got a 429; None: not known yet.

    ``ceiling_per_s`` is the one that held when it left.
    """

    left_at: float
    refused: bool | None = None
    ceiling_per_s: float = math.nan


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
        self._sends: deque[Send] = deque()
        self._longest_s: float | None = None
        self._begun_at: float | None = None
        # The last event: when its first refused try left, and when the 429 came.
        self._refused_from = self._decided_at = -math.inf
        self._failed_at = -math.inf
        self._behind: _Behind | None = None
        self._refill = BucketRefill()
        self._asked_from, self._share_before_asking = math.inf, 1.0
        # The share of the ceiling that was kept to when a try was let in last; and whether none is let in now.
        self._let_in_at_share, self._is_shut = 1.0, False
        self._last_cut: _Cut | None = None
        self._steps: list[_Step] = []
        self._doubt = 0.0
        self._probe_429s = 0
        self._backoff_s = _SHORTEST_BACKOFF_S
        self._probe_at = _SHORTEST_BACKOFF_S if self.limit_per_s < ceiling_per_s else math.inf

    def sent(self, now: float) -> Send:
        """Note that a try leaves now."""
        if self._begun_at is None:
            self._begun_at = now
            self._probe_at += now
        send = Send(now, ceiling_per_s=self.ceiling_per_s)
        self._sends.append(send)
        # A 429 comes a round trip after its try left, and what was let in before that try is needed then.
        if self._longest_s is not None:
            kept_s = _KEPT_S + 2 * self._longest_s
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
        self._behind, self._probe_429s = None, 0
        self._refused_from, self._decided_at = send.left_at, now
        refill = self._measure_refill(send)
        failed = [s for s in self._steps if s.taken_at <= send.left_at < s.taken_at + _PROVEN_AFTER_S]
        self._steps.clear()
        if failed:
            self._take_back_steps(failed[0], refill, now)
        elif refill and send.left_at - refill.since < _LONGEST_REFILL_S:
            self._cut_to_refill(send, refill, now)
        else:
            self._cut(send, now)

    def _measure_refill(self, refused: Send) -> _Refill | None:
        """Return what a bucket was refilled with until it refused this try; None where the limit is no bucket."""
        let_in = [s.left_at for s in self._sends if s.left_at < refused.left_at and not s.refused]
        since = self._refill.empty_at
        latest = let_in[bisect_right(let_in, since) :]
        refill = None
        # What a smaller or larger share let in says nothing of the present one.
        same_share = all(s.ceiling_per_s == self.ceiling_per_s for s in self._sends if s.left_at > since)
        if self._refill.is_bucket and 0 < len(latest) <= _MOST_MEASURED and same_share:
            per_s = self._refill.least_per_s(latest, most_per_s=self.limit_per_s * _JUST_BELOW)
            refill = _Refill(since, per_s, doubt=1 / len(latest))
        self._refill.emptied(at=refused.left_at, let_in=let_in)
        return refill

    def _take_back_steps(self, first: _Step, refill: _Refill | None, now: float) -> None:
        proven_per_s = first.share_before * self.ceiling_per_s
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

    def _seen_before(self, refused: Send) -> float:
        """Return how many tries were let in during the second before, scaled to the present ceiling.

        When a run gets the share of another one, the other half of the window is full of the other one's requests.
        """
        since = refused.left_at - _WINDOW_S
        return sum(
            self.ceiling_per_s / send.ceiling_per_s
            for send in self._sends
            if since < send.left_at < refused.left_at and not send.refused
        )

    def take_back(self, first: Send, again: Send) -> None:
        """Take back the cut after the 429 of ``first``, unless other tries were refused since: it was about one row.

        ``again`` is the next try of that row, which got a 429 as well while others were let in. If all others of the
        second before it were refused, too, it is about the limit after all.
        """
        since = again.left_at - _WINDOW_S
        others = [send.refused for send in self._sends if since < send.left_at < again.left_at]
        if others and all(others):
            self.refused(again, max(again.left_at + (self._longest_s or 0.0), self._decided_at))
            return
        again.refused = True
        if self._last_cut is not None and self._last_cut.by is first:
            self.limit_per_s = max(self.limit_per_s, self._last_cut.share_before * self.ceiling_per_s)
            self._last_cut = self._behind = None

    def share(self, ceiling_per_s: float) -> None:
        """Set another ceiling, because other runs want more or less of it; the limit is scaled with it."""
        scale = ceiling_per_s / self.ceiling_per_s
        self.ceiling_per_s = ceiling_per_s
        self.limit_per_s = max(min(self.limit_per_s * scale, ceiling_per_s), min(1.0, ceiling_per_s))

    def _answered(self, send: Send, now: float, *, refused: bool) -> None:
        send.refused = refused
        self._longest_s = max(self._longest_s or 0.0, now - send.left_at)
        if self._behind is None or send.left_at <= self._refused_from:
            return
        if send.left_at > self._decided_at:
            if self._behind.asks:
                self._learn_from_asking(send, now)
            else:
                self._learn_from_behind(now)
        else:
            self._behind.let_in += not refused
            self._behind.awaited -= 1
            if not self._behind.awaited and not self._behind.asks:
                self._learn_from_behind(now)

    def _cut(self, refused: Send, now: float) -> None:
        self._last_cut = _Cut(refused, self.limit_per_s / self.ceiling_per_s)
        self._probe_at = now + self._backoff_s
        since = refused.left_at - _WINDOW_S
        seen = self._seen_before(refused)
        self._is_shut = not seen and self._begun_at is not None and since >= self._begun_at
        known = min(seen, self.limit_per_s * _JUST_BELOW)
        if seen and since < self._failed_at:
            # The window may also hold what was refused after the failed probe. So what was let in may be less than the
            # limit, once.
            known = max(known, self.limit_per_s * (1 - _STEPS[0]))
            self._failed_at = -math.inf
        if self.window_is_shared:
            known = max(known, self.limit_per_s * _LEAST_OF_SHARED)
        elif self._begun_at is not None and since < self._begun_at:
            self._watch_behind(refused, may_ask=seen > 0)
            if self._behind is not None and self._behind.asks:
                sent = sum(since < send.left_at for send in self._sends)
                known = min(float(sent + _ASK_AHEAD), self._share_before_asking * self.ceiling_per_s)
        self.limit_per_s = max(known, min(1.0, self.ceiling_per_s))

    def _watch_behind(self, refused: Send, *, may_ask: bool) -> None:
        awaited = sum(refused.left_at < send.left_at and send.refused is None for send in self._sends)
        asks = may_ask and awaited < _TOO_FEW_BEHIND and refused.left_at < self._asked_from + _ASK_FOR_S
        if asks and self._asked_from == math.inf and self._last_cut is not None:
            self._asked_from, self._share_before_asking = refused.left_at, self._last_cut.share_before
        self._behind = _Behind(awaited, asks=asks)

    def _learn_from_asking(self, send: Send, now: float) -> None:
        """Go back to the old pace if the limit lets something in: it is a bucket, and what refills it is not known.

        A second after the first try, a window would let it in, too.
        """
        self._behind = None
        if not send.refused and self._begun_at is not None and send.left_at < self._begun_at + _WINDOW_S:
            self._refill.is_bucket = True
            self.limit_per_s = self._share_before_asking * self.ceiling_per_s
            self._probe_at = now + _SOON_S

    def _learn_from_behind(self, now: float) -> None:
        behind, self._behind = self._behind, None
        if behind is None or not behind.let_in:
            return
        refilled_per_s = behind.let_in / (self._decided_at - self._refused_from)
        self._refill.is_bucket = True
        self.limit_per_s = min(self.ceiling_per_s, max(self.limit_per_s, _REFILL_TRUSTED * refilled_per_s))
        self._doubt, self._probe_at = 1 / behind.let_in, now + _SOON_S

    def _cut_to_refill(self, refused: Send, refill: _Refill, now: float) -> None:
        self._last_cut = _Cut(refused, self.limit_per_s / self.ceiling_per_s)
        self.limit_per_s = max(refill.per_s * (1 - refill.doubt / 2), min(1.0, self.ceiling_per_s))
        is_learning = self._begun_at is not None and refused.left_at < self._begun_at + _LEARNING_S
        self._doubt = refill.doubt if is_learning else 0.0
        self._probe_at = now + (_SOON_S if is_learning else self._backoff_s)

    def _charge(self) -> None:
        """Charge one more 429 to the probe that has failed, and put the next one off until the budget allows it."""
        self._probe_429s += 1
        self._probe_at = max(self._probe_at, self._decided_at + self._probe_429s / (_BUDGET_429S * self.limit_per_s))

    def _step_up(self, now: float) -> None:
        step = max(_STEPS[min(len(self._steps), len(_STEPS) - 1)], min(2 * self._doubt, _LARGEST_STEP))
        self._steps.append(_Step(now, self.limit_per_s / self.ceiling_per_s))
        self.limit_per_s = min(self.ceiling_per_s, max(self.limit_per_s + 1, self.limit_per_s * (1 + step)))


@dataclass(slots=True)
class _Behind:
    """How many of the tries that left after a refused one are awaited, and how many of those were let in.

    ``asks``: too few of them to learn from, so the next ones are sent to ask whether anything is let in.
    """

    awaited: int
    let_in: int = 0
    asks: bool = False


@dataclass(frozen=True, slots=True)
class _Refill:
    """What a bucket was refilled with since a time, in requests per second, and the share of it that is in doubt."""

    since: float
    per_s: float
    doubt: float


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
