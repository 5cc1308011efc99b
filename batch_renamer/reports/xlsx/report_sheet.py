"""One sheet of report rows, written line by line; its widths, its filter and its print set-up follow the content."""

from __future__ import annotations

from batch_renamer.model import COLUMNS, ReportLine
from batch_renamer.reports.rows import row_values
from batch_renamer.reports.xlsx.cells import LineCells
from batch_renamer.reports.xlsx.formats import Formats
from batch_renamer.reports.xlsx.layout import Layout
from batch_renamer.reports.xlsx.too_long import fitting, is_too_long
from batch_renamer.workbooks import SURELY_FITS, WHOLE_SHEET, StreamedWorkbook

__all__ = ["ReportSheet"]

_KEPT_IN_SIGHT = COLUMNS.index("order_id") + 1
_LINE_POINTS = 15
_MOST_LINES = 20
"""A row with more lines than this would fill the screen; its cells still have all of their text."""


class ReportSheet:
    """A sheet with one line of headings, and the rows below it."""

    def __init__(self, book: StreamedWorkbook, number: int, layout: Layout, formats: Formats, *, run_id: str) -> None:
        name = "report" if number == 1 else f"report {number}"
        self._sheet = book.add_long_sheet(
            name, [(each.heading, formats.other_heading if each.other else formats.heading) for each in layout.columns]
        )
        self._layout, self._formats = layout, formats
        self._cells = LineCells(layout, formats)
        self._set_up(run_id)

    @property
    def rows(self) -> int:
        """How many rows are below the headings."""
        return self._sheet.rows

    def _set_up(self, run_id: str) -> None:
        sheet = self._sheet.frame
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
        cells = self._rendered(line)
        # A row whose cells are short together has no text that is too long.
        if sum(map(len, cells)) > SURELY_FITS and is_too_long(row_values(line.row), line.other_cells):
            cells = self._rendered(fitting(line))
        lines = min(self._cells.lines, _MOST_LINES)
        # LibreOffice does not find the height itself.
        self._sheet.append(cells, points=lines * _LINE_POINTS if lines > 1 else None)

    def _rendered(self, line: ReportLine) -> list[str]:
        return self._cells.render((*row_values(line.row), *line.other_cells))

    def close(self) -> None:
        """Give the columns their widths, and the sheet what depends on its length."""
        sheet, last = self._sheet.frame, len(self._layout.columns) - 1
        widths, after_folded = self._cells.widths, len(COLUMNS)
        sheet.set_column(after_folded, after_folded, None, None, {"collapsed": True})
        for place, column in enumerate(self._layout.columns):
            options = {"level": 1, "hidden": True} if column.folded else {"collapsed": place == after_folded}
            sheet.set_column(place, place, widths[place], self._formats.text, options)
        sheet.autofilter(0, 0, self.rows, last)
        sheet.print_area(0, 0, self.rows, self._layout.printed(widths) - 1)
