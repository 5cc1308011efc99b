"""Coroutines enter, and their sleeping takes no time: an event loop whose clock jumps to the next timer.

Mark an async test with ``@pytest.mark.virtual_time`` to run it here. ``asyncio.sleep``, ``anyio.sleep``,
``anyio.fail_after`` and all else that asks the loop for the time then read the virtual clock (``anyio.current_time()``,
which starts at 0.0), so an hour passes in milliseconds and takes the same course every time. Elsewhere, a property of
hypothesis for instance: ``asyncio.Runner(loop_factory=VirtualTimeLoop)``.

Time moves only when nothing else can: no callback is ready and no thread is at work for the loop. Work handed to
threads by ``loop.run_in_executor``, ``asyncio.to_thread`` and (in marked tests) ``anyio.to_thread.run_sync`` is known;
hold the clock for any other thread with ``loop.real_work()``. Sockets have no virtual time, so they are refused.
"""

from __future__ import annotations

import asyncio
import selectors
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar, TypeVarTuple, Unpack

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from concurrent.futures import Executor

_T = TypeVar("_T")
_Ts = TypeVarTuple("_Ts")

THREAD_LIMIT_S = 60.0
"""How long a thread may really work before the test is called stuck."""


class StuckError(AssertionError):
    """The test waits for something that can't happen."""


class _JumpingSelector(selectors.DefaultSelector):
    """Waits for nothing: where a real selector would sleep, it moves its loop's clock on."""

    loop: VirtualTimeLoop

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        events = super().select(0)
        if not events and timeout != 0:
            events = self._wait(timeout)
        return events

    def _wait(self, timeout: float | None) -> list[tuple[selectors.SelectorKey, int]]:
        if self.loop.threads_at_work:
            events = super().select(THREAD_LIMIT_S)
            if not events:
                raise StuckError(f"A thread has not come back for {THREAD_LIMIT_S:g} s.")
            return events
        if timeout is None:
            raise StuckError("Nothing is scheduled and nothing is ready: what the test awaits can't happen any more.")
        self.loop.jump(timeout)
        return []


class VirtualTimeLoop(asyncio.SelectorEventLoop):
    """An event loop on a virtual clock; it raises where a real one would wait for ever.

    ``horizon_s`` is the virtual time after which a test that still ticks is called stuck.

    Example:
        >>> with asyncio.Runner(loop_factory=VirtualTimeLoop) as runner:
        ...     runner.run(asyncio.sleep(3600))
        ...     runner.get_loop().time()
        3600.0
    """

    def __init__(self, *, horizon_s: float = 7 * 86_400.0) -> None:
        self.threads_at_work = 0
        self._horizon_s = horizon_s
        self._now_s = 0.0
        selector = _JumpingSelector()
        selector.loop = self
        super().__init__(selector)

    def time(self) -> float:
        """Return the virtual time in seconds; it starts at 0.0."""
        return self._now_s

    def jump(self, seconds: float) -> None:
        """Move the clock on; ``StuckError`` beyond the horizon."""
        self._now_s += seconds
        if self._now_s > self._horizon_s:
            raise StuckError(f"The test still waits after {self._horizon_s:g} virtual seconds.")

    @contextmanager
    def real_work(self) -> Iterator[None]:
        """Hold the clock while a thread works for this loop; it must wake the loop with ``call_soon_threadsafe``."""
        self.threads_at_work += 1
        try:
            yield
        finally:
            self.threads_at_work -= 1

    def run_in_executor(
        self, executor: Executor | None, func: Callable[[Unpack[_Ts]], _T], *args: *_Ts
    ) -> asyncio.Future[_T]:
        """Run a function in a thread, and hold the clock until it is done."""
        future = super().run_in_executor(executor, func, *args)
        self.threads_at_work += 1
        future.add_done_callback(self._thread_is_back)
        return future

    def _thread_is_back(self, _: asyncio.Future[Any]) -> None:
        self.threads_at_work -= 1

    async def shutdown_default_executor(self, *args: Any, **kwargs: Any) -> None:
        """Wait for the threads in real time; they end when they end."""
        with self.real_work():
            await super().shutdown_default_executor(*args, **kwargs)

    async def create_connection(self, *_: Any, **__: Any) -> NoReturn:
        """Refuse: a socket has no virtual time."""
        raise StuckError("A socket was opened in virtual time; give the code a fake API, or the test the real clock.")

    sock_connect = create_connection
    create_server = create_connection
