"""Writes an export as a workbook to be filled in: ids and names are text, the columns to fill in are coloured.

The heading stays in sight and filters; ``skip`` offers its mark; the headings explain themselves. Dates are those of
this machine's clock and pictures are numbers, so that they sort and filter.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from batch_renamer.errors import ReportWriteError
from batch_renamer.exporting.cells import number_of, texts_that_fit
from batch_renamer.exporting.wanted import moment_of
from batch_renamer.model import EXPORT_COLUMNS, Order
from batch_renamer.text_cells import MOST_IN_PLAIN_ZIP, ROWS_PER_SHEET, WHOLE_SHEET, new_workbook, write_text

if TYPE_CHECKING:
    import xlsxwriter
    from xlsxwriter.worksheet import Worksheet

__all__ = ["SKIP_MARK", "write_xlsx", "write_xlsx_sheet"]

SKIP_MARK = "x"

_WIDTHS = {"order_id": 38, "current_name": 40, "new_name": 40, "skip": 8, "status": 13, "total_images": 13}
_OTHER_WIDTH = 18
_FILLED_IN = frozenset({"new_name", "skip"})
_NOTES = {
    "order_id": "Do not change. It says which order the row is about.",
    "current_name": "The name that the order has. Leave it as it is: if the order has another name by then, "
    "it is not renamed.",
    "new_name": "Fill in the name that the order is to get. Leave the cell blank to keep the name.",
    "skip": f"{SKIP_MARK} leaves the row out, whatever its new name is.",
    "created_at": "By the clock of the computer that made this file.",
    "last_updated_at": "By the clock of the computer that made this file.",
}
_HEADING = {"num_format": "@", "bold": True, "bottom": 1, "bg_color": "#E7E6E6"}
_TO_FILL_IN = {"bg_color": "#FFF9DB", "border": 1, "border_color": "#D9D9D9"}
_DATES = EXPORT_COLUMNS.index("created_at"), EXPORT_COLUMNS.index("last_updated_at")
_FIRST_YEAR = 1900  # in which Excel counts 1900-02-29, which is no date
_ROW_BYTES = 1_000  # more than the cells without text take
_IMAGES = EXPORT_COLUMNS.index("total_images")


def write_xlsx(file: BinaryIO, orders: Iterable[Order], *, scratch: Path) -> None:
    """Write the orders to the sheet ``orders``.

    Raises:
        OSError: the disk is full, or the file can't be written for another reason.
        ReportWriteError: there are more orders than a sheet has rows.
    """
    with new_workbook(file, scratch=scratch) as book:
        sheet = _Sheet(book, EXPORT_COLUMNS)
        for order in orders:
            if sheet.rows == ROWS_PER_SHEET:
                raise ReportWriteError(f"A sheet has room for {ROWS_PER_SHEET:,} orders; export to .csv instead.")
            sheet.write(texts_that_fit(order), number_of(order))
        sheet.finish()
        if sheet.size_bytes > MOST_IN_PLAIN_ZIP:
            book.use_zip64()


def write_xlsx_sheet(file: BinaryIO, headings: Sequence[str], rows: Iterable[Sequence[str]], *, scratch: Path) -> None:
    """Write rows of texts to such a sheet, with some of the columns.

    Raises:
        OSError: the disk is full, or the file can't be written for another reason.
    """
    with new_workbook(file, scratch=scratch) as book:
        sheet = _Sheet(book, headings)
        for row in rows:
            sheet.write(row)
        sheet.finish()


class _Sheet:
    """The sheet, filled from its first row to its last."""

    def __init__(self, book: xlsxwriter.Workbook, headings: Sequence[str]) -> None:
        self.rows = 0
        self.size_bytes = 0
        self._headings = headings
        self._sheet: Worksheet = book.add_worksheet("orders")
        self._text = book.add_format({"num_format": "@"})  # a cell stays text when a person edits it
        self._number = book.add_format({"num_format": "0", "align": "center"})
        self._date = book.add_format({"num_format": "yyyy-mm-dd hh:mm", "align": "left"})
        self._filled_in = book.add_format({"num_format": "@", **_TO_FILL_IN})
        heading = book.add_format(_HEADING)
        for column, name in enumerate(headings):
            self._sheet.set_column(column, column, _WIDTHS.get(name, _OTHER_WIDTH), self._text)
            self._sheet.write_string(0, column, name, heading)
            if note := _NOTES.get(name):
                self._sheet.write_comment(0, column, note, {"x_scale": 2, "y_scale": 0.8, "author": "batch-renamer"})
        self._sheet.freeze_panes(1, 0)
        self._sheet.set_landscape()
        self._sheet.fit_to_pages(1, 0)  # in width; as many pages as are needed
        self._sheet.repeat_rows(0)
        self._sheet.ignore_errors({"number_stored_as_text": WHOLE_SHEET})  # no triangle on every id

    def write(self, texts: Sequence[str], images: float | None = None) -> None:
        """Write one row."""
        self.rows += 1
        self.size_bytes += _ROW_BYTES
        for column, text in enumerate(texts):
            if self._headings[column] in _FILLED_IN and not text:
                self._sheet.write_blank(self.rows, column, None, self._filled_in)
            elif column == _IMAGES and images is not None:
                self._sheet.write_number(self.rows, column, images, self._number)
            elif column in _DATES and (moment := _local(text)) is not None:
                self._sheet.write_datetime(self.rows, column, moment, self._date)
            elif text:
                cell_format = self._filled_in if self._headings[column] in _FILLED_IN else self._text
                self.size_bytes += write_text(self._sheet, self.rows, column, text, cell_format)

    def finish(self) -> None:
        """Add what is about all rows: the filter, and what ``skip`` offers."""
        skip = self._headings.index("skip")
        self._sheet.autofilter(0, 0, self.rows, len(self._headings) - 1)
        offered: Mapping[str, object] = {
            "validate": "list",
            "source": [SKIP_MARK],
            "show_error": False,  # any other mark leaves the row out as well
        }
        self._sheet.data_validation(1, skip, max(self.rows, 1), skip, offered)


def _local(text: str) -> datetime.datetime | None:
    """Return a moment by this machine's clock, without a zone, as workbooks have it; None if it can't be one there."""
    moment = moment_of(text)
    try:
        local = moment.astimezone().replace(tzinfo=None) if moment is not None else None
    except (OverflowError, OSError, ValueError):  # at the ends of the calendar, and of what the system can convert
        return None
    return local if local is not None and local.year > _FIRST_YEAR else None
