"""One row as a page shows it: both names in parts, those marked that differ, what is odd in it, and its other cells."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from urllib.parse import quote

from batch_renamer.differences import Part, changed_words
from batch_renamer.journal import RowFilter
from batch_renamer.model import LEFT_OUT_MARK, ReportLine, ReportRow, Result
from batch_renamer.progress import cut_middle
from batch_renamer.text import one_line, storable, trimmed
from batch_renamer.visible import visible

__all__ = ["OtherCell", "ShownRow", "other_cells", "shown_row"]

_LEFT_OUT = "Left out: this rename was not wanted."
_LONGEST_CELL, _LONGEST_HEADING = 120, 40
_BEFORE_FOUND = 40
_MOST_CELLS = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherCell:
    """A cell of a column that the program does not use, and its heading ("": none); both can be shown as they are.

    ``found``: the text that is looked for stands in it.
    """

    heading: str
    text: str
    found: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownRow:
    """One row; its texts can be shown as they are.

    ``checked``: the rename is wanted (None: there is nothing to choose). ``old`` and ``new`` are the names in parts, ""
    for none. ``now`` is the order's name where it is neither of them. ``address`` is that of the order's page at the
    vendor, ``picture`` that of a small picture ("": none). ``remarks`` are the reason and what else is to be said,
    ``warnings`` the row's warnings. ``others`` are those of its other cells that are shown.
    """

    number: int
    order_id: str
    address: str
    picture: str
    checked: bool | None
    old: tuple[Part, ...]
    new: tuple[Part, ...]
    now: str
    result: Result
    remarks: tuple[str, ...]
    warnings: tuple[str, ...]
    others: tuple[OtherCell, ...]


def shown_row(
    row: ReportRow, *, checked: bool | None, order_pages: str, picture: str, others: tuple[OtherCell, ...] = ()
) -> ShownRow:
    """Return a row as a page shows it; ``order_pages`` is the beginning of the addresses of orders ("": no links)."""
    old, new = changed_words(visible(row.old_name or ""), visible(row.new_name))
    # The id of an invalid row may be of no order.
    has_page = order_pages and row.order_id and row.result is not Result.INVALID
    return ShownRow(
        number=row.row,
        order_id=visible(row.order_id),
        address=order_pages + quote(storable(row.order_id), safe="") if has_page else "",
        picture=picture,
        checked=checked,
        old=old,
        new=new,
        now=visible(row.final_name) if row.final_name and row.final_name not in (row.old_name, row.new_name) else "",
        result=row.result,
        remarks=tuple(visible(remark) for remark in (_reason(row), _tries(row)) if remark),
        warnings=(visible(row.warning),) if row.warning else (),
        others=others,
    )


def other_cells(line: ReportLine, headings: Sequence[str], wanted: RowFilter, *, with_all: bool) -> Iterator[OtherCell]:
    """Yield the other cells of a row that have the text that is looked for, or all that are not blank."""
    left = _MOST_CELLS
    for heading, cell in zip_longest(headings[: len(line.other_cells)], map(one_line, line.other_cells), fillvalue=""):
        place = wanted.place_in(cell)
        if not trimmed(cell) or (place is None and not with_all):
            continue
        left -= 1
        if left < 0:
            yield OtherCell(heading="", text="and more, which are in the report", found=False)
            return
        found = place is not None
        yield OtherCell(
            heading=cut_middle(one_line(heading), _LONGEST_HEADING), text=_part_of(cell, place), found=found
        )


def _part_of(text: str, place: int | None) -> str:
    """Return a text that may be cut: in the middle, or so that what was found at a place is shown."""
    if len(text) <= _LONGEST_CELL or place is None:
        return cut_middle(text, _LONGEST_CELL)
    begin = max(min(place - _BEFORE_FOUND, len(text) - _LONGEST_CELL), 0)
    end = begin + _LONGEST_CELL
    return f"{'…' if begin else ''}{visible(text[begin:end])}{'…' if end < len(text) else ''}"


def _reason(row: ReportRow) -> str:
    """Return the reason; that of a row that an option left out names this option of the command line."""
    return _LEFT_OUT if row.skip.startswith(f"{LEFT_OUT_MARK}--") else row.reason


def _tries(row: ReportRow) -> str:
    return f"{row.attempts:,} tries" if row.attempts > 1 else ""
