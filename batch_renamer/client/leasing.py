"""A pacer that spends leases: a process that shares a limit with others sends only what it was given.

A lease is "so many requests per second until then". Without one that holds, no try leaves. What the tries show of the
limit is noted for the process that gives the leases, because it alone sees all of them.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import anyio

from batch_renamer.client.adaptive_limit import LimitLearner
from batch_renamer.client.pacing import Pacer
from batch_renamer.client.sends import Send
from batch_renamer.loop_clock import loop_time

__all__ = ["LeasedPacer", "TryNote"]

_MOST_PER_S = 10_000.0


@dataclass(frozen=True, slots=True)
class TryNote:
    """What happened to one try, by its number, and when, in the event loop's time of the process that sent it.

    ``refused`` is None when it leaves, False when it was let in, True when it got a 429, then with its ``hint_s``.
    ``alone``: other rows passed meanwhile, so that the 429 of the try with the number ``first`` was no limit either.
    """

    number: int
    at: float
    refused: bool | None = None
    hint_s: float | None = None
    first: int | None = None

    @property
    def alone(self) -> bool:
        """Whether the 429 is about one row and not about the limit."""
        return self.first is not None


@dataclass(slots=True, eq=False)
class _Numbered(Send):
    number: int = 0


class _TryBook(LimitLearner):
    """Notes the tries, and leaves it to another process to learn from them."""

    def __init__(self) -> None:
        super().__init__(ceiling_per_s=_MOST_PER_S)
        self.limit_per_s = 0.0
        self.notes: list[TryNote] = []
        self._count = 0
        self.hint_s: float | None = None

    def sent(self, now: float) -> Send:
        self._count += 1
        self.notes.append(TryNote(self._count, now))
        return _Numbered(now, number=self._count)

    def let_in(self, send: Send, now: float) -> None:
        self.notes.append(TryNote(_number(send), now, refused=False))

    def refused(self, send: Send, now: float) -> None:
        self.notes.append(TryNote(_number(send), now, refused=True, hint_s=self.hint_s))

    def take_back(self, first: Send, again: Send) -> None:
        self.notes.append(TryNote(_number(again), loop_time(), refused=True, first=_number(first)))


def _number(send: Send) -> int:
    return send.number if isinstance(send, _Numbered) else 0


class LeasedPacer(Pacer):
    """Spaces the tries of a process within its lease; without one, all of them wait.

    Example:
        >>> pacer = LeasedPacer()
        >>> pacer.limit_per_s
        0.0
    """

    # Where a lease changes, what this process sends late would fall into the second of which others have the rest.
    _makes_guard_good = False

    def __init__(self) -> None:
        super().__init__(rate_per_s=_MOST_PER_S)
        self._learner = self._book = _TryBook()
        self._until = -math.inf
        self._changed = anyio.Event()

    def lease(self, per_s: float, *, until: float) -> None:
        """Take another lease in the place of the one before: ``per_s`` requests a second, until the loop's time."""
        self._book.limit_per_s, self._until = per_s, until
        self._changed.set()
        self._changed = anyio.Event()

    def take_notes(self) -> tuple[TryNote, ...]:
        """Return what was noted since the last time, and forget it."""
        notes, self._book.notes = self._book.notes, []
        return tuple(notes)

    def throttle(self, retry_after_s: float | None, send: Send, *, at: float | None = None) -> None:
        """Note a 429, with its hint for the process that gives the leases."""
        self._book.hint_s = retry_after_s
        super().throttle(retry_after_s, send, at=at)

    async def _sleep_until(self, due_at: float) -> None:
        with anyio.CancelScope(deadline=due_at):
            await self._changed.wait()

    def _ready_at(self) -> float:
        if self._book.limit_per_s <= 0 or loop_time() >= self._until:
            return math.inf
        return super()._ready_at()
