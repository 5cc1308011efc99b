"""Puts the four columns into the bytes of a content part, in one pass."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import IO

from batch_renamer.errors import WriteBackError
from batch_renamer.reports.own_workbook.columns import COLUMNS_BACK, RowBack
from batch_renamer.reports.own_workbook.ods.cells import CellRun, Markup, Value, row_with, values_of
from batch_renamer.reports.own_workbook.ods.survey import Survey
from batch_renamer.reports.own_workbook.ods.walk import TableWalk
from batch_renamer.reports.own_workbook.xml_scan import Scan, is_empty_tag, tag_at, with_attribute, without_attribute

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
    for known in scan.pieces(patch):
        rest = scan.release(known if patch.held is None else min(known, patch.held))
        yield b"".join([*patch.take(), rest])
    if patch.left is not None:
        raise WriteBackError(f"The sheet ends before row {patch.left:,}.")


class _Patch(TableWalk):
    """Makes the rows that change. ``held`` is where the row begins that is read at the moment."""

    def __init__(self, scan: Scan, survey: Survey, rows: Iterable[RowBack], *, sheet: str, heading_row: int) -> None:
        super().__init__(scan, sheet)
        self.held: int | None = None
        self._markup = Markup(table=survey.prefix("table"), office=survey.prefix("office"), text=survey.prefix("text"))
        self._first, is_new = survey.place()
        self._rows = self._wanted(survey, rows, heading_row if is_new else None)
        self._next = next(self._rows, None)
        self._done: list[bytes] = []
        self._runs: list[CellRun] = []
        self._cell_at = self._row_at = self._columns = 0

    def take(self) -> list[bytes]:
        """Return what is done, and forget it."""
        done, self._done = self._done, []
        return done

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
        self._done.append(self.scan.release(self.held))
        element = self.scan.release(end)
        self._done.extend(self._pieces(element, times))
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
                yield self._with_times(element, row - number)
            yield self._changed(element, cells)
            number = row + 1
        if behind > number:
            yield self._with_times(element, behind - number)

    def _with_times(self, element: bytes, times: int) -> bytes:
        tag, name = tag_at(element, 0), f"{self._markup.table}:number-rows-repeated"
        changed = without_attribute(tag, name) if times == 1 else with_attribute(tag, name, str(times))
        return changed + element[len(tag) :]

    def _changed(self, element: bytes, cells: Sequence[tuple[Value, str | None]]) -> bytes:
        tag = tag_at(self._with_times(element, 1), 0)
        opening = tag[:-2].rstrip() + b">" if is_empty_tag(tag) else tag
        return b"%b%b</%b:table-row>" % (
            opening,
            row_with(self._runs, self._first, cells, self._markup),
            self._markup.table.encode(),
        )
