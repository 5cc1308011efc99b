"""The standard streams of the process: closed ones are opened on the null device, and lost ones are given up.

Nothing is printed here (see `progress.output`).
"""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from typing import Literal, TextIO

__all__ = ["let_go_of_lost_streams", "open_closed_streams"]

_MODES = (os.O_RDONLY, os.O_WRONLY, os.O_WRONLY)


def open_closed_streams() -> None:
    """Open standard input, output and error on the null device where they were closed (``>&-``).

    Without this the next file that is opened, such as the journal, gets the number of the closed stream, and what a
    library or a child process prints is written into it.
    """
    for number, mode in enumerate(_MODES):
        try:
            os.fstat(number)
        except OSError:
            with suppress(OSError):  # no null device: writing stays impossible, and is no reason to stop
                null = os.open(os.devnull, mode)
                if null != number:
                    os.dup2(null, number)
                    os.close(null)
                os.set_inheritable(number, True)
    sys.stdin = _opened(sys.stdin, 0)
    sys.stdout = _opened(sys.stdout, 1)
    sys.stderr = _opened(sys.stderr, 2)


def _opened(stream: TextIO | None, number: int) -> TextIO:
    """Return the stream, or one on the null device where Python found it closed."""
    if stream is not None:
        return stream
    mode: Literal["r", "w"] = "r" if number == 0 else "w"
    return open(number, mode, encoding="utf-8", errors="backslashreplace", closefd=False)


def let_go_of_lost_streams() -> OSError | None:
    """Flush standard output and error, and give up what can't be written any more: Python would exit 120 for it.

    Returns the error of standard output, if it did not take everything.
    """
    lost: OSError | None = None
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError) as error:
            if stream is sys.stdout and isinstance(error, OSError):
                lost = error
            with suppress(OSError, ValueError):
                null = os.open(os.devnull, os.O_WRONLY)
                os.dup2(null, stream.fileno())
                os.close(null)
    return lost
