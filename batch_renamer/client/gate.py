"""Which requests pass right now: the state of the breaker, and the requests that wait for it to change.

- closed: all requests pass.
- open: all requests wait.
- half-open for one kind: requests of that kind wait, except for one probe at a time. The other kinds pass.

Why the state changes is the business of `breaker`.
"""

from __future__ import annotations

from typing import Literal

import anyio

from batch_renamer.client.seen import Kind

__all__ = ["Gate"]


class Gate:
    """Lets requests pass or wait.

    Example:
        >>> gate = Gate()
        >>> gate.open(half_open="rename")
        >>> gate.holds("rename"), gate.holds("read")
        (True, False)
    """

    def __init__(self) -> None:
        self.is_closed = True
        self.half_open: Kind | None = None
        self._permit: Literal["none", "fresh", "any"] = "none"
        self._changed = anyio.Event()

    # What requests ask

    def holds(self, kind: Kind) -> bool:
        """Tell whether requests of this kind are held back right now."""
        return not self.is_closed and self.half_open in (None, kind)

    async def admit(self, kind: Kind, *, fresh: bool = True) -> bool:
        """Wait until a try may be made; True if it is a probe. ``fresh``: its row has just been started."""
        while self.holds(kind):
            if self._permit == "any" or (self._permit == "fresh" and fresh):
                self._permit = "none"
                return True
            await self._changed.wait()
            fresh = False  # A row that waits is a neighbour of those that failed, and may be as bad.
        return False

    async def wait_until_closed(self, kind: Kind | None = None) -> None:
        """Return when requests of this kind, or of all kinds, are not held back."""
        while not self.is_closed if kind is None else self.holds(kind):
            await self._changed.wait()

    # What changes

    def open(self, *, half_open: Kind | None = None) -> None:
        """Hold back all requests, or those of one kind; requests that wait already stay where they are."""
        self.is_closed = False
        self.half_open = half_open
        self._notify_waiting()

    def close(self) -> None:
        """Let all requests pass."""
        self.is_closed = True
        self.half_open = None
        self._permit = "none"
        self._notify_waiting()

    def permit_probe(self, *, fresh: bool) -> None:
        """Let one request of the kind that is held back pass: of a ``fresh`` row, or of any row.

        It is also called where the request that was let through is too late to leave.
        """
        if self.half_open is not None:
            self._permit = "fresh" if fresh else "any"
            self._notify_waiting()

    def _notify_waiting(self) -> None:
        self._changed.set()
        self._changed = anyio.Event()
