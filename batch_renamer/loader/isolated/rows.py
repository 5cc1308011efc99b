"""One row of a sheet, and the limits on the length of cells."""

from __future__ import annotations

from typing import Any, NamedTuple

__all__ = ["EXACT_BELOW", "LONGEST_CELL", "LONGEST_HEADING", "Row", "is_filled"]

LONGEST_CELL = 100_000
"""Spreadsheet programs allow at most 32,767 characters."""

LONGEST_HEADING = 200

EXACT_BELOW = 10**15
"""Spreadsheet programs keep 15 digits of a number and replace further digits with zeros."""


class Row(NamedTuple):
    """A row with its number in spreadsheet programs, and its cells from column A on."""

    number: int
    is_hidden: bool
    cells: list[Any]

    @property
    def is_blank(self) -> bool:
        """Whether all cells are blank or empty tick boxes, with which programs fill whole columns."""
        return not any(map(is_filled, self.cells))


def is_filled(cell: Any) -> bool:
    """Tell whether a cell has content; an empty tick box (``FALSE``) does not count."""
    return cell is not False and (not isinstance(cell, str) or bool(cell.strip()))
