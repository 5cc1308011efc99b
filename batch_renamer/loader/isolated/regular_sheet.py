"""Finds the formats of a sheet by searching its bytes, several times as fast as an XML parser.

This works for regular sheets, which nearly all are: rows and cells in order, each with its address as first attribute,
nothing hidden, no errors, no formulas. All others are left to the parser (``None``). Without comments and CDATA, angle
brackets are always markup.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from .container import Parts
from .marks import Mark, SheetMarks, column_number
from .number_formats import NumberFormat

__all__ = ["regular_marks"]

_PIECE_BYTES = 1 << 18
_LONGEST_ROW = 8 << 20
_DATA, _DATA_END, _ROW_END = b"<sheetData>", b"</sheetData>", b"</row>"

_IRREGULAR = (
    b"<!",  # comments, CDATA, a document type
    b"<f>",
    b"<f ",
    b"<f/",
    b't="e"',
    b' hidden="',
    b' ht="0',
    b"='",  # single quotation marks, which the patterns don't match
    b" =",
    b"= ",
)
_SPACES = (b"\t", b"\n", b"\r")  # rare, so these combinations are searched for only if one occurs
_IRREGULAR_WITH_SPACES = tuple(sign for space in _SPACES for sign in (space + b"=", b"=" + space))
_ROW = re.compile(rb'<row r="([0-9]{1,7})"')
_CELL = re.compile(rb'<c r="([A-Z]{1,3}[0-9]{1,7})"')
_STYLED = re.compile(rb'<c r="([A-Z]{1,3})([0-9]{1,7})" s="([0-9]+)"')
_STYLED_ROW = re.compile(rb'<row [^>]*? s="')
_LETTERS = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def regular_marks(parts: Parts, part: str, formats: dict[str, NumberFormat]) -> SheetMarks | None:
    """Find the formats of the cells of a regular sheet; ``None`` means that the sheet must be parsed."""
    if "0" in formats:
        return None  # style 0 is also that of cells without a style
    marks = SheetMarks()
    wanted = {style.encode(): cell_format for style, cell_format in formats.items()}
    last_row = 0
    for xml in _whole_rows(parts, part):
        found = None if xml is None else _last_row(xml, last_row)
        if xml is None or found is None or not _note_formats(xml, wanted, marks):
            return None
        last_row = found
    return marks


def _whole_rows(parts: Parts, part: str) -> Iterator[bytes | None]:
    """Yield the rows of a sheet in pieces that end at the end of a row; ``None`` if that is not possible."""
    rest, inside = b"", False
    with parts.open(part) as stream:
        while piece := stream.read(_PIECE_BYTES):
            rest += piece
            if not inside:
                before, tag, rows = rest.partition(_DATA)
                if inside := bool(tag):
                    rest = rows
                if b"<!" in before or len(before) > _LONGEST_ROW:
                    yield None
            if inside:
                rows, tag, _ = rest.partition(_DATA_END)
                if tag:
                    yield rows
                    return
                rows, tag, rest = rest.rpartition(_ROW_END)
                yield rows if len(rest) < _LONGEST_ROW else None
    yield None  # the part ends before its rows do


def _last_row(xml: bytes, last_row: int) -> int | None:
    """Return the number of the last row if all rows are regular and come after ``last_row``, else None."""
    if b"\0" in xml or any(sign in xml for sign in _IRREGULAR):
        return None
    if any(space in xml for space in _SPACES) and any(sign in xml for sign in _IRREGULAR_WITH_SPACES):
        return None
    rows = _ROW.findall(xml)
    numbers = [last_row, *map(int, rows)]
    cells = _CELL.findall(xml)
    if (
        len(rows) != xml.count(b"<row")
        or len(cells) != xml.count(b"<c ") + xml.count(b"<c>") + xml.count(b"<c/")
        or xml.count(b":row") + xml.count(b":c ")  # names with a prefix
        or any(map(int.__ge__, numbers, numbers[1:]))
        or len(set(cells)) != len(cells)
        or not {cell.translate(None, _LETTERS) for cell in cells}.issubset(rows)
    ):
        return None
    return numbers[-1]


def _note_formats(xml: bytes, wanted: dict[bytes, NumberFormat], marks: SheetMarks) -> bool:
    """Add the cells with a wanted format to the marks; return whether every cell with a style was found."""
    if not wanted:
        return True
    styled = _STYLED.findall(xml)
    others = xml.count(b' s="') - len(styled)
    if others and others != len(_STYLED_ROW.findall(xml)):
        return False
    found: dict[bytes, dict[int, Mark]] = {}
    for letters, row, style in styled:
        if cell_format := wanted.get(style):
            found.setdefault(row, {})[column_number(letters.decode())] = cell_format
    for row, formats in found.items():
        marks.add_row(int(row) - 1, formats)
    return True
