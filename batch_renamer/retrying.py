"""What is tried again and how long to wait: one request enters, its good answer or its last failure leaves.

Every try passes the breaker and the pacer, and tells them what came of it. The first try is made directly; tenacity
comes in when it has failed. Tries that the run itself is to blame for (429s, tries during an outage) are not counted.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

import anyio
from tenacity import AsyncRetrying, RetryCallState, retry_if_exception_type
from tenacity.wait import wait_exponential, wait_random_exponential

from batch_renamer.breaker import Breaker
from batch_renamer.errors import BatchRenamerError, KeyRefusedError
from batch_renamer.orders_api import (
    ForeignNameError,
    RefusedError,
    RequestError,
    ThrottledError,
    TransientError,
)
from batch_renamer.pacing import Pacer
from batch_renamer.stopping import StopSignal

__all__ = ["Retrier", "Tries"]

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


@dataclass(slots=True)
class Tries:
    """What one row's tries have come to so far.

    ``sent`` counts the requests that left, 429s included; ``lost`` tells whether any of them may have been applied
    without a good answer; ``in_flight`` whether one is under way right now.
    """

    sent: int = 0
    counted: int = 0
    lost: bool = False
    in_flight: bool = False
    status: int | None = None
    last: RequestError | None = None
    foreign_name: str | None = None
    hopeless: bool = False


class Retrier:
    """Makes requests until one is answered, refused, or out of tries; ``attempts`` is the most tries of one request.

    Example:
        >>> from batch_renamer.stopping import StopSignal
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
        self._forbidden = 0

    async def call(self, request: Callable[[], Awaitable[T]], tries: Tries | None = None) -> T:
        """Return the good answer of ``request``, trying again as often as allowed; ``tries`` keeps the account.

        Raises:
            RefusedError: the API said no.
            TransientError: every try failed.
            Stopping: the run stops; ``tries`` tells whether anything may have been applied.
            KeyRefusedError, CertificateError: the run is over.
        """
        tries = tries if tries is not None else Tries()
        try:
            return await self._try(request, tries)
        except (ThrottledError, TransientError) as error:
            if self._out_of_tries(tries):
                raise
            return await self._again(request, tries, error)

    async def once(self, request: Callable[[], Awaitable[T]]) -> T:
        """Make one paced try, also while the run is stopping: for the last look at a row whose answer was lost."""
        await self._pacer.acquire()
        return await request()

    async def _again(self, request: Callable[[], Awaitable[T]], tries: Tries, first: RequestError) -> T:
        made: RequestError | None = first

        async def attempt() -> T:
            nonlocal made
            if made is not None:
                error, made = made, None
                raise error
            return await self._try(request, tries)

        return await AsyncRetrying(
            retry=retry_if_exception_type((ThrottledError, TransientError)),
            stop=lambda _: self._out_of_tries(tries),
            wait=_wait_s,
            sleep=self._sleep,
            reraise=True,
        )(attempt)

    def _out_of_tries(self, tries: Tries) -> bool:
        return tries.hopeless or tries.counted >= self.attempts

    async def _sleep(self, seconds: float) -> None:
        with self._stop.interruptible():
            await anyio.sleep(seconds)

    async def _try(self, request: Callable[[], Awaitable[T]], tries: Tries) -> T:
        with self._stop.interruptible():
            await self._breaker.admit()
            await self._pacer.acquire()
        tries.sent += 1
        tries.in_flight = True
        self._breaker.sent()
        try:
            answer = await request()
        except RequestError as error:
            self._note(tries, error)
            raise
        except BatchRenamerError:
            tries.in_flight = False  # A refused key or certificate: this request has changed nothing.
            raise
        tries.in_flight = False
        self._forbidden = -1
        self._breaker.good()
        self._pacer.accepted()
        return answer

    def _note(self, tries: Tries, error: RequestError) -> None:
        tries.in_flight = False
        tries.status = error.status
        tries.last = error
        tries.lost = tries.lost or error.may_be_applied
        match error:
            case ThrottledError():
                self._pacer.throttle(error.retry_after_s)
                self._breaker.throttled(error.retry_after_s)
                return
            case TransientError():
                self._breaker.bad(error.failure, error.retry_after_s)
                tries.counted += not self._breaker.is_open
                if isinstance(error, ForeignNameError):
                    # The same foreign name twice is the server's way with this name: trying on would not change it.
                    tries.hopeless = tries.foreign_name == error.kept
                    tries.foreign_name = error.kept
            case RefusedError():
                self._breaker.good()
                self._count_forbidden(error)
        self._pacer.accepted()

    def _count_forbidden(self, error: RefusedError) -> None:
        if self._forbidden < 0:
            return
        if error.status != 403:
            self._forbidden = -1
            return
        self._forbidden += 1
        if self._forbidden >= _ALL_FORBIDDEN:
            msg = f"The API refused the key: {error.failure} to each of the first {_ALL_FORBIDDEN} rows{error.quoted}."
            self._stop.request(KeyRefusedError(msg))


def _failure(state: RetryCallState) -> BaseException | None:
    return state.outcome.exception() if state.outcome is not None else None


def _wait_s(state: RetryCallState) -> float:
    match _failure(state):
        case ThrottledError():
            return 0.0  # The pacer makes everybody wait.
        case TransientError(retry_after_s=float(hint_s)):
            return min(hint_s, _LONGEST_HINT_S) + _BACKOFF(state)
        case _:
            return _BACKOFF(state)
