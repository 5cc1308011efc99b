"""The archive of an OpenDocument spreadsheet enters; its sheets and their rows leave, a piece at a time.

Unlike the other kinds these are read here: the file holds the text that each cell shows, which the reader of the other
kinds passes over; and that one holds all sheets in memory at once, every repetition spelt out, so that a small hostile
file takes hundreds of megabytes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from .container import Parts
from .ods_cells import TABLE, CellElements
from .rows import LONGEST_CELL, Row
from .xml_parsing import parse, parsed_pieces

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from typing import BinaryIO

__all__ = ["OdsBook"]

_STYLE = "urn:oasis:names:tc:opendocument:xmlns:style:1.0 "
_CONTENT = "content.xml"
_MOST_ROWS = 1 << 20
_MOST_COLUMNS = 1 << 14
_ENOUGH_OF_A_HEADING = 1000
_ENOUGH_TO_SEE_IT = 64
"""Of a cell in a column that isn't wanted it is only asked whether it is blank."""

_NOT_VISIBLE = frozenset({"collapse", "filter"})
_CELLS = frozenset({f"{TABLE}table-cell", f"{TABLE}covered-table-cell"})

_TABLE = f"{TABLE}table"
_TABLE_NAME = f"{TABLE}name"
_STYLE_OF = f"{TABLE}style-name"
_STYLE_ELEMENT = f"{_STYLE}style"
_STYLE_NAME = f"{_STYLE}name"
_TABLE_PROPERTIES = f"{_STYLE}table-properties"
_DISPLAY = f"{TABLE}display"
_TABLE_ROW = f"{TABLE}table-row"
_NUMBER_ROWS_REPEATED = f"{TABLE}number-rows-repeated"
_VISIBILITY = f"{TABLE}visibility"
_TABLE_ROW_GROUP = f"{TABLE}table-row-group"
_TABLE_COLUMN = f"{TABLE}table-column"
_NUMBER_COLUMNS_REPEATED = f"{TABLE}number-columns-repeated"
_DEFAULT_CELL_STYLE_NAME = f"{TABLE}default-cell-style-name"


class OdsBook:
    """A document of which no more than a piece is in memory."""

    def __init__(self, file: BinaryIO) -> None:
        self._parts = Parts(file)
        tables = _Tables()
        with self._parts.open(_CONTENT) as stream:
            parse(stream, tables.start, tables.end, namespaces=True)
        self._tables = tables
        self.sheets = [(name, visible) for _, name, visible in tables.named]

    def notes(self, position: int) -> list[str]:
        """Say what could not be looked for: nothing, for here one look sees all."""
        return []

    def rows(self, position: int, wanted: Collection[int] | None) -> Iterator[Row]:
        """Give every row that holds something; cells of other columns than the ``wanted`` ones may be left blank."""
        table = _TableElements(self._tables.named[position][0], wanted)
        with self._parts.open(_CONTENT) as stream:
            for _ in parsed_pieces(stream, table.start, table.end, table.text, namespaces=True):
                for repeated in table.rows:
                    cells = _spelt_out(repeated.runs)
                    for number in range(repeated.number, repeated.number + repeated.times):
                        yield Row(number, repeated.is_hidden, cells)
                table.rows.clear()


class _Tables:
    """Follows the elements of a document for its tables: the outer ones, those with a name."""

    def __init__(self) -> None:
        self.named: list[tuple[int, str, bool]] = []
        self._number = -1
        self._depth = 0
        self._style: str | None = None
        self._invisible: set[str | None] = set()

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == _TABLE:
            self._depth += 1
            if self._depth == 1:
                self._number += 1
                if (title := attributes.get(_TABLE_NAME)) is not None:
                    visible = attributes.get(_STYLE_OF) not in self._invisible
                    self.named.append((self._number, title, visible))
        elif name == _STYLE_ELEMENT:
            self._style = attributes.get(_STYLE_NAME)
        elif name == _TABLE_PROPERTIES and attributes.get(_DISPLAY) == "false":
            self._invisible.add(self._style or "")

    def end(self, name: str) -> None:
        if name == _TABLE:
            self._depth -= 1


class _Run(NamedTuple):
    """Cells side by side that hold the same."""

    column: int
    times: int
    value: Any


class _Repeated(NamedTuple):
    """Rows one below the other that hold the same; ``number`` is that of the first, from 1 on."""

    number: int
    times: int
    is_hidden: bool
    runs: list[_Run]


class _TableElements:
    """Follows the elements of one table: its rows and cells, each of which may stand for many."""

    def __init__(self, table: int, wanted: Collection[int] | None) -> None:
        self.rows: list[_Repeated] = []
        self._wanted = wanted
        self._tables_before = table + 1
        self._depth = 0
        self._inside = self._in_cell = False
        self._groups: list[bool] = []  # is their content shown?
        self._next_row, self._row_count, self._row_hidden = 1, 1, False
        self._column, self._cell_count = 0, 1
        self._styled_columns: list[tuple[int, int]] = []
        self._runs: list[_Run] = []
        self._cell = CellElements()
        self._cell_attributes: dict[str, str] = {}

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if self._in_cell:
            self._cell.start(name, attributes)
        elif name == _TABLE:
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
            self._groups.append(attributes.get(_DISPLAY) != "false")
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
        if self._in_cell:
            self._cell.text(text)

    def end(self, name: str) -> None:
        if self._in_cell:
            if name in _CELLS and self._cell.is_at_its_end:
                self._end_cell()
            else:
                self._cell.end(name)
        elif name == _TABLE:
            self._depth -= 1
            self._inside = self._inside and self._depth > 0
        elif not self._inside:
            return
        elif name == _TABLE_ROW:
            if self._runs and self._row_count:
                self.rows.append(_Repeated(self._next_row, self._row_count, self._row_hidden, self._runs))
            self._next_row += self._row_count
        elif name == _TABLE_ROW_GROUP:
            self._groups.pop()

    def _is_styled(self) -> bool:
        """Say whether the cell may have a number format: its own style, or that of its column."""
        return _STYLE_OF in self._cell_attributes or any(
            first <= self._column < end for first, end in self._styled_columns
        )

    def _end_cell(self) -> None:
        self._in_cell = False
        value = self._cell.value(self._is_styled)
        if self._cell_count and (not isinstance(value, str) or value.strip()):
            self._runs.append(_Run(self._column, self._cell_count, value))
        self._column += self._cell_count


def _count(attributes: dict[str, str], name: str, most: int) -> int:
    """Read how often a row or cell is meant to stand; a sheet has an end."""
    number = attributes.get(name)
    if number is None:
        return 1 if most > 0 else 0
    return min(max(int(number[:9]), 1) if number.isdecimal() else 1, most)


def _spelt_out(runs: list[_Run]) -> list[Any]:
    """List the cells of a row."""
    cells: list[Any] = []
    for run in runs:
        cells += [""] * (run.column - len(cells))
        cells += [run.value] * run.times
    return cells
