"""Bounded concurrency: items of batches are handled, as many at once as are wanted, and their results are recorded.

All stages that make requests use it. Concurrency follows demand: one more item is started whenever the API
has capacity for it, up to a bound. So no estimate of how long an item takes is needed, and concurrency falls by itself.
Memory is bounded whatever the number of items: a batch and a half waits (`inbox`), some items are in hand, and about
2,000 results are gathered while as many are written (`outbox`). No result is lost to a stop or a cancellation.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Generic, Protocol, TypeVar

import anyio
import anyio.abc
import anyio.lowlevel

from batch_renamer.client.inbox import Inbox
from batch_renamer.client.outbox import Outbox
from batch_renamer.client.stopping import Stopping, StopSignal
from batch_renamer.errors import BatchRenamerError

__all__ = ["MostAtOnce", "StartSignal", "work_through"]

T = TypeVar("T")
R = TypeVar("R")

MostAtOnce = Callable[[], int]
"""How many items may be in hand at once; it may change while they are worked on."""


class StartSignal(Protocol):
    """Tells when to start one more item; `capacity.Capacity` asks the pacer and the breaker."""

    async def wait(self) -> None:
        """Return when one more item is to be started."""

    def is_free(self) -> bool:
        """Tell whether one more item may be started right now."""

    async def wait_for_probe(self) -> None:
        """Return when an item from elsewhere in the sheet is to be started, even beyond the bound."""


class Unlimited:
    """Always has capacity: the bound alone decides how many items are in hand."""

    async def wait(self) -> None:
        """Return at once."""

    def is_free(self) -> bool:
        """Tell that the bound alone decides."""
        return True

    async def wait_for_probe(self) -> None:
        """Never return: no probe is ever wanted."""
        await anyio.sleep_forever()


async def work_through(
    batches: AsyncIterator[Sequence[T]],
    handle: Callable[[T, Callable[[R], None]], Awaitable[None]],
    record: Callable[[list[R]], Awaitable[None]],
    *,
    workers: MostAtOnce,
    stop: StopSignal,
    capacity: StartSignal | None = None,
    elsewhere: Callable[[], Awaitable[T | None]] | None = None,
    urgent: Callable[[R], bool] = lambda _: False,
) -> None:
    """Handle every item of ``batches``, ``workers()`` of them at once, and record every result.

    One more item is started whenever there is ``capacity`` for it; without one, as soon as the bound allows.
    ``elsewhere`` returns an item that lies further on, which the batches then leave out; None when there is none.
    ``handle(item, emit)`` calls ``emit`` for each result, synchronously, also when it is cancelled; ``record`` writes a
    group of results, at once if one of them is ``urgent``. Errors that end a run (raised by either) become the cause of
    ``stop``; nothing more is handed out then, and items in hand get the grace of the stop before they are cancelled.

    Example:
        >>> import anyio
        >>> async def main() -> list[int]:
        ...     seen: list[int] = []
        ...     async def batches():
        ...         yield [1, 2, 3]
        ...     async def double(item, emit):
        ...         emit(item * 2)
        ...     async def record(results):
        ...         seen.extend(results)
        ...     await work_through(batches(), double, record, workers=lambda: 2, stop=StopSignal())
        ...     return sorted(seen)
        >>> anyio.run(main)
        [2, 4, 6]
    """
    outbox: Outbox[R] = Outbox(record, stop, urgent)
    inbox = Inbox(batches, stop, elsewhere)
    async with anyio.create_task_group() as recording:
        recording.start_soon(outbox.run)
        try:
            async with anyio.create_task_group() as guard:
                guard.start_soon(_cancel_when_out_of_time, stop, guard.cancel_scope)
                guard.start_soon(inbox.run)
                async with anyio.create_task_group() as tasks, anyio.create_task_group() as probing:
                    in_hand = _InHand(
                        handle,
                        inbox=inbox,
                        outbox=outbox,
                        tasks=tasks,
                        stop=stop,
                        workers=workers,
                        capacity=capacity or Unlimited(),
                    )
                    probing.start_soon(in_hand.probe)
                    await in_hand.scale()
                    probing.cancel_scope.cancel()
                    in_hand.end()
                guard.cancel_scope.cancel()
        finally:
            outbox.close()


async def _cancel_when_out_of_time(stop: StopSignal, scope: anyio.CancelScope) -> None:
    await stop.out_of_time()
    scope.cancel()


class _InHand(Generic[T, R]):
    """The items in hand, a task for each.

    A task whose item has ended takes the next one itself if there is capacity for it at that moment; it waits for one
    otherwise, because a new task costs more.
    """

    def __init__(
        self,
        handle: Callable[[T, Callable[[R], None]], Awaitable[None]],
        *,
        inbox: Inbox[T],
        outbox: Outbox[R],
        tasks: anyio.abc.TaskGroup,
        stop: StopSignal,
        workers: MostAtOnce,
        capacity: StartSignal,
    ) -> None:
        self._handle = handle
        self._inbox = inbox
        self._outbox = outbox
        self._tasks = tasks
        self._stop = stop
        self._workers = workers
        self._capacity = capacity
        self._count = 0
        self._ended = anyio.Event()
        self._idle: list[_Place[T]] = []
        self._is_over = False

    async def scale(self) -> None:
        """Start items one by one, as there is capacity for them, until nothing is left or the run stops."""
        # One scope for all waits: to make one costs more than to start an item.
        with suppress(Stopping), self._stop.interruptible():
            while True:
                await self._outbox.wait_for_capacity()
                while self._count >= self._workers():
                    self._ended = anyio.Event()
                    await self._ended.wait()
                await self._capacity.wait()
                if (item := await self._inbox.take()) is None:
                    return
                self._start(item[0])
                # Let it run to its first wait, so that its request counts before the next item is started.
                await anyio.lowlevel.checkpoint()

    async def probe(self) -> None:
        """Start an item from elsewhere whenever one is wanted as a probe, until there is none."""
        while True:
            await self._capacity.wait_for_probe()
            if (item := await self._inbox.take_elsewhere()) is None:
                return
            self._start(item[0])

    def end(self) -> None:
        """Let the tasks end with their items: no other one is started."""
        self._is_over = True
        idle, self._idle = self._idle, []
        for place in idle:
            place.filled.set()

    def _start(self, item: T) -> None:
        self._count += 1
        if self._idle:
            place = self._idle.pop()
            place.item = (item,)
            place.filled.set()
        else:
            self._tasks.start_soon(self._work, item)

    async def _work(self, item: T) -> None:
        taken: tuple[T] | None = (item,)
        while taken is not None:
            await self._work_at(taken[0])
            taken = self._take_at_once() or await self._take_later()

    def _take_at_once(self) -> tuple[T] | None:
        """Return the next item in place of the one that has ended, if it may be started now."""
        most = self._workers()
        if self._count < most:
            self._ended.set()  # `scale` waits for room, and the bound has grown.
        if self._is_over or self._count > most or not (self._outbox.has_capacity() and self._capacity.is_free()):
            return None
        return self._inbox.take_nowait()

    async def _take_later(self) -> tuple[T] | None:
        """Return an item when there is one to be started; None if no other one comes."""
        self._count -= 1
        self._ended.set()
        if self._is_over:
            return None
        place: _Place[T] = _Place()
        self._idle.append(place)
        await place.filled.wait()
        return place.item

    async def _work_at(self, item: T) -> None:
        try:
            await self._handle(item, self._outbox.put)
        except Stopping:
            pass  # its row stays as it was
        except BatchRenamerError as error:
            self._stop.request(error)
        # A fault of the program cancels all tasks: it makes room for no other item.


@dataclass(slots=True)
class _Place(Generic[T]):
    """Where a task waits for its next item; it is filled with None if no other item comes."""

    item: tuple[T] | None = None
    filled: anyio.Event = field(default_factory=anyio.Event)
