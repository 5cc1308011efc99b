"""Collects the rows and cells of one OpenDocument table while its XML is parsed."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, NamedTuple

from .ods_cells import TABLE, CellElements
from .rows import LONGEST_CELL

__all__ = ["DISPLAY", "STYLE_OF", "TABLE_ELEMENT", "RepeatedRow", "TableElements", "spelt_out"]

TABLE_ELEMENT = f"{TABLE}table"
STYLE_OF = f"{TABLE}style-name"
DISPLAY = f"{TABLE}display"

_MOST_ROWS = 1 << 20
_MOST_COLUMNS = 1 << 14
_ENOUGH_OF_A_HEADING = 1000
_ENOUGH_TO_SEE_IT = 64
"""Characters read of a cell in an unwanted column: enough to see whether it is blank."""

_NOT_VISIBLE = frozenset({"collapse", "filter"})
_CELLS = frozenset({f"{TABLE}table-cell", f"{TABLE}covered-table-cell"})
_TABLE_ROW = f"{TABLE}table-row"
_NUMBER_ROWS_REPEATED = f"{TABLE}number-rows-repeated"
_VISIBILITY = f"{TABLE}visibility"
_TABLE_ROW_GROUP = f"{TABLE}table-row-group"
_TABLE_COLUMN = f"{TABLE}table-column"
_NUMBER_COLUMNS_REPEATED = f"{TABLE}number-columns-repeated"
_DEFAULT_CELL_STYLE_NAME = f"{TABLE}default-cell-style-name"


class _Run(NamedTuple):
    """Adjacent cells with the same value."""

    column: int
    times: int
    value: Any


class RepeatedRow(NamedTuple):
    """Consecutive equal rows; ``number`` is the row number of the first, counted from 1."""

    number: int
    times: int
    is_hidden: bool
    runs: list[_Run]


class TableElements:
    """Collects the rows of one table; each row and cell element may stand for many."""

    def __init__(self, table: int, wanted: Collection[int] | None) -> None:
        self.rows: list[RepeatedRow] = []
        self._wanted = wanted
        self._tables_before = table + 1
        self._depth = 0
        self._inside = self._in_cell = False
        self._groups: list[bool] = []  # for each open row group: whether it is shown
        self._next_row, self._row_count, self._row_hidden = 1, 1, False
        self._column, self._cell_count = 0, 1
        self._styled_columns: list[tuple[int, int]] = []
        self._runs: list[_Run] = []
        self._cell = CellElements()
        self._cell_attributes: dict[str, str] = {}

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Handle the start of an element."""
        if self._in_cell:
            self._cell.start(name, attributes)
        elif name == TABLE_ELEMENT:
            self._depth += 1
            if self._depth == 1:
                self._tables_before -= 1
                self._inside = not self._tables_before
        elif not self._inside:
            return
        elif name in _CELLS:
            self._start_cell(attributes)
        elif name == _TABLE_ROW:
            self._column, self._runs = 0, []
            self._row_count = _count(attributes, _NUMBER_ROWS_REPEATED, _MOST_ROWS + 1 - self._next_row)
            self._row_hidden = attributes.get(_VISIBILITY) in _NOT_VISIBLE or False in self._groups
        elif name == _TABLE_ROW_GROUP:
            self._groups.append(attributes.get(DISPLAY) != "false")
        elif name == _TABLE_COLUMN:
            count = _count(attributes, _NUMBER_COLUMNS_REPEATED, _MOST_COLUMNS)
            if _DEFAULT_CELL_STYLE_NAME in attributes:
                self._styled_columns.append((self._column, self._column + count))
            self._column += count

    def _start_cell(self, attributes: dict[str, str]) -> None:
        self._in_cell = True
        self._cell_count = _count(attributes, _NUMBER_COLUMNS_REPEATED, _MOST_COLUMNS - self._column)
        self._cell_attributes = attributes
        self._cell.begin(attributes, self._most_characters())

    def _most_characters(self) -> int:
        if self._wanted is None:
            return _ENOUGH_OF_A_HEADING
        if self._cell_count == 1:
            return LONGEST_CELL if self._column in self._wanted else _ENOUGH_TO_SEE_IT
        end = self._column + self._cell_count
        return LONGEST_CELL if any(self._column <= column < end for column in self._wanted) else _ENOUGH_TO_SEE_IT

    def text(self, text: str) -> None:
        """Handle text."""
        if self._in_cell:
            self._cell.text(text)

    def end(self, name: str) -> None:
        """Handle the end of an element."""
        if self._in_cell:
            if name in _CELLS and self._cell.is_at_its_end:
                self._end_cell()
            else:
                self._cell.end(name)
        elif name == TABLE_ELEMENT:
            self._depth -= 1
            self._inside = self._inside and self._depth > 0
        elif not self._inside:
            return
        elif name == _TABLE_ROW:
            if self._runs and self._row_count:
                self.rows.append(RepeatedRow(self._next_row, self._row_count, self._row_hidden, self._runs))
            self._next_row += self._row_count
        elif name == _TABLE_ROW_GROUP:
            self._groups.pop()

    def _is_styled(self) -> bool:
        """Return whether the cell may have a number format, by its own style or that of its column."""
        return STYLE_OF in self._cell_attributes or any(
            first <= self._column < end for first, end in self._styled_columns
        )

    def _end_cell(self) -> None:
        self._in_cell = False
        value = self._cell.value(self._is_styled)
        if self._cell_count and (not isinstance(value, str) or value.strip()):
            self._runs.append(_Run(self._column, self._cell_count, value))
        self._column += self._cell_count


def _count(attributes: dict[str, str], name: str, most: int) -> int:
    """Return how often a row or cell is repeated, at most to the end of the sheet."""
    number = attributes.get(name)
    if number is None:
        return 1 if most > 0 else 0
    return min(max(int(number[:9]), 1) if number.isdecimal() else 1, most)


def spelt_out(runs: list[_Run]) -> list[Any]:
    """Return the cells of a row, with repeated ones written out."""
    cells: list[Any] = []
    for run in runs:
        cells += [""] * (run.column - len(cells))
        cells += [run.value] * run.times
    return cells
