r"""How two names of an order compare: whether they are the same, and whether a server may have made one of the other.

Pure functions on texts; what becomes of a row is decided elsewhere.
"""

from __future__ import annotations

import html
import unicodedata
from urllib.parse import unquote

__all__ = ["made_from", "same_in_other_form"]

_LEAST_KEPT = 8
"""A server may have cut a longer name if at least this many characters are left of it."""

_CUT_MARKS = ".… "


def same_in_other_form(kept: str | None, sent: str) -> bool:
    r"""Tell whether two names differ only in Unicode form and white space, so that a person reads the same name.

    Example:
        >>> same_in_other_form("Café 12", "Cafe\u0301  12 "), same_in_other_form("cafe 12", "Cafe 12")
        (True, False)
    """
    return kept is not None and (kept == sent or _in_one_form(kept) == _in_one_form(sent))


def made_from(kept: str | None, sent: str) -> bool:
    r"""Tell whether a server may have made ``kept`` from ``sent``: cut, escaped, in another case, or without accents.

    Example:
        >>> made_from("12 elm stre", "12 Elm Street"), made_from("Tom &amp; Ann", "Tom & Ann")
        (True, True)
    """
    if kept is None:
        return False
    ours, whole = _bare(kept).rstrip(_CUT_MARKS), _bare(sent)
    if not ours or ours == whole.rstrip(_CUT_MARKS):
        return bool(ours)
    return (
        whole.startswith(ours) and len(ours) >= _LEAST_KEPT and _is_cut(kept, at=whole[len(ours) - 1 : len(ours) + 1])
    )


def _is_cut(kept: str, *, at: str) -> bool:
    """Tell whether a shorter name ends in the middle of a word or in dots, as a machine cuts it.

    A name that ends after a whole word may be one that a person typed.
    """
    return at.isalnum() or kept.rstrip().endswith(("…", ".."))


def _in_one_form(name: str) -> str:
    visible = "".join(char for char in unicodedata.normalize("NFC", name) if unicodedata.category(char) != "Cf")
    return " ".join(visible.split())


def _bare(name: str) -> str:
    """Return the name without escapes, case, accents and extra white space."""
    plain = unicodedata.normalize("NFKD", unquote(html.unescape(name)).replace("\\", "")).casefold()
    return " ".join("".join(char for char in plain if unicodedata.category(char) not in ("Mn", "Cf")).split())
