"""What is tried again and how long to wait: one request enters, its good answer or its last failure leaves.

Every try passes the breaker and the pacer, and tells them what came of it. The first try is made directly; tenacity
comes in when it has failed. Tries that the row is not to blame for (429s, tries during an outage) are not counted.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import nullcontext
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from typing import TypeVar

import anyio
from tenacity import AsyncRetrying, RetryCallState, retry_if_exception_type
from tenacity.wait import wait_exponential, wait_random_exponential

from batch_renamer.client.adaptive_limit import Send
from batch_renamer.client.breaker import Breaker, Kind
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
from batch_renamer.client.stopping import StopSignal
from batch_renamer.errors import BatchRenamerError, KeyRefusedError

__all__ = ["Capacity", "Retrier", "TooLate", "Tries"]

T = TypeVar("T")

_HALF_S = 0.25
_CAP_S = 10.0
# Half of the wait is fixed and half is random at every step, the capped ones too: late retries don't march in step.
_BACKOFF = wait_exponential(multiplier=_HALF_S, max=_CAP_S / 2) + wait_random_exponential(
    multiplier=_HALF_S, max=_CAP_S / 2
)

_LONGEST_HINT_S = 60.0
"""A row waits no longer than this for a ``Retry-After`` of its own; what lasts longer is an outage."""

_ALL_FORBIDDEN = 20
_NOT_LET_IN = (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN)


class TooLate(Exception):  # noqa: N818 - a signal between rooms, not an error that anyone reports
    """The turn of a request comes later than ``Tries.send_by``; nothing of it was sent."""


@dataclass(slots=True)
class Tries:
    """What one row's tries have come to so far.

    ``sent`` counts the requests that left, 429s included; ``reached_api`` tells whether the API may have seen any of
    them. ``lost`` tells whether any of them may have been applied without a good answer, ``timed_out`` whether any may
    be applied yet; ``in_flight`` whether one is under way right now. ``send_by`` is the event loop's time, in seconds,
    after which none shall leave, unless one is lost already.
    ``throttled`` counts the 429s, which are waited out unless there are ``most_throttled`` of them; ``refused_alone``
    those that came again while others passed, which are the row's own.
    """

    sent: int = 0
    reached_api: bool = False
    failing_since: float = math.inf
    first_refused: Send | None = None
    refused_at: float = math.inf
    refused_alone: int = 0
    short_since: float = math.inf
    first_sent_at: float = math.inf
    send_by: float = math.inf
    counted: int = 0
    throttled: int = 0
    most_throttled: float = math.inf
    lost: bool = False
    timed_out: bool = False
    in_flight: bool = False
    status: int | None = None
    last: RequestError | None = None
    foreign_name: str | None = None
    about_another: bool = False
    hopeless: bool = False

    @property
    def too_late(self) -> bool:
        """Whether the time to send it has run out."""
        return self.send_by < math.inf and anyio.current_time() > self.send_by


@dataclass(frozen=True, slots=True, kw_only=True)
class Capacity:
    """Tells when one more row may make requests of a kind: no estimate of latency decides it."""

    kind: Kind
    pacer: Pacer
    breaker: Breaker

    async def wait(self) -> None:
        """Return when the breaker lets requests through, and the pacer has slots that nothing waits for."""
        await self.pacer.wait_for_capacity()
        while self.breaker.holds(self.kind):
            await self.breaker.wait_until_closed(self.kind)
            await self.pacer.wait_for_capacity()

    async def wait_for_probe(self) -> None:
        """Return when a row that was not tried yet is to be sent, because those in hand may be bad ones."""
        await self.breaker.fresh_row_wanted(self.kind)


class Retrier:
    """Makes requests until one is answered, refused, or out of tries; ``attempts`` is the most tries of one request.

    Example:
        >>> from batch_renamer.client.stopping import StopSignal
        >>> stop = StopSignal()
        >>> Retrier(attempts=6, pacer=Pacer(rate_per_s=50), stop=stop,
        ...         breaker=Breaker(patience_s=900, stop=stop, notify=print)).attempts
        6
    """

    def __init__(self, *, attempts: int, pacer: Pacer, breaker: Breaker, stop: StopSignal) -> None:
        self.attempts = attempts
        self._pacer = pacer
        self._breaker = breaker
        self._stop = stop
        self._forbidden: Counter[Kind] = Counter()
        self._let_in: set[Kind] = set()

    async def call(self, request: Callable[[], Awaitable[T]], tries: Tries | None = None, *, kind: Kind) -> T:
        """Return the good answer of ``request``, trying again as often as allowed; ``tries`` keeps the account.

        Raises:
            RefusedError: the API said no.
            TransientError: every try failed.
            TooLate: its turn came after ``tries.send_by``.
            Stopping: the run stops; ``tries`` tells whether anything may have been applied.
            KeyRefusedError, CertificateError: the run is over.
        """
        tries = tries if tries is not None else Tries()
        try:
            return await self._until_let_in(request, tries, kind)
        except (ThrottledError, TransientError) as error:
            if tries.hopeless:
                raise
            return await self._again(request, tries, kind, error)

    def capacity(self, kind: Kind) -> Capacity:
        """Return what tells when one more row that makes requests of this kind is to be started."""
        return Capacity(kind=kind, pacer=self._pacer, breaker=self._breaker)

    async def once(self, request: Callable[[], Awaitable[T]], *, kind: Kind) -> T:
        """Make one paced try, also during an outage or while the run is stopping: to ask, or for the last look."""
        send = await self._pacer.acquire(ahead=kind == "list")
        assert send is not None, "a turn is always wanted here"  # noqa: S101 - for mypy
        try:
            answer = await request()
        except RequestError as error:
            self._note(Tries(), kind, error, send)
            raise
        self._pacer.accepted(send)
        return answer

    async def _again(self, request: Callable[[], Awaitable[T]], tries: Tries, kind: Kind, first: RequestError) -> T:
        made: RequestError | None = first

        async def attempt() -> T:
            nonlocal made
            if made is not None:
                error, made = made, None
                raise error
            return await self._until_let_in(request, tries, kind)

        return await AsyncRetrying(
            retry=retry_if_exception_type((ThrottledError, TransientError)),
            stop=lambda _: tries.hopeless,
            wait=_wait_s,
            sleep=self._sleep,
            reraise=True,
        )(attempt)

    async def _until_let_in(self, request: Callable[[], Awaitable[T]], tries: Tries, kind: Kind) -> T:
        """Try until the answer is no 429: those are the limit's business, so that back-off counts failures alone.

        A 429 that comes again while others pass is the row's own failure.
        """
        while True:
            try:
                return await self._try(request, tries, kind)
            except ThrottledError:
                if tries.hopeless or tries.refused_alone:
                    raise

    async def _sleep(self, seconds: float) -> None:
        with self._stop.interruptible():
            await anyio.sleep(seconds)

    async def _turn(self, tries: Tries, kind: Kind) -> Send:
        """Wait until a try may leave; a wait for the pacer in which an outage begins is started again."""
        while not tries.too_late:
            probes = await self._breaker.admit(kind, fresh=not tries.sent)
            # A page brings many rows, and the next must wait for it; the breaker's question concerns everybody.
            send = await self._pacer.acquire(partial(self._may_leave, tries, kind, probes), ahead=kind == "list")
            if send is not None:
                return send
        raise TooLate

    def _may_leave(self, tries: Tries, kind: Kind, probes: bool) -> bool:
        return not tries.too_late and (probes or not self._breaker.holds(kind))

    async def _try(self, request: Callable[[], Awaitable[T]], tries: Tries, kind: Kind) -> T:
        with self._stop.interruptible():
            send = await self._turn(tries, kind)
        tries.sent += 1
        tries.first_sent_at = min(tries.first_sent_at, send.left_at)
        tries.in_flight = True
        self._breaker.sent()
        try:
            # Nothing of a list is lost when it is broken off, and nobody should have to wait for it.
            with self._stop.interruptible() if kind == "list" else nullcontext():
                answer = await request()
        except RequestError as error:
            self._note(tries, kind, error, send)
            if isinstance(error, TransientError):
                await self._judge(tries)
            raise
        except anyio.get_cancelled_exc_class():
            self._breaker.dropped()
            raise
        except BatchRenamerError:
            tries.in_flight = False  # A refused key or certificate: this request has changed nothing.
            raise
        tries.in_flight = False
        self._let_in.add(kind)
        self._breaker.good(kind, left_at=send.left_at)
        self._pacer.accepted(send)
        return answer

    def _note(self, tries: Tries, kind: Kind, error: RequestError, send: Send) -> None:
        tries.in_flight = False
        tries.status = error.status
        tries.last = error
        tries.reached_api = tries.reached_api or error.may_be_applied or error.status is not None
        tries.lost = tries.lost or error.may_be_applied
        tries.timed_out = tries.timed_out or error.timed_out
        match error:
            case ThrottledError():
                self._note_429(tries, kind, error, send)
                return
            case LocalShortageError():
                self._note_shortage(tries, error)
            case ForeignNameError():
                # The same foreign name twice is the server's way with this name: trying on would not change it.
                self._breaker.good(kind, left_at=send.left_at)
                tries.counted += 1
                tries.hopeless = tries.foreign_name == error.kept
                tries.foreign_name = error.kept
            case ForeignOrderError():
                # Of a rename the order itself is read next; a read is tried once more.
                self._breaker.good(kind, left_at=send.left_at)
                tries.counted += 1
                tries.hopeless = kind == "rename" or tries.about_another
                tries.about_another = True
            case TransientError():
                self._note_failure(tries, kind, error, send)
            case _:  # the API's final no, or a 2xx that a reading of the order will settle
                self._breaker.good(kind, left_at=send.left_at)
        if not isinstance(error, LocalShortageError):
            self._count_forbidden(kind, error)
        if error.status is not None:
            self._pacer.accepted(send)

    def _note_failure(self, tries: Tries, kind: Kind, error: TransientError, send: Send) -> None:
        own = self._breaker.passed_since(kind, tries.failing_since)
        tries.failing_since = min(tries.failing_since, anyio.current_time())
        self._breaker.bad(kind, error.failure, error.retry_after_s, left_at=send.left_at, own=own)
        tries.counted += self._breaker.is_closed

    def _note_429(self, tries: Tries, kind: Kind, error: ThrottledError, send: Send) -> None:
        tries.throttled += 1
        tries.hopeless = tries.throttled >= tries.most_throttled
        if tries.first_refused is None:
            tries.first_refused, tries.refused_at = send, anyio.current_time()
        elif self._breaker.passed_since(kind, tries.refused_at):
            # Refused again while others pass: that is no limit of the run, which must not slow down for it.
            tries.refused_alone += 1
            self._pacer.set_aside(tries.first_refused, send)
            too_long = (error.retry_after_s or 0.0) > self._breaker.patience_s
            tries.hopeless |= too_long or tries.refused_alone >= 2 * self.attempts
            return
        hint_s = self._breaker.throttled(kind, error.retry_after_s, failure=error.failure, left_at=send.left_at)
        self._pacer.throttle(hint_s, send)

    def _note_shortage(self, tries: Tries, error: LocalShortageError) -> None:
        """Let the row wait for what this machine is short of; it uses up no try, but the wait has an end."""
        now = anyio.current_time()
        tries.short_since = min(tries.short_since, now)
        tries.hopeless = now - tries.short_since > self._breaker.patience_s
        self._breaker.short(error.failure)

    async def _judge(self, tries: Tries) -> None:
        """Give the row up if it is out of tries, and not because an outage has begun that nobody has noticed yet."""
        if tries.counted >= self.attempts and self._breaker.is_closed and not tries.hopeless:
            with self._stop.interruptible():
                well = await self._breaker.is_well_for_others(tries.first_sent_at)
            tries.hopeless = well or tries.counted >= 2 * self.attempts

    def note_refused_key(self, tries: Tries, kind: Kind, refused: RefusedError) -> None:
        """Note a 401 to one row whose key was proven good since: it is a refusal of that row, unless nothing passes."""
        tries.status, tries.last, tries.reached_api = refused.status, refused, True
        self._breaker.good(kind)
        self._count_forbidden(kind, refused)

    def _count_forbidden(self, kind: Kind, error: RequestError) -> None:
        """End the run when no request was ever let in: that is the key, not an order of another account."""
        if error.status not in _NOT_LET_IN:
            if not isinstance(error, TransientError):
                self._let_in.add(kind)
            return
        self._forbidden[kind] += 1
        if self._forbidden[kind] >= _ALL_FORBIDDEN and kind not in self._let_in:
            said = f"{error.failure} to each of the first {_ALL_FORBIDDEN} rows{error.quoted}"
            msg = f"The API did not accept the key: {said}."
            self._stop.request(KeyRefusedError(msg))


def _failure(state: RetryCallState) -> BaseException | None:
    return state.outcome.exception() if state.outcome is not None else None


def _wait_s(state: RetryCallState) -> float:
    match _failure(state):
        case (
            ThrottledError(retry_after_s=float() | int() as hint_s)
            | TransientError(retry_after_s=float() | int() as hint_s)
        ):
            return min(hint_s, _LONGEST_HINT_S) + _BACKOFF(state)
        case _:
            return _BACKOFF(state)
