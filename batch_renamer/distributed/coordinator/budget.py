"""Divides the limit among the workers. Pure: no clock, no I/O; moments are the coordinator's, in seconds.

What was given counts until it is certain that it is gone: until the worker says that it holds a later lease, or until
the lease is over. So all workers together never hold more than the limit, whatever is lost or late on the way.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from batch_renamer.distributed.messages import LEASE_S

__all__ = ["Budget"]

_SPARE = 1.5
"""A worker for which no try waits may get this many times as many requests as it made in the last second."""

_LEAST = 4

_SILENT_AFTER_S = 2 * LEASE_S
"""A worker that has not been heard for so long can use nothing: its last lease is over."""


@dataclass(frozen=True, slots=True)
class _Given:
    number: int
    per_s: int
    until: float


@dataclass(slots=True)
class _Member:
    wanted: float = 0.0
    heard_at: float = -math.inf
    given: list[_Given] = field(default_factory=list)

    def holds(self, now: float) -> int:
        self.given = [one for one in self.given if one.until > now]
        return max((one.per_s for one in self.given), default=0)


class Budget:
    """Who holds how much of a limit, in whole requests per second.

    Example:
        >>> budget = Budget()
        >>> budget.note("a", rows=500, wants_more=True, used_per_s=0, holds=0, now=0.0)
        >>> budget.give("a", 1, total_per_s=300, now=0.0)
        300
        >>> budget.note("b", rows=500, wants_more=True, used_per_s=0, holds=0, now=0.1)
        >>> budget.give("b", 1, total_per_s=300, now=0.1), budget.give("a", 2, total_per_s=300, now=0.1)
        (0, 150)
        >>> budget.note("a", rows=500, wants_more=True, used_per_s=150, holds=2, now=0.2)
        >>> budget.give("b", 2, total_per_s=300, now=0.2)
        150
    """

    def __init__(self) -> None:
        self._members: dict[str, _Member] = {}

    def expect(self, member: str, *, now: float) -> None:
        """Note that a worker is about to want its share: it was given rows, and has not reported since.

        Without this, the first one that reports would have the whole limit for a while.
        """
        one = self._members.setdefault(member, _Member())
        one.wanted, one.heard_at = math.inf, now

    def note(self, member: str, *, rows: int, wants_more: bool, used_per_s: float, holds: int, now: float) -> None:
        """Note what a worker says: whether tries wait, what it made of its lease, which one it holds.

        ``rows`` is how many it was given that have no outcome yet.
        """
        one = self._members.setdefault(member, _Member())
        one.heard_at = now
        one.given = [given for given in one.given if given.number >= holds]
        one.wanted = 0.0 if not rows else math.inf if wants_more else max(_SPARE * used_per_s, _LEAST)

    def give(self, member: str, number: int, *, total_per_s: int, now: float) -> int:
        """Give a worker its next lease; return its requests per second."""
        one = self._members[member]
        elsewhere = sum(other.holds(now) for other in self._members.values() if other is not one)
        per_s = max(min(self._shares(total_per_s, now)[member], total_per_s - elsewhere), 0)
        one.holds(now)
        one.given.append(_Given(number, per_s, now + LEASE_S))
        return per_s

    def drop(self, member: str) -> None:
        """Give nothing more to a worker; what it holds counts until it is over."""
        if member in self._members:
            self._members[member].wanted = 0.0

    def given_per_s(self, now: float) -> int:
        """Return how much all workers hold together."""
        return sum(member.holds(now) for member in self._members.values())

    def _shares(self, total_per_s: int, now: float) -> dict[str, int]:
        """Divide evenly; what one does not want goes to the others."""
        wanted = {
            name: one.wanted if now - one.heard_at < _SILENT_AFTER_S else 0.0 for name, one in self._members.items()
        }
        shares = dict.fromkeys(wanted, 0)
        left, open_ = total_per_s, sorted(wanted, key=lambda name: (wanted[name], name))
        while open_:
            name = open_.pop(0)
            # Those that want least come first; the rest of an uneven division goes to the last ones.
            shares[name] = int(min(wanted[name], left // (len(open_) + 1)))
            left -= shares[name]
        return shares
