"""The exchange with the coordinator, on the side of a worker: it reports what happens, and takes its leases."""

from __future__ import annotations

import asyncio
import math
from collections import deque

import anyio

from batch_renamer.client import LeasedPacer, StopSignal
from batch_renamer.distributed.change_signal import ChangeSignal
from batch_renamer.distributed.messages import LEASE_S, Lease, Report
from batch_renamer.distributed.queues import MessageQueue
from batch_renamer.distributed.worker.shards import ShardsAtWork
from batch_renamer.errors import StoppedEarlyError
from batch_renamer.model import Change, Outcome

__all__ = ["Exchange"]

_SILENT_AFTER_S = 20.0
"""A coordinator that does not answer for so long is gone. No request leaves from `LEASE_S` on."""

_USED_WITHIN_S = 1.0


class CutOffError(StoppedEarlyError):
    """The coordinator does not answer."""


class Exchange:
    """Reports for a worker, whose pacer gets what its leases allow; ``lease`` is the last one."""

    def __init__(
        self,
        worker: str,
        *,
        reports: MessageQueue[Report],
        leases: MessageQueue[Lease],
        pacer: LeasedPacer,
        stop: StopSignal,
    ) -> None:
        self.lease = Lease(number=0, asked_at=-math.inf)
        self.shards = ShardsAtWork(stop, report_soon=self._report_soon)
        self._worker = worker
        self._reports, self._leases = reports, leases
        self._pacer = pacer
        self._stop = stop
        self._sent_at: deque[float] = deque()
        self._number = 0
        self._outcomes: list[Outcome] = []
        self._count = 0
        self._elsewhere: deque[asyncio.Future[Change | None]] = deque()
        self._asked_elsewhere = 0
        self._said: list[str] = []
        self._urgent = anyio.Event()
        self._leased = ChangeSignal()
        self._end_told_in = math.inf
        self._cut_off = False

    async def run(self) -> None:
        """Report and take leases until cancelled, or cut off.

        Reports don't wait for leases: on a slow way, several are under way at once.
        """
        async with anyio.create_task_group() as both:
            both.start_soon(self._report_on)
            both.start_soon(self._take_leases)

    async def tell_end(self) -> None:
        """Return when the coordinator knows that the shards are over, or is gone."""
        while not self._cut_off and self.lease.number < self._end_told_in:
            self._report_soon()
            await self._leased.wait()

    def give_up(self) -> None:
        """Stop at once: the coordinator takes no outcome from here any more."""
        self._stop.request(CutOffError("The coordinator has started another agent here."), grace_s=0)
        self._cut_off = True
        self._leased.notify()

    def say(self, text: str) -> None:
        """Have the coordinator tell the user a sentence."""
        self._said.append(text)

    async def record(self, outcomes: list[Outcome]) -> None:
        """Report outcomes, and wait until the journal has them: if it is slow, the pool is as slow.

        Raises:
            CutOffError: the coordinator is gone.
        """
        self._outcomes += outcomes
        self._count += len(outcomes)
        until = self._count
        self._report_soon()
        while self.lease.recorded < until:
            if self._cut_off:
                raise CutOffError("The coordinator does not answer; outcomes could not be recorded.")
            await self._leased.wait()
        for outcome in outcomes:
            self.shards.settle(outcome.row)

    async def take_elsewhere(self) -> Change | None:
        """Return a change from later in the sheet; None if there is none."""
        asked: asyncio.Future[Change | None] = asyncio.get_running_loop().create_future()
        self._elsewhere.append(asked)
        self._asked_elsewhere += 1
        self._report_soon()
        return await asked

    def _report_soon(self) -> None:
        self._urgent.set()

    async def _report_on(self) -> None:
        while not self._cut_off:
            try:
                with anyio.fail_after(_SILENT_AFTER_S):
                    await self._reports.put(self._report(anyio.current_time()))
            except (OSError, TimeoutError) as error:
                self._note_cut_off(error)
            with anyio.move_on_after(self.lease.again_in_s):
                await self._urgent.wait()
            self._urgent = anyio.Event()

    async def _take_leases(self) -> None:
        while not self._cut_off:
            try:
                with anyio.fail_after(_SILENT_AFTER_S):
                    lease = await self._leases.get()
            except (OSError, TimeoutError) as error:
                self._note_cut_off(error)
            else:
                self._take(lease)

    def _note_cut_off(self, error: Exception) -> None:
        self._stop.request(CutOffError(f"The coordinator does not answer ({type(error).__name__})."))
        self._cut_off = True
        self._leased.notify()

    def _report(self, now: float) -> Report:
        self._number += 1
        tries = self._pacer.take_notes()
        self._sent_at.extend(note.at for note in tries if note.refused is None)
        while self._sent_at and self._sent_at[0] < now - _USED_WITHIN_S:
            self._sent_at.popleft()
        outcomes, self._outcomes = self._outcomes, []
        said, self._said = self._said, []
        wants, self._asked_elsewhere = self._asked_elsewhere, 0
        if self.shards.is_over:
            self._end_told_in = min(self._end_told_in, self._number)
        return Report(
            worker=self._worker,
            number=self._number,
            asked_at=now,
            holds=self.lease.number,
            wants_more=self._pacer.waiting > 0 or not self._sent_at,
            used_per_s=len(self._sent_at),
            tries=tries,
            outcomes=tuple(outcomes),
            claims=self.shards.take_claims(),
            wants_elsewhere=wants,
            said=tuple(said),
            ended=self.shards.is_over,
            cause=self._stop.cause,
        )

    def _take(self, lease: Lease) -> None:
        if lease.number > self.lease.number:
            self.lease = lease
            self._pacer.lease(lease.per_s, until=lease.asked_at + LEASE_S)
        self._leased.notify()
        self.shards.answer_claims(lease.granted, granted=True)
        self.shards.answer_claims(lease.refused, granted=False)
        for change in lease.elsewhere:
            asked = self._elsewhere.popleft()
            if not asked.done():  # A stop cancels it.
                asked.set_result(change)
        if lease.stop_within_s is not None:
            self._stop.request(StoppedEarlyError("The run stops."), grace_s=lease.stop_within_s)
