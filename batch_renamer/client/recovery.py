"""Ends an outage: asks the API, lets probes through, and gives up when the patience of the run is over.

It also notices silence: if requests are awaited for some seconds without one good answer, the breaker trips. The
breaker itself (`breaker`) holds requests back and decides what their answers mean.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import suppress

import anyio

from batch_renamer.client.breaker import Breaker
from batch_renamer.client.stopping import Stopping
from batch_renamer.errors import BatchRenamerError
from batch_renamer.loop_clock import loop_time

__all__ = ["Ask", "watch_breaker"]

Ask = Callable[[float], Awaitable[bool]]
"""Puts the neutral question; tells whether it was answered well within so many seconds of being sent."""

_SILENCE_S = 10.0
_LEAST_SILENCE_S = 1.0
_ASK_EVERY_S = 2.0
_LOOK_EVERY_S = 0.5

_BLAMED_AFTER_S = 60.0
"""If no fresh row is left to probe with, the rows in hand count as bad ones after this time."""


async def watch_breaker(breaker: Breaker, ask: Ask) -> None:
    """Notice silence, and wait for the end of every outage, until the run stops; ``ask`` puts the neutral question."""
    with suppress(Stopping), breaker.stop.interruptible():
        while True:
            with anyio.move_on_after(_LOOK_EVERY_S):
                await breaker.tripped.wait()
            if breaker.silent_since is not None and loop_time() - breaker.silent_since >= _silence_s(breaker):
                breaker.trip()
            if not breaker.gate.is_closed:
                await _Outage(breaker, ask).wait_for_recovery()


def _silence_s(breaker: Breaker) -> float:
    """Return how long there may be no good answer; after a bad one it is less, if the patience of the run is short."""
    if breaker.bad_lately:
        return min(_SILENCE_S, max(_LEAST_SILENCE_S, breaker.patience_s / 2))
    return _SILENCE_S


class _Outage:
    """One outage, from when the breaker trips until it closes."""

    def __init__(self, breaker: Breaker, ask: Ask) -> None:
        self._breaker = breaker
        self._ask = ask
        self._answer_within_s = _ASK_EVERY_S
        self._begun = loop_time()
        self._silent_since = self._begun if breaker.silent_since is None else breaker.silent_since
        self._told = False

    async def wait_for_recovery(self) -> None:
        """Ask, or let probes through, until the breaker closes or patience is over."""
        breaker = self._breaker
        with anyio.CancelScope() as breaker.outage:
            while (give_up_at := self._give_up_at()) > loop_time():
                again_at = loop_time() + _ASK_EVERY_S
                if breaker.gate.half_open is not None:
                    self._let_one_probe()
                else:
                    with anyio.CancelScope(deadline=give_up_at):
                        await self._put_question()
                    if breaker.gate.half_open is not None:
                        continue
                    self._answer_within_s = max(2 * self._answer_within_s, _SILENCE_S)  # It may be back, and slow.
                if breaker.gate.is_closed or breaker.stop.requested:
                    break
                if breaker.gate.half_open is None:
                    self._tell()
                await anyio.sleep_until(min(again_at, give_up_at))
                self._tell()
            else:
                self._end_patience()
        if self._told and breaker.good_at >= self._begun:
            breaker.notify("The API answers again.")

    def _give_up_at(self) -> float:
        """Return when patience ends; it counts from the start of the silence, or of the failures of the probed kind."""
        since, patience_s, kind = self._silent_since, self._breaker.patience_s, self._breaker.gate.half_open
        if kind is not None:
            since = min(since, self._breaker.seen[kind].failing_since)
        return max(since + patience_s, self._begun + min(patience_s, 2 * _ASK_EVERY_S))

    def _tell(self) -> None:
        if self._told:
            return
        breaker, self._told = self._breaker, True
        breaker.outages += 1
        breaker.out_since = self._begun
        kind = breaker.gate.half_open
        what = "gives no good answer" if kind is None else f"answers, but {kind}s fail"
        breaker.notify(
            f"The API {what} ({breaker.last_failure}). Waiting up to {breaker.patience_s:g} s for it, "
            f"asking every {_ASK_EVERY_S:g} s. No row counts as failed meanwhile."
        )

    async def _put_question(self) -> None:
        try:
            if await self._ask(self._answer_within_s):
                self._breaker.note_question_answered()
        except BatchRenamerError as error:
            self._breaker.stop.request(error)

    def _let_one_probe(self) -> None:
        """Let one row of the kind that fails through: a fresh one, or one of those in hand where there is none."""
        breaker, fresh = self._breaker, self._has_fresh_rows()
        if fresh or loop_time() - max(breaker.tripped_at, breaker.fresh_wanted_at) < _BLAMED_AFTER_S:
            if fresh and breaker.gate.half_open is not None:
                breaker.want_fresh_row(breaker.gate.half_open)
            breaker.gate.permit_probe(fresh=fresh)
        else:
            self._blame_rows_in_hand()

    def _has_fresh_rows(self) -> bool:
        kind = self._breaker.gate.half_open
        return kind is not None and self._breaker.seen[kind].sources > 0

    def _end_patience(self) -> None:
        breaker, kind = self._breaker, self._breaker.gate.half_open
        if kind is None:
            breaker.give_up(f"gave no good answer for {breaker.patience_s:g} s")
        elif self._has_fresh_rows():
            breaker.give_up(f"answers, but {kind}s have failed for {breaker.patience_s:g} s")
        else:
            self._blame_rows_in_hand()

    def _blame_rows_in_hand(self) -> None:
        """Close the breaker: the neutral question was answered well, and only rows that have failed are left.

        It may be an outage of one kind of request, but no other row would gain by a longer wait. Each row in hand gets
        one more try.
        """
        breaker, kind = self._breaker, self._breaker.gate.half_open
        if kind is not None:
            breaker.seen[kind].blame(loop_time())
            if self._told:
                breaker.notify(f"The {kind}s still fail, and no other row is left to try. Each row gets one last try.")
        breaker.close(recovered=False)
