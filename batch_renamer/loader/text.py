"""Opens a text file (CSV, TSV): finds its encoding, delimiter and headings."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import closing
from itertools import islice
from typing import BinaryIO

from batch_renamer.errors import SheetError
from batch_renamer.loader.cells import Cell, RawRow
from batch_renamer.loader.choosing import Choosing
from batch_renamer.loader.columns import Columns
from batch_renamer.loader.completeness import CompletenessCheck
from batch_renamer.loader.contents import Need, SheetContents, UndecidedSheetError, column_choices
from batch_renamer.loader.delimiter import (
    CANDIDATES,
    asked_delimiter,
    find_delimiter,
    first_records,
)
from batch_renamer.loader.encoding import find_encoding
from batch_renamer.loader.heading_trouble import HeadingTrouble
from batch_renamer.loader.headings import HEADING_ROWS, find_columns
from batch_renamer.loader.options import LoadOptions
from batch_renamer.loader.sheet import Sheet
from batch_renamer.loader.shown import listed, quoted
from batch_renamer.loader.split import SplitFinder
from batch_renamer.loader.text_rows import TextTable, decoded, read_rows
from batch_renamer.text import trimmed

__all__ = ["open_text"]

_SAMPLE_CHARS = 1 << 18
_EXAMPLES = 3


def open_text(
    file: BinaryIO, label: str, options: LoadOptions, *, wall_clock: Callable[[], float] = time.time
) -> Sheet:
    """Find encoding, delimiter and headings of a text file; the rows can be read later, while the file is open.

    Raises:
        SheetError: the file is empty, is not text, is incomplete, or has no usable headings.
    """
    completeness = CompletenessCheck(file, label, unattended=options.unattended, wall_clock=wall_clock)
    if options.sheet is not None:
        raise SheetError(f"{label} is a text file and has no sheet {quoted(options.sheet)}: leave --sheet out.")
    asked = asked_delimiter(options)
    encoding = find_encoding(file, label, options)
    with decoded(file, encoding.codec) as (stream, declared):
        sample = stream.read(_SAMPLE_CHARS).lstrip("\ufeff")
        complete = len(sample) < _SAMPLE_CHARS
    if complete and not trimmed(sample):
        raise SheetError(f"{label} is empty.")
    delimiter = asked or declared or find_delimiter(sample, options, complete=complete)
    records = first_records(sample, delimiter, complete=complete, most=HEADING_ROWS)
    columns = find_columns(records, options)
    if not isinstance(columns, Columns):
        why = _why_no_headings(sample, records, delimiter, options) or columns
        raise UndecidedSheetError(
            f"{label} {why.fact}",
            f"{why.advice}.",
            contents=SheetContents(
                heading_row=columns.row or None,
                columns=column_choices(columns.headings),
                codec=encoding.codec,
                delimiter=delimiter,
            ),
            needs=why.needs,
        )
    sample_rows = first_records(sample, delimiter, complete=complete)[columns.row :]
    splits = SplitFinder(columns, delimiter, headings=records[columns.row - 1], sample=sample_rows)
    table = TextTable(
        file=file,
        label=label,
        codec=encoding.codec,
        delimiter=delimiter,
        columns=columns,
        find_split=splits.find,
    )
    warnings = (*completeness.check_last_line(), *splits.warnings)
    if encoding.guessed:
        with closing(read_rows(table)) as seen:
            warnings += (_guess_warning(seen, label),)
    return Sheet(
        columns=columns,
        delimiter=delimiter,
        encoding="Windows-1252 (guessed)" if encoding.guessed else "",
        codec=encoding.codec,
        has_sep_line=declared is not None,
        label=label,
        blank_is_left=options.blank_names == "skip",
        by_name=options.by_name,
        choosing=Choosing.of(options, columns, label),
        rule=options.rule,
        warnings=warnings,
        late_warnings=completeness.check_size,
        rows=read_rows(table),
    )


def _why_no_headings(
    sample: str, records: list[list[str]], delimiter: str, options: LoadOptions
) -> HeadingTrouble | None:
    """Return why each line was read as one cell, if the cell holds usable headings."""
    fitting = _fitting_delimiter(records, options)
    if not fitting:
        return None
    if trimmed(sample).startswith('"'):
        return HeadingTrouble(
            fact="has each line in quotation marks, as a single cell",
            advice=": export it again, or take away the marks at both ends of every line",
            nearness=0,
        )
    return HeadingTrouble(
        fact=f"has one cell a line with the delimiter {quoted(delimiter)}, and {quoted(fitting)} would fit",
        advice=": leave --delimiter and a first line sep= out, or correct them",
        nearness=0,
        needs=(Need("delimiter", (fitting,)),),
    )


def _fitting_delimiter(records: list[list[str]], options: LoadOptions) -> str:
    """Return the delimiter that splits lines of one cell into rows with usable headings, or ""."""
    inside = "\n".join(record[0] for record in records if len(record) == 1)
    return next(
        (mark for mark in CANDIDATES if isinstance(find_columns(first_records(inside, mark), options), Columns)), ""
    )


def _guess_warning(rows: Iterator[RawRow], label: str) -> str:
    """Return a warning that shows some names in the guessed encoding, so that a person can check them."""
    names: Iterator[Cell] = (row[2] for row in rows)
    examples = list(islice((name for name in names if isinstance(name, str) and not name.isascii()), _EXAMPLES))
    seen = f"it reads {listed(examples)}" if examples else "no name is affected"
    return f"{label} is not UTF-8 and was read as Windows-1252: {seen}. If that looks wrong, pass --encoding."
