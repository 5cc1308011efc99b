"""Writes results into the user's own text file: .csv, .tsv and the like; the user's own cells stay byte for byte."""

from __future__ import annotations

from batch_renamer.reports.own_workbook.text.writing import write_back_text

__all__ = ["write_back_text"]
