"""One row of a sheet, and how long its cells may be."""

from __future__ import annotations

from typing import Any, NamedTuple

__all__ = ["LONGEST_CELL", "LONGEST_HEADING", "Row", "is_filled"]

LONGEST_CELL = 100_000
"""Spreadsheet programs stop at 32,767 characters."""

LONGEST_HEADING = 200


class Row(NamedTuple):
    """A row as the spreadsheet program numbers it, and its cells from column A on."""

    number: int
    is_hidden: bool
    cells: list[Any]

    @property
    def is_blank(self) -> bool:
        """Whether it holds nothing, or nothing but empty tick boxes, which programs fill down a whole column."""
        return not any(map(is_filled, self.cells))


def is_filled(cell: Any) -> bool:
    """Tell whether a cell holds something; an empty tick box (``FALSE``) is nothing."""
    return cell is not False and (not isinstance(cell, str) or bool(cell.strip()))
