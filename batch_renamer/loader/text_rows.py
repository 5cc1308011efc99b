"""Yields the rows of a text file exactly as they were typed, or says why a record can't be relied on."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import BinaryIO, TextIO

from batch_renamer.errors import SheetError
from batch_renamer.loader.cells import Flaw, RawRow, Unusable
from batch_renamer.loader.columns import Columns
from batch_renamer.loader.delimiter import (
    declared_delimiter,
)
from batch_renamer.loader.marks import is_blank_row
from batch_renamer.loader.quotes import cells_as_typed, plainly_quoted, refuse_broken, swallowed_row
from batch_renamer.model import COLUMNS_BACK, is_of_columns_back
from batch_renamer.text import begins_like_a_formula, raw_cells

__all__ = ["TextTable", "decoded", "read_rows"]


@dataclass(frozen=True, slots=True, kw_only=True)
class TextTable:
    """A text file with known encoding, delimiter and columns."""

    file: BinaryIO
    label: str
    codec: str
    delimiter: str
    columns: Columns
    find_split: Callable[[Sequence[str], str], Unusable | None]


@contextmanager
def decoded(file: BinaryIO, codec: str) -> Iterator[tuple[TextIO, str | None]]:
    """Decode the file from its start, without a first line ``sep=;``; yields the stream and that line's delimiter.

    Spreadsheet programs don't count that line: the headings after it are row 1.
    """
    file.seek(0)
    stream = io.TextIOWrapper(file, encoding=codec, newline="")
    try:
        declared = declared_delimiter(stream.readline(16))
        if declared is None:
            stream.seek(0)
        yield stream, declared
    finally:
        if not file.closed:  # an abandoned generator may be closed after its file
            stream.detach()


def read_rows(table: TextTable) -> Generator[RawRow]:
    """Yield the rows below the headings. One record is one row, however many lines it has; blank rows are counted."""
    label, number = table.label, 0
    lines: list[str] = []
    last: list[str] = []  # the lines of the last record, if they have a quotation mark
    first_row, used, plainly = table.columns.row + 1, table.columns.used, plainly_quoted(table.delimiter).fullmatch
    asked = [(at, place) for at, place in enumerate(table.columns.others) if place in table.columns.of_results]
    try:
        with decoded(table.file, table.codec) as (stream, _):
            for number, record in enumerate(csv.reader(_noting(stream, lines), delimiter=table.delimiter), 1):
                whole = record
                if table.columns.results is not None and number >= first_row:
                    record = _without_results(record, lines, table.columns.results, table.delimiter)  # noqa: PLW2901
                last = lines[:] if len(lines) > 1 or '"' in lines[0] else []
                if number >= first_row and not is_blank_row(record, used):
                    if last and (len(last) > 1 or not plainly(last[0])):
                        row = _quoted_row(number, record, last, table)
                    else:
                        row = _row(number, record, table.find_split(record, lines[0]), table)
                    yield _with_results(row, whole, asked) if asked else row
                lines.clear()
    except csv.Error as error:  # the only error of a reader that isn't strict
        raise SheetError(
            f"{label}, row {number + 1}: a cell has more than {csv.field_size_limit()} characters; "
            "close its quotation mark, or shorten it."
        ) from error
    except (UnicodeError, OSError) as error:
        raise SheetError(f"{label} could not be read to its end: was it changed meanwhile? Try again.") from error
    if last:
        refuse_broken(last, table.delimiter, label, number)


def _noting(stream: TextIO, lines: list[str]) -> Iterator[str]:
    """Yield the lines of the stream, and collect those of the current record; a BOM before a line is removed."""
    for line in stream:
        whole = line.lstrip("\ufeff") if line.startswith("\ufeff") else line
        lines.append(whole)
        yield whole


def _without_results(record: list[str], lines: list[str], place: int, delimiter: str) -> list[str]:
    """Take the results out of a record and its lines, as if they had never been written there; return the record.

    Text that has moved to these columns is no result. It stays, so that the row is found to be damaged.
    """
    if len(record) <= place or not is_of_columns_back(record[place : place + len(COLUMNS_BACK)]):
        return record
    text = "".join(lines)
    body = text.rstrip("\r\n")
    cells, behind = raw_cells(body, delimiter), place + len(COLUMNS_BACK)
    kept = cells[:place] + ([""] * len(COLUMNS_BACK) + cells[behind:] if len(cells) > behind else [])
    lines[:] = io.StringIO(delimiter.join(kept) + text[len(body) :], newline="")
    return next(csv.reader(lines, delimiter=delimiter), [])


def _with_results(row: RawRow, record: list[str], asked: list[tuple[int, int]]) -> RawRow:
    """Return a row with the results that ``--where`` asks of: pairs of a place among the others, and in the record."""
    others = list(row.others)
    for at, place in asked:
        if at < len(others) and place < len(record):
            others[at] = record[place]
    return row._replace(others=others)


def _quoted_row(number: int, record: list[str], lines: list[str], table: TextTable) -> RawRow:
    """Return the row of a record with quotation marks that need a check."""
    if len(lines) > 1:
        refuse_broken(lines, table.delimiter, table.label, number)
        if swallowed := swallowed_row(record, table.delimiter, table.columns):
            return _row(number, record, Unusable(Flaw.SWALLOWED, swallowed), table)
        return _row(number, record, table.find_split(record, "".join(lines)), table)
    if table.columns.is_report:  # written by this program, which doubles every mark
        return _row(number, record, None, table)
    typed = cells_as_typed(lines[0], table.delimiter, table.columns.used)
    if typed is None:
        return _row(number, record, Unusable(Flaw.QUOTES, lines[0].strip()), table)
    return _row(number, typed, table.find_split(typed, lines[0]), table)


def _row(number: int, record: list[str], flaw: Unusable | None, table: TextTable) -> RawRow:
    """Pick the wanted cells of a record; a flawed one keeps only its id, and the flaw takes the place of the name."""
    cells = len(record)
    order_id, new_name, current_name, skip = [
        record[column] if column is not None and column < cells else "" for column in table.columns.used
    ]
    if flaw is not None:
        return RawRow(number, order_id, flaw, "", "")
    if table.columns.is_report:
        bare = [_bare(record[column]) if column < cells else "" for column in table.columns.others]
        return RawRow(number, _bare(order_id), _bare(new_name), _bare(current_name), _bare(skip), others=bare)
    others = [record[column] if column < cells else "" for column in table.columns.others]
    if table.columns.is_export:
        order_id, new_name, current_name, skip = map(_bare, (order_id, new_name, current_name, skip))
        others = list(map(_bare, others))
    return RawRow(number, order_id, new_name, current_name, skip, others=others)


def _bare(cell: str) -> str:
    """Remove the ``'`` that reports and exports of this program put before a text that looks like a formula."""
    return cell[1:] if cell.startswith("'") and begins_like_a_formula(cell[1:]) else cell
