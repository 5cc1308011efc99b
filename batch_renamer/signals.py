"""Signals that ask a program to stop: a number comes in from the system, a callback is called in the event loop."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

__all__ = ["called_on_signals"]

# Not every platform has all of them: SIGHUP is a closed terminal on POSIX, SIGBREAK is Ctrl-Break on Windows.
_STOP_SIGNALS = ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK")


@contextmanager
def called_on_signals(callback: Callable[[int], None]) -> Iterator[None]:
    """Call ``callback`` with the number of each signal that asks to stop, in the running loop; main thread only.

    A hang-up stays ignored where it was (``nohup``). ``loop.add_signal_handler`` would be shorter, and is missing on
    Windows.
    """
    loop = asyncio.get_running_loop()

    def on_signal(number: int, _frame: FrameType | None) -> None:
        loop.call_soon_threadsafe(callback, number)

    before = {number: signal.signal(number, on_signal) for number in _numbers()}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _numbers() -> list[signal.Signals]:
    numbers: list[signal.Signals] = [getattr(signal, name) for name in _STOP_SIGNALS if hasattr(signal, name)]
    return [n for n in numbers if n.name != "SIGHUP" or signal.getsignal(n) is not signal.SIG_IGN]
