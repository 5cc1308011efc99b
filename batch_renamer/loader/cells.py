"""Turns the value that a program stored in a cell into the text that was meant, or into why it can't be known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple, TypeAlias

__all__ = ["Cell", "Flaw", "RawRow", "Unusable", "cell_of_number", "cell_of_wire"]

_EXACT_BELOW = 10**15
"""Spreadsheet programs keep 15 digits of a number and replace further digits with zeros."""


class Flaw(StrEnum):
    """Why the text that was meant can't be known from a cell."""

    DECIMAL = "decimal"
    LONG_NUMBER = "long number"
    DATE = "date"
    SHOWN_DATE = "shown date"
    ERROR = "error"
    FORMULA = "formula"
    FORMAT = "format"
    LONG_TEXT = "long text"
    SWALLOWED = "swallowed"
    SURPLUS = "surplus"
    SPLIT = "split"
    MOVED = "moved"
    QUOTES = "quotes"
    FOREIGN = "foreign"


@dataclass(frozen=True, slots=True)
class Unusable:
    """A cell whose text can't be relied on; ``text`` is the closest thing that can be shown."""

    flaw: Flaw
    text: str


Cell: TypeAlias = str | Unusable
"""The text of a cell as a person sees it ("" is blank), or why it is not known."""


class RawRow(NamedTuple):
    """The cells of one row as they were found, not checked yet.

    ``row`` is the number that a spreadsheet program shows, ``others`` are the cells of the columns that are only kept
    (`Columns.kept`), empty where they are not known.
    """

    row: int
    order_id: Cell
    new_name: Cell
    current_name: Cell
    skip: Cell
    warning: str = ""
    others: Sequence[Cell] = ()


def cell_of_number(value: float) -> Cell:
    """Return the digits of a number that is whole and short enough to be exact.

    Example:
        >>> cell_of_number(1001.0), cell_of_number(1.5)
        ('1001', Unusable(flaw=<Flaw.DECIMAL: 'decimal'>, text='1.5'))
    """
    if not float(value).is_integer():
        return Unusable(Flaw.DECIMAL, repr(value))
    if abs(value) >= _EXACT_BELOW:
        return Unusable(Flaw.LONG_NUMBER, str(int(value)))
    return str(int(value))


def cell_of_wire(value: object) -> Cell:
    """Convert one cell that the reading process sent: a JSON string, number or boolean, or a pair of flaw and text.

    Raises:
        ValueError: the reading process does not send such a value.

    Example:
        >>> cell_of_wire(True), cell_of_wire(["date", "2024-05-01"])
        ('TRUE', Unusable(flaw=<Flaw.DATE: 'date'>, text='2024-05-01'))
    """
    match value:
        case str():
            return value
        case bool():
            return "TRUE" if value else "FALSE"
        case int() | float():
            return cell_of_number(value)
        case [str(flaw), str(text)]:
            return Unusable(Flaw(flaw), text)
    raise ValueError(f"not a cell: {type(value).__name__}")
