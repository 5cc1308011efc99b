"""Signals that ask a program to stop, such as Ctrl-C: each calls a function in the event loop or a thread, or raises.

Python calls the handler of a signal between two steps of the main thread. A main thread that waits in a system call
takes no step. The signal interrupts the call, but only if the main thread was in it already, and only if the system
gave the signal to this thread. Otherwise the handler waits as long as the call does: for ever, where a pipe is full and
its reader reads no more. An event loop has no such call; where there is one, `called_in_thread_on_signals` is for it.
"""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import threading
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from types import FrameType

__all__ = ["called_in_thread_on_signals", "called_on_signals", "raised_on_signals"]

# Not every platform has all of them: SIGHUP is a closed terminal on POSIX, SIGBREAK is Ctrl-Break on Windows.
_STOP_SIGNALS = ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK")


@contextmanager
def called_on_signals(
    callback: Callable[[int], None], *, afterwards: Callable[[int], None] | None = None
) -> Iterator[None]:
    """Call ``callback`` with the number of each signal that asks to stop, in the running loop; main thread only.

    When the block has ended well, signals go to ``afterwards`` for as long as the process lasts; without it, and after
    an error, to what handled them before. ``afterwards`` is called at once, between two steps of the main thread.

    A hang-up stays ignored where it was (``nohup``). ``loop.add_signal_handler`` would be shorter, and is missing on
    Windows.
    """
    loop = asyncio.get_running_loop()

    def on_signal(number: int, _frame: FrameType | None) -> None:
        loop.call_soon_threadsafe(callback, number)

    def on_late_signal(number: int, _frame: FrameType | None) -> None:
        if afterwards is not None:
            afterwards(number)

    before = {number: signal.signal(number, on_signal) for number in _numbers()}
    ended_well = False
    try:
        yield
        ended_well = True
    finally:
        for number, handler in before.items():
            signal.signal(number, on_late_signal if ended_well and afterwards is not None else handler)


@contextmanager
def called_in_thread_on_signals(callback: Callable[[int], None]) -> Iterator[None]:
    """Call ``callback`` with the number of each signal that asks to stop, in a thread of its own; no loop may run.

    It is called at once, whatever the main thread waits for. To be used in the main thread only. When the block has
    ended, signals go to what handled them before.
    """

    def ignore(_number: int, _frame: FrameType | None) -> None:
        """Stand for a handler: without one, Python writes no byte for a signal."""

    numbers = _numbers()
    before = {number: signal.signal(number, ignore) for number in numbers}
    read_end, write_end = socket.socketpair()  # not a pipe: on Windows it has to be a socket
    with read_end, write_end:
        write_end.setblocking(False)
        # Python writes the number of each signal at the instant when it comes, not between two steps.
        written_before = signal.set_wakeup_fd(write_end.fileno(), warn_on_full_buffer=False)
        thread = threading.Thread(target=_pass_on, args=(read_end, numbers, callback), daemon=True)
        thread.start()
        try:
            yield
        finally:
            signal.set_wakeup_fd(written_before)
            for number, handler in before.items():
                signal.signal(number, handler)
            write_end.close()
            thread.join()


def _pass_on(read_end: socket.socket, numbers: Collection[int], callback: Callable[[int], None]) -> None:
    while came := read_end.recv(64):
        for number in came:
            if number in numbers:
                callback(number)


@contextmanager
def raised_on_signals(error_of: Callable[[int], BaseException]) -> Iterator[Callable[[], None]]:
    """Raise the error of the first signal that asks to stop, between two steps of the main thread; main thread only.

    A second signal ends the process at once, with the exit code of a program that the signal has killed. The block is
    given a function that has to be called after each `called_on_signals`, which keeps the signals for itself.
    """
    came: list[int] = []

    def on_signal(number: int, _frame: FrameType | None) -> None:
        if came:
            os._exit(128 + number)
        came.append(number)
        raise error_of(number)

    def arm() -> None:
        for number in numbers:
            signal.signal(number, on_signal)

    numbers = _numbers()
    before = {number: signal.getsignal(number) for number in numbers}
    arm()
    try:
        yield arm
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _numbers() -> list[signal.Signals]:
    numbers: list[signal.Signals] = [getattr(signal, name) for name in _STOP_SIGNALS if hasattr(signal, name)]
    return [n for n in numbers if n.name != "SIGHUP" or signal.getsignal(n) is not signal.SIG_IGN]
