"""Makes the workbook of a report: its sheets in their order, and its file, which fails cleanly on a full disk.

XlsxWriter's constant-memory mode keeps one row in memory at a time.
"""

from __future__ import annotations

import contextlib
import io
from collections.abc import Iterable, Iterator
from typing import Any, BinaryIO, cast

import xlsxwriter
from xlsxwriter.exceptions import FileCreateError

from batch_renamer.model import ReportLine
from batch_renamer.reports.rows import WriteOptions
from batch_renamer.reports.xlsx.formats import Formats
from batch_renamer.reports.xlsx.layout import Layout
from batch_renamer.reports.xlsx.reasons import Reasons
from batch_renamer.reports.xlsx.report_sheet import ReportSheet
from batch_renamer.reports.xlsx.summary_sheet import add_summary
from batch_renamer.text import counted
from batch_renamer.version import __version__

__all__ = ["ROWS_PER_SHEET", "write_xlsx"]

ROWS_PER_SHEET = 1_048_575
"""A sheet has 1,048,576 rows, of which one is the heading."""

_MOST_IN_PLAIN_ZIP = 1_500_000_000  # bytes of one sheet's XML; plain zip ends at 2 GiB


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
    detachable = _DetachableFile(file)
    book = xlsxwriter.Workbook(cast(BinaryIO, detachable), {"constant_memory": True, "tmpdir": str(options.scratch)})
    try:
        _describe(book, options)
        formats, reasons = Formats.of(book), Reasons()
        if _fill(book, _counted(lines, reasons), options, formats, rows_per_sheet) > _MOST_IN_PLAIN_ZIP:
            book.use_zip64()  # only then, because Excel may warn about it
        add_summary(book, options.summary, reasons, formats)
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
    book: xlsxwriter.Workbook, lines: Iterable[ReportLine], options: WriteOptions, formats: Formats, rows_per_sheet: int
) -> int:
    """Write all sheets of rows; return an upper bound for the bytes of the largest one's XML."""
    layout, sizes = Layout.of(options.other_headings), []
    sheet = ReportSheet(book, 1, layout, formats, run_id=options.summary.run_id)
    for line in lines:
        if sheet.rows == rows_per_sheet:
            sizes.append(sheet.close())
            sheet = ReportSheet(book, len(sizes) + 1, layout, formats, run_id=options.summary.run_id)
        sheet.write(line)
    return max(*sizes, sheet.close()) if sizes else sheet.close()
