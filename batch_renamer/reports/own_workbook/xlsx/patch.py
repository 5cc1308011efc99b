"""Puts the four columns into the bytes of a sheet, at the places that the survey has found."""

from __future__ import annotations

import io
from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import chain
from typing import IO, NamedTuple, cast

from batch_renamer.reports.own_workbook.archive import damaged
from batch_renamer.reports.own_workbook.xlsx.areas import Area
from batch_renamer.reports.own_workbook.xlsx.column_ranges import WidthChanges, styles_of
from batch_renamer.reports.own_workbook.xlsx.rendering import NewRow, Renderer
from batch_renamer.reports.own_workbook.xlsx.row_bytes import RowPatcher
from batch_renamer.reports.own_workbook.xlsx.survey import Survey
from batch_renamer.reports.own_workbook.xml_scan import is_empty_tag, prefix_of, with_attribute

__all__ = ["patched_sheet"]

_PIECE_BYTES = 1 << 18


class _Edit(NamedTuple):
    """New bytes for old ones."""

    start: int
    end: int
    new: Callable[[bytes], bytes]


def patched_sheet(
    stream: IO[bytes], survey: Survey, rows: Sequence[NewRow], renderer: Renderer, *, filtered: Area | None = None
) -> Iterator[bytes]:
    """Yield the bytes of the sheet with the rows' cells in the four columns.

    ``filtered`` is the new area of the sheet's filter, if that changes.

    Raises:
        WriteBackError: A cell that would be replaced has a formula.
        Exception: One of `BROKEN_ARCHIVE`.
    """
    old = io.BufferedReader(cast(io.RawIOBase, stream), _PIECE_BYTES)
    pieces: list[bytes] = []
    position = size = 0
    for edit in _edits(survey, rows, renderer, filtered):
        while position < edit.start:
            piece = _read(old, min(edit.start - position, _PIECE_BYTES))
            pieces.append(piece)
            position, size = position + len(piece), size + len(piece)
            if size >= _PIECE_BYTES:
                yield b"".join(pieces)
                pieces, size = [], 0
        pieces.append(edit.new(_read(old, edit.end - edit.start)))
        position, size = edit.end, size + len(pieces[-1])
    yield b"".join(pieces)
    while piece := old.read(_PIECE_BYTES):
        yield piece


def _read(old: IO[bytes], length: int) -> bytes:
    content = old.read(length)
    if len(content) < length:
        raise damaged()
    return content


def _edits(survey: Survey, rows: Sequence[NewRow], renderer: Renderer, filtered: Area | None) -> Iterator[_Edit]:
    """Yield the changes in the order of their places."""
    before, after = [], []
    if (tag := survey.tags.get("dimension")) is not None:
        area = _all_cells(survey, rows, renderer)
        area = area if survey.dimension is None else survey.dimension.joined(area)
        before.append(_Edit(tag.start, tag.end, partial(with_attribute, name="ref", value=str(area))))
    if (tag := survey.tags.get("autoFilter")) is not None and filtered is not None:
        after.append(_Edit(tag.start, tag.end, partial(with_attribute, name="ref", value=str(filtered))))
    patcher = RowPatcher(renderer, styles_of(survey.ranges, renderer.placement))
    return chain(before, _width_edits(survey, renderer), _row_edits(survey, rows, patcher), after)


def _width_edits(survey: Survey, renderer: Renderer) -> Iterator[_Edit]:
    """Yield the changes of the list of columns, or the list where there is none."""
    widths = WidthChanges(renderer.placement)
    for each in survey.ranges:
        yield _constant(each.tag.start, each.tag.end, widths.of_range(each))
    sheet, columns = survey.tags["sheetData"], survey.tags.get("cols")
    prefix = prefix_of((columns or sheet).content)
    added = widths.rest(prefix)
    if not added:
        return
    if columns is not None and not is_empty_tag(columns.content):
        yield _constant(survey.ends["cols"], survey.ends["cols"], added)
        return
    whole = f"<{prefix}cols>".encode() + added + f"</{prefix}cols>".encode()
    if columns is not None:
        yield _constant(columns.start, columns.end, whole)
    else:
        yield _constant(sheet.start, sheet.start, whole)


def _row_edits(survey: Survey, rows: Sequence[NewRow], patcher: RowPatcher) -> Iterator[_Edit]:
    """Yield the changes of rows, and the rows that the sheet does not have."""
    sheet, places = survey.tags["sheetData"], survey.rows
    prefix = prefix_of(sheet.content)
    if is_empty_tag(sheet.content):
        start, end = sheet.content[:-2].rstrip() + b">", f"</{prefix}sheetData>".encode()
        yield _constant(sheet.start, sheet.end, start + b"".join(patcher.new_row(row, prefix) for row in rows) + end)
        return
    at = 0
    for row in rows:
        at = bisect_left(places.numbers, row.number, at)
        if at == len(places.numbers):
            yield _constant(survey.ends["sheetData"], survey.ends["sheetData"], patcher.new_row(row, prefix))
        elif places.numbers[at] != row.number:
            yield _constant(places.starts[at], places.starts[at], patcher.new_row(row, prefix))
        else:
            new = partial(patcher.patched, row=row, last_column=places.lasts[at])
            yield _Edit(places.starts[at], places.ends[at], new)


def _constant(start: int, end: int, content: bytes) -> _Edit:
    return _Edit(start, end, lambda _: content)


def _all_cells(survey: Survey, rows: Sequence[NewRow], renderer: Renderer) -> Area:
    """Return the area of all cells, those of the four columns among them."""
    numbers = [row.number for row in rows if not row.is_blank]
    placement = renderer.placement
    if not numbers:
        return survey.cells or Area(1, 1, 1, 1)
    area = Area(placement.first, numbers[0], placement.last, numbers[-1])
    return area if survey.cells is None else area.joined(survey.cells)
