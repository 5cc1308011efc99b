"""Writes reports as workbooks: typed cells, the user's own columns beside ours, and a summary sheet with a chart."""

from __future__ import annotations

from batch_renamer.reports.xlsx.book import ROWS_PER_SHEET, write_xlsx

__all__ = ["ROWS_PER_SHEET", "write_xlsx"]
