"""Writes workbooks of many rows, in which texts stay texts: no formulas, no links, no lost leading zeros."""

from __future__ import annotations

from batch_renamer.workbooks.cells import (
    MOST_IN_CELL,
    SURELY_FITS,
    blank_cell,
    boolean_cell,
    cell_units,
    cut,
    escaped_text,
    has_all_digits,
    number_cell,
    text_cell,
)
from batch_renamer.workbooks.moments import local_days
from batch_renamer.workbooks.streaming import (
    ROWS_PER_SHEET,
    WHOLE_SHEET,
    LongSheet,
    StreamedWorkbook,
    streamed_workbook,
    write_text,
)

__all__ = [
    "MOST_IN_CELL",
    "ROWS_PER_SHEET",
    "SURELY_FITS",
    "WHOLE_SHEET",
    "LongSheet",
    "StreamedWorkbook",
    "blank_cell",
    "boolean_cell",
    "cell_units",
    "cut",
    "escaped_text",
    "has_all_digits",
    "local_days",
    "number_cell",
    "streamed_workbook",
    "text_cell",
    "write_text",
]
