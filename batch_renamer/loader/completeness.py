"""Checks that a text file is complete: warns if it may not be, or refuses it in an unattended run.

A file that is still being copied looks like a shorter one: rows are missing, and the last name may be cut.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import BinaryIO

from batch_renamer.errors import UnfinishedSheetError

__all__ = ["CompletenessCheck"]

_YOUNG_S = 60.0
_TAIL_BYTES = 64


class CompletenessCheck:
    """The checks of one file, from opening it to the end of reading it."""

    def __init__(self, file: BinaryIO, label: str, *, unattended: bool, wall_clock: Callable[[], float]) -> None:
        self._file = file
        self._label = label
        self._unattended = unattended
        found = os.fstat(file.fileno())
        self._bytes = found.st_size
        # A modification time in the future means that a clock is wrong; then the age of the file is unknown.
        self._is_young = wall_clock() - found.st_mtime < _YOUNG_S

    def check_last_line(self) -> tuple[str, ...]:
        """Return a warning if the last line has no line end.

        Raises:
            UnfinishedSheetError: the run is unattended, and the file is so new that it may still be written.
        """
        if self._ends_with_a_line_end():
            return ()
        if self._is_young and self._unattended:
            raise UnfinishedSheetError(
                f"{self._label} was written less than a minute ago and its last line has no end: is it still being "
                "written? Try again when it is whole."
            )
        return (f"The last line of {self._label} has no line end: make sure that the file is whole.",)

    def check_size(self) -> tuple[str, ...]:
        """Return a warning if the size of the file has changed since it was opened.

        Raises:
            UnfinishedSheetError: it has changed, and the run is unattended.
        """
        if os.fstat(self._file.fileno()).st_size == self._bytes:
            return ()
        text = f"{self._label} has grown or shrunk while it was read: is it still being written?"
        if self._unattended:
            raise UnfinishedSheetError(f"{text} Try again when it is whole.")
        return (text,)

    def _ends_with_a_line_end(self) -> bool:
        """Read the last bytes; in UTF-16, one byte of each pair is zero and is ignored."""
        self._file.seek(max(self._bytes - _TAIL_BYTES, 0))
        return self._file.read().replace(b"\0", b"").rstrip(b" \x1a")[-1:] in (b"\n", b"\r")
