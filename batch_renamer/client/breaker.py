"""The circuit breaker: it decides from the ends of requests when the `gate` is open, half-open or closed.

The breaker trips after `_STREAK` failures of one kind in a row, or after some seconds without a good answer. While it
is open, `recovery` puts one question every few seconds to find out whether the API is back. The question is neutral,
so that a single order that always fails is not taken for an outage. Where it is answered well although one kind of
request failed, the breaker is half-open for that kind. The probe is a fresh row from elsewhere in the sheet if there
is one, because the rows in hand may be bad ones. A good answer closes the breaker, and shows that the rows which
failed before are bad ones: their later failures say nothing about the API.

Failures while the breaker is not closed are not counted against rows, because an outage concerns the whole run.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from math import inf

import anyio

from batch_renamer.client.gate import Gate
from batch_renamer.client.seen import Kind, Seen
from batch_renamer.client.shut_limit import ShutLimit
from batch_renamer.client.stopping import StopSignal
from batch_renamer.errors import ApiUnavailableError
from batch_renamer.loop_clock import loop_time

__all__ = ["Breaker"]

_STREAK = 20

_LONG_HINT_S = 10.0
"""A longer ``Retry-After`` in one row's 429 counts for the run only if a second row gets one, too."""

_LATELY_S = 2.0


class Breaker:
    """Holds requests back during an outage; times are in seconds, those of the running event loop.

    ``notify`` takes sentences for the user. `watch_breaker` must run beside the requests.

    Example:
        >>> Breaker(patience_s=900, stop=StopSignal(), notify=print).gate.is_closed
        True
    """

    def __init__(self, *, patience_s: float, stop: StopSignal, notify: Callable[[str], None]) -> None:
        self.patience_s = patience_s
        self.stop = stop
        self.notify = notify
        self.gate = Gate()
        self.suspected: Kind | None = None  # the kind whose streak tripped the breaker
        self.tripped = anyio.Event()
        self.tripped_at = -inf
        self.outage: anyio.CancelScope | None = None  # cancelled when the breaker closes
        self.outages = 0
        self.out_since: float | None = None  # when the outage began that the user was told of
        self.seen: defaultdict[Kind, Seen] = defaultdict(Seen)
        self.good_at = -inf
        self.silent_since: float | None = None  # since when requests are awaited without one good answer
        self.bad_lately = False  # since the last good answer of any kind
        self.last_failure = "no answer at all"
        self.fresh_wanted_at = -inf
        self._limit = ShutLimit(patience_s=patience_s, notify=notify)
        self._told_of_shortage = False

    # What became of requests

    def sent(self, kind: Kind) -> None:
        """Note that a request has left and an answer is awaited."""
        now = loop_time()
        self.seen[kind].sent(now)
        if self.silent_since is None:
            self.silent_since = now

    def ended(self, kind: Kind) -> None:
        """Note that a request has ended, in whatever way."""
        self.seen[kind].ended()

    def dropped(self) -> None:
        """Note that a request says nothing about the API: cancelled, never sent, or a failure that doesn't count."""
        if self.gate.is_closed:
            self.silent_since = None

    def good(self, kind: Kind, *, left_at: float | None = None) -> None:
        """Note a good answer: it shows that the API works. The refusal of one order is one, too."""
        self.seen[kind].passed(loop_time() if left_at is None else left_at)
        self.bad_lately = self._told_of_shortage = False
        if self._limit.is_refusing:
            self._limit.open(let_through=True)
        if self.gate.half_open in (None, kind):
            self.close(recovered=True)

    def bad(
        self,
        kind: Kind,
        failure: str,
        retry_after_s: float | None = None,
        *,
        left_at: float | None = None,
        own: bool = False,
    ) -> None:
        """Note a failure (a reset, a timeout, a 5xx); ``failure`` is its name in a sentence.

        ``own``: other rows have passed since this row failed first, so it is no sign of an outage.
        """
        left_at = loop_time() if left_at is None else left_at
        self.last_failure = failure
        if self._limit.is_refusing:
            self._limit.open(let_through=False)
        self.bad_lately = True
        if not own:
            self.seen[kind].failed(left_at)
        if self.seen[kind].streak >= _STREAK:
            self.trip(suspected=kind)
        if self._is_probe(left_at) and retry_after_s is not None and retry_after_s > self.patience_s:
            self._give_up_for(retry_after_s)

    def throttled(
        self,
        kind: Kind,
        retry_after_s: float | None = None,
        *,
        failure: str = "429 Too Many Requests",
        left_at: float = -inf,
    ) -> float | None:
        """Note a 429 to a request that left at ``left_at``; return how many seconds the whole run must wait, if any.

        It is no good answer, although the API is there. A long ``Retry-After`` may be meant for one order alone, so it
        counts only if a probe gets one, too; if that is longer than the patience of the run, the run stops.
        """
        self.last_failure = failure
        if retry_after_s is not None and retry_after_s > min(_LONG_HINT_S, self.patience_s):
            if kind != "list" and not self._is_probe(left_at):
                self.trip(half_open=kind)
                return None
            if retry_after_s > self.patience_s:
                self._give_up_for(retry_after_s)
                return None
            if self.gate.half_open == kind:
                self.close(recovered=False)  # The pacer makes every request wait.
        # The neutral question may get good answers meanwhile, because this limit is on the requests of rows.
        if kind != "list":
            self._watch_limit(kind)
        return retry_after_s

    def short(self, failure: str) -> None:
        """Note a shortage on this machine, which says nothing about the API."""
        self.dropped()
        if not self._told_of_shortage:
            self._told_of_shortage = True
            self.notify(
                f"Requests wait: {failure}. No row counts as failed meanwhile. Close other programs if it lasts."
            )

    def _is_probe(self, left_at: float) -> bool:
        return not self.gate.is_closed and left_at >= self.tripped_at

    def _watch_limit(self, kind: Kind) -> None:
        match self._limit.refused(self.last_failure):
            case "give up":
                self.give_up(f"has let no row through for {self.patience_s:g} s")
            case "shut" if self._limit.shut_long_after(self.fresh_wanted_at):
                self.want_fresh_row(kind)  # The rows in hand may be the only ones that it refuses.

    # Whose failure it is

    def passed_since(self, kind: Kind, moment: float) -> bool:
        """Tell whether a request of this kind that left after that moment was answered well."""
        return self.seen[kind].passed_at > moment

    def blames_rows_in_hand(self, kind: Kind) -> bool:
        """Tell whether rows that fail now are bad ones: none has passed, and no fresh row is left to compare with."""
        return self.seen[kind].blamed and not self.seen[kind].sources

    async def is_well_for_others(self, since: float) -> bool:
        """Tell whether a row that is out of tries is a bad one; its first try left at ``since``.

        If there was no good answer lately, the neutral question is put, and the row waits for its result. In an outage
        that is under way the row waits for its end, and the answer is no.
        """
        if self.good_at >= max(since, loop_time() - _LATELY_S):
            return True
        outages, was_closed = self.outages, self.gate.is_closed
        self.trip()
        await self.gate.wait_until_closed()
        return was_closed and self.outages == outages

    # Closed, open, half-open

    def trip(self, *, suspected: Kind | None = None, half_open: Kind | None = None) -> None:
        """Open the breaker, or half-open it for one kind.

        ``suspected`` is the kind to half-open it for once the question is answered; a list needs none of this, because
        the question itself asks for a list.
        """
        if self.gate.is_closed:
            self.gate.open(half_open=half_open)
            self.tripped_at = loop_time()
            self.suspected = suspected if suspected != "list" else None
            self.tripped.set()

    def note_question_answered(self) -> None:
        """Close the breaker, or half-open it for the kind of request that failed."""
        if self.suspected is None:
            # The list may be what fails, and alone. Each further failure would trip the breaker again, and none would
            # count against the page, which would be asked for without end.
            self.seen["list"].streak = 0
            self.close(recovered=True)
        else:
            self.gate.open(half_open=self.suspected)

    def want_fresh_row(self, kind: Kind) -> None:
        """Ask for a row from elsewhere in the sheet."""
        self.fresh_wanted_at = loop_time()
        self.seen[kind].fresh_wanted.set()

    def close(self, *, recovered: bool) -> None:
        """Let every request pass; ``recovered``: a good answer is the reason."""
        self.silent_since = None
        if recovered:
            self.good_at = loop_time()
        if not self.gate.is_closed:
            self.gate.close()
            self.suspected = self.out_since = None
            self.tripped = anyio.Event()
            if self.outage is not None:
                self.outage.cancel()

    def give_up(self, what: str) -> None:
        """Stop the run at once; ``what`` says what the API does, as the rest of a sentence."""
        self.stop.request(ApiUnavailableError(f"The API {what} (last: {self.last_failure})."), grace_s=0)

    def _give_up_for(self, retry_after_s: float) -> None:
        self.give_up(f"asks to wait {retry_after_s:.0f} s, longer than --patience allows")
