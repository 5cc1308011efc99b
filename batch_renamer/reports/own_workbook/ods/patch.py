"""Puts the four columns into the bytes of a content part, in one pass."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import IO

from batch_renamer.errors import WriteBackError
from batch_renamer.reports.own_workbook.columns import COLUMNS_BACK, RowBack
from batch_renamer.reports.own_workbook.ods.cells import CellRun, Markup, Value, row_with, values_of
from batch_renamer.reports.own_workbook.ods.looks import TIME_STYLE, column_tags, new_styles, wider_range
from batch_renamer.reports.own_workbook.ods.survey import Survey
from batch_renamer.reports.own_workbook.ods.walk import ODF, TableWalk, with_times
from batch_renamer.reports.own_workbook.xml_scan import NewBytes, Scan, is_empty_tag, tag_at, with_attribute

__all__ = ["patched_content"]


def patched_content(
    stream: IO[bytes], survey: Survey, rows: Iterable[RowBack], *, sheet: str, heading_row: int
) -> Iterator[bytes]:
    """Yield the bytes of the content with the rows' cells in the four columns.

    Raises:
        WriteBackError: the table ends before the last row that has a result.
    """
    scan = Scan(stream)
    patch = _Patch(scan, survey, rows, sheet=sheet, heading_row=heading_row)
    position = 0  # up to which the old bytes have been dealt with
    for known in scan.pieces(patch):
        start = scan.base
        content = scan.release(known if patch.held is None else min(known, patch.held))
        pieces = []
        for change in patch.take():
            pieces += [content[position - start : change.start - start], change.content]
            position = change.end
        yield b"".join([*pieces, content[position - start :]])
        position = scan.base
    if patch.left is not None:
        raise WriteBackError(f"The sheet ends before row {patch.left:,}.")


class _Patch(TableWalk):
    """Collects the changes, in the order of their places. ``held`` is where the row begins that is being read."""

    def __init__(self, scan: Scan, survey: Survey, rows: Iterable[RowBack], *, sheet: str, heading_row: int) -> None:
        super().__init__(scan, sheet)
        self.held: int | None = None
        styles = new_styles(survey)
        self._markup = Markup(
            table=survey.prefix("table"),
            office=survey.prefix("office"),
            text=survey.prefix("text"),
            time_style=TIME_STYLE if styles or TIME_STYLE in survey.styles else "",
        )
        self._first, is_new = survey.place()
        self._styles, self._is_new, self._heading_row, self._sheet_name = styles, is_new, heading_row, sheet
        self._rows = self._wanted(survey, rows, heading_row if is_new else None)
        self._next = next(self._rows, None)
        self._changes: list[NewBytes] = []
        self._runs: list[CellRun] = []
        self._cell_at = self._columns = 0

    def take(self) -> list[NewBytes]:
        """Return the changes so far, and forget them."""
        changes, self._changes = self._changes, []
        return changes

    @property
    def left(self) -> int | None:
        """The first row that was not found; None if all were."""
        return None if self._next is None else self._next[0]

    def _wanted(
        self, survey: Survey, rows: Iterable[RowBack], heading_row: int | None
    ) -> Iterator[tuple[int, Sequence[tuple[Value, str | None]]]]:
        """Yield the cells of each row that changes, with the styles to fall back on."""
        if heading_row is not None:
            style = survey.heading_styles[max(survey.headings)] or None
            yield heading_row, [(heading, style) for heading in COLUMNS_BACK]
        for row in rows:
            yield row.row, [(value, None) for value in values_of(row)]

    def elsewhere(self, name: str, attributes: dict[str, str]) -> None:
        tag = self.scan.tag(self.scan.place)
        if name == f"{ODF}office:1.0 automatic-styles" and self._styles:
            opening = tag[:-2].rstrip() + b">" if is_empty_tag(tag) else tag
            closing = f"</{self._markup.office}:automatic-styles>".encode() if is_empty_tag(tag) else b""
            self._put(tag, opening + self._styles + closing)
            self._styles = b""
        elif name == f"{ODF}table:1.0 database-range" and self._is_new:
            address = attributes.get(f"{ODF}table:1.0 target-range-address", "")
            wider = wider_range(address, sheet=self._sheet_name, heading_row=self._heading_row, first=self._first)
            if wider is not None:
                self._put(tag, with_attribute(tag, f"{self._markup.table}:target-range-address", wider))

    def start_columns(self, times: int) -> None:
        column, self._columns = self._columns + 1, self._columns + times
        tag = self.scan.tag(self.scan.place)
        if self._is_new and self._markup.time_style and is_empty_tag(tag):
            self._put(tag, column_tags(tag, column, times, first=self._first, table=self._markup.table))

    def _put(self, tag: bytes, new: bytes) -> None:
        """Put a new tag, or several, in the place of the one that is handled."""
        place = self.scan.place
        self._changes.append(NewBytes(place, place + len(tag), new))

    def start_row(self, times: int) -> None:
        if self._next is not None and self.row + times > self._next[0]:
            self.held = self.scan.place
            self._runs = []

    def start_cell(self, attributes: dict[str, str], times: int, *, covered: bool) -> None:
        self._cell_at = self.scan.place

    def end_cell(self, times: int) -> None:
        if self.held is not None:
            self._runs.append(CellRun(self.column, times, self.scan.between(self._cell_at, self._end(self._cell_at))))

    def end_row(self, times: int) -> None:
        if self.held is None:
            return
        end = self._end(self.held)
        element = self.scan.between(self.held, end)
        self._changes.append(NewBytes(self.held, end, b"".join(self._pieces(element, times))))
        self.held = None

    def _end(self, start: int) -> int:
        """Return the place behind the element whose end is handled, and which begins at ``start``."""
        place = self.scan.place
        return place if is_empty_tag(self.scan.tag(start)) else place + len(self.scan.tag(place))

    def _pieces(self, element: bytes, times: int) -> Iterator[bytes]:
        """Yield the elements for a row, or for equal rows: those that change are spelt out."""
        number, behind = self.row, self.row + times
        while self._next is not None and self._next[0] < behind:
            row, cells = self._next
            self._next = next(self._rows, None)
            if row > number:
                yield with_times(element, row - number, "rows", table=self._markup.table)
            yield self._changed(element, cells)
            number = row + 1
        if behind > number:
            yield with_times(element, behind - number, "rows", table=self._markup.table)

    def _changed(self, element: bytes, cells: Sequence[tuple[Value, str | None]]) -> bytes:
        tag = tag_at(with_times(element, 1, "rows", table=self._markup.table), 0)
        opening = tag[:-2].rstrip() + b">" if is_empty_tag(tag) else tag
        return b"%b%b</%b:table-row>" % (
            opening,
            row_with(self._runs, self._first, cells, self._markup),
            self._markup.table.encode(),
        )
