"""Writes an empty spreadsheet with the columns to fill in, and one example row that is never sent."""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO

from batch_renamer.exporting.csv_format import write_csv
from batch_renamer.exporting.writing import write_beside
from batch_renamer.exporting.xlsx_format import SKIP_MARK, write_xlsx_sheet
from batch_renamer.model import EXPORT_COLUMNS

__all__ = ["write_template"]

_COLUMNS = EXPORT_COLUMNS[:4]
_EXAMPLE = ("example-delete-this-row", "IMG_2041", "12 Elm Street", SKIP_MARK)


def write_template(target: Path | BinaryIO, *, delimiter: str = ",") -> Path | None:
    """Write the template to a new file, and return its path; or as CSV to a stream.

    The example row has a mark in ``skip``, so that it is left out.

    Raises:
        ReportWriteError: the file can't be written.
        OSError: the stream can't be written.
    """
    if not isinstance(target, Path):
        write_csv(target, _COLUMNS, [_EXAMPLE], delimiter=delimiter, bom=False)
        return None

    def write(file: BinaryIO, scratch: Path) -> None:
        if target.suffix.lower() == ".csv":
            write_csv(file, _COLUMNS, [_EXAMPLE], delimiter=delimiter)
        else:
            write_xlsx_sheet(file, _COLUMNS, [_EXAMPLE], scratch=scratch)

    return write_beside(target, write)
