"""The worker pool: planned changes enter, exactly one truthful outcome leaves for each, never an exception for a row.

A rename is idempotent in effect, so trying again is always safe; what is not safe is *reporting*. After an answer that
was lost, or a refusal, the order is read back before anything is said (`readback`). Where that proves nothing the
outcome is ``unknown``; `reconcile` reads those orders again at the end of the run. A change that was never sent when
the run stops has no outcome: its row stays ``pending``.
"""

from __future__ import annotations

import math
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import replace
from http import HTTPStatus
from typing import assert_never

import anyio

from batch_renamer.client import (
    Gateway,
    MostAtOnce,
    RefusedError,
    RequestError,
    Stopping,
    StopSignal,
    TooLate,
    Tries,
    work_through,
)
from batch_renamer.errors import KeyRefusedError
from batch_renamer.model import BAD_RESULTS, Change, Found, Missing, Order, Outcome, Reading, Result, Unreadable
from batch_renamer.names import made_from
from batch_renamer.renaming.readback import Sent, confirmed, keeps_the_name, told_by

__all__ = ["FRESH_S", "GUARDED_FRESH_S", "rename_all"]

FRESH_S = 600.0
"""A name that was read longer ago than this is read again before its PATCH, in seconds."""

GUARDED_FRESH_S = 5.0
"""The same for a row with a guard. A rename by another hand in these seconds, or while the PATCH is on its way, is
overwritten unseen: the API has no conditional rename that could close the window."""


async def rename_all(
    batches: AsyncIterator[Sequence[Change]],
    record: Callable[[list[Outcome]], Awaitable[None]],
    *,
    gateway: Gateway,
    workers: MostAtOnce,
    stop: StopSignal,
    elsewhere: Callable[[], Awaitable[Change | None]] | None = None,
    wall: Callable[[], float] = time.time,
) -> None:
    """Send every change, ``workers()`` at once, and hand the outcomes to ``record`` in groups.

    ``elsewhere`` returns a change from further on in the sheet, which the batches then leave out. ``wall`` gives the
    time, in seconds since the epoch.
    """

    async def handle(change: Change, emit: Callable[[Outcome], None]) -> None:
        await _Renaming(change, gateway=gateway, stop=stop, wall=wall).run(emit)

    await work_through(
        batches,
        handle,
        record,
        workers=workers,
        stop=stop,
        capacity=gateway.capacity("rename"),
        elsewhere=elsewhere,
        urgent=_is_bad,
    )


def _is_bad(outcome: Outcome) -> bool:
    """Tell whether whoever records the outcome may have to stop the run for it."""
    return outcome.result in BAD_RESULTS


class _Renaming:
    """One change on its way to its outcome."""

    def __init__(self, change: Change, *, gateway: Gateway, stop: StopSignal, wall: Callable[[], float]) -> None:
        self._change = change
        self._gateway = gateway
        self._stop = stop
        self._tries = Tries()
        self._wall = wall
        self._begun_at = wall()
        self._begun = anyio.current_time()

    async def run(self, emit: Callable[[Outcome], None]) -> None:
        try:
            emit(await self._settle_or_stop())
        except KeyRefusedError:
            if self._tries.sent:
                emit(self._unknown("The API refused the key after this rename was sent; it was not read back."))
            raise
        except BaseException:  # Whatever ends this row early, a request that has left is accounted for.
            if self._reached_api:
                emit(self._unknown(f"{self._ended_early()}; the API may have applied it."))
            raise

    async def _settle_or_stop(self) -> Outcome:
        try:
            return await self._settle()
        except Stopping:
            if not self._reached_api:
                raise
            refused = isinstance(self._tries.last, RefusedError) and not self._tries.lost
            return await self._read_back(refused=refused)

    @property
    def _reached_api(self) -> bool:
        """Whether the API may have seen a try; a row that was sent is never called unsent, whatever the answer."""
        return self._tries.in_flight or self._tries.reached_api

    @property
    def _may_be_ours(self) -> bool:
        """Whether the order may have its new name because of a try of this run, now or before an interruption."""
        return self._change.handed_out or self._tries.lost

    async def _settle(self) -> Outcome:
        change, tries = self._change, self._tries
        tries.send_by = self._fresh_until(change.read_at)
        while True:
            try:
                order = await self._gateway.rename(change.order_id, change.new_name, tries)
            except TooLate:
                if (outcome := await self._look_again()) is not None:
                    return outcome
            except RequestError:
                return await self._read_back(refused=not tries.lost) if tries.reached_api else self._never_sent()
            else:
                if keeps_the_name(order, old_name=change.old_name, new_name=change.new_name):
                    return self._kept(order, http_status=HTTPStatus.OK)
                tries.lost = tries.reached_api = True
                return await self._read_back(refused=False)

    def _fresh_until(self, read_at: float) -> float:
        age_s = self._wall() - read_at
        fresh_s = GUARDED_FRESH_S if self._change.guarded else FRESH_S
        # A clock that was set back proves nothing.
        return anyio.current_time() + fresh_s - age_s if age_s >= 0 else -math.inf

    async def _look_again(self) -> Outcome | None:
        """Return the outcome of a change whose order is no longer as planned; None when it is."""
        change, ours = self._change, self._may_be_ours
        match await self._gateway.read(change.order_id):
            case Found(order=order) if order.is_deleted:
                return self._outcome(Result.FAILED, "The order was deleted since it was planned.", order=order)
            case Found(order=order) if order.name == change.new_name:
                return self._kept(order) if ours else self._outcome(Result.UNCHANGED, order=order)
            case Found(order=order) if ours and keeps_the_name(
                order, old_name=change.old_name, new_name=change.new_name
            ):
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
                self._tries.send_by = self._fresh_until(read_at)
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
        """Return what a row with a refusal or a lost answer has come to, told by the order itself."""
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
        return self._with_tries(told_by(await self._read(), sent))

    async def _read(self) -> Reading:
        if self._stop.requested:
            return await self._gateway.read_once(self._change.order_id)  # one try, within the grace that is left
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
        change = self._change
        outcome = confirmed(change.row, order, old_name=change.old_name, new_name=change.new_name)
        return self._with_tries(outcome, http_status=http_status)

    def _unknown(self, reason: str) -> Outcome:
        return self._outcome(Result.UNKNOWN, reason)

    def _outcome(
        self, result: Result, reason: str = "", *, order: Order | None = None, final_name: str | None = None
    ) -> Outcome:
        return self._with_tries(
            Outcome(
                row=self._change.row,
                result=result,
                reason=reason,
                old_name=self._change.old_name,
                final_name=final_name if order is None else order.name,
                order=order,
            )
        )

    def _with_tries(self, outcome: Outcome, *, http_status: int | None = None) -> Outcome:
        return replace(
            outcome,
            attempts=self._tries.sent,
            http_status=self._tries.status if http_status is None else http_status,
            started_at=self._begun_at,
            seconds=round(anyio.current_time() - self._begun, 3),
        )
