"""One sheet of report rows, written line by line; its widths, its filter and its print set-up follow the content."""

from __future__ import annotations

from xlsxwriter import Workbook

from batch_renamer.model import COLUMNS, ReportLine
from batch_renamer.reports.rows import JsonValue, row_values
from batch_renamer.reports.xlsx.formats import Formats
from batch_renamer.reports.xlsx.layout import Layout, width_of
from batch_renamer.reports.xlsx.moments import local_days
from batch_renamer.reports.xlsx.too_long import fitting, is_too_long
from batch_renamer.text_cells import WHOLE_SHEET, write_text

__all__ = ["ReportSheet"]

_ROW, _RESULT, _SECONDS = (COLUMNS.index(name) for name in ("row", "result", "seconds"))
_MOMENTS = frozenset({COLUMNS.index("last_updated_at"), COLUMNS.index("started_at")})
_KEPT_IN_SIGHT = COLUMNS.index("order_id") + 1
_EXACT_BELOW = 10**15  # spreadsheet programs keep 15 digits of a number
_CELL_BYTES = 100  # upper bound of a cell without text

_MARGIN = 2  # characters between a text and the next column
_LINE_POINTS = 15
_LOST_AT_WORDS = 2  # characters at the end of a line, where the next word does not fit
_MOST_LINES = 20
"""A row with more lines than this would fill the screen; its cells still have all of their text."""


class ReportSheet:
    """A sheet with one line of headings; ``rows`` is the number of lines below it."""

    def __init__(self, book: Workbook, number: int, layout: Layout, formats: Formats, *, run_id: str) -> None:
        self.rows = 0
        self._sheet = book.add_worksheet("report" if number == 1 else f"report {number}")
        self._layout, self._formats = layout, formats
        self._widths = [column.least for column in layout.columns]
        self._numbers = {_ROW: formats.row_number, _SECONDS: formats.seconds}
        self._bytes = self._lines = 0
        self._set_up(run_id)

    def _set_up(self, run_id: str) -> None:
        sheet = self._sheet
        for place, column in enumerate(self._layout.columns):
            heading_format = self._formats.other_heading if column.other else self._formats.heading
            self._bytes += write_text(sheet, 0, place, column.heading, heading_format)
        sheet.freeze_panes(1, _KEPT_IN_SIGHT)
        sheet.ignore_errors({"number_stored_as_text": WHOLE_SHEET})  # no warning triangle on every id
        sheet.hide_gridlines(0)  # on paper, lines guide the eye from an id to its reason
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(0)
        sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
        sheet.set_footer(f"&L&8batch-renamer{f', run {run_id}' if run_id else ''}&R&8Page &P of &N")

    def write(self, line: ReportLine) -> None:
        """Write the next line.

        Raises:
            OSError: The disk is full.
        """
        values = row_values(line.row)
        if is_too_long(values, line.other_cells):
            line = fitting(line)
            values = row_values(line.row)
        self.rows += 1
        self._lines = 1
        for place, value in enumerate(values):
            if value is not None and value != "":
                self._write_value(place, value, line)
        for place, text in enumerate(line.other_cells, start=len(COLUMNS)):
            if text:
                self._write_text(place, text, line)
        if self._lines > 1:  # LibreOffice does not find the height itself
            self._sheet.set_row(self.rows, min(self._lines, _MOST_LINES) * _LINE_POINTS)
        self._forget_height(self.rows - 1)

    def _forget_height(self, line: int) -> None:
        """Let go of the height of a written line, which XlsxWriter keeps for pictures; there are none here."""
        self._sheet.row_info.pop(line, None)
        self._sheet.row_sizes.pop(line, None)

    def _write_value(self, place: int, value: JsonValue, line: ReportLine) -> None:
        formats = self._formats
        self._bytes += _CELL_BYTES
        if isinstance(value, str):
            days = local_days(value) if place in _MOMENTS else None
            if days is None:
                self._write_text(place, value, line)
            else:
                self._sheet.write_number(self.rows, place, days, formats.moment)
        elif isinstance(value, bool):
            self._sheet.write_boolean(self.rows, place, value, formats.boolean)
        elif value is not None and abs(value) < _EXACT_BELOW:
            self._sheet.write_number(self.rows, place, value, self._numbers.get(place, formats.number))
        else:
            self._write_text(place, str(value), line)

    def _write_text(self, place: int, text: str, line: ReportLine) -> None:
        column, width = self._layout.columns[place], width_of(text)
        if width + _MARGIN > self._widths[place]:
            self._widths[place] = min(width + _MARGIN, column.most)
        cell_format = self._formats.results[line.row.result] if place == _RESULT else self._formats.text
        if column.wrapped and width > column.most:
            cell_format = self._formats.wrapped
            self._lines = max(self._lines, -(-width // (column.most - _LOST_AT_WORDS)))
        self._bytes += write_text(self._sheet, self.rows, place, text, cell_format)

    def close(self) -> int:
        """Give the columns their widths, and the sheet what depends on its length; return the bytes of its XML at most.

        XlsxWriter writes both at the end.
        """
        sheet, last = self._sheet, len(self._layout.columns) - 1
        after_folded = len(COLUMNS)
        sheet.set_column(after_folded, after_folded, None, None, {"collapsed": True})
        for place, column in enumerate(self._layout.columns):
            options = {"level": 1, "hidden": True} if column.folded else {"collapsed": place == after_folded}
            sheet.set_column(place, place, self._widths[place], self._formats.text, options)
        sheet.autofilter(0, 0, self.rows, last)
        sheet.print_area(0, 0, self.rows, self._layout.printed(self._widths) - 1)
        return self._bytes
