"""The XML of a sheet enters; a whole workbook leaves that every reader opens."""

from __future__ import annotations

import io
from functools import cache

import xlsxwriter

from tests.support.workbooks import rezipped

__all__ = ["MAIN", "SHEET", "workbook_of"]

SHEET = "xl/worksheets/sheet1.xml"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def workbook_of(sheet: str) -> bytes:
    """Make a workbook with the sheet ``Orders``, given as its whole part; style 1 is a date."""
    return rezipped(_empty(), {SHEET: lambda _: sheet.encode()})


@cache
def _empty() -> bytes:
    file = io.BytesIO()
    with xlsxwriter.Workbook(file) as book:
        book.add_worksheet("Orders").write_blank(0, 0, None, book.add_format({"num_format": 14}))
    return file.getvalue()
