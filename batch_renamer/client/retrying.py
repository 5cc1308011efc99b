"""Tries one request until it has a good answer, is refused, or is out of tries.

Every try passes the breaker and the pacer. `verdicts` decides what its end means; here are the tries and the waits
between them. A 429 is waited out within one try, as it is about the limit, so the backoff grows with failures only.
"""

from __future__ import annotations

import math
from collections.abc import Awaitable, Callable
from functools import partial
from typing import TypeVar

import anyio
from tenacity import AsyncRetrying, RetryCallState, retry_if_exception_type
from tenacity.wait import wait_exponential, wait_random_exponential

from batch_renamer.client.breaker import Breaker
from batch_renamer.client.capacity import Capacity
from batch_renamer.client.orders_api import RefusedError, RequestError, ThrottledError, TransientError
from batch_renamer.client.pacing import Pacer
from batch_renamer.client.seen import Kind
from batch_renamer.client.sends import Send
from batch_renamer.client.stopping import StopSignal
from batch_renamer.client.tries import TooLate, Tries, TryPolicy
from batch_renamer.client.verdicts import Verdicts
from batch_renamer.errors import BatchRenamerError
from batch_renamer.loop_clock import loop_time

__all__ = ["Retrier"]

T = TypeVar("T")

_FIRST_HALF_S = 0.25
_LONGEST_HALF_S = 5.0
# At every step, half of the wait is fixed and half is random, so that rows which failed together don't retry together.
_BACKOFF = wait_exponential(multiplier=_FIRST_HALF_S, max=_LONGEST_HALF_S) + wait_random_exponential(
    multiplier=_FIRST_HALF_S, max=_LONGEST_HALF_S
)

_LONGEST_HINT_S = 60.0
"""A row waits no longer than this for a ``Retry-After`` of its own; what lasts longer is an outage."""

_AS_USUAL = TryPolicy()


class Retrier:
    """Makes requests until one is answered, refused, or out of tries; ``attempts`` is the most failures of one request.

    Example:
        >>> from batch_renamer.client.stopping import StopSignal
        >>> stop = StopSignal()
        >>> retrier = Retrier(attempts=6, pacer=Pacer(rate_per_s=50), stop=stop,
        ...                   breaker=Breaker(patience_s=900, stop=stop, notify=print))
        >>> retrier.capacity("read").kind
        'read'
    """

    def __init__(self, *, attempts: int, pacer: Pacer, breaker: Breaker, stop: StopSignal) -> None:
        self._pacer = pacer
        self._breaker = breaker
        self._stop = stop
        self._verdicts = Verdicts(attempts=attempts, pacer=pacer, breaker=breaker, stop=stop)

    async def call(
        self,
        request: Callable[[], Awaitable[T]],
        tries: Tries | None = None,
        *,
        kind: Kind,
        policy: TryPolicy = _AS_USUAL,
    ) -> T:
        """Return the good answer of ``request``, trying again as often as allowed; ``tries`` is the record of it.

        Raises:
            RefusedError: the API said no.
            TransientError, ThrottledError: it was given up.
            TooLate: its turn came after ``policy.send_by``.
            Stopping: the run stops; ``tries`` tells whether anything may have been applied.
            KeyRefusedError, CertificateError: the run is over.
        """
        tries = tries if tries is not None else Tries()
        attempt = partial(self._attempt, request, tries, policy, kind)
        # Most requests need one try, and setting tenacity up would double what that costs in CPU time.
        try:
            return await attempt()
        except (ThrottledError, TransientError):
            if tries.given_up:
                raise

        async def back_off(state: RetryCallState) -> None:
            await self._back_off(_BACKOFF(state), tries)

        return await AsyncRetrying(
            before=back_off,  # before each try, because the first one has been made
            retry=retry_if_exception_type((ThrottledError, TransientError)),
            stop=lambda _: tries.given_up,
            reraise=True,
        )(attempt)

    def capacity(self, kind: Kind) -> Capacity:
        """Return the object that tells when to start one more row with requests of this kind."""
        return Capacity(kind=kind, pacer=self._pacer, breaker=self._breaker)

    async def once(self, request: Callable[[], Awaitable[T]], *, kind: Kind) -> T:
        """Make one paced try, also during an outage or a stop: for the neutral question, or for the last reading."""
        send = await self._pacer.acquire(ahead=kind == "list")
        assert send is not None, "a turn is always wanted here"  # noqa: S101 - for mypy
        try:
            answer = await request()
        except RequestError as error:
            self._verdicts.note_error(Tries(), _AS_USUAL, kind, error, send)
            raise
        self._pacer.accepted(send)
        return answer

    async def aside(self, request: Callable[[], Awaitable[T]]) -> T:
        """Make a paced request on which nothing depends: of its end, only a 429 is noted, and only that is tried again.

        Raises:
            RequestError: it failed.
            Stopping: the run stops; the request is broken off.
        """
        for last_one in (False, False, True):
            with self._stop.interruptible():
                send = await self._pacer.acquire()
                assert send is not None, "a turn is always wanted here"  # noqa: S101 - for mypy
                try:
                    answer = await request()
                except ThrottledError as error:
                    self._pacer.throttle(error.retry_after_s, send)
                    if last_one:
                        raise
                else:
                    self._pacer.accepted(send)
                    return answer
        raise AssertionError("the last try returns or raises")

    def note_refused_key(self, tries: Tries, kind: Kind, refused: RefusedError) -> None:
        """Note a 401 to one row although the key was proven since: the row is refused; if all are, the run ends."""
        self._verdicts.note_refused_key(tries, kind, refused)

    async def _back_off(self, seconds: float, tries: Tries) -> None:
        hint_s = tries.last.retry_after_s if tries.last is not None else None
        with self._stop.interruptible():
            await anyio.sleep(seconds + min(hint_s or 0.0, _LONGEST_HINT_S))

    async def _attempt(self, request: Callable[[], Awaitable[T]], tries: Tries, policy: TryPolicy, kind: Kind) -> T:
        """Try until the answer is no 429, or a 429 to this row alone: it came again while other rows passed."""
        while True:
            try:
                return await self._try(request, tries, policy, kind)
            except ThrottledError:
                if policy.optional:
                    await self._verdicts.decide(tries, policy)
                if tries.given_up or tries.own_429s:
                    raise
            except TransientError:
                await self._verdicts.decide(tries, policy)
                raise

    async def _try(self, request: Callable[[], Awaitable[T]], tries: Tries, policy: TryPolicy, kind: Kind) -> T:
        send = self._turn_nowait(policy)
        if send is None:
            with self._stop.interruptible():
                send = await self._turn(tries, policy, kind)
        tries.sent += 1
        tries.first_sent_at = min(tries.first_sent_at, send.left_at)
        tries.in_flight = True
        tries.outages_before = self._breaker.outages
        self._breaker.sent(kind)
        try:
            if kind == "list":
                # Cancelling the request of a list loses nothing, so a stop does not wait for it.
                with self._stop.interruptible():
                    answer = await request()
            else:
                answer = await request()
        except RequestError as error:
            self._verdicts.note_error(tries, policy, kind, error, send)
            raise
        except anyio.get_cancelled_exc_class():
            self._breaker.dropped()
            raise
        except BatchRenamerError:
            tries.in_flight = False  # A refused key or certificate: this request has changed nothing.
            raise
        finally:
            self._breaker.ended(kind)
        tries.in_flight = False
        self._verdicts.note_good(kind, send)
        return answer

    def _turn_nowait(self, policy: TryPolicy) -> Send | None:
        """Take the turn of a try that need not wait: to prepare a wait that a stop can end costs more than the rest."""
        if self._stop.requested or not self._breaker.gate.is_closed or _is_too_late(policy):
            return None
        return self._pacer.acquire_nowait()

    async def _turn(self, tries: Tries, policy: TryPolicy, kind: Kind) -> Send:
        """Wait until a try may leave; if an outage begins during the wait for the pacer, wait for both again."""
        while not _is_too_late(policy):
            probes = await self._breaker.gate.admit(kind, fresh=not tries.sent)
            # Lists go first: the next page waits for this one, and during an outage every row waits for the question.
            send = await self._pacer.acquire(partial(self._may_leave, policy, kind, probes), ahead=kind == "list")
            if send is not None:
                return send
            if probes:
                self._breaker.gate.permit_probe(fresh=not tries.sent)
        raise TooLate

    def _may_leave(self, policy: TryPolicy, kind: Kind, probes: bool) -> bool:
        return not _is_too_late(policy) and (probes or not self._breaker.gate.holds(kind))


def _is_too_late(policy: TryPolicy) -> bool:
    return policy.send_by < math.inf and loop_time() > policy.send_by
