"""What counts as invisible, as blank and as the same order id: small pure functions on texts, for every package.

Three kinds of characters show nothing:

- White space and characters without width (joiners, direction marks, fillers) mean nothing at the ends of a text. They
  are cut there.
- Variation selectors and similar characters change how the character before them looks, for example an emoji. They are
  kept, but a text that has nothing else is blank.
- Control characters may do anything to a screen or a file, so a text with one inside is refused.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import cache

__all__ = [
    "LONE_SURROGATE",
    "begins_like_a_formula",
    "caseless",
    "counted",
    "duration",
    "find_invisible",
    "guarded",
    "heading_key",
    "is_uuid",
    "name_key",
    "one_line",
    "order_key",
    "raw_cells",
    "rows_in_words",
    "same_order",
    "storable",
    "trimmed",
    "without_invisible",
]

_CUT_AT_ENDS = (
    "\t\n\v\f\r \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u2028\u2029\u202f\u205f\u3000"  # white space, as Unicode defines it
    "\u2800\u3164\uffa0"  # the blank Braille cell and the Hangul fillers: blank, but symbols or letters by category
    "\xad\u061c\u180e\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e"
    "\u2060\u2061\u2062\u2063\u2064\u2065\u2066\u2067\u2068\u2069\u206a\u206b\u206c\u206d\u206e\u206f"
    "\ufeff\ufff9\ufffa\ufffb"  # without width: joiners, soft hyphens, direction marks, BOM
)
_MODIFIERS = "\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180d\u180f\ufe00-\ufe0f\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
"""Variation selectors, tags, accent joiners and syllable fillers: they belong to the character beside them."""

_VISIBLE = re.compile(f"[^{_CUT_AT_ENDS}{_MODIFIERS}]")
_INVISIBLE = re.compile(f"(?! )[{_CUT_AT_ENDS}{_MODIFIERS}\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f]")
LONE_SURROGATE = re.compile("[\ud800-\udfff]")
"""One half of a surrogate pair. JSON and paths may contain one, but no text encoding can represent it."""

_SIGN = re.compile("[-=+@\u2212\ufe62\ufe63\ufe66\ufe6b\uff0b\uff0d\uff1d\uff20]")
"""The characters that begin a formula, including their small and full-width forms and the mathematical minus sign."""

_SHOWN_ROWS = 3
_NOT_IN_HEADINGS = re.compile(r"[\s_\-]+")
_UUID = re.compile(r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")


def trimmed(text: str) -> str:
    r"""Cut invisible characters at both ends: white space, non-breaking and zero-width ones. A blank text becomes "".

    Example:
        >>> trimmed("\u200b\xa0 12 Elm St\ufeff\n"), trimmed("\u3164\ufe0f")
        ('12 Elm St', '')
    """
    cut = text.strip(_CUT_AT_ENDS)
    return cut if cut.isascii() or _VISIBLE.search(cut) else ""


def find_invisible(text: str) -> int | None:
    r"""Return the index of the first invisible character other than a plain space, or None.

    Example:
        >>> find_invisible("12 Elm"), find_invisible("a\u200b")
        (None, 1)
    """
    found = _INVISIBLE.search(text)
    return found.start() if found else None


def order_key(order_id: str) -> str:
    """Return the form in which order ids are compared: UUIDs without regard to case, all other ids exactly.

    Requests carry the id as it was typed, because an API may know an id that a customer chose in that form only. The
    journal has the same rule as an SQL expression (`journal.schema`).

    Example:
        >>> order_key("3F2504E0-4F89-41D3-9A0C-000000000001"), order_key("Order A")
        ('3f2504e0-4f89-41d3-9a0c-000000000001', 'Order A')
    """
    return order_id.lower() if is_uuid(order_id) else order_id


def storable(text: str) -> str:
    r"""Return a text that files and databases can store: lone surrogates are escaped.

    Example:
        >>> storable("a\ud800")
        'a\\ud800'
    """
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def one_line(text: str) -> str:
    r"""Return a text with a space for each line end, as a cell of several lines is searched and shown.

    Example:
        >>> one_line("12 Elm Street\nBerlin")
        '12 Elm Street Berlin'
    """
    return " ".join(text.splitlines())


def counted(count: int, noun: str) -> str:
    """Return a count with its noun.

    Example:
        >>> counted(1, "row"), counted(12000, "row")
        ('1 row', '12,000 rows')
    """
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def duration(seconds: float, *, tenths: bool = True) -> str:
    """Return a time as a person says it; with ``tenths`` if it is short.

    Example:
        >>> duration(0.42), duration(75), duration(7300)
        ('0.4 s', '1 min 15 s', '2 h 1 min')
    """
    if seconds < 9.95 and tenths:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600:,} h {whole % 3600 // 60} min"


def raw_cells(body: str, delimiter: str) -> list[str]:
    """Return each cell of a CSV record with its quotation marks; joined by the delimiter they are the record again.

    ``body`` is the record without its line end. Cells end where they end for Python's `csv.reader`.

    Example:
        >>> raw_cells('a,"b,c" ,', ",")
        ['a', '"b,c" ', '']
    """
    mark = body[: len(body) - len(body.lstrip("\ufeff"))]  # a BOM is no part of the first cell
    first, *others = (found[1] for found in _cell_pattern(delimiter).finditer(delimiter + body[len(mark) :]))
    return [mark + first, *others]


@cache
def _cell_pattern(delimiter: str) -> re.Pattern[str]:
    d = re.escape(delimiter)
    # A quotation mark is one at the beginning of a cell only; what follows the closing one belongs to the cell.
    return re.compile(rf'{d}((?:"(?:[^"]|"")*+"?+)?+[^{d}]*+)')


def rows_in_words(numbers: Sequence[int]) -> str:
    """Return the numbers of rows in words; of many, the first few.

    Example:
        >>> rows_in_words([7]), rows_in_words([2, 3, 9, 12])
        ('row 7', 'rows 2, 3, 9 and 1 more')
    """
    if len(numbers) == 1:
        return f"row {numbers[0]:,}"
    shown, more = numbers[:_SHOWN_ROWS], len(numbers) - _SHOWN_ROWS
    if more > 0:
        return f"rows {', '.join(f'{number:,}' for number in shown)} and {more:,} more"
    return f"rows {', '.join(f'{number:,}' for number in shown[:-1])} and {shown[-1]:,}"


def without_invisible(text: str) -> str:
    r"""Return the text without its invisible characters; plain spaces stay.

    Example:
        >>> without_invisible("Order\u200b ID\u3164")
        'Order ID'
    """
    return text if text.isascii() and text.isprintable() else _INVISIBLE.sub("", text)


def heading_key(heading: str) -> str:
    """Return the form in which headings are compared: without case, spaces, ``_``, ``-`` and invisible characters.

    Example:
        >>> heading_key("Order ID"), heading_key("order-id")
        ('orderid', 'orderid')
    """
    return _NOT_IN_HEADINGS.sub("", without_invisible(heading).casefold())


def name_key(name: str) -> str:
    r"""Return the form in which it is found out whether two orders have the same name: in NFC, trimmed.

    Example:
        >>> name_key("Cafe\u0301 ") == name_key("Caf\u00e9")
        True
    """
    return trimmed(unicodedata.normalize("NFC", name))


def caseless(text: str) -> str:
    r"""Return the form in which texts are compared without regard to case: in NFC, folded.

    Example:
        >>> caseless("CAFE\u0301") == caseless("caf\u00e9")
        True
    """
    return unicodedata.normalize("NFC", text).casefold()


def begins_like_a_formula(text: str) -> bool:
    """Tell whether a spreadsheet program might read a text of a CSV file as a formula or as a guarded text (``'``).

    Full-width signs count because programs in East Asia treat them like plain ones. Signs also count after characters
    that programs ignore: line breaks, tabs, spaces and other invisible characters.

    Example:
        >>> begins_like_a_formula("=1+1"), begins_like_a_formula("\uff1d1"), begins_like_a_formula("12 Elm")
        (True, True, False)
    """
    if text[:1].isalnum() and text[:1] not in _CUT_AT_ENDS:
        return False  # true for nearly every text
    if text[:1] == "'" or _CONTROL.match(text):
        return True
    return bool(_SIGN.match(text.lstrip(_CUT_AT_ENDS)))


def guarded(text: str) -> str:
    """Return the text with a leading ``'`` if a spreadsheet program would read it in a CSV file as a formula.

    A text that starts with ``'`` gets one more. So removing one leading ``'`` from every cell that has one restores the
    text exactly.

    Example:
        >>> guarded("=1+1"), guarded("'tis"), guarded("12 Elm St")
        ("'=1+1", "''tis", '12 Elm St')
    """
    return f"'{text}" if begins_like_a_formula(text) else text


def is_uuid(text: str) -> bool:
    """Tell whether a text is a UUID, as most order ids are.

    Example:
        >>> is_uuid("3f2504e0-4f89-41d3-9a0c-000000000001"), is_uuid("A-1")
        (True, False)
    """
    return len(text) == 36 and bool(_UUID.fullmatch(text))


def same_order(one: str, other: str) -> bool:
    """Tell whether two ids name the same order.

    Example:
        >>> same_order("3F2504E0-4F89-41D3-9A0C-000000000001", "3f2504e0-4f89-41d3-9a0c-000000000001")
        True
    """
    return one == other or order_key(one) == order_key(other)
