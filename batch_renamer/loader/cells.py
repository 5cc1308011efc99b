"""What a program stored in a cell enters; the text that a person meant leaves, or why it can't be known."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

__all__ = ["Cell", "Flaw", "RawRow", "Unusable", "cell_of_number", "cell_of_wire"]

_MOST_EXACT = 10**15
"""Spreadsheet programs keep 15 digits of a number; from the 16th on they write zeros."""


class Flaw(StrEnum):
    """Why a cell can't be taken for the text that was meant."""

    DECIMAL = "decimal"
    LONG_NUMBER = "long number"
    DATE = "date"
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
    """A cell that holds something, but no text to rely on; ``text`` is the nearest that can be shown."""

    flaw: Flaw
    text: str


Cell: TypeAlias = str | Unusable
"""The text of a cell as a person sees it ("" is blank), or why there is none."""

RawRow: TypeAlias = tuple[int, Cell, Cell, Cell, Cell, str]
"""Row number, order id, new name, current name, skip mark: as found, not yet judged. Last, a warning or ""."""


def cell_of_number(value: float) -> Cell:
    """Turn a number into its digits if it is whole and short enough to be exact.

    Example:
        >>> cell_of_number(1001.0), cell_of_number(1.5)
        ('1001', Unusable(flaw=<Flaw.DECIMAL: 'decimal'>, text='1.5'))
    """
    if not float(value).is_integer():
        return Unusable(Flaw.DECIMAL, repr(value))
    if abs(value) >= _MOST_EXACT:
        return Unusable(Flaw.LONG_NUMBER, str(int(value)))
    return str(int(value))


def cell_of_wire(value: object) -> Cell:
    """Read one cell as the isolated reader sends it: JSON's own types, or a pair of flaw and text.

    Raises:
        ValueError: the value is none that the isolated reader sends.

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
    raise ValueError(f"no cell: {type(value).__name__}")
