"""Writes workbooks of many rows in bounded memory: XlsxWriter makes the frame, and the rows are put into it as XML.

The frame is all but the rows of the long sheets: the formats, the headings, widths and filters of these sheets, and
other sheets and charts. It is made at the end, because the widths follow from the rows. XlsxWriter's own way to write
rows in bounded memory takes several times as long. It is imported when a workbook is made.
"""

from __future__ import annotations

import contextlib
import io
import itertools
import re
import shutil
import tempfile
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO, TYPE_CHECKING, BinaryIO

from batch_renamer.column_letters import letters_of
from batch_renamer.text import storable
from batch_renamer.workbooks.cells import cut

if TYPE_CHECKING:
    import xlsxwriter
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

__all__ = [
    "MOST_IN_PLAIN_ZIP",
    "ROWS_PER_SHEET",
    "WHOLE_SHEET",
    "LongSheet",
    "StreamedWorkbook",
    "streamed_workbook",
    "write_text",
]

ROWS_PER_SHEET = 1_048_575
"""A sheet has 1,048,576 rows, of which one is the heading."""

WHOLE_SHEET = f"A1:XFD{ROWS_PER_SHEET + 1}"
"""The area of all cells of a sheet."""

MOST_IN_PLAIN_ZIP = 2_000_000_000
"""Bytes of one sheet's XML. Plain zip ends at 2 GiB, and Excel may warn about ZIP64, so it is used only beyond this."""

_ROWS_AT_ONCE = 500
_IN_MEMORY_BYTES = 8 << 20
_PIECE_BYTES = 1 << 18
_COMPRESSION = 3
"""zlib's level: 6, its default, takes three times as long and makes a report a tenth smaller."""

_END_OF_ROWS = b"</sheetData>"
_DIMENSION = re.compile(rb'(?<=<dimension ref=")[^"]*')


@contextlib.contextmanager
def streamed_workbook(file: BinaryIO, *, scratch: Path) -> Iterator[StreamedWorkbook]:
    """Give a new workbook, which is written to the file at the end; many rows wait in the folder ``scratch``.

    Raises:
        OSError: the disk is full, or the file can't be written for another reason.
    """
    with contextlib.ExitStack() as files:
        book = StreamedWorkbook(scratch, files)
        yield book
        book.write_to(file)


class StreamedWorkbook:
    """A workbook with long sheets; ``frame`` is XlsxWriter's part of it."""

    def __init__(self, scratch: Path, files: contextlib.ExitStack) -> None:
        import xlsxwriter  # noqa: PLC0415 - only a workbook needs it

        self._content = io.BytesIO()
        self.frame: xlsxwriter.Workbook = xlsxwriter.Workbook(self._content, {"in_memory": True})
        self._scratch, self._files = scratch, files
        self._styles = itertools.count(1)
        self._sheets: dict[str, LongSheet] = {}

    def add_format(self, look: Mapping[str, object]) -> Format:
        """Add a format, whose number ``xf_index`` is known at once; every format of the workbook is added here."""
        return self.frame.add_format({**look, "xf_index": next(self._styles)})

    def add_long_sheet(self, name: str, headings: Sequence[tuple[str, Format]]) -> LongSheet:
        """Add a sheet with these headings, each in its format, below which rows are appended.

        A heading that is too long for a cell is cut.
        """
        frame = self.frame.add_worksheet(name)
        for column, (heading, look) in enumerate(headings):
            write_text(frame, 0, column, cut(heading), look)
        rows = tempfile.SpooledTemporaryFile(_IN_MEMORY_BYTES, dir=str(self._scratch))  # noqa: SIM115 - see next line
        sheet = LongSheet(frame, len(headings), self._files.enter_context(rows))
        self._sheets[f"xl/worksheets/sheet{frame.index + 1}.xml"] = sheet
        return sheet

    def write_to(self, file: BinaryIO) -> None:
        """Finish the frame and write it with the rows of the long sheets.

        Raises:
            OSError: the disk is full, or the file can't be written for another reason.
        """
        self.frame.close()
        with (
            zipfile.ZipFile(self._content) as made,
            zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=_COMPRESSION) as archive,
        ):
            for name in made.namelist():
                sheet = self._sheets.get(name)
                is_huge = sheet is not None and sheet.size_bytes > MOST_IN_PLAIN_ZIP
                with archive.open(name, "w", force_zip64=is_huge) as part:
                    if sheet is None:
                        part.write(made.read(name))
                    else:
                        sheet.write_to(part, made.read(name))


class LongSheet:
    """A sheet of one line of headings and many rows; ``rows`` is their number, ``frame`` is XlsxWriter's part of it.

    Raises:
        OSError: the disk is full.
    """

    def __init__(self, frame: Worksheet, columns: int, file: IO[bytes]) -> None:
        self.frame = frame
        self.rows = 0
        self._last_column = letters_of(columns)
        self._starts = [f'<c r="{letters_of(column)}' for column in range(1, columns + 1)]
        self._file = file
        self._waiting: list[str] = []

    @property
    def size_bytes(self) -> int:
        """How many bytes of XML the rows take."""
        self._flush()
        return self._file.tell()

    def append(self, cells: Sequence[str], *, points: int | None = None) -> None:
        """Append a row of rendered cells, "" for a blank one, from the first column on; ``points`` is its height."""
        self.rows += 1
        line = self.rows + 1
        height = "" if points is None else f' ht="{points}" customHeight="1"'
        placed = [f"{start}{line}{cell}" for start, cell in zip(self._starts, cells, strict=False) if cell]
        self._waiting.append(f'<row r="{line}"{height}>{"".join(placed)}</row>')
        if len(self._waiting) == _ROWS_AT_ONCE:
            self._flush()

    def write_to(self, part: IO[bytes], frame: bytes) -> None:
        """Write the sheet: its frame with the rows below the headings."""
        self._flush()
        before, after = frame.split(_END_OF_ROWS)
        part.write(_DIMENSION.sub(f"A1:{self._last_column}{self.rows + 1}".encode(), before, count=1))
        self._file.seek(0)
        shutil.copyfileobj(self._file, part, _PIECE_BYTES)
        part.write(_END_OF_ROWS + after)

    def _flush(self) -> None:
        self._file.write("".join(self._waiting).encode())
        self._waiting.clear()


def write_text(sheet: Worksheet, line: int, column: int, text: str, cell_format: Format) -> None:
    """Write a text that fits into a cell of a frame, counted from 0."""
    visible = storable(text)
    if visible.startswith("<r>") and visible.endswith("</r>"):
        # XlsxWriter 3.3.1 writes such a string into the workbook as unescaped XML. The parts of a rich string are
        # always escaped.
        sheet.write_rich_string(line, column, visible[0], cell_format, visible[1:], cell_format)
    else:
        sheet.write_string(line, column, visible, cell_format)
