"""Removes the guards with which programs protect texts of a CSV file from spreadsheet programs.

There are two guards, which keep leading zeros and stop formulas: ``="000123"``, and a ``'`` before the text.
Spreadsheet programs hide them; for every other program they are part of the text.
"""

from __future__ import annotations

import re

__all__ = ["without_guard"]

_AS_FORMULA = re.compile(r'="((?:[^"]|"")*)"')
_NUMBER = re.compile("'[0-9]")


def without_guard(text: str, *, guarded: bool) -> str:
    """Return the text without its guard.

    A ``'`` is a guard before a digit, and before any text in a row that has such guards (``guarded``). In 't Hof it is
    a letter, and around 'a text' it is a quotation mark.

    Example:
        >>> without_guard('="000123"', guarded=False), without_guard("'000124", guarded=False)
        ('000123', '000124')
        >>> without_guard("'t Hof 3", guarded=False)
        "'t Hof 3"
    """
    if as_formula := _AS_FORMULA.fullmatch(text):
        return as_formula[1].replace('""', '"').strip()
    if text.startswith("'") and not text.endswith("'") and (guarded or _NUMBER.match(text)):
        return text[1:].strip()
    return text
