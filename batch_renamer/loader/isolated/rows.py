"""One row of a sheet, and how long its cells may be."""

from __future__ import annotations

from typing import Any, NamedTuple

__all__ = ["LONGEST_CELL", "LONGEST_HEADING", "Row"]

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
        """Whether nothing is to be seen in it."""
        return all(isinstance(cell, str) and not cell.strip() for cell in self.cells)
