"""An open text file enters; its rows leave one by one, exactly as they were typed."""

from __future__ import annotations

import csv
import io
import time
from contextlib import closing, contextmanager
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, BinaryIO, TextIO

from batch_renamer.errors import SheetError
from batch_renamer.loader.cells import Cell, Flaw, RawRow, Unusable
from batch_renamer.loader.delimiter import (
    CANDIDATES,
    asked_delimiter,
    declared_delimiter,
    find_delimiter,
    first_records,
)
from batch_renamer.loader.encoding import find_encoding
from batch_renamer.loader.headings import HEADING_ROWS, Columns, find_columns
from batch_renamer.loader.marks import is_blank_row
from batch_renamer.loader.quotes import cells_as_typed, plainly_quoted, refuse_broken, swallowed_line
from batch_renamer.loader.sheet import Sheet
from batch_renamer.loader.shown import listed, quoted
from batch_renamer.loader.split import Splits
from batch_renamer.loader.wholeness import Wholeness
from batch_renamer.text import begins_like_a_formula, trimmed

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator, Sequence

    from batch_renamer.loader.options import LoadOptions

__all__ = ["open_text"]

_SAMPLE_CHARS = 1 << 18
_EXAMPLES = 3


def open_text(
    file: BinaryIO, label: str, options: LoadOptions, *, wall_clock: Callable[[], float] = time.time
) -> Sheet:
    """Find encoding, delimiter and headings of a text file; its rows are read later, as long as it is open.

    Raises:
        SheetError: the file is empty, no text, only half there, or has no usable headings.
    """
    wholeness = Wholeness(file, label, unattended=options.unattended, wall_clock=wall_clock)
    if options.sheet is not None:
        raise SheetError(f"{label} is a text file and has no sheet {quoted(options.sheet)}: leave --sheet out.")
    asked = asked_delimiter(options)
    encoding = find_encoding(file, label, options)
    with _decoded(file, encoding.codec) as (stream, declared):
        sample = stream.read(_SAMPLE_CHARS).lstrip("\ufeff")
        complete = len(sample) < _SAMPLE_CHARS
    if complete and not trimmed(sample):
        raise SheetError(f"{label} is empty.")
    delimiter = asked or declared or find_delimiter(sample, options, complete=complete)
    records = first_records(sample, delimiter, complete=complete, most=HEADING_ROWS)
    columns = find_columns(records, options)
    if not isinstance(columns, Columns):
        fitting = _fitting_delimiter(records, options)
        if fitting and not trimmed(sample).startswith('"'):
            raise SheetError(
                f"{label} has one cell a line with the delimiter {quoted(delimiter)}, and {quoted(fitting)} would fit: "
                "leave --delimiter and a first line sep= out, or correct them."
            )
        if fitting:
            raise SheetError(
                f"{label} has each line in quotation marks, as a single cell: export it again, or take away the marks "
                "at both ends of every line."
            )
        raise SheetError(f"{label} {columns.sentence}.")
    sample_rows = first_records(sample, delimiter, complete=complete)[columns.row :]
    splits = Splits(columns, delimiter, headings=records[columns.row - 1], sample=sample_rows)
    table = _Table(
        file=file,
        label=label,
        codec=encoding.codec,
        delimiter=delimiter,
        columns=columns,
        find_split=splits.find,
    )
    warnings = (*wholeness.look_at_the_end(), *splits.warnings)
    if encoding.guessed:
        with closing(_rows(table)) as seen:
            warnings += (_guess_warning(seen, label),)
    return Sheet(
        columns=columns,
        delimiter=delimiter,
        encoding="Windows-1252 (guessed)" if encoding.guessed else "",
        label=label,
        warnings=warnings,
        late_warnings=wholeness.look_at_the_size,
        rows=_rows(table),
    )


def _fitting_delimiter(records: list[list[str]], options: LoadOptions) -> str:
    """Return the delimiter with which lines of one cell each hold whole rows, or ""."""
    inside = "\n".join(record[0] for record in records if len(record) == 1)
    return next(
        (mark for mark in CANDIDATES if isinstance(find_columns(first_records(inside, mark), options), Columns)), ""
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Table:
    """A text file of which everything is known but its rows."""

    file: BinaryIO
    label: str
    codec: str
    delimiter: str
    columns: Columns
    find_split: Callable[[Sequence[str], str], Unusable | None]


@contextmanager
def _decoded(file: BinaryIO, codec: str) -> Iterator[tuple[TextIO, str | None]]:
    """Decode the file from its start; a line ``sep=;`` is passed over, as spreadsheet programs do.

    They don't count that line: the headings after it stand in row 1.
    """
    file.seek(0)
    stream = io.TextIOWrapper(file, encoding=codec, newline="")
    try:
        declared = declared_delimiter(stream.readline(16))
        if declared is None:
            stream.seek(0)
        yield stream, declared
    finally:
        if not file.closed:  # a reading that was given up may be cleared away after its file
            stream.detach()


def _rows(table: _Table) -> Generator[RawRow]:
    """Read the rows below the headings. One record is one row, however many lines it takes; blank ones count."""
    label, number = table.label, 0
    lines: list[str] = []
    last: list[str] = []  # the lines of the last record, if they have a mark
    first_row, used, plainly = table.columns.row + 1, table.columns.used, plainly_quoted(table.delimiter).fullmatch
    try:
        with _decoded(table.file, table.codec) as (stream, _):
            for number, record in enumerate(csv.reader(_noting(stream, lines), delimiter=table.delimiter), 1):
                last = lines[:] if len(lines) > 1 or '"' in lines[0] else []
                if number >= first_row and not is_blank_row(record, used):
                    if last and (len(last) > 1 or not plainly(last[0])):
                        yield _quoted_row(number, record, last, table)
                    else:
                        yield _row(number, record, table.find_split(record, lines[0]), table)
                lines.clear()
    except csv.Error as error:  # the one thing that a reader that isn't strict refuses
        raise SheetError(
            f"{label}, row {number + 1}: a cell has more than {csv.field_size_limit()} characters; "
            "close its quotation mark, or shorten it."
        ) from error
    except (UnicodeError, OSError) as error:
        raise SheetError(f"{label} could not be read to its end: was it changed meanwhile? Try again.") from error
    if last:
        refuse_broken(last, table.delimiter, label, number)


def _noting(stream: TextIO, lines: list[str]) -> Iterator[str]:
    """Pass the lines on, and keep those that the record under way is made of; a BOM before one is no part of it."""
    for line in stream:
        whole = line.lstrip("\ufeff") if line.startswith("\ufeff") else line
        lines.append(whole)
        yield whole


def _quoted_row(number: int, record: list[str], lines: list[str], table: _Table) -> RawRow:
    """Look closely at a record whose marks need it, and pick its cells."""
    if len(lines) > 1:
        refuse_broken(lines, table.delimiter, table.label, number)
        if swallowed := swallowed_line(record, table.delimiter, table.columns):
            return _row(number, record, Unusable(Flaw.SWALLOWED, swallowed), table)
        return _row(number, record, table.find_split(record, "".join(lines)), table)
    if table.columns.is_report:  # by this program, whose marks have one reading
        return _row(number, record, None, table)
    typed = cells_as_typed(lines[0], table.delimiter, table.columns.used)
    if typed is None:
        return _row(number, record, Unusable(Flaw.QUOTES, lines[0].strip()), table)
    return _row(number, typed, table.find_split(typed, lines[0]), table)


def _row(number: int, record: list[str], flaw: Unusable | None, table: _Table) -> RawRow:
    """Pick the wanted cells of a record; where it can't be believed, there is no name, no guard and no mark."""
    cells = len(record)
    order_id, new_name, current_name, skip = [
        record[column] if column is not None and column < cells else "" for column in table.columns.used
    ]
    if flaw is not None:
        return number, order_id, flaw, "", "", ""
    if table.columns.is_report:
        return number, _bare(order_id), _bare(new_name), _bare(current_name), _bare(skip), ""
    return number, order_id, new_name, current_name, skip, ""


def _bare(cell: str) -> str:
    """Take away the ``'`` that our own reports put before what looks like a formula."""
    return cell[1:] if cell.startswith("'") and begins_like_a_formula(cell[1:]) else cell


def _guess_warning(rows: Iterator[RawRow], label: str) -> str:
    """Show names as the guessed encoding reads them, for a person to judge."""
    names: Iterator[Cell] = (row[2] for row in rows)
    examples = list(islice((name for name in names if isinstance(name, str) and not name.isascii()), _EXAMPLES))
    seen = f"it reads {listed(examples)}" if examples else "no name is affected"
    return f"{label} is not UTF-8 and was read as Windows-1252: {seen}. If that looks wrong, pass --encoding."
