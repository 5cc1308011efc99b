"""The formats of reports, by the ending of the file."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import BinaryIO

from batch_renamer.model import ReportRow
from batch_renamer.reports.csv_format import write_csv
from batch_renamer.reports.html import write_html
from batch_renamer.reports.json_format import write_json
from batch_renamer.reports.rows import WriteOptions
from batch_renamer.reports.xlsx_format import write_xlsx

__all__ = ["FORMATS", "WRITERS"]

Writer = Callable[[BinaryIO, Iterable[ReportRow], WriteOptions], None]
WRITERS: Mapping[str, Writer] = {".csv": write_csv, ".html": write_html, ".json": write_json, ".xlsx": write_xlsx}
FORMATS: tuple[str, ...] = tuple(WRITERS)
"""The endings that a report may have."""
