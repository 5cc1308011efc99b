"""Puts the four columns into the bytes of a sheet, in one pass."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from typing import IO

from batch_renamer.errors import WriteBackError
from batch_renamer.reports.own_workbook.columns import COLUMNS_BACK
from batch_renamer.reports.own_workbook.xlsx.areas import Area, area_of, letters_of, whole_number
from batch_renamer.reports.own_workbook.xlsx.cell_places import CellPlaces
from batch_renamer.reports.own_workbook.xlsx.column_ranges import WidthChanges, styles_of
from batch_renamer.reports.own_workbook.xlsx.rendering import NewRow, Renderer
from batch_renamer.reports.own_workbook.xlsx.survey import Survey
from batch_renamer.reports.own_workbook.xlsx.tree import Change
from batch_renamer.reports.own_workbook.xml_scan import Handlers, Scan, is_empty_tag, prefix_of, with_attribute

__all__ = ["patched_sheet"]

_NAMES = ("sheetData", "row", "c", "f", "cols", "col", "dimension", "autoFilter")
_YES = frozenset({"1", "true"})


def patched_sheet(
    stream: IO[bytes], survey: Survey, rows: Sequence[NewRow], renderer: Renderer, *, filtered: Area | None = None
) -> Iterator[bytes]:
    """Yield the bytes of the sheet with the rows' cells in the four columns.

    ``filtered`` is the new area of the sheet's filter, if that changes.

    Raises:
        WriteBackError: A cell that would be replaced has a formula.
        Exception: One of `BROKEN_ARCHIVE` and `BROKEN_XML`.
    """
    scan = Scan(stream)
    patch = _Patch(scan, survey, rows, renderer, filtered)
    position = 0  # up to which the old bytes have been dealt with
    for known in scan.pieces(patch):
        start = scan.base
        content = scan.release(known if patch.held is None else min(known, patch.held))
        pieces = []
        for change in patch.take_changes():
            pieces += [content[position - start : change.start - start], change.content]
            position = change.end
        yield b"".join([*pieces, content[position - start :]])
        position = scan.base


class _Patch(Handlers):
    """Collects the changes, in the order of their places. ``held`` is where the cell begins that is being replaced."""

    def __init__(
        self, scan: Scan, survey: Survey, rows: Sequence[NewRow], renderer: Renderer, filtered: Area | None
    ) -> None:
        self.held: int | None = None
        self._scan = scan
        self._renderer = renderer
        self._first = renderer.placement.first
        self._column_styles = styles_of(survey.ranges, renderer.placement)
        self._widths = WidthChanges(renderer.placement)
        self._spans = cache(self._new_spans)  # most rows have the same
        self._cells = _all_cells(survey, rows, renderer)
        self._filtered = filtered
        self._names = {f"{survey.namespace} {name}": name for name in _NAMES}
        self._changes: list[Change] = []
        self._rows = list(reversed(rows))
        self._places = CellPlaces()
        self._depth = 0
        self._group = self._group_prefix = ""
        self._row: NewRow | None = None
        self._prefix = ""
        self._written = 0  # how many of the row's four cells are done
        self._bases: Sequence[str | None] = ()
        self._base: str | None = None

    def take_changes(self) -> list[Change]:
        """Return the changes so far, and forget them."""
        changes, self._changes = self._changes, []
        return changes

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self._depth = depth = self._depth + 1
        if depth > 4:
            if self.held is not None and self._names.get(name) == "f":
                raise self._formula()
        elif depth == 4:
            if self._row is not None and self._names.get(name) == "c":
                self._start_cell(self._row, attributes)
        elif depth == 3:
            if self._group == "sheetData" and self._names.get(name) == "row":
                self._start_row(attributes)
            elif self._group == "cols" and self._names.get(name) == "col":
                self._change_range(attributes)
        elif depth == 2:
            self._start_group(self._names.get(name, ""), attributes)

    def end(self, name: str) -> None:
        depth = self._depth
        self._depth = depth - 1
        if depth == 4:
            if self.held is not None and self._row is not None:
                self._end_cell(self._row, self.held)
        elif depth == 3:
            if self._row is not None:
                self._insert_cells(self._row, until=len(COLUMNS_BACK))
                self._row = None
        elif depth == 2:
            self._end_group()

    def _start_group(self, group: str, attributes: dict[str, str]) -> None:
        self._group = group
        if not group:
            return
        place = self._scan.place
        tag = self._scan.tag(place)
        self._group_prefix = prefix = prefix_of(tag)
        match group:
            case "dimension":
                self._replace(place, tag, with_attribute(tag, "ref", str(self._new_dimension(attributes))))
            case "autoFilter" if self._filtered is not None:
                self._replace(place, tag, with_attribute(tag, "ref", str(self._filtered)))
            case "cols" if is_empty_tag(tag):
                columns = self._widths.rest(prefix)
                self._replace(place, tag, tag[:-2].rstrip() + b">" + columns + f"</{prefix}cols>".encode())
            case "sheetData":
                columns = self._widths.rest(prefix)
                if columns:
                    self._insert(place, f"<{prefix}cols>".encode() + columns + f"</{prefix}cols>".encode())
                if is_empty_tag(tag):
                    rows = self._rows_before(None, prefix)
                    self._replace(place, tag, tag[:-2].rstrip() + b">" + rows + f"</{prefix}sheetData>".encode())

    def _end_group(self) -> None:
        match self._group:
            case "cols":
                self._insert(self._scan.place, self._widths.rest(self._group_prefix))
            case "sheetData":
                self._insert(self._scan.place, self._rows_before(None, self._group_prefix))
        self._group = ""

    def _new_dimension(self, attributes: dict[str, str]) -> Area:
        present = area_of(attributes.get("ref", ""))
        return self._cells if present is None else present.joined(self._cells)

    def _change_range(self, attributes: dict[str, str]) -> None:
        place = self._scan.place
        tag = self._scan.tag(place)
        first, last = whole_number(attributes.get("min")), whole_number(attributes.get("max"))
        self._replace(place, tag, self._widths.of_range(tag, first, last))

    def _start_row(self, attributes: dict[str, str]) -> None:
        number = self._places.next_row(attributes.get("r"))
        if not self._rows or self._rows[-1].number > number:
            return
        place = self._scan.place
        tag = self._scan.tag(place)
        self._prefix, self._written = prefix_of(tag), 0
        self._insert(place, self._rows_before(number, self._prefix))
        if not self._rows or self._rows[-1].number != number:
            return
        row = self._rows.pop()
        own_style = attributes.get("s") if attributes.get("customFormat", "").lower() in _YES else None
        self._bases = self._column_styles if own_style is None else (own_style,) * len(COLUMNS_BACK)
        new_tag = tag
        if "spans" in attributes and not row.is_blank:
            new_tag = with_attribute(tag, "spans", self._spans(attributes["spans"]))
        if not is_empty_tag(tag):
            self._row = row
        elif not row.is_blank:
            cells = self._renderer.cells(row, self._prefix, self._bases)
            new_tag = new_tag[:-2].rstrip() + b">" + cells + f"</{self._prefix}row>".encode()
        self._replace(place, tag, new_tag)

    def _new_spans(self, spans: str) -> str:
        """Return the range of columns that a row tells, with the four columns in it."""
        ends = [whole_number(end) for span in spans.split() for end in span.split(":")]
        known = [self._first, self._renderer.placement.last, *(end for end in ends if end > 0)]
        return f"{min(known)}:{max(known)}"

    def _start_cell(self, row: NewRow, attributes: dict[str, str]) -> None:
        column = self._places.next_cell(attributes.get("r"))
        if column < self._first:
            return
        at = min(column - self._first, len(COLUMNS_BACK))
        self._insert_cells(row, until=at)
        if at < len(COLUMNS_BACK):
            self.held = self._scan.place
            self._base = attributes.get("s")
            self._written = at + 1

    def _end_cell(self, row: NewRow, start: int) -> None:
        self.held = None
        end = self._scan.place
        if not is_empty_tag(self._scan.tag(start)):
            end += len(self._scan.tag(end))
        self._changes.append(Change(start, end, self._renderer.cell(row, self._written - 1, self._prefix, self._base)))

    def _insert_cells(self, row: NewRow, *, until: int) -> None:
        if self._written < until:
            cells = self._renderer.cells(row, self._prefix, self._bases, range(self._written, until))
            self._insert(self._scan.place, cells)
            self._written = until

    def _rows_before(self, number: int | None, prefix: str) -> bytes:
        """Return new rows for those that the sheet does not have before a row, or before its end."""
        pieces = []
        while self._rows and (number is None or self._rows[-1].number < number):
            row = self._rows.pop()
            if not row.is_blank:
                cells = self._renderer.cells(row, prefix, self._column_styles)
                pieces += [f'<{prefix}row r="{row.number}">'.encode(), cells, f"</{prefix}row>".encode()]
        return b"".join(pieces)

    def _insert(self, place: int, content: bytes) -> None:
        if content:
            self._changes.append(Change(place, place, content))

    def _replace(self, place: int, tag: bytes, new_tag: bytes) -> None:
        if new_tag != tag:
            self._changes.append(Change(place, place + len(tag), new_tag))

    def _formula(self) -> WriteBackError:
        cell = f"{letters_of(self._places.column)}{self._places.row}"
        return WriteBackError(f"Cell {cell} has a formula where a result goes: clear that cell, and try again.")


def _all_cells(survey: Survey, rows: Sequence[NewRow], renderer: Renderer) -> Area:
    """Return the area of all cells, those of the four columns among them."""
    numbers = [row.number for row in rows if not row.is_blank]
    placement = renderer.placement
    if not numbers:
        return survey.cells or Area(1, 1, 1, 1)
    area = Area(placement.first, numbers[0], placement.last, numbers[-1])
    return area if survey.cells is None else area.joined(survey.cells)
