"""Reads the marks of a sheet from the records of an .xls workbook.

Record numbers and layouts are those of [MS-XLS]; comments name the differences in Excel 5.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

from .marks import ERROR, FORMULA, Places, SheetMarks
from .number_formats import BUILT_IN, NumberFormat

__all__ = ["is_encrypted", "xls_marks"]

_FILEPASS, _BOUNDSHEET, _BOF, _EOF = 0x2F, 0x85, 0x809, 0x0A
_FORMAT, _XF, _ROW = 0x41E, 0xE0, 0x208
_BOOLERR, _MULRK, _STRING = 0x205, 0xBD, 0x207
_FORMULAS = frozenset({0x06, 0x206, 0x406})
_ONE_CELL = frozenset({0x203, 0x204, 0x205, 0x27E, 0xFD, 0xD6}) | _FORMULAS
"""Records of one cell with content; all begin with row, column and style."""

_BETWEEN_FORMULA_AND_STRING = frozenset({0x221, 0x236, 0x4BC})
_TEXT_RESULT, _ERROR_RESULT = 0, 2
_ROW_HIDDEN, _UNICODE = 0x20, 1
_EXCEL_97 = 0x600


def is_encrypted(stream: bytes) -> bool:
    """Return whether a workbook is protected with a password."""
    return any(kind == _FILEPASS for kind, _ in _records(stream, 0))


def xls_marks(stream: bytes, position: int) -> SheetMarks:
    """Return the marks of the sheet at ``position``.

    Raises:
        Refusal: ``twice`` when a cell is there twice.
        LookupError, struct.error: the records are not what they should be.
    """
    starts = [struct.unpack_from("<I", body)[0] for kind, body in _records(stream, 0) if kind == _BOUNDSHEET]
    sheet = _SheetRecords(_formats(stream))
    for kind, body in _records(stream, starts[position]):
        sheet.take(kind, body)
    return sheet.marks


class _SheetRecords:
    """Collects the marks of a sheet from its records."""

    def __init__(self, formats: dict[int, NumberFormat]) -> None:
        self.marks = SheetMarks()
        self._formats = formats
        self._places = Places()
        self._waiting: tuple[int, int] | None = None  # the place of a formula whose text result must follow

    def take(self, kind: int, body: bytes) -> None:
        if self._waiting is not None and kind not in _BETWEEN_FORMULA_AND_STRING:
            if kind != _STRING:
                self.marks.add(*self._waiting, FORMULA)
            self._waiting = None
        if kind in _ONE_CELL:
            row, column, style = struct.unpack_from("<HHH", body)
            self._cell(row, column, style)
            if kind in _FORMULAS:
                self._formula(row, column, body)
            elif kind == _BOOLERR and body[7]:
                self.marks.add(row, column, ERROR)
        elif kind == _MULRK:
            row, first = struct.unpack_from("<HH", body)
            for place in range((len(body) - 6) // 6):  # six bytes each: a style and a number
                self._cell(row, first + place, struct.unpack_from("<H", body, 4 + 6 * place)[0])
        elif kind == _ROW:
            height, flags = struct.unpack_from("<6xH4xH", body)
            if flags & _ROW_HIDDEN or height == 0:
                self.marks.hidden.add(struct.unpack_from("<H", body)[0])

    def _cell(self, row: int, column: int, style: int) -> None:
        self._places.add(row, column)
        if cell_format := self._formats.get(style):
            self.marks.add(row, column, cell_format)

    def _formula(self, row: int, column: int, body: bytes) -> None:
        if body[12:14] != b"\xff\xff":
            return  # its result is a number
        if body[6] == _ERROR_RESULT:
            self.marks.add(row, column, ERROR)
        elif body[6] == _TEXT_RESULT:
            self._waiting = row, column


def _formats(stream: bytes) -> dict[int, NumberFormat]:
    """Return the styles that don't show whole numbers as plain digits."""
    codes: dict[int, str | None] = dict(BUILT_IN)
    formats: dict[int, NumberFormat] = {}
    styles: list[int] = []
    version = _EXCEL_97
    for kind, body in _records(stream, 0):
        if kind == _BOF:
            version = struct.unpack_from("<H", body)[0]
        elif kind == _FORMAT:
            codes[struct.unpack_from("<H", body)[0]] = _code(body, version)
        elif kind == _XF:
            styles.append(struct.unpack_from("<2xH", body)[0])
    for style, number in enumerate(styles):
        cell_format = NumberFormat(codes.get(number))
        if not cell_format.is_plain:
            formats[style] = cell_format
    return formats


def _code(body: bytes, version: int) -> str | None:
    """Return the code of a format; Excel 5 uses the machine's code page, of which only ASCII is certain."""
    if version < _EXCEL_97:
        text = body[3 : 3 + body[2]]
        return text.decode("ascii") if text.isascii() else None
    length, flags = struct.unpack_from("<HB", body, 2)
    if flags & _UNICODE:
        return body[5 : 5 + 2 * length].decode("utf-16-le", "replace")
    return body[5 : 5 + length].decode("latin-1")


def _records(stream: bytes, at: int) -> Iterator[tuple[int, bytes]]:
    """Yield the records of one part of the workbook, without the parts inside it (charts)."""
    depth = 0
    while at + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, at)
        depth += (kind == _BOF) - (kind == _EOF)
        if depth == 1:
            yield kind, stream[at + 4 : at + 4 + length]
        at += 4 + length
        if depth <= 0:
            if kind == _EOF:
                yield kind, b""
            return
