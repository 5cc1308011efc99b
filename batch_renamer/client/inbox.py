"""The items that are still to be started: batches are fetched ahead, items are handed out one by one.

It does not decide when an item is started (`workers`).
"""

from __future__ import annotations

from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import Generic, TypeVar

import anyio

from batch_renamer.client.stopping import StopSignal
from batch_renamer.errors import BatchRenamerError

__all__ = ["Inbox"]

T = TypeVar("T")


class Inbox(Generic[T]):
    """Hands out the items of the batches one by one; nothing after a stop.

    The next batch is fetched while the second half of the last one is handed out, so that no item waits for it.
    """

    def __init__(
        self,
        batches: AsyncIterator[Sequence[T]],
        stop: StopSignal,
        elsewhere: Callable[[], Awaitable[T | None]] | None,
    ) -> None:
        self._batches = batches
        self._stop = stop
        self._elsewhere = elsewhere
        self._waiting: deque[T] = deque()
        self._few = 0
        self._few_left = anyio.Event()
        self._fetched = anyio.Event()
        self._ended = False

    async def run(self) -> None:
        """Fetch batch after batch until there is no more, or the run stops."""
        try:
            async for batch in self._batches:
                self._few = len(batch) // 2
                self._few_left = anyio.Event()
                self._waiting.extend(batch)
                self._notify()
                if batch:
                    await self._few_left.wait()
                if self._stop.requested:
                    break
        except BatchRenamerError as error:
            self._stop.request(error)
        self._ended = True
        self._notify()

    def _notify(self) -> None:
        self._fetched.set()
        self._fetched = anyio.Event()

    def take_nowait(self) -> tuple[T] | None:
        """Return the next item in order if it is there; None if it has to be waited for, or if the run stops."""
        return self._pop(self._waiting.popleft) if self._waiting and not self._stop.requested else None

    async def take(self) -> tuple[T] | None:
        """Return the next item in order; None if there is none left, or if the run stops."""
        return self._pop(self._waiting.popleft) if await self._has_more() else None

    async def take_elsewhere(self) -> tuple[T] | None:
        """Return an item as far from the next one as possible; None if there is none left, or if the run stops."""
        if self._elsewhere is not None and not self._stop.requested:
            try:
                if (item := await self._elsewhere()) is not None:
                    return (item,)
            except BatchRenamerError as error:
                self._stop.request(error)
        return self._pop(self._waiting.pop) if await self._has_more() else None

    async def _has_more(self) -> bool:
        while not (self._waiting or self._ended or self._stop.requested):
            await self._fetched.wait()
        return bool(self._waiting) and not self._stop.requested

    def _pop(self, pop: Callable[[], T]) -> tuple[T]:
        item = pop()
        if len(self._waiting) <= self._few:
            self._few_left.set()
        return (item,)
