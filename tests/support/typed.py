"""Answers that are typed before a test asks: a terminal as far as the questions look at one."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from contextlib import contextmanager


class _Typed(io.StringIO):
    """Lines that wait to be read; what is asked of a terminal is answered as one would."""

    def __init__(self, lines: str, number: int) -> None:
        super().__init__(lines)
        self._number = number

    def fileno(self) -> int:
        """Return a file that is always ready to be read: the questions wait for that."""
        return self._number

    def isatty(self) -> bool:
        """Say yes, so that the user is asked."""
        return True


@contextmanager
def typed(lines: str) -> Iterator[io.StringIO]:
    r"""Give a standard input on which these lines were typed; after them it is at its end.

    Example:
        >>> with typed("y\n") as stream:
        ...     (stream.isatty(), stream.readline(), stream.readline())
        (True, 'y\n', '')
    """
    ready, other_end = os.pipe()
    os.close(other_end)
    try:
        yield _Typed(lines, ready)
    finally:
        os.close(ready)
