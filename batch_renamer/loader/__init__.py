"""Reads a spreadsheet file or a DataFrame into chunks of rename requests and row-numbered problems.

A file that can't be read as a spreadsheet raises one `SheetError`; a problem with one row is a value. The loader does
not compare rows with each other: repeats and conflicts are found by the journal.
"""

from __future__ import annotations

import os
import stat
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from batch_renamer.errors import SheetError
from batch_renamer.files import open_regular
from batch_renamer.loader.cleaning import clean_made_name
from batch_renamer.loader.contents import ColumnChoice, Need, SheetContents, UndecidedSheetError
from batch_renamer.loader.elsewhere import open_elsewhere
from batch_renamer.loader.foreign import foreign_kind
from batch_renamer.loader.frame import open_frame
from batch_renamer.loader.options import NO_COLUMN, LoadOptions
from batch_renamer.loader.sheet import Sheet
from batch_renamer.loader.shown import quoted, shown
from batch_renamer.loader.text import open_text
from batch_renamer.loader.workbook import reading_workbook

__all__ = [
    "NO_COLUMN",
    "ColumnChoice",
    "LoadOptions",
    "Need",
    "Sheet",
    "SheetContents",
    "UndecidedSheetError",
    "clean_made_name",
    "open_frame",
    "open_sheet",
    "quoted",
]

_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")


@contextmanager
def open_sheet(
    path: str | os.PathLike[str],
    options: LoadOptions | None = None,
    *,
    stopped: Callable[[], bool] = lambda: False,
    wall_clock: Callable[[], float] = time.time,
    label: str | None = None,
) -> Iterator[Sheet]:
    """Open a text file or workbook, told apart by content and not by ending; read the rows inside the context.

    ``stopped`` is called while the child process reads a workbook; True ends the wait. ``wall_clock`` is needed for the
    age of a file. ``label`` is what messages call it; without one, its path.

    Raises:
        SheetError: there is no such file, it is no spreadsheet, or it has no usable headings.
        Stopping: ``stopped`` returned True.

    Example:
        >>> with open_sheet("sample_data/orders.csv") as sheet:
        ...     rows = [row for chunk in sheet.chunks() for row in chunk]
        >>> rows[0].row
        2
    """
    path, options = Path(path), options or LoadOptions()
    label = label or shown(str(path), 200)
    with _opened(path, label) as file:
        head = file.read(512)
        if not head:
            raise SheetError(f"{label} is empty.")
        if head.startswith(_WORKBOOKS):
            with reading_workbook(path, label, options, stopped=stopped) as sheet:
                sheet.warnings += open_elsewhere(path, label)
                yield sheet
            return
        if foreign := foreign_kind(path.name, head):
            raise SheetError(f"{label} is not a spreadsheet but {foreign}.")
        sheet = open_text(file, label, options, wall_clock=wall_clock)
        sheet.warnings += open_elsewhere(path, label)
        yield sheet


def _opened(path: Path, label: str) -> BinaryIO:
    """Open a regular file, or raise a one-line SheetError; a pipe or a device is refused, not waited for."""
    try:
        if path.is_dir():
            raise SheetError(f"{label} is a directory: name the spreadsheet in it.")
        if not stat.S_ISREG(path.stat().st_mode):
            raise SheetError(f"{label} is not a regular file: save the spreadsheet to a file first.")
        return os.fdopen(open_regular(path), "rb")
    except FileNotFoundError as error:
        placeholder = " Put the name of your spreadsheet in the place of FILE." if path.name == "FILE" else ""
        raise SheetError(f"There is no file {label}.{placeholder}") from error
    except (OSError, ValueError) as error:
        raise SheetError(
            f"{label} can't be opened: {getattr(error, 'strerror', None) or 'its name is unusable'}."
        ) from error
