"""Makes the workbook of a report: its sheets in their order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import BinaryIO

import xlsxwriter

from batch_renamer.model import ReportLine
from batch_renamer.reports.rows import WriteOptions
from batch_renamer.reports.xlsx.formats import Formats
from batch_renamer.reports.xlsx.layout import Layout
from batch_renamer.reports.xlsx.reasons import Reasons
from batch_renamer.reports.xlsx.report_sheet import ReportSheet
from batch_renamer.reports.xlsx.summary_sheet import add_summary
from batch_renamer.text import counted
from batch_renamer.version import __version__
from batch_renamer.workbooks import ROWS_PER_SHEET, StreamedWorkbook, streamed_workbook

__all__ = ["ROWS_PER_SHEET", "write_xlsx"]


def write_xlsx(
    file: BinaryIO, lines: Iterable[ReportLine], options: WriteOptions, *, rows_per_sheet: int = ROWS_PER_SHEET
) -> None:
    """Write the rows to the sheet ``report`` and, beyond ``rows_per_sheet``, to ``report 2`` and so on.

    The sheet ``summary`` after them says what happened. Ids, names and the user's own cells are text, always: no cell
    is a formula or a link. A text that is too long for a cell is cut, and ``warning`` says so. If it is the new name,
    ``skip`` gets a mark too, so that the report used as a spreadsheet never renames an order to half a name.

    Raises:
        OSError: The disk is full, or the file can't be written for another reason.
    """
    with streamed_workbook(file, scratch=options.scratch) as book:
        _describe(book.frame, options)
        formats, reasons = Formats.of(book), Reasons()
        _fill(book, _counted(lines, reasons), options, formats, rows_per_sheet)
        add_summary(book.frame, options.summary, reasons, formats)


def _describe(book: xlsxwriter.Workbook, options: WriteOptions) -> None:
    """Set what file managers and spreadsheet programs show as the properties of the file."""
    summary = options.summary
    rows = counted(summary.total, "row")
    book.set_properties(
        {
            "title": f"Report of run {summary.run_id}" if summary.run_id else f"Report of a {summary.command}",
            "comments": f"{rows}, written by batch-renamer {__version__}",
        }
    )


def _counted(lines: Iterable[ReportLine], reasons: Reasons) -> Iterator[ReportLine]:
    for line in lines:
        reasons.add(line.row)
        yield line


def _fill(
    book: StreamedWorkbook, lines: Iterable[ReportLine], options: WriteOptions, formats: Formats, rows_per_sheet: int
) -> None:
    """Write all sheets of rows."""
    layout, number = Layout.of(options.other_headings), 1
    sheet = ReportSheet(book, number, layout, formats, run_id=options.summary.run_id)
    for line in lines:
        if sheet.rows == rows_per_sheet:
            sheet.close()
            number += 1
            sheet = ReportSheet(book, number, layout, formats, run_id=options.summary.run_id)
        sheet.write(line)
    sheet.close()
