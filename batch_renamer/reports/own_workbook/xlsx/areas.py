"""Reads what attributes hold: names of cells and areas such as ``E2`` and ``A1:D20``, numbers, yes or no."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import accumulate

from batch_renamer.column_letters import column_of, letters_of

__all__ = ["LAST_COLUMN", "LAST_ROW", "Area", "Spread", "area_of", "is_true", "whole_number"]

LAST_COLUMN, LAST_ROW = 16_384, 1_048_576

_AREA = re.compile(r"\$?([A-Za-z]{1,3})\$?([0-9]{1,7})(?::\$?([A-Za-z]{1,3})\$?([0-9]{1,7}))?")


@dataclass(frozen=True, slots=True)
class Area:
    """An area of cells; rows and columns count from 1."""

    first_column: int
    first_row: int
    last_column: int
    last_row: int

    def __str__(self) -> str:
        first = f"{letters_of(self.first_column)}{self.first_row}"
        last = f"{letters_of(self.last_column)}{self.last_row}"
        return first if first == last else f"{first}:{last}"

    def joined(self, other: Area) -> Area:
        """Return the smallest area that has both.

        Example:
            >>> str(Area(1, 1, 2, 2).joined(Area(5, 2, 5, 9)))
            'A1:E9'
        """
        return Area(
            min(self.first_column, other.first_column),
            min(self.first_row, other.first_row),
            max(self.last_column, other.last_column),
            max(self.last_row, other.last_row),
        )


class Spread:
    """The columns that any number of ranges cover, in memory that does not grow with their number."""

    def __init__(self, ranges: Iterable[tuple[int, int]] = ()) -> None:
        self._changes = [0] * (LAST_COLUMN + 2)
        for first, last in ranges:
            self.add(first, last)

    def add(self, first: int, last: int) -> None:
        """Add the columns from ``first`` to ``last``; those that a sheet does not have don't count."""
        first, last = max(first, 1), min(last, LAST_COLUMN)
        if first <= last:
            self._changes[first] += 1
            self._changes[last + 1] -= 1

    @property
    def columns(self) -> set[int]:
        """The columns.

        Example:
            >>> sorted(Spread([(2, 3), (3, 4), (0, 0)]).columns)
            [2, 3, 4]
        """
        return {column for column, depth in enumerate(accumulate(self._changes)) if depth}


def area_of(text: str) -> Area | None:
    """Read an area; None if the text is something else.

    Example:
        >>> area_of("B2"), area_of("$A$1:$D$20"), area_of("A:D")
        (Area(first_column=2, first_row=2, last_column=2, last_row=2), Area(first_column=1, first_row=1, \
last_column=4, last_row=20), None)
    """
    found = _AREA.fullmatch(text)
    if found is None:
        return None
    column, row = column_of(found[1]), int(found[2])
    if found[3] is None:
        return Area(column, row, column, row)
    other, last = column_of(found[3]), int(found[4])
    return Area(min(column, other), min(row, last), max(column, other), max(row, last))


def whole_number(text: str | None) -> int:
    """Return a number of digits alone; -1 for anything else."""
    return int(text) if text is not None and text.isascii() and text.isdecimal() and len(text) < 10 else -1


def is_true(text: str | None) -> bool:
    """Tell whether an attribute says yes; one that is not there says no.

    Example:
        >>> is_true("1"), is_true("True"), is_true("0"), is_true(None)
        (True, True, False, False)
    """
    return text is not None and text.lower() in {"1", "true"}
