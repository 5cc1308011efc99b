"""Writes results into the user's own spreadsheet, beside the user's columns."""

from __future__ import annotations

from batch_renamer.reports.own_workbook.columns import COLUMNS_BACK, RowBack
from batch_renamer.reports.own_workbook.kinds import Kind, kind_of
from batch_renamer.reports.own_workbook.rows import rows_back
from batch_renamer.reports.own_workbook.unfinished import remove_leftovers
from batch_renamer.reports.own_workbook.writing import WriteBack, check_own_workbook, write_back

__all__ = [
    "COLUMNS_BACK",
    "Kind",
    "RowBack",
    "WriteBack",
    "check_own_workbook",
    "kind_of",
    "remove_leftovers",
    "rows_back",
    "write_back",
]
