"""Text with quotation marks enters; the rows in which a stray mark has run lines together leave.

One mark too many makes everything up to the next mark a single cell: rows vanish inside a name, and nothing that
reads CSV complains. So every record that goes over several lines is looked at here before the file is believed.
"""

from __future__ import annotations

import csv
import re
from typing import TYPE_CHECKING, TextIO

from batch_renamer.errors import SheetError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batch_renamer.loader.headings import Columns

__all__ = ["find_swallowed"]

_DIGITS = re.compile(r"[0-9]")
_WORDS = re.compile(r"[0-9A-Za-z]+")


def find_swallowed(stream: TextIO, delimiter: str, columns: Columns, label: str) -> dict[int, str]:
    """Find the rows that hold whole other rows in one cell: row number to the first line swallowed.

    Raises:
        SheetError: a quotation mark is never closed, or is followed by text after several lines.
    """
    suspects: dict[int, str] = {}
    lines: list[str] = []
    last: list[str] = []
    number = 0
    try:
        for number, record in enumerate(csv.reader(_noting(stream, lines), delimiter=delimiter), 1):
            if len(lines) > 1 and number > columns.row:
                _refuse_broken(lines, delimiter, label, number)
                if swallowed := _swallowed_line(record, delimiter, columns):
                    suspects[number] = swallowed
            last[:] = lines
            lines.clear()
        _refuse_broken(last, delimiter, label, number)
    except csv.Error as error:  # the one thing that a reader that isn't strict refuses
        raise SheetError(
            f"{label}, row {number + 1}: a cell has more than {csv.field_size_limit()} characters; "
            "close its quotation mark, or shorten it."
        ) from error
    return suspects


def _noting(stream: TextIO, lines: list[str]) -> Iterator[str]:
    """Pass the lines on, and keep those that the record under way is made of."""
    for line in stream:
        lines.append(line)
        yield line


def _refuse_broken(lines: list[str], delimiter: str, label: str, number: int) -> None:
    """Read one record again by the letter: every mark must be closed, and at the end of its cell."""
    try:
        next(csv.reader(lines, delimiter=delimiter, strict=True), None)
    except csv.Error as error:
        if "unexpected end" in str(error):
            raise SheetError(
                f"{label}, row {number}: a quotation mark is opened and never closed, so that the rest of the file "
                'would become one cell. Delete it, or write it twice ("").'
            ) from error
        if len(lines) > 1:
            raise SheetError(
                f"{label}, row {number}: a quotation mark is out of place, and {len(lines)} lines run together. "
                'Delete it, or write it twice ("").'
            ) from error


def _swallowed_line(record: list[str], delimiter: str, columns: Columns) -> str:
    """Find a line inside a cell that is a row of its own: as many cells, and an id that looks like this row's id."""
    if len(record) <= columns.order_id:
        return ""
    shape = _shape(record[columns.order_id])
    for cell in record:
        for line in cell.splitlines()[1:]:
            inner = next(csv.reader([line], delimiter=delimiter), [])
            if len(inner) >= len(columns.headings) and _shape(inner[columns.order_id]) == shape:
                return line
    return ""


def _shape(text: str) -> tuple[str, bool]:
    """Reduce an id to its punctuation and whether it has digits; ids of one sheet mostly agree in both."""
    return _WORDS.sub("x", text.strip()), bool(_DIGITS.search(text))
