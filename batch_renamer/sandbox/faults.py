"""Decides for each request which fault it gets, or none.

A plan has a script (the n-th request that matches gets this fault), poisoned orders (their renames always fail), shares
of all requests (chosen at random, with a seed) and outages (spans of time in which nothing works). An outage comes
before the script, the script before poison, poison before a share. `wire` makes the answer that the client gets.
"""

from __future__ import annotations

import random
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from itertools import accumulate, chain

from batch_renamer.sandbox.faultkind import FaultKind

__all__ = ["Fault", "FaultKind", "FaultPlan", "Outage", "OutageMode", "Poison", "Rule", "Share", "script"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One thing that goes wrong.

    ``seconds`` is the delay, the age of what is shown, or what ``Retry-After`` asks for. ``text`` replaces the usual
    text of the kind: the ``Retry-After`` header (nonsense too), the redirect's ``Location``, the wrong or third name,
    the wrong id.

    Example:
        >>> Fault(kind=FaultKind.SLOW, seconds=2.5).seconds
        2.5
    """

    kind: FaultKind
    seconds: float = 1.0
    text: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """A fault for a share of the requests it fits, from 0 to 1."""

    fault: Fault
    share: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One line of a script: matching requests ``nth`` to ``nth + times - 1`` get ``fault`` (``None``: are left alone).

    ``method`` and ``order_id`` are ``None`` for any; ``times`` is ``None`` for "from then on".

    Raises:
        ValueError: ``nth`` or ``times`` below 1.
    """

    fault: Fault | None
    method: str | None = None
    order_id: str | None = None
    nth: int = 1
    times: int | None = 1

    def __post_init__(self) -> None:
        """Refuse a rule that could never apply."""
        if self.nth < 1 or (self.times is not None and self.times < 1):
            raise ValueError(f"nth and times count from 1: {self}")

    def covers(self, seen: int) -> bool:
        """Tell whether the rule applies to the ``seen``-th request that matches it."""
        return self.nth <= seen and (self.times is None or seen < self.nth + self.times)


def script(*faults: Fault | str | None, method: str | None = "PATCH", order_id: str | None = None) -> tuple[Rule, ...]:
    """Say what the first, second, third ... request of this method and order gets; ``None`` is answered properly.

    Raises:
        ValueError: no such kind.

    Example:
        >>> [rule.nth for rule in script("500", None, "reset-after", order_id="a1")]
        [1, 2, 3]
    """
    return tuple(
        Rule(
            fault=Fault(kind=FaultKind(fault)) if isinstance(fault, str) else fault,
            method=method,
            order_id=order_id,
            nth=nth,
        )
        for nth, fault in enumerate(faults, start=1)
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Poison:
    """Orders whose renames always get a fault: the ``first`` to the ``last`` order that is renamed, counted from 1.

    Raises:
        ValueError: ``first`` below 1, or ``last`` below ``first``.

    Example:
        >>> Poison(fault=Fault(kind=FaultKind.SERVER_ERROR), first=1, last=60).last
        60
    """

    fault: Fault
    first: int
    last: int

    def __post_init__(self) -> None:
        """Refuse a range that has no order."""
        if not 1 <= self.first <= self.last:
            raise ValueError(f"orders count from 1, the last is not before the first: {self}")


class OutageMode(StrEnum):
    """How the API is out: 503 or 429 to everything, connections reset, or silence until the client gives up."""

    UNAVAILABLE = "503"
    THROTTLED = "429"
    REFUSE = "refuse"
    HANG = "hang"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outage:
    """A span in which nothing works, in seconds since the first request; ``end_s`` is None if it never ends.

    ``methods`` is ``None`` for all of them.

    Raises:
        ValueError: an end that is not after the start.

    Example:
        >>> Outage(start_s=10, end_s=40).covers(10, "GET"), Outage(start_s=10, end_s=40).covers(40, "GET")
        (True, False)
    """

    start_s: float = 0.0
    end_s: float | None = None
    mode: OutageMode = OutageMode.UNAVAILABLE
    methods: frozenset[str] | None = None

    def __post_init__(self) -> None:
        """Refuse an outage that begins before 0 s, or that does not end after it begins."""
        if self.start_s < 0 or (self.end_s is not None and self.end_s <= self.start_s):
            raise ValueError(f"an outage ends after it starts: {self}")

    def covers(self, since_first_s: float, method: str) -> bool:
        """Tell whether a request falls into the outage."""
        under_way = self.start_s <= since_first_s and (self.end_s is None or since_first_s < self.end_s)
        return under_way and (self.methods is None or method in self.methods)


class FaultPlan:
    """Chooses the fault of each request.

    ``mix`` is the share of requests that get a fault of any kind that fits, each kind as often (those that make
    another name than the one asked for only when named). The seed repeats the draw for requests in the same order.

    Raises:
        ValueError: a share below 0, or shares that add up to more than 1.

    Example:
        >>> plan = FaultPlan(rules=script("500"))
        >>> plan.draw("PATCH", "a1").kind.value, plan.draw("PATCH", "a1")
        ('500', None)
    """

    def __init__(
        self,
        *,
        mix: float = 0.0,
        shares: Iterable[Share] = (),
        rules: Iterable[Rule] = (),
        outages: Iterable[Outage] = (),
        poisons: Iterable[Poison] = (),
        seed: int = 0,
    ) -> None:
        """Start with no request seen."""
        self._poisons = tuple(poisons)
        self._renamed: dict[str, int] = {}  # orders in the order of their first rename
        self.outages = tuple(outages)
        self._mix = mix
        self._shares = tuple(shares)
        amounts = [mix, *(share.share for share in self._shares)]
        if min(amounts) < 0 or sum(amounts) > 1 + 1e-9:  # tenths don't add up exactly
            raise ValueError(f"shares are at least 0 and together at most 1: {amounts}")
        self._rules: defaultdict[str | None, list[_Counted]] = defaultdict(list)
        for rule in rules:
            self._rules[rule.order_id].append(_Counted(rule))
        self._random = random.Random(seed)  # noqa: S311 - a repeatable draw is wanted, not a secret
        self._tables: dict[tuple[str, bool], tuple[list[Fault], list[float]]] = {}

    def draw(self, method: str, order_id: str | None) -> Fault | None:
        """Count one request, and say what goes wrong with it; ``order_id`` is ``None`` for the collection."""
        matching = [
            counted
            for counted in chain(self._rules.get(order_id, ()), self._rules.get(None, ()) if order_id else ())
            if counted.rule.method in {None, method}
        ]
        for counted in matching:
            counted.seen += 1
        for counted in matching:
            if counted.rule.covers(counted.seen):
                return counted.rule.fault
        if self._poisons and method == "PATCH" and order_id is not None:
            place = self._renamed.setdefault(order_id, len(self._renamed) + 1)
            for poison in self._poisons:
                if poison.first <= place <= poison.last:
                    return poison.fault
        if not self._mix and not self._shares:
            return None
        faults, edges = self._table(method, one_order=order_id is not None)
        drawn = bisect_right(edges, self._random.random())
        return faults[drawn] if drawn < len(faults) else None

    def outage(self, since_first_s: float, method: str) -> Outage | None:
        """Return the outage that a request falls into, if any."""
        return next((outage for outage in self.outages if outage.covers(since_first_s, method)), None)

    def _table(self, method: str, *, one_order: bool) -> tuple[list[Fault], list[float]]:
        """Lay the shares that fit end to end from 0: a draw below the n-th edge is the n-th fault."""
        key = (method, one_order)
        if key not in self._tables:
            mixed = [kind for kind in FaultKind if not kind.makes_names and kind.fits(method, one_order=one_order)]
            shares = [
                *(share for share in self._shares if share.fault.kind.fits(method, one_order=one_order)),
                *(Share(fault=Fault(kind=kind), share=self._mix / len(mixed)) for kind in mixed),
            ]
            self._tables[key] = (
                [share.fault for share in shares],
                list(accumulate(share.share for share in shares)),
            )
        return self._tables[key]


@dataclass(slots=True)
class _Counted:
    """A rule, and how many requests have matched it."""

    rule: Rule
    seen: int = 0
