"""Signals that ask a program to stop, such as Ctrl-C: each calls a function in the event loop, or raises an error."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

__all__ = ["called_on_signals", "raised_on_signals"]

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
