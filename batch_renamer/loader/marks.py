"""What a cell of the skip column says: yes, no, or a word that can only be guessed."""

from __future__ import annotations

from batch_renamer.text import trimmed

__all__ = ["is_no", "is_yes"]

_NO_WORDS = """
    0 false f falsch falsk falskt usann usant falso faux fals onwaar epätosi fałsz yanlış hamis nepravda ψευδης ложь
    хибність no n nein non não nao nej nee nei ei nie ne
    hayır нет off ☐ □ ▢ ◻ ⬜ 否 いいえ 아니요 [] () =false() =false
"""  # noqa: RUF001 - letters of other languages
"""Words by which people and tick boxes say no; spreadsheet programs write them in the language of their user."""

_YES_WORDS = """
    1 true t wahr vrai vero verdadero verdadeiro waar sant sann sand tosi prawda doğru igaz pravda αληθης
    истина істина yes y x ✗ ✘ ✖ ❌ ja j oui
    o si sí s sim da да tak ano kyllä joo evet on skip skipped ☑ ☒ ✓ ✔ ✅ 是 はい 예 [x] (x) [✓] =true() =true
"""
"""Words that are a mark beyond doubt. Any other text is one, too, for what is left out by mistake can be done later."""


def _word(mark: str) -> str:
    """Reduce a mark to what is compared: no case, no colour of an emoji, no punctuation around."""
    word = trimmed(mark).casefold()
    for char, instead in _ALIKE:
        word = word.replace(char, instead)
    return word.strip(".!?,;:'\"") or word


_ALIKE = (("\ufe0f", ""), ("\ufe0e", ""), (" ", ""), ("\u0131", "i"), ("i\u0307", "i"))
"""The last two are the Turkish letters that differ from others only when they are made capital."""

_NO = frozenset(map(_word, _NO_WORDS.split()))
_YES = frozenset(map(_word, _YES_WORDS.split()))


def is_no(mark: str) -> bool:
    """Tell whether a mark says that the row is not to be left out; a blank cell and an empty box say so, too.

    Example:
        >>> [is_no(mark) for mark in ("", "FALSE", "Nein.", "☐", "x", "later")]
        [True, True, True, True, False, False]
    """
    word = _word(mark)
    return not word or word in _NO


def is_yes(mark: str) -> bool:
    """Tell whether a mark says beyond doubt that the row is to be left out.

    Example:
        >>> [is_yes(mark) for mark in ("X", "TRUE", "✓", "later", "no")]
        [True, True, True, False, False]
    """
    return _word(mark) in _YES
