"""The results that are still to be recorded: they are gathered, and written in groups.

A group is what came while the last one was written, or within `_GATHER_S`. What a result means is not known here.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

import anyio

from batch_renamer.client.stopping import StopSignal
from batch_renamer.errors import BatchRenamerError
from batch_renamer.loop_clock import loop_time

__all__ = ["Outbox"]

R = TypeVar("R")

_MOST_UNRECORDED = 2_000

_LATE_S = 1.0
"""While a write takes longer than this, no other item is started: what it sends could not be recorded."""

_GATHER_S = 0.1
"""How long a result waits for others to be recorded with: a transaction costs more than the rows in it."""


class Outbox(Generic[R]):
    """Gathers results and records them in groups, shielded from cancellation."""

    def __init__(
        self, record: Callable[[list[R]], Awaitable[None]], stop: StopSignal, urgent: Callable[[R], bool]
    ) -> None:
        self._record = record
        self._stop = stop
        self._urgent = urgent
        self._results: list[R] = []
        self._filled = anyio.Event()
        self._emptied = anyio.Event()
        self._flush_now = anyio.Event()
        self._write_begun: float | None = None
        self._closed = False
        self._broken = False

    def put(self, result: R) -> None:
        """Take a result, to be recorded soon."""
        self._results.append(result)
        self._filled.set()
        if self._urgent(result):
            self._flush_now.set()

    def close(self) -> None:
        """Note that no other result comes: `run` ends when the last one is recorded."""
        self._closed = True
        self._filled.set()
        self._flush_now.set()

    async def wait_for_capacity(self) -> None:
        """Return when the results of one more item could be recorded."""
        while not self.has_capacity():
            await self._emptied.wait()

    def has_capacity(self) -> bool:
        """Tell whether the results of one more item could be recorded soon, or will never be."""
        return self._broken or not (len(self._results) > _MOST_UNRECORDED or self._is_late())

    def _is_late(self) -> bool:
        return self._write_begun is not None and loop_time() - self._write_begun >= _LATE_S

    async def run(self) -> None:
        """Record group after group until the outbox is closed; a cancellation does not end this."""
        with anyio.CancelScope(shield=True):
            while not (self._closed and not self._results):
                await self._filled.wait()
                with anyio.move_on_after(_GATHER_S):
                    await self._flush_now.wait()
                self._filled = anyio.Event()
                if not self._closed:
                    self._flush_now = anyio.Event()
                group, self._results = self._results, []
                self._notify()
                if group and not self._broken:
                    await self._write(group)
                    self._notify()

    def _notify(self) -> None:
        self._emptied.set()
        self._emptied = anyio.Event()

    async def _write(self, group: list[R]) -> None:
        self._write_begun = loop_time()
        try:
            await self._record(group)
        except BatchRenamerError as error:
            # What can't be recorded isn't lost: the journal still shows these rows as unfinished, and a resume reads
            # their orders.
            self._broken = True
            self._stop.request(error)
        finally:
            self._write_begun = None
