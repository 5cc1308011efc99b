"""A cell that can't be taken as it is enters; the sentence that says why, and how to repair the sheet, leaves."""

from __future__ import annotations

import re
from typing import assert_never

from batch_renamer.loader.cells import Flaw, Unusable
from batch_renamer.loader.shown import quoted, shown

__all__ = ["how_to_replace", "how_to_undo"]

_AS_TEXT = "format the column as Text"

_SHORTENED = re.compile(r"[+-]?\d(?:[.,]\d+)?[eE][+-]\d{2,3}")
"""What spreadsheet programs write for a long number; ``1e5``, without a sign, is something that a person typed."""

_POINT_ZERO = re.compile(r"[+-]?\d+[.,]0+")
_MONTHS = (
    "jan|feb|mar|apr|may|jun|jul|aug|sept?|oct|nov|dec|mär|mrz|mai|okt|dez|"
    "janv|févr|mars|avr|juin|juil|août|déc|ene|abr|ago|dic"
)
_DATE = re.compile(
    r"(?:\d{4}([-./])\d{1,2}\1\d{1,2}|\d{1,2}([-./])\d{1,2}\2(?:\d{2}|\d{4}))(?:[ T]\d{1,2}:\d{2}(?::\d{2})?)?"
    rf"|\d{{1,2}}[-. ]{{1,2}}(?:{_MONTHS}|{_MONTHS.title()})\.?(?:[-. ](?:\d{{2}}|\d{{4}}))?"
    rf"|(?:{_MONTHS.title()})[- ]\d{{2}}"
)
"""Dates as spreadsheet programs write them: 2024-05-01, 1.5.24, 05/01/2024, 1-May, 01. Mai, May-24; not MAY-24."""


def how_to_undo(order_id: str) -> str:
    """Say how a spreadsheet program has damaged an id, or "" when it hasn't.

    Example:
        >>> how_to_undo("1e5"), how_to_undo("02-Jan")[:50]
        ('', 'The order id “02-Jan” has been turned into a date:')
    """
    text = quoted(order_id)
    if _SHORTENED.fullmatch(order_id):
        return (
            f"The order id {text} is a long number that was shortened, its last digits are lost: "
            f"{_AS_TEXT}, then paste the ids again from where they came from."
        )
    if _POINT_ZERO.fullmatch(order_id):
        return f"The order id {text} is a number with zeros added to it: {_AS_TEXT}, then delete point and zeros."
    if _DATE.fullmatch(order_id):
        return f"The order id {text} has been turned into a date: {_AS_TEXT}, then type or paste the id again."
    return ""


def how_to_replace(what: str, cell: Unusable) -> str:
    """Say why a cell is no text, and how to repair the sheet.

    Example:
        >>> how_to_replace("new name", Unusable(Flaw.FOREIGN, "list"))
        'The new name is not text but list: convert the column to text.'
    """
    text = shown(cell.text)
    match cell.flaw:
        case Flaw.DECIMAL:
            return f"The {what} is the decimal number {text}: {_AS_TEXT}, then type it as it should read."
        case Flaw.LONG_NUMBER:
            return (
                f"The {what} is a number of more than 15 digits, of which spreadsheets keep 15: "
                f"{_AS_TEXT}, then paste it again from where it came from."
            )
        case Flaw.DATE:
            return f"The {what} is a date or time ({text}): {_AS_TEXT}, then type it as it should read."
        case Flaw.ERROR:
            return f"The {what} is an error (like #N/A or #REF!): correct the formula, or type the value."
        case Flaw.FORMULA:
            return (
                f"The {what} is a formula that was never calculated: open the sheet in a spreadsheet program, "
                "save it, and try again."
            )
        case Flaw.LONG_TEXT:
            return f"The {what} is longer than any cell can be ({text}): correct it."
        case Flaw.SWALLOWED:
            return (
                f"The row has swallowed the lines after it, from {quoted(cell.text)} on: close the quotation mark "
                'that it opens, or write it twice ("").'
            )
        case Flaw.FOREIGN:
            return f"The {what} is not text but {text}: convert the column to text."
    assert_never(cell.flaw)
