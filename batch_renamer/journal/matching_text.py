"""What of a row is searched and sorted by, as SQL: without regard to case and accents, as people type.

SQLite folds the case of ASCII alone, so it calls Python for each row that is looked at, which takes about 5 us. Texts
that were folded before are in `searched_texts`.
"""

from __future__ import annotations

import json
import re
import sqlite3
import unicodedata

from batch_renamer.journal.codec import REASON
from batch_renamer.text import one_line, storable, trimmed

__all__ = [
    "MATCHES",
    "MATCHES_FOLDED",
    "NEW_NAME",
    "OLD_NAME",
    "ORDER_ID",
    "SEARCHED_TEXT",
    "add_functions",
    "folded",
    "needle",
    "place_of",
    "sorted_by",
]

OLD_NAME = "COALESCE(old_name, guard, '')"
NEW_NAME = "new_name"
ORDER_ID = "order_id"

_TEXTS = f"{ORDER_ID}, {OLD_NAME}, {NEW_NAME}, COALESCE(final_name, ''), COALESCE({REASON}, ''), warning"

MATCHES = f"has_text(:needle, row, CASE WHEN :other_cells THEN other_cells END, {_TEXTS})"
"""Whether a row has the text that is searched: ``:needle``, as `needle` returned it.

``:other_cells``: the cells of the spreadsheet that the program does not use are searched, too.
"""

SEARCHED_TEXT = f"searched_text(other_cells, {_TEXTS})"
"""All texts of a row and its other cells, folded."""

MATCHES_FOLDED = "(instr(text, :needle) OR row = CAST(:needle AS INTEGER) AND row || '' = :needle)"
"""Whether a row whose `SEARCHED_TEXT` is ``text`` has the text that is searched."""

_MARKS = re.compile("[\u0300-\u036f]+")
_BETWEEN = ",[]"
_UNESCAPED_LINE_ENDS = re.compile("[\x85\u2028\u2029]")
"""The line ends that stand in JSON as they are."""

_MICRO, _SHARP_S = "\xb5", "\xdf"


def _unaccented(text: str) -> str:
    return _MARKS.sub("", unicodedata.normalize("NFD", text.casefold()))


_FOLDED_LATIN_1 = bytes(byte if chr(byte) in {_MICRO, _SHARP_S} else ord(_unaccented(chr(byte))) for byte in range(256))
"""The letters of Latin-1, folded; what the micro sign becomes is no such letter, and the sharp s becomes two."""


def needle(text: str) -> str:
    r"""Return a text as it is searched: without regard to case, accents, spaces at its ends, and line ends.

    A number with commas, as pages show numbers of rows, is this number.

    Example:
        >>> needle(" STRASSE\n") == needle("stra\xdfe"), needle("Caf\xe9"), needle("1,057")
        (True, 'cafe', '1057')
    """
    wanted = folded(trimmed(one_line(storable(text))))
    digits = wanted.replace(",", "")
    return digits if digits.isascii() and digits.isdecimal() and wanted == f"{int(digits):,}" else wanted


def place_of(wanted: str, text: str) -> int:
    """Return where about in a text that is searched a needle stands; -1 if it does not.

    A letter that has two in the form that is compared, such as a sharp s, moves the place by one, and so does an accent
    that is a character of its own.

    Example:
        >>> place_of(needle("elm"), "12 ELM Street"), place_of(needle("oak"), "12 ELM Street")
        (3, -1)
    """
    return folded(text).find(wanted)


def sorted_by(text: str) -> str:
    """Return the SQL by which texts are sorted: folded, so letters with accents stand beside those without.

    Example:
        >>> sorted_by("new_name")
        'folded(new_name)'
    """
    return f"folded({text})"


def add_functions(connection: sqlite3.Connection) -> None:
    """Give a connection the functions that these pieces of SQL call."""
    connection.create_function("has_text", 9, _has_text, deterministic=True)
    connection.create_function("searched_text", 7, _searched_text, deterministic=True)
    connection.create_function("folded", 1, folded, deterministic=True)


def folded(text: str) -> str:
    r"""Return a text without case and accents. The letters of Western Europe take a tenth of the time of others.

    Example:
        >>> folded("\xc9LAN"), folded("e\u0301lan"), folded("Stra\xdfe")
        ('elan', 'elan', 'strasse')
    """
    if text.isascii():
        return text.lower()
    try:
        narrow = text.encode("latin-1")
    except UnicodeEncodeError:
        return _unaccented(text)
    if _MICRO in text:
        return _unaccented(text)
    return narrow.translate(_FOLDED_LATIN_1).decode("latin-1").replace(_SHARP_S, "ss")


def _has_text(wanted: str, row: int, other_cells: str | None, *texts: str) -> bool:
    # No text has a line end but the warnings, whose lines are sentences of their own; and `needle` has none.
    joined = "\n".join(texts if other_cells is None else (*texts, _texts_of(other_cells, wanted)))
    return wanted in folded(joined) or wanted == str(row)


def _searched_text(other_cells: str | None, *texts: str) -> str:
    cells = map(one_line, json.loads(other_cells)) if other_cells is not None else ()
    return folded("\n".join((*texts, *cells)))


def _texts_of(other_cells: str, wanted: str) -> str:
    """Return a text in which something wanted stands if it stands in one of the cells, which are a JSON list."""
    has_line_ends = "\\" in other_cells or (not other_cells.isascii() and _UNESCAPED_LINE_ENDS.search(other_cells))
    if has_line_ends or '"' in wanted or wanted in _BETWEEN:
        return "\n".join(map(one_line, json.loads(other_cells)))
    # Without an escape, the cells stand there as they are, with quotation marks between them: no need to parse them.
    return other_cells
