"""The letters that a spreadsheet program shows above a column, and the column's number, counted from 1.

`loader/isolated` has its own: its child process imports nothing of this package.
"""

from __future__ import annotations

__all__ = ["column_of", "letters_of"]


def column_of(letters: str) -> int:
    """Return the number of a column.

    Example:
        >>> column_of("A"), column_of("ab"), column_of("XFD")
        (1, 28, 16384)
    """
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - ord("A") + 1
    return number


def letters_of(column: int) -> str:
    """Return the letters of a column.

    Example:
        >>> letters_of(1), letters_of(28), letters_of(16384)
        ('A', 'AB', 'XFD')
    """
    letters = ""
    while column:
        column, letter = divmod(column - 1, 26)
        letters = chr(ord("A") + letter) + letters
    return letters
