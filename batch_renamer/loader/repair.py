"""The sentences that say why a cell can't be used, and how to repair the sheet."""

from __future__ import annotations

import re

from batch_renamer.loader.cells import Flaw, Unusable
from batch_renamer.loader.shown import quoted, shown
from batch_renamer.model import HERE

__all__ = [
    "REWRITTEN",
    "damaged_id_reason",
    "is_date",
    "is_shortened",
    "is_with_zeros",
    "unusable_cell_reason",
    "unusable_text_reason",
]

_AS_TEXT = "format the column as Text"

_SHORTENED = re.compile(r"[+-]?\d(?:[.,]\d+)?[eE][+-]\d{2,3}")
"""How spreadsheet programs shorten a long number. A person who types ``1e5`` writes no sign after the e."""

_POINT_ZERO = re.compile(r"[+-]?\d+[.,]0+")
_MONTHS = (
    "jan|feb|mar|apr|may|jun|jul|aug|sept?|oct|nov|dec|mär|mrz|mai|okt|dez|"
    "janv|févr|mars|avr|juin|juil|août|déc|ene|abr|ago|dic"
)
_MORE_MONTHS = "jän|mei|mrt|maj|gen|mag|giu|lug|set|ott|fev|out|dez|kwi|cze|sie|wrz|paź|lis|gru"
"""Months that are ordinary words in ids (“Set-12”), so that they show damage only in a name."""


def _dates(months: str) -> re.Pattern[str]:
    return re.compile(
        r"(?:\d{4}([-./])\d{1,2}\1\d{1,2}|\d{1,2}([-./])\d{1,2}\2(?:\d{2}|\d{4}))(?:[ T]\d{1,2}:\d{2}(?::\d{2})?)?"
        rf"|\d{{1,2}}[-. ]{{1,2}}(?:{months}|{months.title()})\.?(?:[-. ](?:\d{{2}}|\d{{4}}))?"
        rf"|(?:{months.title()})[- ]\d{{2}}"
    )


_DATE, _DATE_OR_SO = _dates(_MONTHS), _dates(f"{_MONTHS}|{_MORE_MONTHS}")
"""Dates as spreadsheet programs write them: 2024-05-01, 1.5.24, 05/01/2024, 1-May, 01. Mai, May-24; not MAY-24."""

REWRITTEN = re.compile(f"{_DATE_OR_SO.pattern}|{_SHORTENED.pattern}|{_POINT_ZERO.pattern}")
_NARROW = re.compile("#{3,}")
_FORMULA = re.compile(
    r"\{?=\s*[-+(]*\s*(?:"
    r"[^\W\d][\w.]*\("  # a function: =VLOOKUP(A2;B:C;2)
    r"|(?:(?:'[^']+'|[\w.\[\]]+)!)?\$?[A-Z]{1,3}\$?[1-9]\d{0,6}\s*(?:$|[-+*/^&=<>:;,)}]))"  # a cell: =A2&" "&B2
)


def is_date(text: str, *, any_language: bool = False) -> bool:
    """Tell whether a text has the form in which spreadsheet programs write dates."""
    return bool((_DATE_OR_SO if any_language else _DATE).fullmatch(text))


def is_shortened(text: str) -> bool:
    """Tell whether a text has the form in which spreadsheet programs shorten long numbers."""
    return bool(_SHORTENED.fullmatch(text))


def is_with_zeros(text: str) -> bool:
    """Tell whether a text is a whole number with ``.0`` added."""
    return bool(_POINT_ZERO.fullmatch(text))


def unusable_text_reason(what: str, text: str) -> str:
    """Return why a text can't be the value that was meant (a formula, or ``###`` from a narrow column), or "".

    Example:
        >>> unusable_text_reason("new name", "########")[:49]
        'The new name is only ########: the column was too'
        >>> unusable_text_reason("new name", "=1+1")
        ''
    """
    if _NARROW.fullmatch(text):
        return (
            f"The {what} is only {shown(text, 12)}: the column was too narrow for its text when the file was written; "
            "make it wider and export again."
        )
    if _FORMULA.match(text):
        return unusable_cell_reason(what, Unusable(Flaw.FORMULA, text))
    return ""


def damaged_id_reason(order_id: str) -> str:
    """Return how a spreadsheet program has damaged an order id, or "".

    Example:
        >>> damaged_id_reason("1e5"), damaged_id_reason("02-Jan")[:41]
        ('', 'The order id has been turned into a date:')
    """
    here = f"{HERE}{quoted(order_id)}."
    if is_shortened(order_id):
        return (
            "The order id is a long number that was shortened, its last digits are lost: "
            f"{_AS_TEXT}, then paste the ids again from where they came from.{here}"
        )
    what = "is a number with zeros added to it" if is_with_zeros(order_id) else "has been turned into a date"
    if not is_with_zeros(order_id) and not is_date(order_id):
        return ""
    return f"The order id {what}: {_AS_TEXT}, then type the id again; if it is right as it is, put a ' before it.{here}"


def unusable_cell_reason(what: str, cell: Unusable) -> str:
    """Return why a cell can't be used as text, and how to repair the sheet.

    Example:
        >>> unusable_cell_reason("new name", Unusable(Flaw.FOREIGN, "list"))
        'The new name is not text: convert the column to text. Here: list.'
    """
    return _SENTENCES[cell.flaw].format(what=what, text=shown(cell.text), quoted=quoted(cell.text))


_DATE_SENTENCE = f"The {{what}} is a date or time: {_AS_TEXT}, then type it as it should read.{HERE}{{text}}."
_SENTENCES = {
    Flaw.DECIMAL: f"The {{what}} is a decimal number: {_AS_TEXT}, then type it as it should read.{HERE}{{text}}.",
    Flaw.LONG_NUMBER: "The {what} is a number of more than 15 digits, of which spreadsheets keep 15: "
    f"{_AS_TEXT}, then paste it again from where it came from.",
    Flaw.DATE: _DATE_SENTENCE,
    Flaw.SHOWN_DATE: _DATE_SENTENCE,
    Flaw.ERROR: "The {what} is an error (like #N/A or #REF!): correct the formula, or type the value.",
    Flaw.FORMULA: "The {what} is a formula that was never calculated: open the spreadsheet, save it, and try again.",
    Flaw.FORMAT: "The {what} is a number, and its number format shows it otherwise: "
    f"{_AS_TEXT}, then type it as it should read.{HERE}{{text}}.",
    Flaw.LONG_TEXT: f"The {{what}} is longer than any cell can be: correct it.{HERE}{{text}}.",
    Flaw.SWALLOWED: "The row includes the lines after it: close the quotation mark that it opens, or write it "
    f'twice ("").{HERE}from {{quoted}} on.',
    Flaw.SURPLUS: "The row has more cells than headings: put the name in quotes, or give every column a heading."
    f"{HERE}{{text}}.",
    Flaw.SPLIT: "The cell after the new name begins with a space, as if a comma had split the name: "
    f'put the name in quotes, or delete the space.{HERE}"{{text}}".',
    Flaw.MOVED: "A cell begins with a space, as if a comma had split the text before it and moved the cells after it: "
    f'put the text in quotes, or delete the space.{HERE}"{{text}}".',
    Flaw.QUOTES: "The row's quotation marks can be read in more than one way: put the whole cell in quotes, and write "
    f'each mark inside it twice ("").{HERE}{{text}}.',
    Flaw.FOREIGN: f"The {{what}} is not text: convert the column to text.{HERE}{{text}}.",
}
"""The sentence for each flaw."""
