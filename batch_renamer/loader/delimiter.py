"""Finds the delimiter of a text file from the beginning of the file."""

from __future__ import annotations

import csv
import io
import re
from itertools import islice

from batch_renamer.errors import SheetError
from batch_renamer.loader.columns import Columns
from batch_renamer.loader.headings import find_columns
from batch_renamer.loader.options import LoadOptions
from batch_renamer.loader.shown import quoted

__all__ = ["CANDIDATES", "asked_delimiter", "declared_delimiter", "find_delimiter", "first_records"]

CANDIDATES = ",;\t|"
"""The delimiters that are tried."""

_RECORDS = 100
_DECLARATION = re.compile(r"\ufeff*\"?sep=([^\r\n\w\s\"]|\t)\"?(?:\r\n|\r|\n|$)", re.IGNORECASE)


def asked_delimiter(options: LoadOptions) -> str | None:
    r"""Return the delimiter that the ``delimiter`` option names: one character, or ``tab``.

    Raises:
        SheetError: it is not one character that can stand between cells.
    """
    asked = options.delimiter
    if asked is None:
        return None
    if asked.casefold() in {"tab", r"\t"}:
        return "\t"
    if len(asked) != 1 or asked in '"\r\n\0' or not asked.isascii():
        raise SheetError(f"--delimiter {quoted(asked)} is not one plain character; usual ones are , ; | and tab.")
    return asked


def declared_delimiter(line: str) -> str | None:
    """Return the delimiter of a line such as ``sep=;``, which tells spreadsheet programs the delimiter; else None.

    Example:
        >>> declared_delimiter("sep=;"), declared_delimiter("order_id;new_name")
        (';', None)
    """
    found = _DECLARATION.fullmatch(line)
    return found[1] if found else None


def first_records(text: str, delimiter: str, *, complete: bool = True, most: int = _RECORDS) -> list[list[str]]:
    """Split the beginning of a file into records; ``complete=False`` drops the last one, which may be cut off."""
    records: list[list[str]] = []
    try:
        records.extend(islice(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), most + 1))
    except csv.Error:  # a cell of more than 131,072 characters; the records before it are enough
        return records
    return records[:most] if complete or len(records) > most else records[:-1]


def find_delimiter(text: str, options: LoadOptions, *, complete: bool) -> str:
    r"""Choose the delimiter that gives usable headings and the most rows with as many cells as the headings.

    Guessing by the frequency of characters picks wrong ones (https://github.com/python/cpython/issues/97611). The
    headings are known, so they decide.

    Example:
        >>> from batch_renamer.loader.options import LoadOptions
        >>> find_delimiter("order_id;new_name\na1;Smith, John\n", LoadOptions(), complete=True)
        ';'
    """
    return max(CANDIDATES, key=lambda candidate: _fitness(first_records(text, candidate, complete=complete), options))


def _fitness(records: list[list[str]], options: LoadOptions) -> tuple[int, float, int]:
    """Rate a delimiter: first by headings, then by the share of regular rows, then by the number of columns."""
    found = find_columns(records, options)
    start = found.row if isinstance(found, Columns) else 0
    nearness = 3 if isinstance(found, Columns) else found.nearness
    rows = [record for record in records[start:] if any(record)]
    width = len(records[start - 1]) if start else max(map(len, records), default=0)
    if width < 2:
        return nearness, 0.0, width
    regular = sum(len(row) == width for row in rows) / len(rows) if rows else 1.0
    return nearness, regular, width
