"""An opened text file enters; whether it may be only half there leaves, as a warning or, unattended, as a refusal.

A file that is still being copied reads like a shorter one: rows are missing, and the last name may be cut.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, BinaryIO

from batch_renamer.errors import SheetError

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Wholeness"]

_YOUNG_S = 60.0
_TAIL_BYTES = 64


class Wholeness:
    """Watches one file from its opening to the end of its reading."""

    def __init__(self, file: BinaryIO, label: str, *, unattended: bool, wall_clock: Callable[[], float]) -> None:
        self._file = file
        self._label = label
        self._unattended = unattended
        found = os.fstat(file.fileno())
        self._bytes = found.st_size
        # A time to come is a clock that is wrong by more than a minute: then nothing is known of the age.
        self._is_young = wall_clock() - found.st_mtime < _YOUNG_S

    def look_at_the_end(self) -> tuple[str, ...]:
        """Return a warning if the last line has no line end.

        Raises:
            SheetError: nor has it had the time to get one, and there is nobody to warn.
        """
        if self._ends_with_a_line_end():
            return ()
        if self._is_young and self._unattended:
            raise SheetError(
                f"{self._label} was written less than a minute ago and its last line has no end: is it still being "
                "written? Try again when it is whole."
            )
        return (f"The last line of {self._label} has no line end: make sure that the file is whole.",)

    def look_at_the_size(self) -> tuple[str, ...]:
        """Return a warning if the file has changed its size since it was opened.

        Raises:
            SheetError: it has, and there is nobody to warn.
        """
        if os.fstat(self._file.fileno()).st_size == self._bytes:
            return ()
        text = f"{self._label} has grown or shrunk while it was read: is it still being written?"
        if self._unattended:
            raise SheetError(f"{text} Try again when it is whole.")
        return (text,)

    def _ends_with_a_line_end(self) -> bool:
        """Look at the last bytes; of UTF-16, one of each pair is a zero."""
        self._file.seek(max(self._bytes - _TAIL_BYTES, 0))
        return self._file.read().replace(b"\0", b"").rstrip(b" \x1a")[-1:] in (b"\n", b"\r")
