"""Workbooks written by XlsxWriter in which texts stay texts: no formulas, no links, no lost leading zeros.

Its constant-memory mode keeps one row in memory at a time. Control characters become the escapes of the format
(``_x0007_``), which spreadsheet programs and the loader convert back. XlsxWriter is imported when a workbook is made.
"""

from __future__ import annotations

import contextlib
import io
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, cast

from batch_renamer.text import storable

if TYPE_CHECKING:
    import xlsxwriter
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

__all__ = [
    "MOST_IN_CELL",
    "MOST_IN_PLAIN_ZIP",
    "ROWS_PER_SHEET",
    "SURELY_FITS",
    "WHOLE_SHEET",
    "cell_units",
    "cut",
    "new_workbook",
    "write_text",
]

ROWS_PER_SHEET = 1_048_575
"""A sheet has 1,048,576 rows, of which one is the heading."""

WHOLE_SHEET = f"A1:XFD{ROWS_PER_SHEET + 1}"
"""The area of all cells of a sheet."""

MOST_IN_CELL = 32_767
"""UTF-16 code units; Excel "repairs" a workbook with longer cells."""

SURELY_FITS = MOST_IN_CELL // 6
"""A text of so many characters fits: one takes at most six units, as an escaped surrogate."""

MOST_IN_PLAIN_ZIP = 1_500_000_000
"""Bytes of one sheet's XML. Plain zip ends at 2 GiB, and Excel may warn about ZIP64, so it is used only beyond this."""

_CELL_BYTES, _CHARACTER_BYTES = 100, 7  # upper bounds: the markup of a cell, and an escaped character


@contextlib.contextmanager
def new_workbook(file: BinaryIO, *, scratch: Path) -> Iterator[xlsxwriter.Workbook]:
    """Give a new workbook, which is written to the file at the end; its own files are in the folder ``scratch``.

    Raises:
        OSError: the disk is full, or the file can't be written for another reason.
    """
    import xlsxwriter  # noqa: PLC0415 - only a workbook needs it
    from xlsxwriter.exceptions import FileCreateError  # noqa: PLC0415 - only a workbook needs it

    detachable = _DetachableFile(file)
    book = xlsxwriter.Workbook(cast(BinaryIO, detachable), {"constant_memory": True, "tmpdir": str(scratch)})
    try:
        yield book
        book.close()
    except FileCreateError as error:
        raise error.args[0] from error  # the OSError it wraps
    finally:
        detachable.detach()
        for sheet in book.worksheets():
            with contextlib.suppress(OSError):  # a full disk, which has already been reported
                sheet.row_data_fh.close()  # it is open after a failure, and Windows can't remove an open file


class _DetachableFile:
    """A file wrapper that can be detached from its file.

    After a failure, XlsxWriter leaves its `zipfile.ZipFile` open. When that is garbage-collected it writes its
    directory to a full disk or a closed file, which prints an error. Once detached, it writes into memory instead.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._file: Any = file

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)

    def detach(self) -> None:
        self._file = io.BytesIO()


def write_text(sheet: Worksheet, line: int, column: int, text: str, cell_format: Format) -> int:
    """Write a text that fits into a cell, counted from 0; return how many bytes of XML it takes at most."""
    visible = storable(text)
    if visible.startswith("<r>") and visible.endswith("</r>"):
        # In constant-memory mode XlsxWriter 3.3.1 writes such a string into the sheet as unescaped XML. The parts of a
        # rich string are always escaped.
        sheet.write_rich_string(line, column, visible[0], cell_format, visible[1:], cell_format)
    else:
        sheet.write_string(line, column, visible, cell_format)
    return _CELL_BYTES + _CHARACTER_BYTES * len(visible)


def cut(text: str) -> str:
    """Return a text that fits into a cell; one that is cut ends with a mark that says so.

    Example:
        >>> cut("x" * 40_000)[-33:]
        'x… [cut: 40000 characters in all]'
    """
    if len(text) <= SURELY_FITS or cell_units(text) <= MOST_IN_CELL:
        return text
    mark = f"… [cut: {len(text)} characters in all]"
    room = (MOST_IN_CELL - len(mark)) * 2
    return text.encode("utf-16-le", "backslashreplace")[:room].decode("utf-16-le", "ignore") + mark


def cell_units(text: str) -> int:
    """Return the length of a text as a cell counts it, in UTF-16 code units.

    Example:
        >>> cell_units("a"), cell_units("😀")
        (1, 2)
    """
    return len(text.encode("utf-16-le", "backslashreplace")) // 2
