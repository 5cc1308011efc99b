"""Decides what a cell of the skip column says: yes, no, or a word that can only be guessed."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from functools import lru_cache

from batch_renamer.loader.cells import Cell
from batch_renamer.text import trimmed

__all__ = ["is_blank_row", "is_no", "is_yes"]

_NO_WORDS = """
    0 false f falsch falsk falskt falso faux fals onwaar epätosi fałsz nepravda usann hamis yanlış ψευδής ложь хибність
    лъжа no n nein non não nao nej nee nei ei nie ne hayır нет off ☐ □ ▢ ◻ ⬜ 否 いいえ 아니요 [] () =false() =false
"""  # noqa: RUF001 - letters of other languages
"""Words and tick boxes that mean no; spreadsheet programs write them in the language of their user."""

_YES_WORDS = """
    1 true t wahr vrai vero verdadero verdadeiro waar sant sann sand tosi prawda pravda igaz adevărat doğru αληθής
    истина істина yes y x ✗ ✘ ✖ ❌ ja j oui o si sí s sim da да tak ano kyllä joo evet on skip skipped ☑ ☒ ✓ ✔ ✅ 是
    はい 예 [x] (x) [✓] =true() =true
"""
"""Words that certainly mean yes. Any other text also skips the row, because a row skipped by mistake can be renamed
later."""


def _without_accents(text: str) -> str:
    """Remove accents, which capitals often lack, and the dot of i, which Turkish has without one."""
    parts = unicodedata.normalize("NFD", text.casefold().replace("\N{LATIN SMALL LETTER DOTLESS I}", "i"))
    return "".join(char for char in parts if not unicodedata.combining(char))


def is_no(mark: str) -> bool:
    """Tell whether a mark means that the row is not skipped; a blank cell and an empty tick box mean this too.

    Example:
        >>> [is_no(mark) for mark in ("", "FALSE", "Nein.", "☐", "x", "later")]
        [True, True, True, True, False, False]
    """
    word = _word(mark)
    return not word or word in _NO


def is_blank_row(cells: Sequence[Cell], used: Sequence[int | None]) -> bool:
    """Tell whether a row is blank: no id, no name, and in the other cells at most an empty tick box.

    Programs fill tick boxes far below the last row. ``used`` are the columns of order id, new name, current name and
    mark.

    Example:
        >>> is_blank_row(["", "", "FALSE"], (0, 1, None, 2)), is_blank_row(["", "No", "FALSE"], (0, 1, None, 2))
        (True, False)
    """
    for place in used[:3]:
        if place is not None and place < len(cells) and not _is_blank(cells[place]):
            return False
    return all(isinstance(cell, str) and is_no(cell) for cell in cells)


def _is_blank(cell: Cell) -> bool:
    if not isinstance(cell, str):
        return False
    first = cell[:1]
    return not ((first.isascii() and first.isalnum()) or trimmed(cell))  # most cells begin with a letter or digit


def is_yes(mark: str) -> bool:
    """Tell whether a mark certainly means that the row is skipped.

    Example:
        >>> [is_yes(mark) for mark in ("X", "TRUE", "✓", "later", "no")]
        [True, True, True, False, False]
    """
    return _word(mark) in _YES


@lru_cache(maxsize=256)
def _word(mark: str) -> str:
    """Return a mark in the form that is compared: without case, emoji variants, spaces and surrounding punctuation."""
    word = _without_accents(trimmed(mark))
    for char in ("\ufe0f", "\ufe0e", " "):
        word = word.replace(char, "")
    return word.strip(".!?,;:'\"") or word


_NO = frozenset(map(_without_accents, _NO_WORDS.split()))
_YES = frozenset(map(_without_accents, _YES_WORDS.split()))
