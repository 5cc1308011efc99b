"""Renders the cells of the four columns as XML."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from itertools import pairwise

from batch_renamer.column_letters import letters_of
from batch_renamer.reports.own_workbook.columns import COLUMNS_BACK, RowBack, shown_time
from batch_renamer.reports.own_workbook.xlsx.placement import Placement
from batch_renamer.reports.own_workbook.xlsx.serial_days import serial_day
from batch_renamer.reports.own_workbook.xlsx.styles import Styles
from batch_renamer.reports.own_workbook.xml_scan import escaped_attribute
from batch_renamer.workbooks import escaped_text

__all__ = ["NewRow", "Renderer", "new_rows"]

_ALL = range(len(COLUMNS_BACK))
Value = str | datetime | None


@dataclass(frozen=True, slots=True)
class NewRow:
    """What a row gets: one value for each column; None clears a cell. Headings have a style of their own."""

    number: int
    values: Sequence[Value]
    is_heading: bool = False
    heading_style: str | None = None

    @property
    def is_blank(self) -> bool:
        """Whether there is nothing to write."""
        return not any(self.values)


def new_rows(rows: Iterable[RowBack], placement: Placement, heading_row: int) -> list[NewRow]:
    """Return what is written, in the order of the rows.

    Raises:
        ValueError: A row is there twice, or is the heading row or above it.
    """
    written = [NewRow(row.row, (row.result, row.reason, row.final_name, row.renamed_at)) for row in rows]
    written.sort(key=lambda row: row.number)
    numbers = [heading_row, *(row.number for row in written)]
    if any(number >= following for number, following in pairwise(numbers)):
        raise ValueError("each row can be written once, and stands below the headings")
    if placement.is_new:
        written.insert(0, NewRow(heading_row, placement.headings, is_heading=True, heading_style=placement.style))
    return written


class Renderer:
    """Renders cells with the styles of the workbook."""

    def __init__(self, placement: Placement, styles: Styles, *, dates_from_1904: bool) -> None:
        self.placement = placement
        self._styles = styles
        self._dates_from_1904 = dates_from_1904
        self._letters = [letters_of(column) for column in range(placement.first, placement.last + 1)]
        self._frame = cache(self._new_frame)  # thousands of cells have the same one

    def cells(self, row: NewRow, prefix: str, bases: Sequence[str | None], which: range = _ALL) -> bytes:
        """Render new cells of a row, with their places counted from 0 within the four columns."""
        cells = [self._cell(row, at, prefix, bases[at]) for at in which if row.values[at]]
        return "".join(cells).encode()

    def cell(self, row: NewRow, at: int, prefix: str, base: str | None) -> bytes:
        """Render one cell whose style is made from ``base``; one without a value is left with its style alone."""
        if row.values[at]:
            return self._cell(row, at, prefix, base).encode()
        return b"" if base is None else f'<{prefix}c r="{self._letters[at]}{row.number}"{_style(base)}/>'.encode()

    def _cell(self, row: NewRow, at: int, prefix: str, base: str | None) -> str:
        value = row.values[at]
        if row.is_heading:
            base = row.heading_style if base is None else base
        is_time = isinstance(value, datetime)
        before, after_place, after = self._frame(prefix, at, base, is_time, row.is_heading)
        if not isinstance(value, datetime):
            content = escaped_text(str(value))
        elif after_place.endswith("v>"):
            content = serial_day(value, dates_from_1904=self._dates_from_1904)
        else:
            content = shown_time(value)
        return f"{before}{row.number}{after_place}{content}{after}"

    def _new_frame(
        self, prefix: str, at: int, base: str | None, is_time: bool, is_heading: bool
    ) -> tuple[str, str, str]:
        """Return what stands before the number of the row, between it and the content, and after that."""
        before = f'<{prefix}c r="{self._letters[at]}'
        style = self._styles.for_time(base) if is_time else None
        if style is not None:
            return before, f'"{_style(style)}><{prefix}v>', f"</{prefix}v></{prefix}c>"
        style = base if is_heading else self._styles.for_text(base) or base
        start = f'"{_style(style)} t="inlineStr"><{prefix}is><{prefix}t xml:space="preserve">'
        return before, start, f"</{prefix}t></{prefix}is></{prefix}c>"


def _style(style: str | None) -> str:
    return "" if style is None else f' s="{escaped_attribute(style).decode()}"'
