"""Writes reports as CSV files that a spreadsheet program opens as text, never as formulas.

The encoding is UTF-8 with BOM, because Excel reads anything else in the local code page. Lines end in CR LF, and
quoting follows RFC 4180.
"""

from __future__ import annotations

import csv
import io
import string
from collections.abc import Iterable
from typing import BinaryIO

from batch_renamer.model import COLUMNS, ReportRow
from batch_renamer.reports.rows import WriteOptions, row_as_texts
from batch_renamer.text import guarded

__all__ = ["write_csv", "write_csv_result"]

_NO_GUARD = frozenset(string.ascii_letters + string.digits)  # no text that begins with one of these needs a guard


def write_csv(file: BinaryIO, rows: Iterable[ReportRow], options: WriteOptions) -> None:
    """Write the heading line and one line per row; the file stays open.

    A lone surrogate, which can't be encoded, becomes a visible escape.

    Raises:
        OSError: The disk is full, or the file can't be written for another reason.
    """
    _write(file, rows, encoding="utf-8-sig", delimiter=options.delimiter)


def write_csv_result(file: BinaryIO, rows: Iterable[ReportRow], *, delimiter: str = ",") -> None:
    """Write the same to standard output, without BOM: programs that read a pipe take it for a part of a heading.

    Raises:
        OSError: It can't be written.

    Example:
        >>> file = io.BytesIO()
        >>> write_csv_result(file, [])
        >>> file.getvalue()[:12]
        b'row,order_id'
    """
    _write(file, rows, encoding="utf-8", delimiter=delimiter)


def _write(file: BinaryIO, rows: Iterable[ReportRow], *, encoding: str, delimiter: str) -> None:
    text = io.TextIOWrapper(file, encoding=encoding, errors="backslashreplace", newline="")
    writer = csv.writer(text, delimiter=delimiter)
    writer.writerow(COLUMNS)
    writer.writerows(map(_cells, rows))
    text.detach()


def _cells(row: ReportRow) -> list[str]:
    return ["" if not text else text if text[0] in _NO_GUARD else guarded(text) for text in row_as_texts(row)]
