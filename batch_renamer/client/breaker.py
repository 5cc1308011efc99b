"""The circuit breaker: answers, good and bad, enter; while the API is out of order, requests are held back.

An outage is the run's business, not a row's. The breaker is closed while all is well. It trips (is open) after
`_STREAK` bad answers in a row, or `_SILENCE_S` seconds of waiting without one good answer: nothing is handed out, and
one request every few seconds asks whether the API is back. Tries that fail meanwhile are not counted against their
rows. After ``patience_s`` seconds without a good answer the run stops.

The question is neutral (a page of one order), so that a single order that always fails is not taken for an outage.
Where it is answered well although requests of one kind fail, the breaker is half-open for that kind: one row at a time
is let through as a probe, a fresh one from elsewhere in the sheet if there is any, for the rows in hand may be bad
ones. A good answer closes the breaker, and shows that rows which failed before have themselves to blame: what they
meet from then on says nothing about the API.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Literal

import anyio

from batch_renamer.client.stopping import Stopping, StopSignal
from batch_renamer.errors import ApiUnavailableError, BatchRenamerError

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

_LONG_HINT_S = 10.0
"""A longer ``Retry-After`` of one row's 429 is believed when a second row is told the same."""

_BLAMED_AFTER_S = 60.0
"""Where no fresh row is left to probe with, the rows in hand are blamed after so long."""


@dataclass(slots=True)
class _Seen:
    """What was seen of the requests of one kind; times are the event loop's, in seconds.

    ``passed_at`` is when the youngest request that was answered well had left. ``sources`` counts those who can start a
    fresh row, and ``fresh_wanted`` tells them to.
    """

    streak: int = 0
    passed_at: float = float("-inf")
    sources: int = 0
    fresh_wanted: anyio.Event = field(default_factory=anyio.Event)


class Breaker:
    """Watches the answers of a run and holds requests back during an outage; times are in seconds.

    ``notify`` takes sentences for the user. Time is the running event loop's. `watch` must run beside the requests.

    Example:
        >>> Breaker(patience_s=900, stop=StopSignal(), notify=print).is_closed
        True
    """

    def __init__(self, *, patience_s: float, stop: StopSignal, notify: Callable[[str], None]) -> None:
        self.is_closed = True
        self.patience_s = patience_s
        self._stop = stop
        self._notify = notify
        self._seen: defaultdict[Kind, _Seen] = defaultdict(_Seen)
        self._bad_lately = False  # since the last good answer of any kind
        self._suspected: Kind | None = None  # the kind whose streak tripped the breaker
        self._half_open: Kind | None = None
        self._tripped_at = float("-inf")
        self._permit: Literal["none", "fresh", "any"] = "none"
        self._fresh_wanted_at = float("-inf")
        self._good_at = float("-inf")
        self._silent_since: float | None = None
        self._throttled_since: float | None = None
        self._told_of_limit = False
        self._told_of_shortage = False
        self._last_failure = "no answer at all"
        self._outages = 0
        self._outage: anyio.CancelScope | None = None
        self._tripped = anyio.Event()
        self._changed = anyio.Event()

    # What requests ask before they leave

    async def admit(self, kind: Kind, *, fresh: bool = True) -> bool:
        """Wait until a try may be made; True if it is a probe. ``fresh`` tells that its row has sent nothing so far."""
        while self.holds(kind):
            if self._permit == "any" or (self._permit == "fresh" and fresh):
                self._permit = "none"
                return True
            await self._changed.wait()
        return False

    def holds(self, kind: Kind) -> bool:
        """Tell whether requests of this kind are held back right now."""
        return not self.is_closed and self._half_open in (None, kind)

    async def wait_until_closed(self, kind: Kind) -> None:
        """Return when requests of this kind are not held back."""
        while self.holds(kind):
            await self._changed.wait()

    async def fresh_row_wanted(self, kind: Kind) -> None:
        """Return when a fresh row from elsewhere in the sheet is wanted, to be sent as a probe."""
        seen = self._seen[kind]
        seen.sources += 1
        try:
            await seen.fresh_wanted.wait()
            seen.fresh_wanted = anyio.Event()
        finally:
            seen.sources -= 1

    # What became of them

    def passed_since(self, kind: Kind, moment: float) -> bool:
        """Tell whether a request of this kind that left after that moment was answered well."""
        return self._seen[kind].passed_at > moment

    async def is_well_for_others(self, since: float) -> bool:
        """Tell whether a row that is out of tries has itself to blame; its first try left at ``since``.

        Where no good answer came lately the neutral question is put, and the row waits for what comes of it.
        """
        if self._good_at >= max(since, anyio.current_time() - _ASK_EVERY_S):
            return True
        outages = self._outages
        self._trip()
        while not self.is_closed:
            await self._changed.wait()
        return self._outages == outages

    def sent(self) -> None:
        """Note that a request has left and an answer is awaited."""
        if self._silent_since is None:
            self._silent_since = anyio.current_time()

    def dropped(self) -> None:
        """Note that a request was broken off, or never left: nothing waits for its answer any more."""
        if self.is_closed:
            self._silent_since = None

    def good(self, kind: Kind, *, left_at: float | None = None) -> None:
        """Note an answer that shows the API at work, a refusal of one order among them."""
        seen = self._seen[kind]
        seen.streak = 0
        seen.passed_at = max(seen.passed_at, anyio.current_time() if left_at is None else left_at)
        self._bad_lately = self._told_of_shortage = False
        self._throttled_since = None
        if self._told_of_limit:
            self._told_of_limit = False
            self._notify("The API lets rows through again.")
        if self._half_open in (None, kind):
            self._close()

    def bad(
        self,
        kind: Kind,
        failure: str,
        retry_after_s: float | None = None,
        *,
        left_at: float = float("-inf"),
        own: bool = False,
    ) -> None:
        """Note an answer that is none (a reset, a timeout, a 5xx); ``failure`` is its name in a sentence.

        ``own``: its row failed before while others passed, so it is no sign of an outage.
        """
        self._last_failure = failure
        self._throttled_since = None
        self._bad_lately = True
        seen = self._seen[kind]
        seen.streak += not own
        if seen.streak >= _STREAK:
            self._trip(suspected=kind)
        if self._is_probe(left_at) and retry_after_s is not None and retry_after_s > self.patience_s:
            self._give_up_for(retry_after_s)

    def throttled(
        self,
        kind: Kind,
        retry_after_s: float | None = None,
        *,
        failure: str = "429 Too Many Requests",
        left_at: float = float("-inf"),
    ) -> float | None:
        """Note a 429 to a request that left at ``left_at``; return the wait that the whole run is to keep, if any.

        The API is there, but it is no good answer. A long ``Retry-After`` may be meant for one order alone, so that it
        counts when a probe is told the same; the run stops when that is longer than its patience.
        """
        self._last_failure = failure
        if retry_after_s is not None and retry_after_s > min(_LONG_HINT_S, self.patience_s):
            if kind != "list" and not self._is_probe(left_at):
                self._trip(half_open=kind)
                return None
            if retry_after_s > self.patience_s:
                self._give_up_for(retry_after_s)
                return None
            if self._half_open == kind:
                self._close(well=False)  # The pacer makes everything wait.
        if kind != "list":
            self._watch_limit(kind)
        return retry_after_s

    def short(self, failure: str) -> None:
        """Note a shortage on this machine: nothing left, and the API is not to blame."""
        self.dropped()
        if not self._told_of_shortage:
            self._told_of_shortage = True
            self._notify(f"Requests wait for {failure}; no row is used up by this. Close other programs if it lasts.")

    def _is_probe(self, left_at: float) -> bool:
        return not self.is_closed and left_at >= self._tripped_at

    def _watch_limit(self, kind: Kind) -> None:
        # The neutral question may be answered well all the while: this limit is on what the rows want.
        now = anyio.current_time()
        if self._throttled_since is None:
            self._throttled_since = now
        if now - self._throttled_since > self.patience_s:
            self._give_up(f"has let no row through for {self.patience_s:g} s")
        elif now - self._throttled_since >= 2 * _SILENCE_S:
            if not self._told_of_limit:
                self._told_of_limit = True
                self._notify(
                    f"The API lets no row through ({self._last_failure}). Waiting up to {self.patience_s:g} s for its "
                    "limit to clear; no row is used up by this."
                )
            if now - self._fresh_wanted_at >= 2 * _SILENCE_S:  # The rows in hand may be the only ones it refuses.
                self._want_fresh(kind)

    # The outage

    async def watch(self, ask: Ask) -> None:
        """Stand guard until the run stops; ``ask`` puts the neutral question."""
        with suppress(Stopping), self._stop.interruptible():
            while True:
                with anyio.move_on_after(_LOOK_EVERY_S):
                    await self._tripped.wait()
                if self._silent_since is not None and anyio.current_time() - self._silent_since >= self._silence_s():
                    self._trip()
                if not self.is_closed:
                    await self._wait_for_recovery(ask)

    def _silence_s(self) -> float:
        """How long no good answer is borne; with little patience, less time is left once there was a bad one."""
        if self._bad_lately:
            return min(_SILENCE_S, max(_LEAST_SILENCE_S, self.patience_s / 2))
        return _SILENCE_S

    async def _wait_for_recovery(self, ask: Ask) -> None:
        begun, limit_s, told = anyio.current_time(), _ASK_EVERY_S, False
        # Silence has used up some of the patience already, but the API is asked before it is given up.
        silent_since = begun if self._silent_since is None else self._silent_since
        give_up_at = max(silent_since + self.patience_s, begun + min(self.patience_s, 2 * _ASK_EVERY_S))
        with anyio.CancelScope() as outage:
            self._outage = outage  # ends when the breaker closes
            while (left_s := give_up_at - anyio.current_time()) > 0:
                again_at = anyio.current_time() + _ASK_EVERY_S
                if self._half_open is not None:
                    self._let_one_probe()
                else:
                    with anyio.move_on_after(left_s):
                        await self._ask(ask, limit_s)
                    if self._half_open is not None:
                        continue
                    limit_s = max(2 * limit_s, _SILENCE_S)  # An API that is back may be slow.
                if outage.cancel_called or self._stop.requested:
                    break
                if self._half_open is None and not told:
                    told = self._tell_of_outage()
                await anyio.sleep_until(min(again_at, give_up_at))
                if not told:
                    told = self._tell_of_outage()
            else:
                self._end_patience()
        if told and outage.cancel_called:
            self._notify("The API answers again.")

    def _tell_of_outage(self) -> bool:
        self._outages += 1
        what = "gives no good answer" if self._half_open is None else f"answers, but {self._half_open}s fail"
        self._notify(
            f"The API {what} ({self._last_failure}). Waiting up to {self.patience_s:g} s for it, "
            f"asking every {_ASK_EVERY_S:g} s; no row is used up by this."
        )
        return True

    async def _ask(self, ask: Ask, limit_s: float) -> None:
        try:
            if await ask(limit_s):
                if self._suspected is None:
                    self._close()
                else:
                    self._half_open = self._suspected
                    self._changed_now()  # Requests of the other kinds go on.
        except BatchRenamerError as error:
            self._stop.request(error)

    def _let_one_probe(self) -> None:
        """Let one row of the kind that fails through: a fresh one, or one of those in hand where there is none."""
        assert self._half_open is not None, "only a breaker that is half-open has a kind to probe"  # noqa: S101
        if self._seen[self._half_open].sources:
            self._permit = "fresh"
            self._want_fresh(self._half_open)
        elif anyio.current_time() - max(self._tripped_at, self._fresh_wanted_at) >= _BLAMED_AFTER_S:
            self._blame_rows_in_hand()
        else:
            self._permit = "any"
            self._changed_now()

    def _want_fresh(self, kind: Kind) -> None:
        self._fresh_wanted_at = anyio.current_time()
        self._seen[kind].fresh_wanted.set()

    def _end_patience(self) -> None:
        if self._half_open is not None and not self._seen[self._half_open].sources:
            self._blame_rows_in_hand()
        else:
            self._give_up(f"gave no good answer for {self.patience_s:g} s")

    def _blame_rows_in_hand(self) -> None:
        """Close the breaker: the neutral question was answered well, and nothing else is left to tell from whom it is.

        An outage of one kind of request looks the same here, but to wait on would bring no other row further.
        """
        assert self._half_open is not None, "only a breaker that is half-open has rows to blame"  # noqa: S101
        seen = self._seen[self._half_open]
        seen.streak, seen.passed_at = 0, anyio.current_time()
        self._close()

    def _give_up_for(self, retry_after_s: float) -> None:
        self._give_up(f"asks to wait {retry_after_s:.0f} s, longer than --patience allows")

    def _give_up(self, what: str) -> None:
        msg = f"The API {what} (last: {self._last_failure})."
        self._stop.request(ApiUnavailableError(msg), grace_s=0)

    def _trip(self, *, suspected: Kind | None = None, half_open: Kind | None = None) -> None:
        if self.is_closed:
            self.is_closed = False
            self._tripped_at = anyio.current_time()
            self._suspected = suspected if suspected != "list" else None
            self._half_open = half_open
            self._tripped.set()

    def _close(self, *, well: bool = True) -> None:
        self._silent_since = None
        if well:
            self._good_at = anyio.current_time()
        if not self.is_closed:
            self.is_closed = True
            self._suspected = self._half_open = None
            self._permit = "none"
            self._tripped = anyio.Event()
            if self._outage is not None:
                self._outage.cancel()
            self._changed_now()

    def _changed_now(self) -> None:
        self._changed.set()
        self._changed = anyio.Event()
