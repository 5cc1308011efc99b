"""Bounded concurrency: batches of items enter, as many as are wanted are in hand, batches of results are recorded.

Both stages that speak to the API (`lookup`, `pool`) are made of this. Concurrency follows demand: an item is started
whenever the API has capacity for one more, up to a bound, so that it needs no estimate of how long an item takes, and
shrinks by itself. Memory is bounded whatever the number of items: a batch and a half waiting, the items in hand, and
about `_MOST_UNRECORDED` results gathered while as many are being written. Results are recorded in groups (all that
gathered while the last group was written, or in `_GATHER_S`), and none is lost to a stop or a cancellation.
"""

from __future__ import annotations

from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import suppress
from typing import Generic, Protocol, TypeVar

import anyio
import anyio.abc
import anyio.lowlevel

from batch_renamer.client.stopping import Stopping, StopSignal
from batch_renamer.errors import BatchRenamerError

__all__ = ["Capacity", "MostAtOnce", "work_through"]

T = TypeVar("T")
R = TypeVar("R")

_MOST_UNRECORDED = 2_000

_LATE_S = 1.0
"""After this long without an end to a write, nothing more is begun: it could not be recorded that it was sent."""

_GATHER_S = 0.1
"""How long a result waits for others to be recorded with: a transaction costs more than the rows in it."""

MostAtOnce = Callable[[], int]
"""How many items may be in hand at once; it may change while they are worked on."""


class Capacity(Protocol):
    """Tells when the API has capacity for one more item."""

    async def wait(self) -> None:
        """Return when one more item is to be started."""

    async def wait_for_probe(self) -> None:
        """Return when one more is to be started whatever the bound, from elsewhere than its neighbours in hand."""


class Unlimited:
    """Always has capacity: the bound alone decides how many items are in hand."""

    async def wait(self) -> None:
        """Return at once."""

    async def wait_for_probe(self) -> None:
        """Never return: there is nothing to find out."""
        await anyio.sleep_forever()


async def work_through(
    batches: AsyncIterator[Sequence[T]],
    handle: Callable[[T, Callable[[R], None]], Awaitable[None]],
    record: Callable[[list[R]], Awaitable[None]],
    *,
    workers: MostAtOnce,
    stop: StopSignal,
    capacity: Capacity | None = None,
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
    outbox: _Outbox[R] = _Outbox(record, stop, urgent)
    inbox = _Inbox(batches, stop, elsewhere)
    async with anyio.create_task_group() as recording:
        recording.start_soon(outbox.run)
        try:
            async with anyio.create_task_group() as guard:
                guard.start_soon(_cancel_when_out_of_time, stop, guard.cancel_scope)
                guard.start_soon(inbox.run)
                async with anyio.create_task_group() as tasks, anyio.create_task_group() as probing:
                    in_hand = _InHand(handle, inbox=inbox, outbox=outbox, tasks=tasks, stop=stop)
                    probing.start_soon(in_hand.probe, capacity or Unlimited())
                    await in_hand.scale(workers, capacity or Unlimited())
                    probing.cancel_scope.cancel()
                guard.cancel_scope.cancel()
        finally:
            outbox.close()


async def _cancel_when_out_of_time(stop: StopSignal, scope: anyio.CancelScope) -> None:
    await stop.out_of_time()
    scope.cancel()


class _InHand(Generic[T, R]):
    """The items in hand, a task for each; they end by themselves."""

    def __init__(
        self,
        handle: Callable[[T, Callable[[R], None]], Awaitable[None]],
        *,
        inbox: _Inbox[T],
        outbox: _Outbox[R],
        tasks: anyio.abc.TaskGroup,
        stop: StopSignal,
    ) -> None:
        self._handle = handle
        self._inbox = inbox
        self._outbox = outbox
        self._tasks = tasks
        self._stop = stop
        self._count = 0
        self._ended = anyio.Event()

    async def scale(self, workers: MostAtOnce, capacity: Capacity) -> None:
        """Start items one by one, as there is capacity for them, until nothing is left to hand out."""
        with suppress(Stopping):
            while True:
                await self._outbox.wait_for_capacity()
                while self._count >= workers():
                    await self._ended.wait()
                with self._stop.interruptible():
                    await capacity.wait()
                if (item := await self._inbox.take()) is None:
                    return
                self._start(item[0])
                # Let it come as far as its first wait: what it asks for counts before the next one is started.
                await anyio.lowlevel.checkpoint()

    async def probe(self, capacity: Capacity) -> None:
        """Start an item from elsewhere whenever one is wanted as a probe, until there is none."""
        while True:
            await capacity.wait_for_probe()
            if (item := await self._inbox.take_elsewhere()) is None:
                return
            self._start(item[0])

    def _start(self, item: T) -> None:
        self._count += 1
        self._tasks.start_soon(self._work_at, item)

    async def _work_at(self, item: T) -> None:
        try:
            await self._handle(item, self._outbox.put)
        except Stopping:
            pass  # its row stays as it was
        except BatchRenamerError as error:
            self._stop.request(error)
        finally:
            self._count -= 1
            self._ended.set()
            self._ended = anyio.Event()


class _Inbox(Generic[T]):
    """Hands out the items of the batches one by one; nothing after a stop.

    The next batch is fetched while the second half of the last one is handed out, so that nobody waits for it.
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
        try:
            async for batch in self._batches:
                self._few = len(batch) // 2
                self._few_left = anyio.Event()
                self._waiting.extend(batch)
                self._tell_the_waiting()
                if batch:
                    await self._few_left.wait()
                if self._stop.requested:
                    break
        except BatchRenamerError as error:
            self._stop.request(error)
        self._ended = True
        self._tell_the_waiting()

    def _tell_the_waiting(self) -> None:
        self._fetched.set()
        self._fetched = anyio.Event()

    async def take(self) -> tuple[T] | None:
        """Return the next item in order; None when there is none, or none is to be handed out any more."""
        return self._pop(self._waiting.popleft) if await self._has_more() else None

    async def take_elsewhere(self) -> tuple[T] | None:
        """Return an item that lies as far from the next one as possible."""
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


class _Outbox(Generic[R]):
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
        self._results.append(result)
        self._filled.set()
        if self._urgent(result):
            self._flush_now.set()

    def close(self) -> None:
        self._closed = True
        self._filled.set()
        self._flush_now.set()

    async def wait_for_capacity(self) -> None:
        while not self._broken and (len(self._results) > _MOST_UNRECORDED or self._is_late()):
            await self._emptied.wait()

    def _is_late(self) -> bool:
        return self._write_begun is not None and anyio.current_time() - self._write_begun >= _LATE_S

    async def run(self) -> None:
        with anyio.CancelScope(shield=True):
            while not (self._closed and not self._results):
                await self._filled.wait()
                with anyio.move_on_after(_GATHER_S):
                    await self._flush_now.wait()
                self._filled = anyio.Event()
                if not self._closed:
                    self._flush_now = anyio.Event()
                group, self._results = self._results, []
                self._tell_of_capacity()
                if group and not self._broken:
                    await self._write(group)
                    self._tell_of_capacity()

    def _tell_of_capacity(self) -> None:
        self._emptied.set()
        self._emptied = anyio.Event()

    async def _write(self, group: list[R]) -> None:
        self._write_begun = anyio.current_time()
        try:
            await self._record(group)
        except BatchRenamerError as error:
            # What can't be recorded isn't lost for good: the journal still shows these rows as unfinished,
            # and whoever takes the run up again reads them back.
            self._broken = True
            self._stop.request(error)
        finally:
            self._write_begun = None
