"""One change from its first try to its outcome.

Repeating a rename is always safe; reporting it needs care. After a lost answer or a refusal, the order is read back
before an outcome is decided (`readback`). If that proves nothing, the outcome is ``unknown``, and `reconcile` reads the
order again at the end of the run.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from http import HTTPStatus
from typing import assert_never

from batch_renamer.client import (
    Gateway,
    RefusedError,
    RequestError,
    Stopping,
    StopSignal,
    TooLate,
    Tries,
)
from batch_renamer.errors import KeyRefusedError
from batch_renamer.loop_clock import loop_time
from batch_renamer.model import Change, Found, Missing, Order, Outcome, Reading, Result, Unreadable
from batch_renamer.names import made_from
from batch_renamer.renaming.readback import Sent, has_new_name, other_form, outcome_of_reading

__all__ = ["FRESH_S", "GUARDED_FRESH_S", "Renaming"]

FRESH_S = 600.0
"""A name that was read more than this many seconds ago is read again before its PATCH."""

GUARDED_FRESH_S = 5.0
"""The same for a row with a guard, in seconds. A rename by another person in this time, or while the PATCH is on its
way, is overwritten: the API has no conditional rename."""


class Renaming:
    """One change, from its first try to its outcome."""

    def __init__(self, change: Change, *, gateway: Gateway, stop: StopSignal, wall_clock: Callable[[], float]) -> None:
        self._change = change
        self._gateway = gateway
        self._stop = stop
        self._tries = Tries()
        self._send_by = math.inf
        self._wall_clock = wall_clock
        self._started_at = wall_clock()
        self._started = loop_time()

    async def run(self, emit: Callable[[Outcome], None]) -> None:
        """Send the change and emit its outcome; whatever ends this early, a try that was sent gets an outcome."""
        try:
            emit(await self._rename_or_stop())
        except KeyRefusedError:
            if self._tries.sent:
                emit(self._unknown("The API refused the key after this rename was sent; it was not read back."))
            raise
        except BaseException:
            if self._reached_api:
                emit(self._unknown(f"{self._ended_early()}; the API may have applied it."))
            raise

    async def _rename_or_stop(self) -> Outcome:
        try:
            return await self._rename()
        except Stopping:
            if not self._reached_api:
                raise
            refused = isinstance(self._tries.last, RefusedError) and not self._tries.lost
            return await self._read_back(refused=refused)

    @property
    def _reached_api(self) -> bool:
        """Whether the API may have received a try; such a row is never reported as not sent."""
        return self._tries.in_flight or self._tries.reached_api

    @property
    def _may_be_from_this_run(self) -> bool:
        """Whether this run, now or before an interruption, may have given the order its new name."""
        return self._change.dispatched or self._tries.lost

    async def _rename(self) -> Outcome:
        change, tries = self._change, self._tries
        self._send_by = self._fresh_until(change.read_at)
        while True:
            try:
                order = await self._gateway.rename(change.order_id, change.new_name, tries, send_by=self._send_by)
            except TooLate:
                if (outcome := await self._read_before_patch()) is not None:
                    return outcome
            except RequestError:
                return await self._read_back(refused=not tries.lost) if tries.reached_api else self._never_sent()
            else:
                if has_new_name(order, old_name=change.old_name, new_name=change.new_name):
                    return self._kept(order, http_status=HTTPStatus.OK)
                tries.lost = tries.reached_api = True
                return await self._read_back(refused=False)

    def _fresh_until(self, read_at: float) -> float:
        age_s = self._wall_clock() - read_at
        fresh_s = GUARDED_FRESH_S if self._change.guarded else FRESH_S
        # After the clock was set back, the age of a reading is unknown.
        return loop_time() + fresh_s - age_s if age_s >= 0 else -math.inf

    async def _read_before_patch(self) -> Outcome | None:
        """Read the order again; return an outcome if it is no longer as planned, or None if it is."""
        change, ours = self._change, self._may_be_from_this_run
        match await self._gateway.read(change.order_id):
            case Found(order=order) if order.is_deleted:
                return self._outcome(Result.FAILED, "The order was deleted since it was planned.", order=order)
            case Found(order=order) if order.name == change.new_name:
                return self._kept(order) if ours else self._outcome(Result.UNCHANGED, order=order)
            case Found(order=order) if ours and has_new_name(order, old_name=change.old_name, new_name=change.new_name):
                return self._kept(order)
            case Found(order=order) if (
                ours and order.name != change.old_name and made_from(order.name, change.new_name)
            ):
                why = "An earlier try changed the order to another name than the one sent."
                return self._outcome(Result.FAILED, why, order=order)
            case Found(order=order) if order.name != change.old_name:
                return self._outcome(
                    Result.DRIFTED, "The order's name has changed since it was planned; it was left alone.", order=order
                )
            case Found(read_at=read_at):
                self._send_by = self._fresh_until(read_at)
                return None
            case Missing():
                return self._outcome(Result.FAILED, "The order is gone since it was planned.")
            case Unreadable(reason=reason) if ours:
                return self._unknown(f"An earlier try may have been applied; the order could not be read ({reason}).")
            case Unreadable(reason=reason):
                why = f"Its name could not be read again ({reason}); nothing was sent."
                return self._outcome(Result.FAILED, why, final_name=change.old_name)
            case never:
                assert_never(never)

    async def _read_back(self, *, refused: bool) -> Outcome:
        """Return the outcome after a refusal or a lost answer, from what the order itself shows."""
        tries = self._tries
        sent = Sent(
            row=self._change.row,
            old_name=self._change.old_name,
            new_name=self._change.new_name,
            ended=self._ended(),
            refused=refused,
            timed_out=tries.timed_out,
            shown=tries.foreign_name,
        )
        return self._with_tries(outcome_of_reading(await self._read(), sent))

    async def _read(self) -> Reading:
        if self._stop.requested:
            return await self._gateway.read_once(self._change.order_id)  # one try, in the time that is left for ending
        return await self._gateway.read(self._change.order_id)

    def _ended(self) -> str:
        tries, last = self._tries, self._tries.last
        tried = "The only try" if tries.sent == 1 else f"The last of {tries.sent} tries"
        if last is None:
            return f"{tried} was answered with the old name"
        if isinstance(last, RefusedError) and not tries.lost:
            return f"The API refused the new name: {last.failure}{last.quoted}"
        return f"{tried} ended with {last.failure}{last.quoted}"

    def _ended_early(self) -> str:
        if self._tries.in_flight:
            return "The run ended while its answer was awaited"
        return f"{self._ended()}, and the run ended before the order was read back"

    def _never_sent(self) -> Outcome:
        return self._outcome(Result.FAILED, f"{self._ended()}; nothing was sent.", final_name=self._change.old_name)

    def _kept(self, order: Order, *, http_status: int | None = None) -> Outcome:
        warning = other_form(order, new_name=self._change.new_name)
        return self._outcome(Result.RENAMED, warning=warning, order=order, http_status=http_status)

    def _unknown(self, reason: str) -> Outcome:
        return self._outcome(Result.UNKNOWN, reason)

    def _outcome(
        self,
        result: Result,
        reason: str = "",
        *,
        warning: str = "",
        order: Order | None = None,
        final_name: str | None = None,
        http_status: int | None = None,
    ) -> Outcome:
        return Outcome(
            row=self._change.row,
            result=result,
            reason=reason,
            warning=warning,
            old_name=self._change.old_name,
            final_name=final_name if order is None else order.name,
            order=order,
            attempts=self._tries.sent,
            http_status=self._tries.status if http_status is None else http_status,
            started_at=self._started_at,
            seconds=self._seconds(),
        )

    def _with_tries(self, outcome: Outcome) -> Outcome:
        return replace(
            outcome,
            attempts=self._tries.sent,
            http_status=self._tries.status,
            started_at=self._started_at,
            seconds=self._seconds(),
        )

    def _seconds(self) -> float:
        return round(loop_time() - self._started, 3)
