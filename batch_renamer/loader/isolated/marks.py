"""What one sheet says of its cells and rows beside their values: errors, formulas without a result, formats, hiding."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, TypeAlias

from .number_formats import NumberFormat
from .refusal import Refusal

__all__ = ["ERROR", "FORMULA", "Mark", "Places", "SheetMarks", "column_number"]

ERROR, FORMULA = "error", "formula"

Mark: TypeAlias = str | NumberFormat
"""``ERROR``, ``FORMULA`` (one without a result), or the format of a cell that is not shown as its digits or text."""

_MOST_EXACT = 10**15


@dataclass(slots=True)
class SheetMarks:
    """The marks of the cells by row and column, and the rows that are hidden; all count from 0.

    Rows with the same marks share one dictionary, for a column with a format has it in every row.
    """

    cells: dict[int, dict[int, Mark]] = field(default_factory=dict)
    hidden: set[int] = field(default_factory=set)
    _shared: dict[tuple[tuple[int, Mark], ...], dict[int, Mark]] = field(default_factory=dict)

    def add_row(self, row: int, marks: dict[int, Mark]) -> None:
        """Note the marks of a row, beside those that it has."""
        if before := self.cells.get(row):
            marks = {**before, **marks}
        self.cells[row] = self._shared.setdefault(tuple(marks.items()), marks)

    def add(self, row: int, column: int, mark: Mark) -> None:
        """Note the mark of one cell."""
        self.add_row(row, {column: mark})

    def applied_to(self, number: int, row: list[Any]) -> list[Any]:
        """Put the marks into a row's cells; they are right where the reader of the cells is wrong."""
        for column, mark in self.cells.get(number, {}).items():
            if isinstance(mark, str):
                row += [""] * (column + 1 - len(row))  # the reader ends a row at the last cell it understood
                row[column] = [mark, ""]
            elif column < len(row):
                row[column] = _as_shown(row[column], mark)
        return row


def _as_shown(value: Any, cell_format: NumberFormat) -> Any:
    """Show a number or a text in its format, where that can be known."""
    if isinstance(value, str):
        shown = cell_format.of_text(value) if value else value
        return ["format", value] if shown is None else shown
    if isinstance(value, bool) or not isinstance(value, int | float):
        return value  # dates and truth values are what they are in any format
    if value % 1 or abs(value) >= _MOST_EXACT:
        return value  # no text either way
    shown = cell_format.of_number(int(value))
    return ["format", str(int(value))] if shown is None else shown


class Places:
    """The places of the cells that were met, to notice a second one at the same place.

    Programs write cells in order, so that a look at the last one is nearly always enough.
    """

    def __init__(self) -> None:
        self._last = (-1, -1)
        self._met: set[tuple[int, int]] | None = None
        self._in_order: list[tuple[int, int]] = []

    def add(self, row: int, column: int) -> None:
        """Take up a cell that holds something.

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
    """Turn the letters of a column into its number, from 0 on.

    Example:
        >>> column_number("A"), column_number("aa")
        (0, 26)
    """
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1
