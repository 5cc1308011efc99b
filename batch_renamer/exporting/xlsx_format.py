"""Writes an export as a workbook to be filled in: ids and names are text, the columns to fill in are coloured.

The heading stays in sight and filters; ``skip`` offers its mark; the headings explain themselves. Dates are those of
this machine's clock and pictures are numbers, so that they sort and filter.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import BinaryIO

from batch_renamer.errors import ReportWriteError
from batch_renamer.exporting.cells import number_of, texts_that_fit
from batch_renamer.exporting.wanted import moment_of
from batch_renamer.model import EXPORT_COLUMNS, Order
from batch_renamer.workbooks import (
    ROWS_PER_SHEET,
    WHOLE_SHEET,
    StreamedWorkbook,
    blank_cell,
    has_all_digits,
    local_days,
    number_cell,
    streamed_workbook,
    text_cell,
)

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
_IMAGES = EXPORT_COLUMNS.index("total_images")


def write_xlsx(file: BinaryIO, orders: Iterable[Order], *, scratch: Path) -> None:
    """Write the orders to the sheet ``orders``.

    Raises:
        OSError: the disk is full, or the file can't be written for another reason.
        ReportWriteError: there are more orders than a sheet has rows.
    """
    with streamed_workbook(file, scratch=scratch) as book:
        sheet = _Sheet(book, EXPORT_COLUMNS)
        for order in orders:
            if sheet.rows == ROWS_PER_SHEET:
                raise ReportWriteError(f"A sheet has room for {ROWS_PER_SHEET:,} orders; export to .csv instead.")
            sheet.write(texts_that_fit(order), number_of(order))
        sheet.finish()


def write_xlsx_sheet(file: BinaryIO, headings: Sequence[str], rows: Iterable[Sequence[str]], *, scratch: Path) -> None:
    """Write rows of texts to such a sheet, with some of the columns.

    Raises:
        OSError: the disk is full, or the file can't be written for another reason.
    """
    with streamed_workbook(file, scratch=scratch) as book:
        sheet = _Sheet(book, headings)
        for row in rows:
            sheet.write(row)
        sheet.finish()


class _Sheet:
    """The sheet, filled from its first row to its last."""

    def __init__(self, book: StreamedWorkbook, headings: Sequence[str]) -> None:
        self._headings = headings
        heading = book.add_format(_HEADING)
        self._sheet = book.add_long_sheet("orders", [(name, heading) for name in headings])
        text = book.add_format({"num_format": "@"})  # a cell stays text when a person edits it
        self._text = text.xf_index
        self._number = book.add_format({"num_format": "0", "align": "center"}).xf_index
        self._date = book.add_format({"num_format": "yyyy-mm-dd hh:mm", "align": "left"}).xf_index
        self._filled_in = book.add_format({"num_format": "@", **_TO_FILL_IN}).xf_index
        frame = self._sheet.frame
        for column, name in enumerate(headings):
            frame.set_column(column, column, _WIDTHS.get(name, _OTHER_WIDTH), text)
            if note := _NOTES.get(name):
                frame.write_comment(0, column, note, {"x_scale": 2, "y_scale": 0.8, "author": "batch-renamer"})
        frame.freeze_panes(1, 0)
        frame.set_landscape()
        frame.fit_to_pages(1, 0)  # in width; as many pages as are needed
        frame.repeat_rows(0)
        frame.ignore_errors({"number_stored_as_text": WHOLE_SHEET})  # no triangle on every id

    @property
    def rows(self) -> int:
        """How many rows are below the headings."""
        return self._sheet.rows

    def write(self, texts: Sequence[str], images: float | None = None) -> None:
        """Write one row."""
        self._sheet.append([self._cell(column, text, images) for column, text in enumerate(texts)])

    def _cell(self, column: int, text: str, images: float | None) -> str:
        if self._headings[column] in _FILLED_IN:
            return text_cell(text, self._filled_in) if text else blank_cell(self._filled_in)
        if column == _IMAGES and images is not None and has_all_digits(images):
            return number_cell(images, self._number)
        if column in _DATES and (days := _days(text)) is not None:
            return number_cell(days, self._date)
        return text_cell(text, self._text) if text else ""

    def finish(self) -> None:
        """Add what is about all rows: the filter, and what ``skip`` offers."""
        skip = self._headings.index("skip")
        self._sheet.frame.autofilter(0, 0, self.rows, len(self._headings) - 1)
        offered: Mapping[str, object] = {
            "validate": "list",
            "source": [SKIP_MARK],
            "show_error": False,  # any other mark leaves the row out as well
        }
        self._sheet.frame.data_validation(1, skip, max(self.rows, 1), skip, offered)


def _days(text: str) -> float | None:
    moment = moment_of(text)
    return None if moment is None else local_days(moment)
