"""Writes results into the user's own spreadsheet, beside the user's columns."""

from __future__ import annotations

from batch_renamer.reports.own_workbook.columns import COLUMNS_BACK, RowBack

__all__ = ["COLUMNS_BACK", "RowBack"]
