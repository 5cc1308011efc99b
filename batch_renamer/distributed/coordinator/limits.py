"""Which workers share which limit: all of them that of the account, or those of each outgoing address one of their own.

A limit is divided among its workers by leases, and learnt from their tries alone.
"""

from __future__ import annotations

from batch_renamer.client import Pacer, Send
from batch_renamer.distributed.coordinator.budget import Budget
from batch_renamer.distributed.coordinator.member import Member
from batch_renamer.distributed.messages import Report

__all__ = ["Limits", "SharedLimit"]

_OWN_PER_S = 1
"""What is left for the coordinator of a limit that it shares."""

_MOST_MARGIN = 0.01
"""What is left of the limit because several send, as a share of it."""


class SharedLimit:
    """One limit, and the workers that share it. ``is_own``: the coordinator itself sends within it, too."""

    def __init__(self, pacer: Pacer, *, is_own: bool) -> None:
        self._pacer = pacer
        self._is_own = is_own
        self._budget = Budget()
        self._workers: set[str] = set()

    @property
    def has_workers(self) -> bool:
        """Whether a worker has a part of it."""
        return bool(self._workers)

    @property
    def limit_per_s(self) -> float:
        """The limit kept to at present, in requests per second."""
        return self._pacer.limit_per_s

    @property
    def share_per_s(self) -> float:
        """The requests per second of each worker, if all have enough to do."""
        return self._total_per_s() / max(len(self._workers), 1)

    def join(self, member: Member) -> None:
        """Let a worker have a part of the limit from now on."""
        self._workers.add(member.name)

    def leave(self, member: Member) -> None:
        """Give nothing more to a worker; what it holds counts until it is over."""
        self._workers.discard(member.name)
        self._budget.drop(member.name)

    def learn(self, member: Member, report: Report) -> None:
        """Note what the tries of a worker have shown; also those of one that has left."""
        member.note_tries(report.tries, self._pacer)

    def expect(self, member: Member, *, now: float) -> None:
        """Note that a worker was given rows, and will want its share of the limit."""
        self._budget.expect(member.name, now=now)

    def note_demand(self, member: Member, report: Report, *, now: float) -> None:
        """Note how much of the limit a worker can use."""
        self._budget.note(
            member.name,
            rows=len(member.rows),
            wants_more=report.wants_more,
            used_per_s=report.used_per_s,
            holds=report.holds,
            now=now,
        )

    def give(self, member: Member, number: int, *, now: float) -> int:
        """Give a worker the lease with this number; return its requests per second."""
        if now < self._pacer.paused_until or member.name not in self._workers:
            return 0
        return self._budget.give(member.name, number, total_per_s=self._total_per_s(), now=now)

    def reserve(self, now: float) -> None:
        """Keep the coordinator's own requests out of what workers hold."""
        self._pacer.reserve(float(self._budget.given_per_s(now)))

    def _total_per_s(self) -> int:
        # Each worker counts its own seconds, and a request may take longer on its way than another worker's.
        margin = min(len(self._workers) - 1, int(self.limit_per_s * _MOST_MARGIN))
        return max(int(self.limit_per_s) - _OWN_PER_S * self._is_own - max(margin, 0), 1)


class Limits:
    """The limits of one run. ``own_address`` is that of the coordinator; None: all addresses share one limit.

    ``are_by_address`` tells whether each address has its own.

    Example:
        >>> def member(name: str, outgoing: str) -> Member:
        ...     return Member(name=name, address=name, outgoing=outgoing, leases=None, heard_at=0.0)
        >>> limits = Limits(Pacer(rate_per_s=300), own_address="office")
        >>> for worker in (member("a", "office"), member("b", "cellar"), member("c", "cellar")):
        ...     limits.of(worker).join(worker)
        >>> limits.count, limits.limit_per_s
        (2, 600)
    """

    def __init__(self, pacer: Pacer, *, own_address: str | None) -> None:
        self._pacer = pacer
        self.are_by_address = own_address is not None
        self._limits = {own_address or "": SharedLimit(pacer, is_own=True)}

    def of(self, member: Member) -> SharedLimit:
        """Return the limit that a worker has a part of."""
        name = member.outgoing if self.are_by_address else ""
        if name not in self._limits:
            self._limits[name] = SharedLimit(_PacerElsewhere(self._pacer, self), is_own=False)
        return self._limits[name]

    @property
    def count(self) -> int:
        """How many limits workers have a part of."""
        return len(self._used())

    @property
    def limit_per_s(self) -> float:
        """What all workers together may send, in requests per second."""
        return sum(limit.limit_per_s for limit in self._used())

    def reserve(self, now: float) -> None:
        """Keep the coordinator's own requests out of what workers hold, and have the sum of all limits shown."""
        for limit in self._limits.values():
            limit.reserve(now)
        self._pacer.elsewhere_per_s = self.limit_per_s - self._pacer.limit_per_s if self._used() else 0.0

    def end(self) -> None:
        """Leave the whole limit to the coordinator: no worker holds anything any more."""
        self._pacer.reserve(0.0)
        self._pacer.elsewhere_per_s = 0.0

    def _used(self) -> list[SharedLimit]:
        return [limit for limit in self._limits.values() if limit.has_workers]


class _PacerElsewhere(Pacer):
    """Learns the limit of an address from which the coordinator sends nothing. The tries count as those of the run.

    It begins with what the coordinator knows of the limit of its own address.
    """

    def __init__(self, own: Pacer, limits: Limits) -> None:
        super().__init__(rate_per_s=own.rate_per_s, known_per_s=own.learnt_per_s)
        self.timeline = own.timeline
        self._own = own
        self._limits = limits

    def sent_elsewhere(self, left_at: float) -> Send:
        self._own.requests += 1
        self.timeline.sent(left_at, limit_per_s=self._limits.limit_per_s)
        return self._learner.sent(left_at)

    def throttle(self, retry_after_s: float | None, send: Send, *, at: float | None = None) -> None:
        self._own.throttled += 1
        super().throttle(retry_after_s, send, at=at)

    def set_aside(self, first: Send, again: Send) -> None:
        self._own.throttled += 1
        super().set_aside(first, again)
