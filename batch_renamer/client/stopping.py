"""How a run is asked to stop: the first cause counts, and every wait that may be interrupted ends at once.

A request in flight is never broken off by this; it has ``grace_s`` seconds to finish (`workers` sees to that).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import anyio

from batch_renamer.errors import BatchRenamerError

__all__ = ["GRACE_S", "StopSignal", "Stopping"]

GRACE_S = 10.0
"""How long requests in flight may take to finish once a run is to stop, in seconds."""


class Stopping(Exception):  # noqa: N818 - a signal between packages, not an error that anyone reports
    """Ends the wait of a row whose run is stopping; what was sent for the row decides its result."""


class StopSignal:
    """Carries the one cause for which a run stops; the first cause wins.

    ``abandoned`` tells that the reports are not waited for either; threads look at it, too.

    Example:
        >>> stop = StopSignal()
        >>> stop.requested
        False
    """

    def __init__(self) -> None:
        self.cause: BatchRenamerError | None = None
        self.grace_s = GRACE_S
        self.abandoned = False
        self._asked = anyio.Event()
        self._no_grace = anyio.Event()
        self._waits: set[anyio.CancelScope] = set()

    @property
    def requested(self) -> bool:
        """Whether the run is to stop."""
        return self.cause is not None

    @property
    def without_grace(self) -> bool:
        """Whether requests in flight are not waited for any more."""
        return self._no_grace.is_set()

    def request(self, cause: BatchRenamerError, *, grace_s: float = GRACE_S) -> None:
        """Ask the run to stop, with a grace in seconds. A second request only counts if it ends the grace (0 s)."""
        if self.cause is None:
            self.cause = cause
            self.grace_s = grace_s
            self._asked.set()
            for scope in tuple(self._waits):
                scope.cancel()
        if grace_s <= 0:
            self._no_grace.set()

    def abandon(self) -> None:
        """Leave the reports of a run that stops unwritten; may be called from any thread."""
        self.abandoned = True

    async def out_of_time(self) -> None:
        """Return once a stop was requested and its grace is over."""
        await self._asked.wait()
        with anyio.move_on_after(self.grace_s):
            await self._no_grace.wait()

    @contextmanager
    def interruptible(self) -> Iterator[None]:
        """Wrap a wait that a stop ends.

        Raises:
            Stopping: the run is to stop, now or when the wait began.
        """
        if self.requested:
            raise Stopping
        with anyio.CancelScope() as scope:
            self._waits.add(scope)
            try:
                yield
            finally:
                self._waits.discard(scope)
        if self.requested:  # also when the wait ended in the same moment in which the stop came
            raise Stopping
