"""The headings by which the loader finds each column: known spellings, the user's option, and similar words."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from batch_renamer.column_letters import column_of
from batch_renamer.loader.options import NO_COLUMN, LoadOptions
from batch_renamer.text import heading_key, trimmed

__all__ = [
    "KNOWN_HEADINGS",
    "WANTED_SKIP",
    "Wanted",
    "place_of_letter",
    "positions",
    "wanted_guard",
    "wanted_id",
    "wanted_name",
    "wanted_where",
    "without_remarks",
]

_ID = ("order_id", "order", "id", "order number", "order no")
_NAME = ("new_name", "new title", "rename to", "name to be")
_GUARD = ("current_name", "old_name")
KNOWN_HEADINGS = (*_ID, *_NAME, *_GUARD, "skip")
"""Every heading that is recognized without an option."""

_REMARK = re.compile(r"\([^()]*\)|\[[^\[\]]*\]|\{[^{}]*\}")
_LETTERS = re.compile(r"[A-Za-z]{1,3}")
_NO_LETTER = re.compile(r"[\W_]+")
_LIKE_SKIP = re.compile("skip|ignore|exclude|omit|leaveout|dontrename|donotrename|überspringen|auslassen|ausschließen")
_LIKE_GUARD = re.compile(
    "(?:current|old|previous|existing|present|original|former|alter|bisheriger|aktueller)(?:order)?(?:name|title|titel)"
    "|(?:name|title)(?:now|before|today)"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """One purpose that needs a column, such as the order id.

    ``first`` spellings are tried before ``rest``. ``asked`` is the heading that the user gave with ``option``, or with
    ``by_letter`` the letter of the column. ``like`` matches headings that resemble this one.
    """

    what: str
    first: tuple[str, ...]
    rest: tuple[str, ...] = ()
    option: str | None = None
    asked: str | None = None
    by_letter: bool = False
    like: re.Pattern[str] | None = None

    def matches(self, headings: Sequence[str]) -> list[int]:
        """Return the columns that could be meant; more than one is ambiguous."""
        if self.asked is not None:
            asked = trimmed(self.asked)
            exact = [i for i, heading in enumerate(headings) if heading and heading == asked]
            return exact or positions(headings, (asked,)) or self._lettered(headings, asked)
        for spelling in self.first:
            if found := positions(headings, (spelling,)):
                return found
        return positions(headings, self.rest)

    def _lettered(self, headings: Sequence[str], asked: str) -> list[int]:
        """Return the column whose letter was asked for, if it has a heading."""
        place = place_of_letter(asked) if self.by_letter else None
        return [place] if place is not None and place < len(headings) and headings[place] else []

    def is_letter_of(self, heading: str, place: int) -> bool:
        """Tell whether a column was chosen by its letter and not by its heading."""
        asked = trimmed(self.asked or "")
        return self.by_letter and place_of_letter(asked) == place and not positions((heading,), (asked,))

    def is_like(self, heading: str) -> bool:
        """Tell whether an unused heading may have been meant for this purpose."""
        return self.like is not None and bool(self.like.search(without_remarks(heading)))


def wanted_id(options: LoadOptions) -> Wanted | None:
    """Return how to find the column of the order ids; None if the user says that there is none."""
    if options.by_name and options.id_column is not None and trimmed(options.id_column).lower() == NO_COLUMN:
        return None
    return Wanted(
        what="the order id",
        first=_ID[:1],
        rest=_ID[1:],
        option="--id-column",
        asked=options.id_column,
        by_letter=options.column_letters,
    )


def wanted_name(options: LoadOptions) -> Wanted:
    """Return how to find the column of the new names."""
    return Wanted(
        what="the new name",
        first=_NAME[:1],
        rest=_NAME[1:],
        option="--name-column",
        asked=options.name_column,
        by_letter=options.column_letters,
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
        by_letter=options.column_letters,
        like=_LIKE_GUARD,
    )


def wanted_where(column: str, options: LoadOptions) -> Wanted:
    """Return how to find a column that ``--where`` names."""
    return Wanted(what="that", first=(), option="--where", asked=column, by_letter=options.column_letters)


WANTED_SKIP = Wanted(what="the skip mark", first=("skip",), like=_LIKE_SKIP)


def place_of_letter(text: str) -> int | None:
    """Return the column, counted from 0, that has these letters above it; None if it is no letter of a column.

    Example:
        >>> place_of_letter("A"), place_of_letter("ab"), place_of_letter("order")
        (0, 27, None)
    """
    if not _LETTERS.fullmatch(text):
        return None
    return column_of(text) - 1


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
    for reduced in (heading_key, without_remarks):
        wanted = {reduced(spelling) for spelling in spellings} - {""}
        if found := [i for i, heading in enumerate(headings) if reduced(heading) in wanted]:
            return found
    return []
