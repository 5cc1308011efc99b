"""Reads the marks of a sheet from the records of an .xlsb workbook.

Record numbers and layouts are those of [MS-XLSB]. Formulas always have a result in this format.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

from .container import Parts
from .marks import ERROR, Places, SheetMarks
from .number_formats import BUILT_IN, NumberFormat
from .xlsx_marks import relations_of_workbook

__all__ = ["xlsb_marks"]

_BOOK = "xl/workbook.bin"
_STYLES = "xl/styles.bin"

_ROW, _BUNDLE_SHEET = 0, 156
_ERRORS = frozenset({3, 11})
_CELLS = range(2, 12)
"""Record numbers of cells with content; 1 is a blank cell."""

_RICH_TEXT = 62
_FORMAT, _XF, _CELL_XFS, _CELL_XFS_END = 44, 47, 617, 618
_ROW_HIDDEN = 0x10
_NO_RELATION = 0xFFFFFFFF


def xlsb_marks(parts: Parts, position: int) -> SheetMarks:
    """Return the marks of the sheet at ``position``.

    Raises:
        Refusal: ``twice`` when a cell is there twice.
        LookupError, ValueError, struct.error: a part is missing or malformed.
    """
    sheets = [_relation(body) for kind, body in _records(parts, _BOOK) if kind == _BUNDLE_SHEET]
    relation = [sheet for sheet in sheets if sheet is not None][position]
    relations = relations_of_workbook(parts, _BOOK)
    formats = _formats(parts)
    marks, places, row = SheetMarks(), Places(), 0
    for kind, body in _records(parts, relations.targets[relation]):
        if kind == _ROW:
            row, height = struct.unpack_from("<I4xH", body)
            if body[11] & _ROW_HIDDEN or not height:
                marks.hidden.add(row)
        elif kind in _CELLS or kind == _RICH_TEXT:
            column, style = struct.unpack_from("<II", body)
            places.add(row, column)
            if kind in _ERRORS:
                marks.add(row, column, ERROR)
            elif cell_format := formats.get(style & 0xFFFFFF):
                marks.add(row, column, cell_format)
    return marks


def _relation(body: bytes) -> str | None:
    """Return the relation id of a sheet; None if it has none and so can't be read."""
    length = struct.unpack_from("<I", body, 8)[0]
    return None if length == _NO_RELATION else body[12 : 12 + 2 * length].decode("utf-16-le")


def _formats(parts: Parts) -> dict[int, NumberFormat]:
    """Return the number formats of the styles that don't show whole numbers as plain digits."""
    if _STYLES not in parts:
        return {}
    codes: dict[int, str | None] = dict(BUILT_IN)
    formats: dict[int, NumberFormat] = {}
    inside, style = False, 0
    for kind, body in _records(parts, _STYLES):
        if kind == _FORMAT:
            number, length = struct.unpack_from("<HI", body)
            codes[number] = body[6 : 6 + 2 * length].decode("utf-16-le")
        elif kind in {_CELL_XFS, _CELL_XFS_END}:
            inside = kind == _CELL_XFS
        elif kind == _XF and inside:
            cell_format = NumberFormat(codes.get(struct.unpack_from("<2xH", body)[0]))
            if not cell_format.is_plain:
                formats[style] = cell_format
            style += 1
    return formats


def _records(parts: Parts, part: str) -> Iterator[tuple[int, bytes]]:
    """Yield the records of a part as (number, body); in the file, number and length have seven bits in each byte."""
    data = parts.read(part)
    at = 0
    while at < len(data):
        kind, at = _seven_bits(data, at)
        length, at = _seven_bits(data, at)
        yield kind, data[at : at + length]
        at += length


def _seven_bits(data: bytes, at: int) -> tuple[int, int]:
    """Return a number with seven bits in each byte, and where it ends; a set highest bit means that a byte follows."""
    value = place = 0
    while data[at] >= 0x80:
        value |= (data[at] & 0x7F) << place
        at, place = at + 1, place + 7
    return value | data[at] << place, at + 1
