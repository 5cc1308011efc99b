"""What was seen of the requests of one kind. The breaker and the start of new rows depend on it."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import inf
from typing import Literal

import anyio

from batch_renamer.loop_clock import loop_time

__all__ = ["Kind", "Seen"]

Kind = Literal["list", "read", "rename"]
"""What a request asks for: reads may work while renames don't."""

_ONE_EVENT_S = 60.0
"""A failure that comes longer than this after the last one has nothing to do with it."""


@dataclass(slots=True)
class Seen:
    """What was seen of the requests of one kind; times are the event loop's, in seconds.

    ``streak`` counts the failures since the last good answer. ``passed_at`` is when the newest request with a good
    answer left, ``failing_since`` when the first request left that has failed since that answer. ``blamed``: the rows
    in hand count as bad ones. ``awaited_since`` is when the first request left after the last one ended. ``sources``
    counts the tasks that can start a fresh row, and ``fresh_wanted`` asks one of them to.
    """

    streak: int = 0
    passed_at: float = -inf
    failing_since: float = inf
    blamed: bool = False
    awaited_since: float = inf
    sources: int = 0
    fresh_wanted: anyio.Event = field(default_factory=anyio.Event)
    _failed_at: float = -inf
    _ended: anyio.Event | None = None

    def sent(self, now: float) -> None:
        """Note that a request leaves."""
        if self.awaited_since == inf:
            self.awaited_since = now

    def ended(self) -> None:
        """Note that a request has ended: with an answer, with a failure, or cancelled."""
        self.awaited_since = inf
        if self._ended is not None:
            self._ended.set()
            self._ended = None

    async def wait_for_an_end(self) -> None:
        """Return when the next request has ended."""
        if self._ended is None:
            self._ended = anyio.Event()
        await self._ended.wait()

    async def wait_until_fresh_wanted(self) -> None:
        """Return when a fresh row from elsewhere in the sheet is wanted, to be sent as a probe."""
        self.sources += 1
        try:
            await self.fresh_wanted.wait()
            self.fresh_wanted = anyio.Event()
        finally:
            self.sources -= 1

    def passed(self, left_at: float) -> None:
        """Note a good answer to a request that left at that time."""
        self.streak = 0
        self.passed_at = max(self.passed_at, left_at)
        self.failing_since = inf
        self.blamed = False

    def failed(self, left_at: float) -> None:
        """Note a failure of a request that left at that time."""
        now = loop_time()
        if now - self._failed_at > _ONE_EVENT_S:
            self.failing_since = inf
        self._failed_at = now
        self.failing_since = min(self.failing_since, left_at)
        self.streak += 1

    def blame(self, now: float) -> None:
        """Note that the rows in hand count as bad ones: their failures from now on say nothing about the API."""
        self.streak, self.passed_at, self.blamed = 0, now, True
