"""Reads a pandas DataFrame; rows are numbered as in a spreadsheet, with the headings in row 1."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from batch_renamer.errors import SheetError
from batch_renamer.loader.cells import Cell, Flaw, RawRow, Unusable, cell_of_number
from batch_renamer.loader.choosing import Choosing
from batch_renamer.loader.columns import Columns
from batch_renamer.loader.heading_trouble import HeadingTrouble
from batch_renamer.loader.headings import find_columns
from batch_renamer.loader.marks import is_blank_row
from batch_renamer.loader.options import LoadOptions
from batch_renamer.loader.sheet import Sheet
from batch_renamer.loader.shown import listed

if TYPE_CHECKING:  # pandas takes half a second, and only a caller with a DataFrame needs it
    import pandas as pd

__all__ = ["open_frame"]

_ROWS_AT_ONCE = 10_000

_NUMBERS = {Flaw.DECIMAL: "a decimal number", Flaw.LONG_NUMBER: "a float of more than 15 digits, of which it keeps 15"}


def open_frame(frame: pd.DataFrame, options: LoadOptions | None = None) -> Sheet:
    """Read a DataFrame as if it were a sheet; its index is ignored, and missing values are blank.

    Integers are exact here and keep all their digits. Other numbers, dates and objects make their rows invalid, as in a
    workbook; whole floats are read as integers.

    Raises:
        SheetError: its columns are not usable headings.

    Example:
        >>> import pandas
        >>> sheet = open_frame(pandas.DataFrame({"order_id": ["a1"], "new_name": ["12 Elm St"]}))
        >>> [row.row for row in next(sheet.chunks())]
        [2]
    """
    # A DataFrame has no letters above its columns: a name that is none of them is a mistake.
    options = replace(options or LoadOptions(), column_letters=False)
    headings = [str(heading) for heading in frame.columns]
    if isinstance(columns := find_columns([headings], options), HeadingTrouble):
        raise SheetError(_refusal(columns, headings, [str(name) for name in frame.index.names if name], options))
    left = options.blank_names == "skip"
    return Sheet(
        columns=columns,
        label="The DataFrame",
        blank_is_left=left,
        by_name=options.by_name,
        choosing=Choosing.of(options, columns, "The DataFrame"),
        rule=options.rule,
        rows=_rows(frame, columns),
    )


def _refusal(trouble: HeadingTrouble, headings: list[str], index: list[str], options: LoadOptions) -> str:
    """Return why the columns of a DataFrame can't be used; ``index`` are the names that its index has."""
    if index and isinstance(find_columns([[*index, *headings]], options), Columns):
        return f"The DataFrame has {listed(index)} as its index, which is not read: give its reset_index()."
    if not any(headings):
        return f"The DataFrame has no columns; it needs order_id{'' if options.rule else ' and new_name'}."
    return f"The DataFrame {trouble.sentence}."


def _rows(frame: pd.DataFrame, columns: Columns) -> Iterator[RawRow]:
    """Yield the wanted cells of each row that is not blank, converting ten thousand rows at a time."""
    wanted, besides = (columns.order_id, columns.new_name, columns.current_name, columns.skip), columns.others
    for start in range(0, len(frame), _ROWS_AT_ONCE):
        part = frame.iloc[start : start + _ROWS_AT_ONCE]
        picked = [_cells(part, column) for column in (*wanted, *besides)]
        for offset, (order_id, new_name, current_name, skip, *others) in enumerate(zip(*picked, strict=True)):
            wanted_cells = (order_id, new_name, current_name)  # checking every cell of a row is slow
            if is_blank_row(wanted_cells, range(3)) and is_blank_row(_row_cells(part, offset), columns.used):
                continue
            yield RawRow(start + offset + 2, order_id, new_name, current_name, skip, others=others)


def _cells(part: pd.DataFrame, column: int | None) -> list[Cell]:
    if column is None:
        return [""] * len(part)
    values = part.iloc[:, column]
    return ["" if missing else _cell(value) for value, missing in zip(values.tolist(), values.isna(), strict=True)]


def _row_cells(part: pd.DataFrame, offset: int) -> list[Cell]:
    return [cell for column in range(part.shape[1]) for cell in _cells(part.iloc[offset : offset + 1], column)]


def _cell(value: object) -> Cell:
    """Convert a Python value to the text that a person means by it."""
    match value:
        case str():
            return value
        case bool():
            return "TRUE" if value else "FALSE"
        case int() | uuid.UUID():
            return str(value)
        case float():
            cell = cell_of_number(value)
            return Unusable(Flaw.FOREIGN, f"{_NUMBERS[cell.flaw]}, {value!r}") if isinstance(cell, Unusable) else cell
    if callable(getattr(value, "isoformat", None)):
        return Unusable(Flaw.FOREIGN, f"a date or time, {value}")
    return Unusable(Flaw.FOREIGN, type(value).__name__)
