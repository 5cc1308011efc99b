"""A call enters, and something else happens in the middle of it: before the n-th line of chosen modules that it runs.

A kill there shows what a crash leaves; a file that is saved there shows what a race does.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from types import FrameType, ModuleType
from typing import Any

__all__ = ["at_line", "dies_at_line"]


@contextmanager
def at_line(number: int, action: Callable[[], object], *, of: Collection[ModuleType]) -> Iterator[Callable[[], int]]:
    """Do something before the ``number``-th line that runs in these modules within the block.

    The value is a function that returns how many lines have run.
    """
    files = {module.__file__ for module in of}
    ran = 0

    def local(_: FrameType, event: str, __: Any) -> Any:
        nonlocal ran
        if event == "line":
            ran += 1
            if ran == number:
                action()
        return local

    def trace(frame: FrameType, _: str, __: Any) -> Any:
        return local if frame.f_code.co_filename in files else None

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        yield lambda: ran
    finally:
        sys.settrace(before)


def dies_at_line(number: int, call: Callable[[], object], *, of: Collection[ModuleType]) -> bool:
    """Make a call in a child process that is killed before that line; tell whether it came so far."""
    if not (child := os.fork()):
        try:
            with at_line(number, lambda: os.kill(os.getpid(), signal.SIGKILL), of=of):
                call()
        except BaseException:  # this process must not go on as a second pytest
            os._exit(1)
        os._exit(0)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    assert code in (0, -signal.SIGKILL), "the call raised"
    return code == -signal.SIGKILL
