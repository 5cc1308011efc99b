"""Renders the cells of the four columns as XML."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import pairwise

from batch_renamer.reports.own_workbook.columns import RowBack
from batch_renamer.reports.own_workbook.xlsx.areas import letters_of
from batch_renamer.reports.own_workbook.xlsx.cell_text import escaped_text, fitting, serial_day, shown_time
from batch_renamer.reports.own_workbook.xlsx.placement import Placement
from batch_renamer.reports.own_workbook.xlsx.styles import Styles
from batch_renamer.reports.own_workbook.xlsx.xml_scan import escaped_attribute

__all__ = ["NewRow", "Renderer", "new_rows"]

Value = str | datetime | None


class NewRow:
    """What a row gets: one value for each column; None clears a cell. Headings have a style of their own."""

    __slots__ = ("heading_style", "is_heading", "number", "values")

    def __init__(
        self, number: int, values: Sequence[Value], *, heading_style: str | None = None, is_heading: bool = False
    ) -> None:
        self.number = number
        self.values = values
        self.heading_style = heading_style
        self.is_heading = is_heading

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
        written.insert(0, NewRow(heading_row, placement.headings, heading_style=placement.style, is_heading=True))
    return written


class Renderer:
    """Renders cells with the styles of the workbook."""

    def __init__(self, placement: Placement, styles: Styles, *, dates_from_1904: bool) -> None:
        self.placement = placement
        self._styles = styles
        self._dates_from_1904 = dates_from_1904
        self._letters = [letters_of(column).encode() for column in range(placement.first, placement.last + 1)]

    def cells(self, row: NewRow, prefix: bytes, bases: Sequence[str | None], *, skip: int = 0, until: int = 4) -> bytes:
        """Render the new cells of a row from ``skip`` up to ``until``, counted from 0 within the four columns."""
        return b"".join(self.cell(row, at, prefix, bases[at]) for at in range(skip, until) if row.values[at])

    def cell(self, row: NewRow, at: int, prefix: bytes, base: str | None) -> bytes:
        """Render one cell whose style is made from ``base``; one without a value is left with its style alone."""
        value = row.values[at]
        place = b"%b%d" % (self._letters[at], row.number)
        if row.is_heading:
            return _text_cell(place, prefix, row.heading_style if base is None else base, str(value))
        match value:
            case datetime():
                style = self._styles.for_time(base)
                if style is not None:
                    day = serial_day(value, dates_from_1904=self._dates_from_1904).encode()
                    return b'<%bc r="%b"%b><%bv>%b</%bv></%bc>' % (
                        prefix, place, _style(style), prefix, day, prefix, prefix,
                    )  # fmt: skip
                return _text_cell(place, prefix, base, shown_time(value))
            case None | "":
                return b"" if base is None else b'<%bc r="%b"%b/>' % (prefix, place, _style(base))
            case _:
                return _text_cell(place, prefix, self._styles.for_text(base) or base, value)


def _text_cell(place: bytes, prefix: bytes, style: str | None, text: str) -> bytes:
    return b'<%bc r="%b"%b t="inlineStr"><%bis><%bt xml:space="preserve">%b</%bt></%bis></%bc>' % (
        prefix, place, _style(style), prefix, prefix, escaped_text(fitting(text)), prefix, prefix, prefix,
    )  # fmt: skip


def _style(style: str | None) -> bytes:
    return b"" if style is None else b' s="%b"' % escaped_attribute(style)
