"""Writes report rows to CSV, Excel or JSON files, and checks beforehand where they may go."""

from __future__ import annotations

from batch_renamer.reports.csv_format import write_csv_result
from batch_renamer.reports.formats import FORMATS
from batch_renamer.reports.html import Fact, Figures, counts_of, facts_of, headline_of, plots_over_time
from batch_renamer.reports.json_format import write_json_result, write_refusal
from batch_renamer.reports.own_workbook import (
    Kind,
    WriteBack,
    check_own_workbook,
    kind_of,
    remove_leftovers,
    rows_back,
    write_back,
)
from batch_renamer.reports.page_extras import PageExtras
from batch_renamer.reports.rows import row_as_json
from batch_renamer.reports.target import check_names, check_writable, report_name, resolve_targets
from batch_renamer.reports.writing import write_report, write_reports
from batch_renamer.temporary import remove_unfinished

__all__ = [
    "FORMATS",
    "Fact",
    "Figures",
    "Kind",
    "PageExtras",
    "WriteBack",
    "check_names",
    "check_own_workbook",
    "check_writable",
    "counts_of",
    "facts_of",
    "headline_of",
    "kind_of",
    "plots_over_time",
    "remove_leftovers",
    "remove_unfinished",
    "report_name",
    "resolve_targets",
    "row_as_json",
    "rows_back",
    "write_back",
    "write_csv_result",
    "write_json_result",
    "write_refusal",
    "write_report",
    "write_reports",
]
