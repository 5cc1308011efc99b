"""The circuit breaker: answers, good and bad, enter; while the API is out of order, nobody is let through.

An outage is the run's business, not a row's. After `_STREAK` bad answers in a row, or `_SILENCE_S` seconds of waiting
without one good answer, nothing is handed out and one request every few seconds asks whether the API is back; tries
that fail meanwhile are not counted against their rows. After ``patience_s`` seconds without an answer the run stops.

The question is a neutral request (a page of one order), so that a single order that always fails is not taken for an
outage. Where that one is answered well and a second streak of requests of one kind fails all the same (reads work,
renames don't), one waiting row of that kind at a time asks instead.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Literal

import anyio

from batch_renamer.errors import ApiUnavailableError, BatchRenamerError
from batch_renamer.stopping import Stopping, StopSignal

__all__ = ["Ask", "Breaker", "Kind"]

Kind = Literal["list", "read", "rename"]
"""What a request asks for: reads may work while renames don't."""

Ask = Callable[[float], Awaitable[bool]]
"""Puts the neutral question; tells whether it was answered well within so many seconds of being sent."""

_STREAK = 20
_SILENCE_S = 10.0
_LEAST_SILENCE_S = 1.0
_ASK_EVERY_S = 2.0
_LOOK_EVERY_S = 0.5


class Breaker:
    """Watches the answers of a run and holds everybody back during an outage; times are in seconds.

    ``notify`` takes sentences for the user. Time is the running event loop's. `watch` must run beside the requests.

    Example:
        >>> Breaker(patience_s=900, stop=StopSignal(), notify=print).is_open
        False
    """

    def __init__(self, *, patience_s: float, stop: StopSignal, notify: Callable[[str], None]) -> None:
        self.is_open = False
        self._patience_s = patience_s
        self._stop = stop
        self._notify = notify
        self._streaks: Counter[Kind] = Counter()
        self._bad_lately = False  # since the last good answer of any kind
        self._asking: Kind | None = None  # the kind whose rows ask in this outage; None: the neutral question does
        self._tickets = 0
        self._good_at = float("-inf")
        self._silent_since: float | None = None
        self._throttled_since: float | None = None
        self._told_of_limit = False
        self._last_failure = "no answer at all"
        self._outages = 0
        self._outage: anyio.CancelScope | None = None
        self._opened = anyio.Event()
        self._bell = anyio.Event()

    async def admit(self, kind: Kind) -> bool:
        """Wait until a try may be made, and tell whether it is this row's turn to ask during an outage."""
        while self.holds(kind):
            if self._tickets:
                self._tickets -= 1
                return True
            await self._bell.wait()
        return False

    async def wait_until_closed(self, kind: Kind) -> None:
        """Return when requests of this kind are not held back."""
        while self.holds(kind):
            await self._bell.wait()

    def holds(self, kind: Kind) -> bool:
        """Tell whether requests of this kind are held back right now."""
        return self.is_open and self._asking in (None, kind)

    async def is_well_for_others(self, since: float) -> bool:
        """Tell whether a row that is out of tries has itself to blame; its first try left at ``since``.

        Where nobody was answered well lately the neutral question is put, and the row waits for what comes of it.
        """
        if self._good_at >= max(since, anyio.current_time() - _ASK_EVERY_S):
            return True
        outages = self._outages
        self._break(asking=None)
        while self.is_open:
            await self._bell.wait()
        return self._outages == outages

    def sent(self) -> None:
        """Note that a request has left and an answer is awaited."""
        if self._silent_since is None:
            self._silent_since = anyio.current_time()

    def dropped(self) -> None:
        """Note that a request was broken off: nobody waits for its answer any more."""
        if not self.is_open:
            self._silent_since = None

    def good(self, kind: Kind) -> None:
        """Note an answer that shows the API at work, a refusal of one order among them."""
        self._streaks.pop(kind, None)
        self._bad_lately = False
        self._throttled_since = None
        if self._told_of_limit:
            self._told_of_limit = False
            self._notify("The API lets rows through again.")
        if self._asking in (None, kind):
            self._mend()

    def throttled(self, kind: Kind, retry_after_s: float | None = None) -> None:
        """Note a 429: the API is there, but it is no good answer; ``retry_after_s`` is its hint, in seconds."""
        self._last_failure = "429 Too Many Requests"
        self._heed(retry_after_s)
        if kind == "list":
            return
        # The neutral question may be answered well all the while: this limit is on what the rows want.
        now = anyio.current_time()
        if self._throttled_since is None:
            self._throttled_since = now
        if now - self._throttled_since > self._patience_s:
            self._give_up(f"has let no row through for {self._patience_s:g} s")
        elif now - self._throttled_since >= 2 * _SILENCE_S and not self._told_of_limit:
            self._told_of_limit = True
            self._notify(
                f"The API lets no row through ({self._last_failure}). Waiting up to {self._patience_s:g} s for its "
                "limit to clear; no row is used up by this."
            )

    def bad(self, kind: Kind, failure: str, retry_after_s: float | None = None) -> None:
        """Note an answer that is none (a reset, a timeout, a 5xx); ``failure`` is its name in a sentence."""
        self._last_failure = failure
        self._throttled_since = None
        self._bad_lately = True
        self._streaks[kind] += 1
        if self._streaks[kind] == _STREAK:
            self._break(asking=None)
        elif self._streaks[kind] >= 2 * _STREAK:
            self._break(asking=kind)
        if self.is_open:
            self._heed(retry_after_s)

    async def watch(self, ask: Ask) -> None:
        """Stand guard until the run stops; ``ask`` puts the neutral question."""
        with suppress(Stopping), self._stop.interruptible():
            while True:
                with anyio.move_on_after(_LOOK_EVERY_S):
                    await self._opened.wait()
                if self._silent_since is not None and anyio.current_time() - self._silent_since >= self._silence_s():
                    self._break(asking=None)
                if self.is_open:
                    await self._sit_out(ask)

    def _silence_s(self) -> float:
        """How long no good answer is borne; with little patience, less time is left once there was a bad one."""
        if self._bad_lately:
            return min(_SILENCE_S, max(_LEAST_SILENCE_S, self._patience_s / 2))
        return _SILENCE_S

    async def _sit_out(self, ask: Ask) -> None:
        begun, limit_s, told = anyio.current_time(), _ASK_EVERY_S, False
        # Silence has used up some of the patience already, but the API is asked before it is given up.
        silent_since = begun if self._silent_since is None else self._silent_since
        give_up_at = max(silent_since + self._patience_s, begun + min(self._patience_s, 2 * _ASK_EVERY_S))
        with anyio.CancelScope() as outage:
            self._outage = outage  # ends with `_mend`
            while (left_s := give_up_at - anyio.current_time()) > 0:
                again_at = anyio.current_time() + _ASK_EVERY_S
                with anyio.move_on_after(left_s):
                    await self._ask(ask, limit_s)
                if outage.cancel_called or self._stop.requested:
                    break
                if not told:
                    told = True
                    self._tell_of_outage()
                limit_s = max(2 * limit_s, _SILENCE_S)  # An API that is back may be slow.
                await anyio.sleep_until(min(again_at, give_up_at))
            else:
                self._give_up(f"gave no good answer for {self._patience_s:g} s")
        if told and outage.cancel_called:
            self._notify("The API answers again.")

    def _tell_of_outage(self) -> None:
        self._outages += 1
        self._notify(
            f"The API gives no good answer ({self._last_failure}). Waiting up to {self._patience_s:g} s for it, "
            f"asking every {_ASK_EVERY_S:g} s; no row is used up by this."
        )

    async def _ask(self, ask: Ask, limit_s: float) -> None:
        if self._asking is not None:
            self._tickets = 1
            self._ring()
            return
        try:
            if await ask(limit_s):
                self._mend()
        except BatchRenamerError as error:
            self._stop.request(error)

    def _heed(self, retry_after_s: float | None) -> None:
        if retry_after_s is not None and retry_after_s > self._patience_s:
            self._give_up(f"asks to wait {retry_after_s:.0f} s, longer than --patience allows")

    def _give_up(self, what: str) -> None:
        msg = f"The API {what} (last: {self._last_failure})."
        self._stop.request(ApiUnavailableError(msg), grace_s=0)

    def _break(self, *, asking: Kind | None) -> None:
        if not self.is_open:
            self.is_open = True
            self._asking = asking
            self._opened.set()

    def _mend(self) -> None:
        self._silent_since = None
        self._good_at = anyio.current_time()
        if self.is_open:
            self.is_open = False
            self._asking = None
            self._tickets = 0
            self._opened = anyio.Event()
            if self._outage is not None:
                self._outage.cancel()
            self._ring()

    def _ring(self) -> None:
        self._bell.set()
        self._bell = anyio.Event()
