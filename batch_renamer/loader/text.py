"""An open text file enters; its rows leave, read by pandas in chunks, exactly as they were typed."""

from __future__ import annotations

import io
import re
from contextlib import closing, contextmanager
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, BinaryIO, TextIO

from batch_renamer.errors import SheetError
from batch_renamer.loader.cells import Cell, Flaw, RawRow, Unusable
from batch_renamer.loader.delimiter import asked_delimiter, declared_delimiter, find_delimiter, first_records
from batch_renamer.loader.encoding import find_encoding
from batch_renamer.loader.headings import HEADING_ROWS, Columns, find_columns
from batch_renamer.loader.quotes import find_swallowed
from batch_renamer.loader.sheet import Sheet
from batch_renamer.loader.shown import listed, quoted
from batch_renamer.text import trimmed

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator, Mapping

    import pandas as pd

    from batch_renamer.loader.options import LoadOptions

__all__ = ["open_text"]

_SAMPLE_CHARS = 1 << 18
_ROWS_AT_ONCE = 10_000
_EXAMPLES = 3
_GUARDED = re.compile(r"'[=+\-@\t\r']")
"""What reports put a ``'`` before, so that no spreadsheet program takes it for a formula."""


def open_text(file: BinaryIO, label: str, options: LoadOptions) -> Sheet:
    """Find encoding, delimiter and headings of a text file; its rows are read later, as long as it is open.

    Raises:
        SheetError: the file is empty, no text, or has no usable headings.
    """
    if options.sheet is not None:
        raise SheetError(f"{label} is a text file and has no sheet {quoted(options.sheet)}: leave --sheet out.")
    asked = asked_delimiter(options)
    encoding = find_encoding(file, label, options)
    with _decoded(file, encoding.codec) as (stream, declared):
        sample = stream.read(_SAMPLE_CHARS)
        complete = len(sample) < _SAMPLE_CHARS
    if complete and not trimmed(sample):
        raise SheetError(f"{label} is empty.")
    delimiter = asked or declared or find_delimiter(sample, options, complete=complete)
    columns = find_columns(first_records(sample, delimiter, complete=complete, most=HEADING_ROWS), options)
    if not isinstance(columns, Columns):
        raise SheetError(f"{label} {columns.sentence}.")
    swallowed: Mapping[int, str] = {}
    if encoding.has_quotes:
        with _decoded(file, encoding.codec) as (stream, _):
            swallowed = find_swallowed(stream, delimiter, columns, label)

    table = _Table(
        file=file, label=label, codec=encoding.codec, delimiter=delimiter, columns=columns, swallowed=swallowed
    )
    warnings: tuple[str, ...] = ()
    if encoding.guessed:
        with closing(_rows(table)) as seen:
            warnings = (_guess_warning(seen, label),)
    return Sheet(
        columns=columns,
        delimiter=delimiter,
        encoding="Windows-1252 (guessed)" if encoding.guessed else "",
        warnings=warnings,
        rows=_rows(table),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Table:
    """A text file of which everything is known but its rows."""

    file: BinaryIO
    label: str
    codec: str
    delimiter: str
    columns: Columns
    swallowed: Mapping[int, str]


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
        stream.detach()


def _rows(table: _Table) -> Generator[RawRow]:
    """Read the rows below the headings. One record is one row, however many lines it takes; blank ones count."""
    import pandas as pd  # noqa: PLC0415 - heavy: only a file that is really read pays for it

    every = range(len(table.columns.headings))
    try:
        with (
            _decoded(table.file, table.codec) as (stream, _),
            pd.read_csv(
                stream,
                sep=table.delimiter,
                header=None,
                names=every,
                usecols=every,  # a longer row loses its surplus, a shorter one is filled up with blanks
                index_col=False,
                dtype=object,
                keep_default_na=False,
                na_filter=False,
                skip_blank_lines=False,
                chunksize=_ROWS_AT_ONCE,
                engine="c",
            ) as frames,
        ):
            first = 1
            for frame in frames:
                yield from _rows_of(frame, first, table)
                first += len(frame)
    except (pd.errors.ParserError, UnicodeError, OSError) as error:
        raise SheetError(f"{table.label} could not be read to its end: was it changed meanwhile? Try again.") from error


def _rows_of(frame: pd.DataFrame, first: int, table: _Table) -> Iterator[RawRow]:
    """Pick the wanted cells of one frame, whose first row is row ``first``; leave out blank rows."""
    columns, swallowed = table.columns, table.swallowed
    skipped = max(columns.row + 1 - first, 0)
    wanted = (columns.order_id, columns.new_name, columns.current_name, columns.skip)
    picked = (
        [""] * (len(frame) - skipped) if column is None else frame[column].tolist()[skipped:] for column in wanted
    )
    for row, (order_id, new_name, current_name, skip) in enumerate(zip(*picked, strict=True), first + skipped):
        plainly_filled = order_id.isascii() and order_id.strip()  # quick, and true of nearly every row
        if not plainly_filled and not (
            trimmed(order_id) or trimmed(new_name) or any(map(trimmed, frame.iloc[row - first]))
        ):
            continue
        if row in swallowed:
            yield row, order_id, Unusable(Flaw.SWALLOWED, swallowed[row]), current_name, skip
        elif columns.is_report:
            yield row, _bare(order_id), _bare(new_name), _bare(current_name), _bare(skip)
        else:
            yield row, order_id, new_name, current_name, skip


def _bare(cell: str) -> str:
    """Take away the ``'`` that our own reports put before what looks like a formula."""
    return cell[1:] if cell.startswith("'") and _GUARDED.match(cell) else cell


def _guess_warning(rows: Iterator[RawRow], label: str) -> str:
    """Show names as the guessed encoding reads them, for a person to judge."""
    names: Iterator[Cell] = (row[2] for row in rows)
    examples = list(islice((name for name in names if isinstance(name, str) and not name.isascii()), _EXAMPLES))
    seen = f"it reads {listed(examples)}" if examples else "no name is affected"
    return f"{label} is not UTF-8 and was read as Windows-1252: {seen}. If that looks wrong, pass --encoding."
