"""The columns of a report sheet: ours, with the technical ones folded away, and right of them the user's own."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain, count

from batch_renamer.model import COLUMNS
from batch_renamer.text import heading_key

__all__ = ["Column", "Layout", "width_of"]

_FIRST_FOLDED = COLUMNS.index("warning") + 1
"""A person reads the columns before this one; the rest is for those who look into what the API said."""

_ARROW = 3  # characters that the arrow of the filter takes in a heading
_MOST: dict[str, int] = {
    "row": 9,
    "order_id": 38,
    "old_name": 36,
    "new_name": 36,
    "final_name": 36,
    "skip": 14,
    "result": 12,
    "reason": 52,
    "warning": 36,
}
_WIDE = {"last_updated_at": 20, "started_at": 20}
_WRAPPED = frozenset({"old_name", "new_name", "final_name", "reason", "warning"})
_MOST_OF_OTHERS = 40
_MOST_PRINTED = 280
"""Characters side by side on a page. More would be too small to read, so further columns of the user's are left out."""

_GUARD = "current_name"
"""The loader prefers this heading to ``old_name``, in which a report has its guards."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column: its heading, and between which widths, in characters, it fits its content.

    ``wrapped``: what is longer than the most goes on in the next line. ``folded``: it is hidden until its group is
    opened. ``other``: it is the user's own.
    """

    heading: str
    least: int
    most: int
    wrapped: bool = False
    folded: bool = False
    other: bool = False


@dataclass(frozen=True, slots=True)
class Layout:
    """All columns of a report sheet, in their order."""

    columns: tuple[Column, ...]

    @classmethod
    def of(cls, other_headings: Iterable[str]) -> Layout:
        """Return our columns and the user's own.

        Example:
            >>> [column.heading for column in Layout.of(["Agent", "Order ID"]).columns[-2:]]
            ['Agent', 'Order ID (sheet)']
        """
        ours = [_our_column(place, name) for place, name in enumerate(COLUMNS)]
        others = [
            Column(
                heading=heading,
                least=min(width_of(heading) + _ARROW, _MOST_OF_OTHERS),
                most=_MOST_OF_OTHERS,
                other=True,
            )
            for heading in _told_apart(other_headings)
        ]
        return cls((*ours, *others))

    def printed(self, widths: Sequence[int]) -> int:
        """Return how many columns are printed: all of ours, and as many of the user's as can be read side by side."""
        wide = 0
        for place, column in enumerate(self.columns):
            wide += 0 if column.folded else widths[place]
            if column.other and wide > _MOST_PRINTED:
                return place
        return len(self.columns)


def width_of(text: str) -> int:
    """Return how many characters wide a text is; letters of China, Japan and Korea, and most emoji, are two wide.

    Example:
        >>> width_of("12 Elm"), width_of("山路")
        (6, 4)
    """
    if text.isascii():
        return len(text)
    return sum(2 if unicodedata.east_asian_width(char) in "FW" else not unicodedata.combining(char) for char in text)


def _our_column(place: int, name: str) -> Column:
    least = max(len(name) + _ARROW, _WIDE.get(name, 0))
    return Column(
        heading=name,
        least=least,
        most=max(_MOST.get(name, 0), least),
        wrapped=name in _WRAPPED,
        folded=place >= _FIRST_FOLDED,
    )


def _told_apart(headings: Iterable[str]) -> list[str]:
    """Return the headings, each unlike ours and unlike those before it.

    Compared as the loader compares them, so that a report that is used as a spreadsheet is understood, even if another
    program saves it as CSV.
    """
    taken = {heading_key(name) for name in (*COLUMNS, _GUARD)}
    told: list[str] = []
    for heading in headings:
        others = (f"{heading} (sheet{f' {n}' if n > 1 else ''})" for n in count(1))
        name = next(one for one in chain([heading], others) if heading_key(one) not in taken)
        taken.add(heading_key(name))
        told.append(name)
    return told
