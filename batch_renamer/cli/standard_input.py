"""A spreadsheet on standard input (`-` in place of FILE): it is kept in a private file until the command ends.

The spreadsheet is read more than once, and a workbook is read by another process, so a pipe will not do.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from batch_renamer.errors import InputError

__all__ = ["STANDARD_INPUT", "copied", "take_input"]

_BLOCK_BYTES = 1 << 16

STANDARD_INPUT = Path("-")
"""What is typed in place of a file."""


def take_input() -> BinaryIO:
    """Return what is piped in, and let the terminal be standard input from here on, where there is one.

    So the questions of the command can be answered although its spreadsheet came through a pipe. The terminal is the
    one of standard error, where questions are shown.
    """
    if sys.stdin.isatty() or os.name != "posix" or not sys.stderr.isatty():
        return sys.stdin.buffer
    with suppress(OSError):  # a terminal that can't be opened is none: the command says what follows from that
        # By its own name: macOS can't wait for keys on /dev/tty.
        terminal = os.open(os.ttyname(sys.stderr.fileno()), os.O_RDONLY | os.O_NOCTTY)
        piped = os.fdopen(os.dup(0), "rb")
        os.dup2(terminal, 0)
        os.close(terminal)
        sys.stdin = open(0, encoding="utf-8", errors="replace", closefd=False)  # noqa: SIM115 - open until the end
        return piped
    return sys.stdin.buffer


@contextmanager
def copied(piped: BinaryIO) -> Iterator[Path]:
    """Copy a stream to its end into a file that is for this user alone and goes with the block.

    Raises:
        InputError: it can't be read or kept.
    """
    if piped.isatty():
        sys.stderr.write("Type or paste the spreadsheet as CSV; end it with Ctrl-D on a line of its own.\n")
    with tempfile.TemporaryDirectory(prefix="batch-renamer-") as folder:
        path = Path(folder) / "standard input"
        try:
            with path.open("wb") as file:
                # Without the buffer, which would wait for a second Ctrl-D.
                while block := os.read(piped.fileno(), _BLOCK_BYTES):
                    file.write(block)
            os.utime(path, (0, 0))  # the stream has come to its end: nothing is still writing
        except OSError as error:
            raise InputError(f"Standard input can't be read into {path}: {error.strerror or error}.") from None
        yield path
