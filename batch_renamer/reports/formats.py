"""The formats of reports, by the ending of the file."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import BinaryIO

from batch_renamer.model import ReportLine, ReportRow
from batch_renamer.reports.csv_format import write_csv
from batch_renamer.reports.html import write_html
from batch_renamer.reports.json_format import write_json
from batch_renamer.reports.rows import WriteOptions

__all__ = ["FORMATS", "WRITERS"]

Writer = Callable[[BinaryIO, Iterable[ReportLine], WriteOptions], None]


def _of_our_columns(write: Callable[[BinaryIO, Iterable[ReportRow], WriteOptions], None]) -> Writer:
    """Return the writer of a format that has the documented columns alone."""

    def write_rows(file: BinaryIO, lines: Iterable[ReportLine], options: WriteOptions) -> None:
        write(file, (line.row for line in lines), options)

    return write_rows


def _write_xlsx(file: BinaryIO, lines: Iterable[ReportLine], options: WriteOptions) -> None:
    from batch_renamer.reports.xlsx import write_xlsx  # noqa: PLC0415 - slow, and not needed for every run

    write_xlsx(file, lines, options)


WRITERS: Mapping[str, Writer] = {
    ".csv": _of_our_columns(write_csv),
    ".html": _of_our_columns(write_html),
    ".json": _of_our_columns(write_json),
    ".xlsx": _write_xlsx,
}
FORMATS: tuple[str, ...] = tuple(WRITERS)
"""The endings that a report may have."""
