"""Tells the two kinds of limit apart, and what refills a bucket. Pure: no clock, no I/O.

The kind shows in the first second, while less than a full second of sends was seen. A window that is full lets nothing
more in until it moves on, so what it let in is the limit. A bucket that is empty goes on to let in what refills it, and
that is its limit (`refill` measures it). Where the 429 comes so fast that hardly a try has left meanwhile, one or two
more are sent to find out; if they are let in, the old pace empties the bucket once more, and what it let in until then
is the first measure.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from dataclasses import dataclass

from batch_renamer.client.refill import BucketRefill
from batch_renamer.client.sends import WINDOW_S, RecentSends, Send

__all__ = ["LONGEST_REFILL_S", "LimitKind", "Refill", "Unmeasured"]

LONGEST_REFILL_S = 3.0
"""A bucket that was not empty for longer than this may have been full, so the average of that time may be too low."""

_TOO_FEW_BEHIND = 6
"""Behind a refused try there were fewer than this: too few to learn from whether something refills the limit."""

_ASK_FOR_S = 0.045
"""How long tries are sent to find out whether something refills the limit: 120/s refill five requests meanwhile."""

_REFILL_TRUSTED = 0.9
_MOST_MEASURED = 3_000
"""More tries than this are not gone through. Where so many pass, what a bucket holds is little of the limit."""


@dataclass(frozen=True, slots=True)
class Refill:
    """What refills a bucket, in requests per second, and the part of it that is in doubt.

    ``may_be_more``: the bucket may have been full meanwhile.
    """

    per_s: float
    doubt: float
    may_be_more: bool = False


@dataclass(frozen=True, slots=True)
class Unmeasured:
    """The limit is a bucket, and its refill is not known; ``part_before`` of the ceiling is what emptied it."""

    part_before: float


class LimitKind:
    """Finds out from the tries of a run whether its limit is a bucket."""

    def __init__(self, sends: RecentSends) -> None:
        self._sends = sends
        self._refill = BucketRefill()
        self._behind: _Behind | None = None
        self._asked_from, self._part_before_asking = math.inf, 1.0

    def measure(self, refused: Send, *, most_per_s: float, ceiling_per_s: float) -> Refill | None:
        """Return what a bucket was refilled with until it refused this try; None where the limit is no bucket."""
        let_in = self._sends.let_in_before(refused)
        since = self._refill.empty_at
        latest = let_in[bisect_right(let_in, since) :]
        refill = None
        # What a smaller or larger ceiling let in says nothing of the present one.
        same_ceiling = self._sends.had_one_ceiling(ceiling_per_s, since=since)
        if self._refill.is_bucket and 0 < len(latest) <= _MOST_MEASURED and same_ceiling:
            refill = Refill(
                self._refill.least_per_s(latest, most_per_s=most_per_s),
                doubt=1 / len(latest),
                may_be_more=refused.left_at - since >= LONGEST_REFILL_S,
            )
        self._refill.emptied(at=refused.left_at, let_in=let_in)
        return refill

    def watch_behind(self, refused: Send, now: float, *, part: float, may_ask: bool) -> float | None:
        """Watch whether tries that left after a refused one are let in. Its 429 has come now.

        Where too few are on their way, the next ones are sent to find out, if that is allowed. Then return the part of
        the ceiling that was kept to when the limit first refused a try; ``part`` is the present one. None: no try is
        sent for that.
        """
        awaited = self._sends.count_awaited_behind(refused)
        asks = may_ask and awaited < _TOO_FEW_BEHIND and refused.left_at < self._asked_from + _ASK_FOR_S
        if asks and self._asked_from == math.inf:
            self._asked_from, self._part_before_asking = refused.left_at, part
        self._behind = _Behind(refused.left_at, now, awaited, asks=asks)
        return self._part_before_asking if asks else None

    def stop_watching(self) -> None:
        """Learn nothing from what is on its way: another event has begun, or there was none."""
        self._behind = None

    def answered(self, send: Send) -> Refill | Unmeasured | None:
        """Return what the end of a try shows, if it shows that the limit is a bucket."""
        behind = self._behind
        if behind is None or send.left_at <= behind.refused_from:
            return None
        if send.left_at > behind.decided_at:
            return self._learn_from_asking(send) if behind.asks else self._learn_from_behind(behind)
        behind.let_in += not send.refused
        behind.awaited -= 1
        return None if behind.awaited or behind.asks else self._learn_from_behind(behind)

    def _learn_from_asking(self, send: Send) -> Unmeasured | None:
        """Find a bucket if something is let in. A second after the first try, a window would let it in, too."""
        self._behind = None
        if send.refused or send.left_at >= self._sends.begun_at + WINDOW_S:
            return None
        self._refill.is_bucket = True
        return Unmeasured(self._part_before_asking)

    def _learn_from_behind(self, behind: _Behind) -> Refill | None:
        self._behind = None
        if not behind.let_in:
            return None
        self._refill.is_bucket = True
        refilled_per_s = behind.let_in / (behind.decided_at - behind.refused_from)
        return Refill(_REFILL_TRUSTED * refilled_per_s, doubt=1 / behind.let_in)


@dataclass(slots=True)
class _Behind:
    """How many of the tries that left after a refused one are awaited, and how many of those were let in.

    The refused one left at ``refused_from``, and its 429 came at ``decided_at``. ``asks``: too few left in between to
    learn from, so the next ones are sent to ask whether anything is let in.
    """

    refused_from: float
    decided_at: float
    awaited: int
    let_in: int = 0
    asks: bool = False
