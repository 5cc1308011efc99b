"""Decides what the end of a try means for its row, the breaker and the pacer. It makes no request."""

from __future__ import annotations

from collections import Counter
from http import HTTPStatus

from batch_renamer.client.breaker import Breaker
from batch_renamer.client.orders_api import (
    ForeignNameError,
    ForeignOrderError,
    LocalShortageError,
    RefusedError,
    RequestError,
    ThrottledError,
    TransientError,
)
from batch_renamer.client.pacing import Pacer
from batch_renamer.client.seen import Kind
from batch_renamer.client.sends import Send
from batch_renamer.client.stopping import StopSignal
from batch_renamer.client.tries import Tries, TryPolicy
from batch_renamer.errors import KeyRefusedError
from batch_renamer.loop_clock import loop_time

__all__ = ["Verdicts"]

_LONGEST_OPTIONAL_S = 10.0
"""An optional request that would have to wait longer for its next try is given up."""

_ALL_FORBIDDEN = 20
_NOT_LET_IN = (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN)


class Verdicts:
    """Tells row, breaker and pacer how each try ended; a row is given up after ``attempts`` failures."""

    def __init__(self, *, attempts: int, pacer: Pacer, breaker: Breaker, stop: StopSignal) -> None:
        self._attempts = attempts
        self._pacer = pacer
        self._breaker = breaker
        self._stop = stop
        self._forbidden: Counter[Kind] = Counter()
        self._let_in: set[Kind] = set()

    def note_good(self, kind: Kind, send: Send) -> None:
        """Note a good answer."""
        self._let_in.add(kind)
        self._breaker.good(kind, left_at=send.left_at)
        self._pacer.accepted(send)

    def note_error(self, tries: Tries, policy: TryPolicy, kind: Kind, error: RequestError, send: Send) -> None:
        """Note any other end of a try; ``tries.given_up`` tells whether it is the last."""
        tries.note(error)
        match error:
            case ThrottledError():
                self._note_429(tries, policy, kind, error, send)
                return
            case LocalShortageError():
                self._note_shortage(tries, error)
                return
            case ForeignNameError():
                # The server has made the same other name of the new one twice: another try would not change that.
                self._breaker.good(kind, left_at=send.left_at)
                tries.failures += 1
                tries.given_up = tries.foreign_name == error.kept
                tries.foreign_name = error.kept
            case ForeignOrderError():
                # After a rename, the order itself is read next; a read is tried once more.
                self._breaker.good(kind, left_at=send.left_at)
                tries.failures += 1
                tries.given_up = kind == "rename" or tries.about_another
                tries.about_another = True
            case TransientError() if policy.optional:
                self._breaker.dropped()
                tries.failures += 1
                tries.given_up = error.timed_out or (error.retry_after_s or 0.0) > _LONGEST_OPTIONAL_S
            case TransientError():
                self._note_failure(tries, kind, error, send)
            case _:  # a refusal by the API, or a 2xx that a reading of the order will settle
                self._breaker.good(kind, left_at=send.left_at)
        self._count_forbidden(kind, error)
        if error.status is not None:
            self._pacer.accepted(send)

    async def decide(self, tries: Tries, policy: TryPolicy) -> None:
        """Give up a request that is out of tries, unless an outage has begun that was not noticed yet."""
        allowed = self._attempts if policy.most_failures is None else min(policy.most_failures, self._attempts)
        if policy.optional:
            await self._decide_optional(tries, allowed)
        elif tries.failures >= allowed and not tries.given_up and self._breaker.gate.is_closed:
            with self._stop.interruptible():
                is_well = await self._breaker.is_well_for_others(tries.first_sent_at)
            tries.given_up = is_well or tries.failures >= 2 * allowed

    async def _decide_optional(self, tries: Tries, allowed: int) -> None:
        """Give an optional request up that fails alone; what it met in an outage does not count."""
        with self._stop.interruptible():
            if self._breaker.outages > tries.outages_before:
                was_outage = True
            elif tries.given_up or tries.failures >= allowed:
                was_outage = not await self._breaker.is_well_for_others(loop_time())
            else:
                return
        tries.given_up = not was_outage
        if was_outage:
            tries.failures = tries.throttled = 0
            tries.last = None  # A wait that its answer asked for has passed with the outage.

    def note_refused_key(self, tries: Tries, kind: Kind, refused: RefusedError) -> None:
        """Note a 401 to one row although the key was proven since: the row is refused; if all are, the run ends."""
        tries.status, tries.last, tries.reached_api = refused.status, refused, True
        self._breaker.good(kind)
        self._count_forbidden(kind, refused)

    def _note_failure(self, tries: Tries, kind: Kind, error: TransientError, send: Send) -> None:
        own = self._breaker.passed_since(kind, tries.failing_since)
        tries.failing_since = min(tries.failing_since, loop_time())
        self._breaker.bad(kind, error.failure, error.retry_after_s, left_at=send.left_at, own=own)
        tries.failures += self._breaker.gate.is_closed
        tries.given_up = self._breaker.blames_rows_in_hand(kind)

    def _note_429(self, tries: Tries, policy: TryPolicy, kind: Kind, error: ThrottledError, send: Send) -> None:
        tries.throttled += 1
        tries.given_up = tries.throttled >= policy.most_throttled
        hint_s = error.retry_after_s
        if policy.optional:
            self._breaker.dropped()
            if (hint_s or 0.0) > _LONGEST_OPTIONAL_S:  # probably the list's own limit; if not, others show it
                tries.given_up = True
                self._pacer.set_aside(send, send)
            else:
                self._pacer.throttle(hint_s, send)
            return
        if tries.first_429 is None:
            tries.first_429, tries.first_429_at = send, loop_time()
        elif self._breaker.passed_since(kind, tries.first_429_at):
            # Throttled again while others pass: that is no limit of the run, which must not slow down for it.
            tries.own_429s += 1
            self._pacer.set_aside(tries.first_429, send)
            tries.given_up |= (hint_s or 0.0) > self._breaker.patience_s or tries.own_429s >= 2 * self._attempts
            return
        self._pacer.throttle(self._breaker.throttled(kind, hint_s, failure=error.failure, left_at=send.left_at), send)

    def _note_shortage(self, tries: Tries, error: LocalShortageError) -> None:
        """Let the row wait for what this machine is short of; it uses up no try, but the wait has an end."""
        now = loop_time()
        tries.short_since = min(tries.short_since, now)
        tries.given_up = now - tries.short_since > self._breaker.patience_s
        self._breaker.short(error.failure)

    def _count_forbidden(self, kind: Kind, error: RequestError) -> None:
        """End the run if no request of this kind was ever let in: then the cause is the key, not the orders."""
        if error.status not in _NOT_LET_IN:
            if not isinstance(error, TransientError):
                self._let_in.add(kind)
            return
        self._forbidden[kind] += 1
        if self._forbidden[kind] >= _ALL_FORBIDDEN and kind not in self._let_in:
            said = f"{error.failure} to each of the first {_ALL_FORBIDDEN} rows{error.quoted}"
            self._stop.request(KeyRefusedError(f"The API did not accept the key: {said}."))
