"""Writes reports as workbooks in which every cell is text: no formulas, no links, no lost leading zeros.

XlsxWriter's constant-memory mode keeps one row in memory at a time. Control characters become the escapes of the format
(``_x0007_``), which spreadsheet programs and the loader convert back.
"""

from __future__ import annotations

import contextlib
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, BinaryIO, cast

import xlsxwriter
from xlsxwriter.exceptions import FileCreateError
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from batch_renamer.model import COLUMNS, ReportRow, Result
from batch_renamer.reports.rows import WriteOptions, row_as_texts
from batch_renamer.text import storable

__all__ = ["ROWS_PER_SHEET", "write_xlsx"]

ROWS_PER_SHEET = 1_048_575
"""A sheet has 1,048,576 rows, of which one is the heading."""

_MOST_IN_CELL = 32_767  # UTF-16 code units; Excel "repairs" a workbook with longer cells
_SURELY_FITS = _MOST_IN_CELL // 6  # one character takes at most six units, as an escaped surrogate
_MOST_IN_PLAIN_ZIP = 1_500_000_000  # bytes of one sheet's XML; plain zip ends at 2 GiB
_CELL_BYTES, _CHARACTER_BYTES = 100, 7  # upper bounds: the markup of a cell, and an escaped character
_RESULT_COLUMN = COLUMNS.index("result")
_WIDTHS = {"row": 7, "order_id": 38, "old_name": 34, "new_name": 34, "final_name": 34, "reason": 60, "warning": 40}
_OTHER_WIDTH = 13
_NOTES_WIDTH = 120

_GOOD = {"font_color": "#006100", "bg_color": "#C6EFCE"}
_BAD = {"font_color": "#9C0006", "bg_color": "#FFC7CE"}
_DOUBTFUL = {"font_color": "#7F6000", "bg_color": "#FFEB9C"}
_QUIET = {"font_color": "#595959"}
_COLOURS: Mapping[Result, Mapping[str, str]] = {
    Result.RENAMED: _GOOD,
    Result.UNCHANGED: _QUIET,
    Result.FAILED: _BAD,
    Result.UNKNOWN: _DOUBTFUL,
    Result.DRIFTED: _DOUBTFUL,
    Result.SKIPPED: _QUIET,
    Result.INVALID: _BAD,
    Result.PENDING: _DOUBTFUL,
    Result.PLANNED: _GOOD,
}


def write_xlsx(
    file: BinaryIO, rows: Iterable[ReportRow], options: WriteOptions, *, rows_per_sheet: int = ROWS_PER_SHEET
) -> None:
    """Write the rows to the sheet ``report`` and, beyond ``rows_per_sheet``, to ``report 2`` and so on.

    Notes about the whole run are on a sheet ``notes``. A text that is too long for a cell is cut, and ``warning`` says
    so. If it is the new name, ``skip`` gets a mark too, so that the report used as a spreadsheet never renames an order
    to half a name.

    Raises:
        OSError: The disk is full, or the file can't be written for another reason.
    """
    detachable = _DetachableFile(file)
    book = xlsxwriter.Workbook(cast(BinaryIO, detachable), {"constant_memory": True, "tmpdir": str(options.scratch)})
    try:
        if _fill(book, rows, rows_per_sheet) > _MOST_IN_PLAIN_ZIP:  # only then, because Excel may warn about ZIP64
            book.use_zip64()
        _add_notes(book, options.summary.warnings)
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


def _fill(book: xlsxwriter.Workbook, rows: Iterable[ReportRow], rows_per_sheet: int) -> int:
    """Write all sheets; return an upper bound for the bytes of their XML."""
    as_text = book.add_format({"num_format": "@"})  # a cell stays text when a person edits it
    heading = book.add_format({"num_format": "@", "bold": True, "bottom": 1})
    result_formats = {result: book.add_format({"num_format": "@", **_COLOURS[result]}) for result in Result}
    sheet = _new_sheet(book, 1, heading, as_text)
    line, sheets, size_bytes = 0, 1, 0
    for row in rows:
        if line == rows_per_sheet:
            sheet.autofilter(0, 0, line, len(COLUMNS) - 1)
            line, sheets = 0, sheets + 1
            sheet = _new_sheet(book, sheets, heading, as_text)
        line += 1
        for column, text in enumerate(_texts_that_fit(row)):
            if text:
                cell_format = result_formats[row.result] if column == _RESULT_COLUMN else as_text
                _write_text(sheet, line, column, text, cell_format)
                size_bytes += _CELL_BYTES + _CHARACTER_BYTES * len(text)
    sheet.autofilter(0, 0, line, len(COLUMNS) - 1)
    return size_bytes


def _add_notes(book: xlsxwriter.Workbook, notes: Sequence[str]) -> None:
    """Add the notes about the whole run on a sheet of their own."""
    if not notes:
        return
    as_text = book.add_format({"num_format": "@", "text_wrap": True, "valign": "top"})
    sheet = book.add_worksheet("notes")
    sheet.set_column(0, 0, _NOTES_WIDTH, as_text)
    for line, note in enumerate(notes):
        _write_text(sheet, line, 0, _cut(note), as_text)


def _new_sheet(book: xlsxwriter.Workbook, number: int, heading: Format, as_text: Format) -> Worksheet:
    sheet = book.add_worksheet("report" if number == 1 else f"report {number}")
    for column, name in enumerate(COLUMNS):
        sheet.set_column(column, column, _WIDTHS.get(name, _OTHER_WIDTH), as_text)
        sheet.write_string(0, column, name, heading)
    sheet.freeze_panes(1, 0)
    sheet.ignore_errors({"number_stored_as_text": f"A1:XFD{ROWS_PER_SHEET + 1}"})  # no warning triangle on every id
    return sheet


def _write_text(sheet: Worksheet, line: int, column: int, text: str, cell_format: Format) -> None:
    visible = storable(text)
    if visible.startswith("<r>") and visible.endswith("</r>"):
        # In constant-memory mode XlsxWriter 3.3.1 writes such a string into the sheet as unescaped XML. The parts of a
        # rich string are always escaped.
        sheet.write_rich_string(line, column, visible[0], cell_format, visible[1:], cell_format)
    else:
        sheet.write_string(line, column, visible, cell_format)


def _texts_that_fit(row: ReportRow) -> list[str | None]:
    texts = row_as_texts(row)
    if any(text is not None and len(text) > _SURELY_FITS for text in texts):
        return row_as_texts(_fitting(row))
    return texts


def _fitting(row: ReportRow) -> ReportRow:
    """Return the row with its longest texts cut to the length of a cell, and a ``warning`` that says so."""
    cut: dict[str, str] = {}
    for column in COLUMNS:
        text = getattr(row, column)
        if isinstance(text, str) and column != "warning" and _units(text) > _MOST_IN_CELL:
            cut[column] = _cut(text)
    notes = [f"{column} is too long for a cell and was cut here; the .json report has all of it." for column in cut]
    if "new_name" in cut and not row.skip:
        cut["skip"] = "cut name"
    cut["warning"] = _cut(" ".join(filter(None, [*notes, row.warning])))
    return replace(row, **cut)  # type: ignore[arg-type]  # only columns of text are cut; mypy can't see that


def _cut(text: str) -> str:
    if _units(text) <= _MOST_IN_CELL:
        return text
    mark = f"… [cut: {len(text)} characters in all]"
    room = (_MOST_IN_CELL - len(mark)) * 2
    return text.encode("utf-16-le", "backslashreplace")[:room].decode("utf-16-le", "ignore") + mark


def _units(text: str) -> int:
    return len(text.encode("utf-16-le", "backslashreplace")) // 2
