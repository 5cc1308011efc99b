"""The exchange with the workers, on the side of the coordinator: reports come, and each is answered by a lease.

What their tries show goes to the limit that they share (`limits`), and each shard is begun once (`claims`).
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

import anyio
import anyio.abc

from batch_renamer.client import StopSignal
from batch_renamer.distributed.change_signal import ChangeSignal
from batch_renamer.distributed.coordinator.claims import Claims
from batch_renamer.distributed.coordinator.limits import Limits
from batch_renamer.distributed.coordinator.member import Member
from batch_renamer.distributed.coordinator.membership import Membership
from batch_renamer.distributed.coordinator.round import Round
from batch_renamer.distributed.messages import Lease, Report
from batch_renamer.distributed.queues import MessageQueue
from batch_renamer.jobs import ApiSession
from batch_renamer.model import Change

__all__ = ["Exchange"]

_AGAIN_S = 0.1
_REPORTS_PER_S = 300
_RECONNECT_S = 0.5
_RESERVE_EVERY_S = 0.5


class Exchange:
    """Takes the reports of the workers and answers them; ``round`` is where outcomes go at present."""

    def __init__(
        self,
        membership: Membership,
        *,
        api: ApiSession,
        limits: Limits,
        claims: Claims,
        changed: ChangeSignal,
        stop: StopSignal,
        notify: Callable[[str], None],
    ) -> None:
        self.round: Round | None = None
        self._membership = membership
        self._api = api
        self._limits = limits
        self._claims = claims
        self._changed = changed
        self._stop = stop
        self._notify = notify
        self._ending = False

    async def run(self, reports: MessageQueue[Report]) -> None:
        """Take reports and answer them until cancelled."""
        async with anyio.create_task_group() as answering:
            answering.start_soon(self._free_what_is_over)
            while True:
                try:
                    report = await reports.get()
                except OSError:
                    await anyio.sleep(_RECONNECT_S)
                    continue
                if (member := self._membership.get(report.worker)) is not None:
                    self._take(member, report)
                    answering.start_soon(self._answer, member, report)

    async def end(self) -> None:
        """Let all agents end, and wait until none holds a lease any more."""
        self._ending = True
        while any(not member.ended for member in self._membership.all() if not member.lost):
            await self._changed.wait()

    def _take(self, member: Member, report: Report) -> None:
        now = anyio.current_time()
        member.heard(asked_at=report.asked_at, now=now)
        limit = self._limits.of(member)
        limit.learn(member, report)
        for text in dict.fromkeys(report.said):
            self._notify(text)
        if member.lost:
            member.recorded += len(report.outcomes)  # They come too late: its rows are read back. It is to end.
            return
        limit.note_demand(member, report, now=now)
        for claim in report.claims:
            (member.granted if self._claims.claim(claim, by=member.name) else member.refused).append(claim)
        for outcome in report.outcomes:
            if member.rows.pop(outcome.row, None) is not None and self.round is not None:
                self.round.put(outcome, by=member)
            else:
                member.recorded += 1
        if report.cause is not None and not self._stop.requested and not self._ending:
            self._stop.request(report.cause)
        if report.ended:
            member.ended = True
            member.rows.clear()  # What has no outcome was not sent.
        self._changed.notify()

    async def _answer(self, member: Member, report: Report) -> None:
        member.asking += report.wants_elsewhere
        elsewhere = tuple([await self._from_elsewhere(member) for _ in range(report.wants_elsewhere)])
        per_s = self._per_s(member, report)
        usable = max(len(self._membership.usable()), 1)
        granted, refused = member.take_answers()
        lease = Lease(
            number=report.number,
            asked_at=report.asked_at,
            per_s=per_s,
            again_in_s=max(_AGAIN_S, usable / _REPORTS_PER_S),
            most_at_once=max(self._api.most_at_once() // usable, 1),
            recorded=member.recorded,
            granted=granted,
            refused=refused,
            elsewhere=elsewhere,
            stop_within_s=self._stop_within_s(member),
        )
        with suppress(OSError):  # A worker that gets no lease sends nothing.
            await member.leases.put(lease)

    async def _from_elsewhere(self, member: Member) -> Change | None:
        change = await self.round.take_elsewhere() if self.round is not None and not member.lost else None
        member.asking -= 1
        if change is None or member.ended:  # What is left when a worker has ended is not sent.
            return None
        if member.lost:
            self._membership.in_doubt.append(change)
            return None
        member.rows[change.row] = change
        return change

    def _per_s(self, member: Member, report: Report) -> int:
        now = anyio.current_time()
        per_s = 0 if self._ending else self._limits.of(member).give(member, report.number, now=now)
        self._limits.reserve(now)
        return per_s

    def _stop_within_s(self, member: Member) -> float | None:
        if self._ending or member.lost:
            return 0.0
        if not self._stop.requested:
            return None
        return 0.0 if self._stop.without_grace else self._stop.grace_s

    async def _free_what_is_over(self) -> None:
        while True:
            self._limits.reserve(anyio.current_time())
            await anyio.sleep(_RESERVE_EVERY_S)
