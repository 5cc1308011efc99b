"""The first rows of a sheet enter; which columns to read leaves, or one sentence that says what is missing."""

from __future__ import annotations

import re
import shlex
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

from batch_renamer.loader.options import NO_COLUMN, LoadOptions
from batch_renamer.loader.shown import listed, quoted, shown
from batch_renamer.model import COLUMNS
from batch_renamer.text import trimmed, without_invisible

if TYPE_CHECKING:
    from collections.abc import Sequence

    from batch_renamer.loader.cells import Cell

__all__ = ["HEADING_ROWS", "KNOWN_HEADINGS", "Columns", "HeadingTrouble", "find_columns", "without_remarks"]

HEADING_ROWS = 20
"""Headings may stand in any of the first so many rows."""

_ID = ("order_id", "order", "id", "order number", "order no")
_NAME = ("new_name", "new title", "rename to", "name to be")
_GUARD = ("current_name", "old_name")
KNOWN_HEADINGS = (*_ID, *_NAME, *_GUARD, "skip")
"""All that is recognised without an option."""

_IGNORED = re.compile(r"[\s_\-]+")
_REMARK = re.compile(r"\([^()]*\)|\[[^\[\]]*\]|\{[^{}]*\}")
_NO_LETTER = re.compile(r"[\W_]+")

_LIKE_SKIP = re.compile("skip|ignore|exclude|omit|leaveout|dontrename|donotrename|überspringen|auslassen|ausschließen")
_LIKE_GUARD = re.compile(
    "(?:current|old|previous|existing|present|original|former|alter|bisheriger|aktueller)(?:order)?(?:name|title|titel)"
    "|(?:name|title)(?:now|before|today)"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """Where to read: columns count from 0, ``row`` is the heading's row as the spreadsheet program numbers it.

    ``is_report`` says that the heading line is exactly that of the reports this program writes. ``warnings`` name
    unused columns that may have been meant for the guard or the skip mark.
    """

    row: int
    order_id: int
    new_name: int
    current_name: int | None
    skip: int | None
    headings: tuple[str, ...]
    is_report: bool
    warnings: tuple[str, ...] = ()

    @property
    def used(self) -> tuple[int | None, ...]:
        """The columns of order id, new name, current name and skip mark."""
        return self.order_id, self.new_name, self.current_name, self.skip

    @property
    def labelled(self) -> int:
        """How many columns there are up to the last one with a heading."""
        return max(i for i, heading in enumerate(self.headings, 1) if heading)

    @property
    def unused(self) -> tuple[str, ...]:
        """The headings of the columns that aren't read, in sheet order."""
        return tuple(heading for i, heading in enumerate(self.headings) if heading and i not in self.used)


@dataclass(frozen=True, slots=True, kw_only=True)
class HeadingTrouble:
    """Why the columns can't be chosen; ``nearness`` (0 to 2) is how much of the two needed headings was there."""

    sentence: str
    nearness: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wanted:
    """One thing to find a column for."""

    what: str
    first: tuple[str, ...]
    rest: tuple[str, ...] = ()
    option: str | None = None
    asked: str | None = None
    like: re.Pattern[str] | None = None

    def matches(self, headings: Sequence[str]) -> list[int]:
        """Find the columns that could be meant; more than one means that nobody can know."""
        if self.asked is not None:
            asked = trimmed(self.asked)
            exact = [i for i, heading in enumerate(headings) if heading and heading == asked]
            return exact or _positions(headings, (asked,))
        for spelling in self.first:
            if found := _positions(headings, (spelling,)):
                return found
        return _positions(headings, self.rest)

    def is_like(self, heading: str) -> bool:
        """Tell whether an unused heading may have been meant for this."""
        return self.like is not None and bool(self.like.search(without_remarks(heading)))


def find_columns(rows: Sequence[Sequence[Cell]], options: LoadOptions) -> Columns | HeadingTrouble:
    """Find the heading row among the first rows of a sheet, and the columns it names.

    ``rows`` are the sheet's rows from its row 1 on; those after the first 20 are not looked at.

    Example:
        >>> found = find_columns([["Order ID", "New name"]], LoadOptions())
        >>> isinstance(found, Columns) and (found.order_id, found.new_name)
        (0, 1)
    """
    order_id, new_name = _wanted_id(options), _wanted_name(options)
    best: tuple[int, int, tuple[str, ...]] = (-1, 0, ())
    for number, row in enumerate(rows[:HEADING_ROWS], 1):
        headings = tuple(trimmed(cell) if isinstance(cell, str) else "" for cell in row)
        if not any(headings):
            continue
        nearness = sum(bool(wanted.matches(headings)) for wanted in (order_id, new_name))
        if nearness > best[0]:
            best = (nearness, number, headings)
        if nearness == 2:
            break
    nearness, number, headings = best
    if nearness < 0:
        return HeadingTrouble(sentence=f"has no headings: its first {HEADING_ROWS} rows are blank", nearness=0)
    ids, names = order_id.matches(headings), new_name.matches(headings)
    if not ids or not names:
        missing = [wanted for wanted, found in ((order_id, ids), (new_name, names)) if not found]
        return HeadingTrouble(sentence=_missing(missing, number, headings), nearness=nearness)
    return _choose(rows[number - 1], number, headings, options)


def _choose(
    row: Sequence[Cell], number: int, headings: tuple[str, ...], options: LoadOptions
) -> Columns | HeadingTrouble:
    """Settle on one column for each thing wanted, in the row that names both id and name."""
    chosen: list[int | None] = []
    all_wanted = (_wanted_id(options), _wanted_name(options), _wanted_guard(options), _SKIP)
    for wanted in all_wanted:
        found = [] if wanted is None else wanted.matches(headings)
        if wanted is not None and wanted.asked is not None and not found:
            return HeadingTrouble(sentence=_missing([wanted], number, headings), nearness=2)
        if wanted is not None and len(found) > 1:
            return HeadingTrouble(sentence=_ambiguous(wanted, number, [headings[i] for i in found]), nearness=2)
        chosen.append(found[0] if found else None)
    order_id, new_name, current_name, skip = chosen
    if order_id is None or new_name is None or order_id == new_name:
        text = f"has one column, headed {listed([headings[order_id or 0]])}, for both the order id and the new name"
        return HeadingTrouble(sentence=f"{text}: --id-column and --name-column must name two", nearness=2)
    return Columns(
        row=number,
        order_id=order_id,
        new_name=new_name,
        current_name=current_name,
        skip=skip,
        headings=headings,
        is_report=number == 1 and tuple(row) == COLUMNS,
        warnings=tuple(
            _near_miss(wanted, heading)
            for wanted, found in zip(all_wanted, chosen, strict=True)
            if wanted is not None and found is None
            for i, heading in enumerate(headings)
            if i not in chosen and wanted.is_like(heading)
        ),
    )


def _near_miss(wanted: _Wanted, heading: str) -> str:
    """Say that a column is not used, though its heading sounds like one that would be."""
    return f"The column {quoted(heading)} is not used. If it holds {wanted.what}, name it “{wanted.first[0]}”."


def _wanted_id(options: LoadOptions) -> _Wanted:
    return _Wanted(
        what="the order id",
        first=_ID[:1],
        rest=_ID[1:],
        option="--id-column",
        asked=options.id_column,
    )


def _wanted_name(options: LoadOptions) -> _Wanted:
    return _Wanted(
        what="the new name",
        first=_NAME[:1],
        rest=_NAME[1:],
        option="--name-column",
        asked=options.name_column,
    )


def _wanted_guard(options: LoadOptions) -> _Wanted | None:
    if options.current_name_column == NO_COLUMN:
        return None
    return _Wanted(
        what="the current name",
        first=_GUARD,
        option="--current-name-column",
        asked=options.current_name_column,
        like=_LIKE_GUARD,
    )


_SKIP = _Wanted(what="the skip mark", first=("skip",), like=_LIKE_SKIP)


def _folded(text: str) -> str:
    """Reduce a heading to what is compared first: no case, no spaces, no ``_``, no ``-``."""
    return _IGNORED.sub("", without_invisible(text).casefold())


def without_remarks(text: str) -> str:
    """Reduce a heading to its letters and digits: punctuation and bracketed remarks don't count.

    Example:
        >>> without_remarks("Skip? (x = yes)")
        'skip'
    """
    plain = unicodedata.normalize("NFKC", text).casefold()
    return _NO_LETTER.sub("", _REMARK.sub("", plain)) or _NO_LETTER.sub("", plain)


def _positions(headings: Sequence[str], spellings: Sequence[str]) -> list[int]:
    """Find the columns whose heading is one of ``spellings``; a closer one comes before one with a remark."""
    for reduced in (_folded, without_remarks):
        wanted = {reduced(spelling) for spelling in spellings} - {""}
        if found := [i for i, heading in enumerate(headings) if reduced(heading) in wanted]:
            return found
    return []


def _found(number: int, headings: Sequence[str]) -> str:
    return f"Headings found in row {number}: {listed([heading for heading in headings if heading])}."


def _missing(missing: Sequence[_Wanted], number: int, headings: Sequence[str]) -> str:
    """Say which heading is missing, which are there, and the option that helps."""
    sentences = []
    for wanted in missing:
        if wanted.asked is not None:
            sentences.append(f"no heading {shown(wanted.asked)!r} ({wanted.option})")
        else:
            sentences.append(f"no heading for {wanted.what} ({', '.join((*wanted.first, *wanted.rest))})")
    advice = " and ".join(f"{wanted.option} {_example(wanted, headings)}" for wanted in missing)
    return f"has {' and '.join(sentences)}. {_found(number, headings)} Say which column it is: {advice}"


def _example(wanted: _Wanted, headings: Sequence[str]) -> str:
    """Give the value for an option: the sheet's own lone ``name`` where that must be meant."""
    lone = _positions(headings, ("name",))
    if wanted.option == "--name-column" and wanted.asked is None and len(lone) == 1:
        return shlex.quote(shown(headings[lone[0]]))
    return "HEADING"


def _ambiguous(wanted: _Wanted, number: int, found: Sequence[str]) -> str:
    """Say that several headings could be meant, and how to choose."""
    text = f"has {len(found)} columns in row {number} that could hold {wanted.what}: {listed(found)}"
    if wanted.option is None or found[0] in found[1:]:
        return f"{text}. Rename the headings of those that don't"
    return f"{text}. Choose one: {wanted.option} {shlex.quote(shown(found[0]))}"
