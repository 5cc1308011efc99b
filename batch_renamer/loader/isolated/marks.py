"""The marks of a sheet: what it says of cells and rows besides their values.

Marks are errors, formulas without a result, number formats and hidden rows.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, TypeAlias

from .number_formats import NumberFormat
from .refusal import Refusal
from .rows import EXACT_BELOW

__all__ = ["ERROR", "FORMULA", "Mark", "Places", "SheetMarks", "column_number"]

ERROR, FORMULA = "error", "formula"

Mark: TypeAlias = str | NumberFormat
"""``ERROR``, ``FORMULA`` (without a result), or the format of a cell that does not show plain digits or text."""


@dataclass(slots=True)
class SheetMarks:
    """The marks of cells by row and column, and the hidden rows; all are counted from 0.

    Rows with equal marks share one dictionary, because a formatted column has the same mark in every row.
    """

    cells: dict[int, dict[int, Mark]] = field(default_factory=dict)
    hidden: set[int] = field(default_factory=set)
    _shared: dict[tuple[tuple[int, Mark], ...], dict[int, Mark]] = field(default_factory=dict)

    def add_row(self, row: int, marks: dict[int, Mark]) -> None:
        """Add marks to a row."""
        if before := self.cells.get(row):
            marks = {**before, **marks}
        self.cells[row] = self._shared.setdefault(tuple(marks.items()), marks)

    def add(self, row: int, column: int, mark: Mark) -> None:
        """Add the mark of one cell."""
        self.add_row(row, {column: mark})

    def applied_to(self, number: int, row: list[Any]) -> list[Any]:
        """Replace cells by their marks, which are right where calamine is wrong."""
        for column, mark in self.cells.get(number, {}).items():
            if isinstance(mark, str):
                row += [""] * (column + 1 - len(row))  # calamine ends a row at the last cell that it understands
                row[column] = [mark, ""]
            elif column < len(row):
                row[column] = _as_shown(row[column], mark)
        return row


def _as_shown(value: Any, cell_format: NumberFormat) -> Any:
    """Return a number or a text in its format, or a flaw if what it shows can't be known."""
    if isinstance(value, str):
        shown = cell_format.of_text(value) if value else value
        return ["format", value] if shown is None else shown
    if isinstance(value, datetime.date):  # perhaps with a time
        shown = cell_format.of_date(value)
        return value if shown is None else ["shown date", shown]
    if isinstance(value, bool) or not isinstance(value, int | float):
        return value  # booleans look the same in every format, and times of day are refused
    if value % 1 or abs(value) >= EXACT_BELOW:
        return value  # it is refused later, whatever its format
    shown = cell_format.of_number(int(value))
    return ["format", str(int(value))] if shown is None else shown


class Places:
    """The places of the cells that were seen, to notice two cells at one place.

    Programs write cells in order, so comparing with the last place is nearly always enough.
    """

    def __init__(self) -> None:
        self._last = (-1, -1)
        self._met: set[tuple[int, int]] | None = None
        self._in_order: list[tuple[int, int]] = []

    def add(self, row: int, column: int) -> None:
        """Add a cell that is not blank.

        Raises:
            Refusal: ``twice``: one of the two cells would be lost.
        """
        place = row, column
        if self._met is None:
            self._in_order.append(place)
            if place > self._last:
                self._last = place
                return
            self._met = set(self._in_order[:-1])
        if place in self._met:
            raise Refusal("twice", row + 1)
        self._met.add(place)


@lru_cache(maxsize=1024)
def column_number(letters: str) -> int:
    """Convert the letters of a column to its number, counted from 0.

    Example:
        >>> column_number("A"), column_number("aa")
        (0, 26)
    """
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1
