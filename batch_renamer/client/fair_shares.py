"""Divides one limit among the runs of a machine by what each of them wants. Pure: no clock, no I/O.

The division is max-min fair: a run that wants less than an equal share gets what it wants, and the others share the
rest in the same way. Shares and demands are parts of the whole limit, from 0 to 1.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

__all__ = ["Claim", "fair_shares", "next_share"]

_WORTH_TAKING = 0.01
"""Less than this is waited with until there is more: a share of nearly nothing would let a request wait for minutes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """What a run says of itself: the share that it wants, and the share that it holds.

    ``learnt_per_s`` is the whole limit in requests per second, if the run has learnt one. ``at_work``: it has sent
    requests for a second at least.
    """

    wanted: float
    held: float
    learnt_per_s: float | None = None
    at_work: bool = False


def fair_shares(wanted: Sequence[float]) -> list[float]:
    """Return the share of each run; together they are 1. What no run wants is divided in proportion.

    Example:
        >>> fair_shares([1.0, 0.2, 1.0])
        [0.4, 0.2, 0.4]
        >>> fair_shares([0.25, 0.25])
        [0.5, 0.5]
    """
    if (total := sum(wanted)) <= 1:
        return [one / total for one in wanted]
    shares = [0.0] * len(wanted)
    left, ascending = 1.0, sorted(range(len(wanted)), key=wanted.__getitem__)
    for place, run in enumerate(ascending):
        shares[run] = min(wanted[run], left / (len(ascending) - place))
        left -= shares[run]
    return shares


def next_share(own: Claim, others: Sequence[Claim]) -> float:
    """Return the share that a run may hold next: its fair one, but no more than the others leave at this moment.

    A run whose fair share is smaller than what it holds gives the rest up at once, and the others take it afterwards.

    Example:
        >>> joining, at_work = Claim(wanted=1.0, held=0.0), Claim(wanted=1.0, held=1.0)
        >>> next_share(joining, [at_work]), next_share(at_work, [joining])
        (0.0, 0.5)
        >>> next_share(joining, [Claim(wanted=1.0, held=0.5)])
        0.5
    """
    fair = fair_shares([own.wanted, *(other.wanted for other in others)])[0]
    if fair <= own.held:
        return fair
    share = min(fair, 1.0 - sum(other.held for other in others))
    return share if share == fair or share >= own.held + _WORTH_TAKING else own.held
