"""Reads, at the end of a run, every order again whose rename was sent and not confirmed: the late look.

An API that answers 202, 502 or nothing may apply a rename seconds later, and a replica may lag. One reading right after
the answer proves little. A second one, `LATE_S` after the last lost answer, decides most rows; the others stay
``unknown``.
"""

from __future__ import annotations

import math
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import replace
from http import HTTPStatus

from batch_renamer.client import Gateway, MostAtOnce, StopSignal, work_through
from batch_renamer.model import Found, Missing, Outcome, Reading, Result, Unreadable, Unsettled
from batch_renamer.renaming.readback import Sent, outcome_of_reading

__all__ = ["LATE_S", "Reread", "SentRows", "outcome_of_late_reading", "reconcile"]

LATE_S = 15.0
"""Seconds between the last lost answer and the late look. Most late renames are applied by then, and a longer wait
would delay the end of every run with a lost answer."""

REFUSED_LATE_S = 4.0
"""The same after a refusal. Few servers apply what they refuse, but the first reading may be of an old copy."""

Reread = tuple[Unsettled, Outcome | None]
"""A row that was read again, with its new outcome; None if the reading tells nothing new."""


class SentRows:
    """The rows that were sent and not confirmed, whose orders are to be read again.

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
        """Add the outcomes that were just recorded; ``now`` is the time of the event loop."""
        for outcome in outcomes:
            if outcome.attempts and outcome.result in (Result.FAILED, Result.UNKNOWN):
                self.rows.append(outcome.row)
                if outcome.result is Result.UNKNOWN:
                    self._lost_at = now
                else:
                    self._refused_at = now

    def wait_s(self, *, now: float, patience_s: float) -> float:
        """Return how many seconds to wait before the late look."""
        ready_at = max(self._lost_at + min(LATE_S, patience_s), self._refused_at + min(REFUSED_LATE_S, patience_s))
        return max(ready_at - now, 0.0)


async def reconcile(
    batches: AsyncIterator[Sequence[Unsettled]],
    record: Callable[[list[Reread]], Awaitable[None]],
    *,
    gateway: Gateway,
    workers: MostAtOnce,
    stop: StopSignal,
    wall_clock: Callable[[], float] = time.time,
) -> None:
    """Read the orders of these rows, several at once, and pass the results to ``record`` in groups."""

    async def handle(row: Unsettled, emit: Callable[[Reread], None]) -> None:
        emit((row, outcome_of_late_reading(await gateway.read(row.order_id), row, now=wall_clock())))

    await work_through(batches, handle, record, workers=workers, stop=stop, capacity=gateway.capacity("read"))


def outcome_of_late_reading(reading: Reading, row: Unsettled, *, now: float) -> Outcome | None:
    """Return the new outcome of a row after a later reading, or None if it tells nothing new.

    ``now`` is wall-clock time in seconds since the epoch.
    """
    before = row.outcome
    if isinstance(reading, Unreadable) or (before.result is Result.FAILED and isinstance(reading, Missing)):
        return None
    # The journal stores "" as the final name of an order that was read and has no name.
    final_name, old_name = before.final_name, before.old_name or ""
    refused = before.result is Result.FAILED and final_name in (None, old_name)
    sent = Sent(
        row=before.row,
        old_name=before.old_name,
        new_name=row.new_name,
        ended=before.reason.rstrip("."),
        refused=refused,
        # A final name of a failed row that is neither old nor new was made by the server.
        shown=final_name if before.result is Result.FAILED else None,
        again=True,
        gone=before.http_status in (HTTPStatus.NOT_FOUND, HTTPStatus.GONE),
    )
    told = outcome_of_reading(reading, sent)
    as_before = isinstance(reading, Found) and final_name == (reading.order.name or "")
    if as_before and told.result is before.result is Result.FAILED:
        return None
    seconds = before.seconds
    if before.started_at is not None and now >= before.started_at:
        seconds = round(now - before.started_at, 3)
    return replace(told, http_status=before.http_status, started_at=before.started_at, seconds=seconds)
