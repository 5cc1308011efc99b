"""Reads again, late, every order that was sent and is not known to be renamed; what is new leaves as an outcome.

An API that answers 202, 502 or nothing at all may apply a rename seconds later, and a read replica may lag behind. One
look right after the answer proves little; a second one, `LATE_S` after the last answer that was lost, settles most.
What it does not settle stays ``unknown``.
"""

from __future__ import annotations

import math
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import replace

from batch_renamer.client import Gateway, MostAtOnce, StopSignal, work_through
from batch_renamer.model import Found, Missing, Outcome, Reading, Result, Unreadable, Unsettled
from batch_renamer.renaming.readback import Sent, told_by

__all__ = ["LATE_S", "Reread", "SentRows", "again_told_by", "reconcile"]

LATE_S = 15.0
"""Seconds between the last lost answer and the second reading. Most late renames are there by then; a longer wait would
delay the end of every run with a lost answer."""

REFUSED_LATE_S = 4.0
"""The same after a refusal. Few servers apply what they refuse, but the order may have been read from an old copy."""

Reread = tuple[Unsettled, Outcome | None]
"""A row that was read again, and its new outcome; None when the reading tells nothing new."""


class SentRows:
    """The rows whose orders are to be read again: those that were sent and not confirmed.

    Example:
        >>> rows = SentRows()
        >>> rows.note([Outcome(row=2, result=Result.RENAMED, attempts=1)], now=0.0)
        >>> rows.rows
        []
    """

    def __init__(self) -> None:
        self.rows: list[int] = []
        self._lost_at = self._refused_at = -math.inf

    def note(self, outcomes: Sequence[Outcome], *, now: float) -> None:
        """Take note of outcomes that were just recorded; ``now`` is the event loop's time."""
        for outcome in outcomes:
            if outcome.attempts and outcome.result in (Result.FAILED, Result.UNKNOWN):
                self.rows.append(outcome.row)
                if outcome.result is Result.UNKNOWN:
                    self._lost_at = now
                else:
                    self._refused_at = now

    def wait_s(self, *, now: float, patience_s: float) -> float:
        """Return how long the reading has to wait."""
        ready_at = max(self._lost_at + min(LATE_S, patience_s), self._refused_at + min(REFUSED_LATE_S, patience_s))
        return max(ready_at - now, 0.0)


async def reconcile(
    batches: AsyncIterator[Sequence[Unsettled]],
    record: Callable[[list[Reread]], Awaitable[None]],
    *,
    gateway: Gateway,
    workers: MostAtOnce,
    stop: StopSignal,
    wall: Callable[[], float] = time.time,
) -> None:
    """Read the orders of these rows, many at once, and hand what that says to ``record`` in groups."""

    async def handle(row: Unsettled, emit: Callable[[Reread], None]) -> None:
        emit((row, again_told_by(await gateway.read(row.order_id), row, now=wall())))

    await work_through(batches, handle, record, workers=workers, stop=stop, capacity=gateway.capacity("read"))


def again_told_by(reading: Reading, row: Unsettled, *, now: float) -> Outcome | None:
    """Return what a later reading makes of a row, or None where it says nothing new; ``now`` is the wall clock's."""
    before = row.outcome
    if isinstance(reading, Unreadable) or (before.result is Result.FAILED and isinstance(reading, Missing)):
        return None
    # In the journal, the final name is "" for an order that was read and has no name.
    final_name, old_name = before.final_name, before.old_name or ""
    refused = before.result is Result.FAILED and final_name in (None, old_name)
    sent = Sent(
        row=before.row,
        old_name=before.old_name,
        new_name=row.new_name,
        ended=before.reason.rstrip("."),
        refused=refused,
        # The final name of a failed row, if neither old nor new, is a name that the server made.
        shown=final_name if before.result is Result.FAILED else None,
        again=True,
    )
    told = told_by(reading, sent)
    as_before = isinstance(reading, Found) and final_name == (reading.order.name or "")
    if as_before and told.result is before.result is Result.FAILED:
        return None
    seconds = before.seconds
    if before.started_at is not None and now >= before.started_at:
        seconds = round(now - before.started_at, 3)
    return replace(told, http_status=before.http_status, started_at=before.started_at, seconds=seconds)
