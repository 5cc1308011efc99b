"""The sheet ``summary``: what happened, in one sentence, in figures and as a chart, and how the run was asked for."""

from __future__ import annotations

from xlsxwriter import Workbook

from batch_renamer.model import RunSummary
from batch_renamer.reports.xlsx.formats import Formats
from batch_renamer.reports.xlsx.texts import write_text
from batch_renamer.text_cells import cut

__all__ = ["add_summary"]


def add_summary(book: Workbook, summary: RunSummary, formats: Formats) -> None:
    """Add the sheet after those of the rows, so that the first sheet is the report."""
    sheet = book.add_worksheet("summary")
    sheet.set_column(0, 0, 120)
    for line, note in enumerate((summary.facts.sentence, *summary.warnings)):
        write_text(sheet, line, 0, cut(note), formats.wrapped)
