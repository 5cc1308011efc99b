"""The circuit breaker: answers, good and bad, enter; while the API is out of order, nobody is let through.

An outage is the run's business, not a row's. After `_STREAK` bad answers in a row, or `_SILENCE_S` seconds of waiting
without one good answer, nothing is handed out and one request every few seconds asks whether the API is back; tries
that fail meanwhile are not counted against their rows. After ``patience_s`` seconds of that the run stops.

The question is a neutral request (a page of one order), so that a single order that always fails is not taken for an
outage. Where that one is answered well and the next streak of rows fails all the same (reads work, writes don't), one
waiting row at a time asks instead.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import anyio

from batch_renamer.errors import ApiUnavailableError
from batch_renamer.stopping import StopSignal

__all__ = ["Breaker"]

_STREAK = 20
_SILENCE_S = 10.0
_ASK_EVERY_S = 2.0
_LOOK_EVERY_S = 0.5


class Breaker:
    """Watches the answers of a run and holds everybody back during an outage; times are in seconds.

    ``notify`` takes sentences for the user. Time is the running event loop's.

    Example:
        >>> Breaker(patience_s=900, stop=StopSignal(), notify=print).is_open
        False
    """

    def __init__(self, *, patience_s: float, stop: StopSignal, notify: Callable[[str], None]) -> None:
        self.is_open = False
        self._patience_s = patience_s
        self._stop = stop
        self._notify = notify
        self._streak = 0
        self._silent_since: float | None = None
        self._last_failure = "no answer at all"
        self._rows_ask = False
        self._asked_well = False
        self._tickets = 0
        self._bell = anyio.Event()

    async def admit(self) -> None:
        """Return when a try may be made: at once, when the outage is over, or when it is this row's turn to ask."""
        while self.is_open:
            if self._tickets:
                self._tickets -= 1
                return
            await self._bell.wait()

    def sent(self) -> None:
        """Note that a request has left and an answer is awaited."""
        if self._silent_since is None:
            self._silent_since = anyio.current_time()

    def good(self) -> None:
        """Note an answer that shows the API at work, a refusal of one order among them."""
        self._asked_well = False
        self._mend()

    def throttled(self, retry_after_s: float | None) -> None:
        """Note a 429: the API is there, but it is no good answer; ``retry_after_s`` is its hint, in seconds."""
        self._last_failure = "429 Too Many Requests"
        self._heed(retry_after_s)

    def bad(self, failure: str, retry_after_s: float | None = None) -> None:
        """Note an answer that is none (a reset, a timeout, a 5xx); ``failure`` is its name in a sentence."""
        self._last_failure = failure
        self._streak += 1
        if self._streak >= _STREAK:
            self._break(rows_ask=self._asked_well)
        if self.is_open:
            self._heed(retry_after_s)

    async def watch(self, ask: Callable[[], Awaitable[bool]]) -> None:
        """Stand guard until cancelled; ``ask`` sends the neutral request and tells whether its answer was good."""
        while True:
            await anyio.sleep(_LOOK_EVERY_S)
            if self._silent_since is not None and anyio.current_time() - self._silent_since >= _SILENCE_S:
                self._break(rows_ask=False)
            if self.is_open:
                await self._sit_out(ask)

    async def _sit_out(self, ask: Callable[[], Awaitable[bool]]) -> None:
        give_up_at = anyio.current_time() + self._patience_s
        self._notify(
            f"The API gives no good answer ({self._last_failure}). Waiting up to {self._patience_s:g} s for it, "
            f"asking every {_ASK_EVERY_S:g} s; no row is used up by this."
        )
        while self.is_open and not self._stop.requested:
            left_s = give_up_at - anyio.current_time()
            if left_s <= 0:
                self._give_up(f"gave no good answer for {self._patience_s:g} s")
                return
            with anyio.move_on_after(min(left_s, _ASK_EVERY_S)):
                if self._rows_ask:
                    self._tickets = 1
                    self._ring()
                elif await ask():
                    self._asked_well = True
                    self._mend()
                    break
                await anyio.sleep(_ASK_EVERY_S)
        if not self.is_open:
            self._notify("The API answers again.")

    def _heed(self, retry_after_s: float | None) -> None:
        if retry_after_s is not None and retry_after_s > self._patience_s:
            self._give_up(f"asks to wait {retry_after_s:.0f} s, longer than --patience allows")

    def _give_up(self, what: str) -> None:
        msg = f"The API {what} (last: {self._last_failure})."
        self._stop.request(ApiUnavailableError(msg), grace_s=0)

    def _break(self, *, rows_ask: bool) -> None:
        if not self.is_open:
            self.is_open = True
            self._rows_ask = rows_ask

    def _mend(self) -> None:
        self._streak = 0
        self._silent_since = None
        if self.is_open:
            self.is_open = False
            self._tickets = 0
            self._ring()

    def _ring(self) -> None:
        self._bell.set()
        self._bell = anyio.Event()
