"""The headings by which the loader finds each column: known spellings, the user's option, and similar words."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from batch_renamer.loader.options import NO_COLUMN, LoadOptions
from batch_renamer.text import trimmed, without_invisible

__all__ = [
    "KNOWN_HEADINGS",
    "WANTED_SKIP",
    "Wanted",
    "positions",
    "wanted_guard",
    "wanted_id",
    "wanted_name",
    "without_remarks",
]

_ID = ("order_id", "order", "id", "order number", "order no")
_NAME = ("new_name", "new title", "rename to", "name to be")
_GUARD = ("current_name", "old_name")
KNOWN_HEADINGS = (*_ID, *_NAME, *_GUARD, "skip")
"""Every heading that is recognized without an option."""

_IGNORED = re.compile(r"[\s_\-]+")
_REMARK = re.compile(r"\([^()]*\)|\[[^\[\]]*\]|\{[^{}]*\}")
_NO_LETTER = re.compile(r"[\W_]+")
_LIKE_SKIP = re.compile("skip|ignore|exclude|omit|leaveout|dontrename|donotrename|überspringen|auslassen|ausschließen")
_LIKE_GUARD = re.compile(
    "(?:current|old|previous|existing|present|original|former|alter|bisheriger|aktueller)(?:order)?(?:name|title|titel)"
    "|(?:name|title)(?:now|before|today)"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """One purpose that needs a column, such as the order id.

    ``first`` spellings are tried before ``rest``. ``asked`` is the heading that the user gave with ``option``. ``like``
    matches headings that resemble this one.
    """

    what: str
    first: tuple[str, ...]
    rest: tuple[str, ...] = ()
    option: str | None = None
    asked: str | None = None
    like: re.Pattern[str] | None = None

    def matches(self, headings: Sequence[str]) -> list[int]:
        """Return the columns that could be meant; more than one is ambiguous."""
        if self.asked is not None:
            asked = trimmed(self.asked)
            exact = [i for i, heading in enumerate(headings) if heading and heading == asked]
            return exact or positions(headings, (asked,))
        for spelling in self.first:
            if found := positions(headings, (spelling,)):
                return found
        return positions(headings, self.rest)

    def is_like(self, heading: str) -> bool:
        """Tell whether an unused heading may have been meant for this purpose."""
        return self.like is not None and bool(self.like.search(without_remarks(heading)))


def wanted_id(options: LoadOptions) -> Wanted:
    """Return how to find the column of the order ids."""
    return Wanted(
        what="the order id",
        first=_ID[:1],
        rest=_ID[1:],
        option="--id-column",
        asked=options.id_column,
    )


def wanted_name(options: LoadOptions) -> Wanted:
    """Return how to find the column of the new names."""
    return Wanted(
        what="the new name",
        first=_NAME[:1],
        rest=_NAME[1:],
        option="--name-column",
        asked=options.name_column,
    )


def wanted_guard(options: LoadOptions) -> Wanted | None:
    """Return how to find the column of the current names; None if the user wants no guard."""
    if options.current_name_column == NO_COLUMN:
        return None
    return Wanted(
        what="the current name",
        first=_GUARD,
        option="--current-name-column",
        asked=options.current_name_column,
        like=_LIKE_GUARD,
    )


WANTED_SKIP = Wanted(what="the skip mark", first=("skip",), like=_LIKE_SKIP)


def _folded(text: str) -> str:
    """Return a heading without case, spaces, ``_`` and ``-``."""
    return _IGNORED.sub("", without_invisible(text).casefold())


def without_remarks(text: str) -> str:
    """Return the letters and digits of a heading, without punctuation and bracketed remarks.

    Example:
        >>> without_remarks("Skip? (x = yes)")
        'skip'
    """
    plain = unicodedata.normalize("NFKC", text).casefold()
    return _NO_LETTER.sub("", _REMARK.sub("", plain)) or _NO_LETTER.sub("", plain)


def positions(headings: Sequence[str], spellings: Sequence[str]) -> list[int]:
    """Return the columns with one of these headings; an exact spelling goes before one with a remark."""
    for reduced in (_folded, without_remarks):
        wanted = {reduced(spelling) for spelling in spellings} - {""}
        if found := [i for i, heading in enumerate(headings) if reduced(heading) in wanted]:
            return found
    return []
