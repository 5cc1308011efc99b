"""A text enters as a program exported it; the text without the guard against spreadsheet programs leaves.

Programs that write CSV for spreadsheet programs keep leading zeros and formulas alive by two guards: ``="000123"``, and
a ``'`` before the text. A spreadsheet program hides them; to everybody else they are part of the text.
"""

from __future__ import annotations

import re

__all__ = ["unwrapped"]

_AS_FORMULA = re.compile(r'="((?:[^"]|"")*)"')
_NUMBER = re.compile("'[0-9]")


def unwrapped(text: str, *, guarded: bool) -> str:
    """Return the text without its guard.

    A ``'`` is one where it stands before a digit, and always where the row has such guards (``guarded``).
    In 't Hof it is a letter, and around 'a text' it is a quotation mark.

    Example:
        >>> unwrapped('="000123"', guarded=False), unwrapped("'000124", guarded=False)
        ('000123', '000124')
        >>> unwrapped("'t Hof 3", guarded=False)
        "'t Hof 3"
    """
    if as_formula := _AS_FORMULA.fullmatch(text):
        return as_formula[1].replace('""', '"').strip()
    if text.startswith("'") and not text.endswith("'") and (guarded or _NUMBER.match(text)):
        return text[1:].strip()
    return text
