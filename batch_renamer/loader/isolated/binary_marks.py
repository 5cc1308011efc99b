"""The binary records of one sheet (.xls, .xlsb) enter; the cells that hold an error or no result yet leave.

Record numbers and layouts are those of the published formats [MS-XLS], [MS-XLSB] and [MS-CFB].
"""

from __future__ import annotations

import struct
import zipfile
from typing import TYPE_CHECKING, BinaryIO

from .container import Refusal
from .xml_marks import Marks, part_of_sheet

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["xls_marks", "xls_stream", "xlsb_marks"]

_END_OF_CHAIN = 0xFFFFFFF0
"""Sector numbers from here on are no sectors but signs: end, free, table."""

_MINI_STREAM_BELOW = 4096
_DIRECTORY_ENTRY = 128

_FILEPASS, _BOUNDSHEET, _BOF, _EOF = 0x2F, 0x85, 0x809, 0x0A
_BOOLERR, _STRING = 0x205, 0x207
_FORMULAS = frozenset({0x06, 0x206, 0x406})
_BETWEEN_FORMULA_AND_STRING = frozenset({0x221, 0x236, 0x4BC})
_TEXT_RESULT, _ERROR_RESULT = 0, 2

_BRT_ROW, _BRT_BUNDLE_SHEET = 0, 156
_BRT_ERRORS = frozenset({3, 11})


def _workbook_stream(data: bytes) -> bytes:
    """Take the workbook out of the small file system that an .xls file is.

    Raises:
        Refusal: ``foreign`` when there is no workbook in it (a .doc, a .msg).
    """
    sector_bits, mini_bits = struct.unpack_from("<HH", data, 30)
    directory_start, mini_start, more_start = (struct.unpack_from("<I", data, at)[0] for at in (48, 60, 68))
    size = 1 << sector_bits

    def sector(number: int) -> bytes:
        return data[(number + 1) * size : (number + 2) * size]

    tables = [number for number in struct.unpack_from("<109I", data, 76) if number < _END_OF_CHAIN]
    for _ in range(len(data) // size):
        if more_start >= _END_OF_CHAIN:
            break
        *numbers, more_start = struct.unpack(f"<{size // 4}I", sector(more_start))
        tables += [number for number in numbers if number < _END_OF_CHAIN]
    following = struct.unpack(f"<{size // 4 * len(tables)}I", b"".join(map(sector, tables)))

    directory = b"".join(map(sector, _chain(directory_start, following)))
    entries = {}
    for at in range(0, len(directory) - _DIRECTORY_ENTRY + 1, _DIRECTORY_ENTRY):
        name_bytes, start, length = struct.unpack_from("<64xH50xII", directory, at)
        entries[directory[at : at + max(name_bytes - 2, 0)].decode("utf-16-le", "replace")] = (start, length)
    found = entries.get("Workbook") or entries.get("Book")
    if found is None:
        raise Refusal("foreign")
    start, length = found
    if length >= _MINI_STREAM_BELOW:
        return b"".join(map(sector, _chain(start, following)))[:length]
    mini = b"".join(map(sector, _chain(entries["Root Entry"][0], following)))
    mini_table = b"".join(map(sector, _chain(mini_start, following)))
    mini_following = struct.unpack(f"<{len(mini_table) // 4}I", mini_table)
    step = 1 << mini_bits
    return b"".join(mini[number * step : (number + 1) * step] for number in _chain(start, mini_following))[:length]


def _chain(start: int, following: tuple[int, ...]) -> Iterator[int]:
    """Follow the sectors of one stream; a chain that bites its own tail ends after every sector was seen once."""
    for _ in following:
        if start >= len(following):
            return
        yield start
        start = following[start]


def xls_stream(file: BinaryIO) -> bytes:
    """Read the records of an .xls workbook.

    Raises:
        Refusal: ``password`` when they are encrypted.
    """
    file.seek(0)
    stream = _workbook_stream(file.read())
    if any(kind == _FILEPASS for kind, _ in _xls_records(stream, 0)):
        raise Refusal("password")
    return stream


def xls_marks(stream: bytes, position: int) -> Marks:
    """Find the cells of the sheet at ``position`` that hold an error, or a formula without a result."""
    starts = [struct.unpack_from("<I", body)[0] for kind, body in _xls_records(stream, 0) if kind == _BOUNDSHEET]
    marks: Marks = {}
    waiting: tuple[int, int] | None = None  # a formula whose text result must follow
    for kind, body in _xls_records(stream, starts[position]):
        if waiting is not None and kind not in _BETWEEN_FORMULA_AND_STRING:
            if kind != _STRING:
                marks.setdefault(waiting[0], {})[waiting[1]] = "formula"
            waiting = None
        if kind == _BOOLERR and body[7]:
            row, column = struct.unpack_from("<HH", body)
            marks.setdefault(row, {})[column] = "error"
        elif kind in _FORMULAS and body[12:14] == b"\xff\xff":
            row, column = struct.unpack_from("<HH", body)
            if body[6] == _ERROR_RESULT:
                marks.setdefault(row, {})[column] = "error"
            elif body[6] == _TEXT_RESULT:
                waiting = row, column
    return marks


def _xls_records(stream: bytes, at: int) -> Iterator[tuple[int, bytes]]:
    """Go through the records of one part of the workbook; parts within it (charts) are passed over."""
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


def xlsb_marks(file: BinaryIO, sheet: str) -> Marks:
    """Find the cells of one sheet that hold an error; formulas always have a result here."""
    marks: Marks = {}
    with zipfile.ZipFile(file) as archive:
        relation = next(
            relation
            for kind, body in _xlsb_records(archive, "xl/workbook.bin")
            if kind == _BRT_BUNDLE_SHEET
            for relation, name in [_relation_and_name(body)]
            if name == sheet
        )
        row = 0
        for kind, body in _xlsb_records(archive, part_of_sheet(archive, "xl/workbook.bin", relation)):
            if kind == _BRT_ROW:
                row = struct.unpack_from("<I", body)[0]
            elif kind in _BRT_ERRORS:
                marks.setdefault(row, {})[struct.unpack_from("<I", body)[0]] = "error"
    return marks


def _relation_and_name(body: bytes) -> tuple[str, str]:
    texts, at = [], 8
    for _ in range(2):
        length = struct.unpack_from("<I", body, at)[0]
        texts.append(body[at + 4 : at + 4 + 2 * length].decode("utf-16-le"))
        at += 4 + 2 * length
    return texts[0], texts[1]


def _xlsb_records(archive: zipfile.ZipFile, part: str) -> Iterator[tuple[int, bytes]]:
    """Go through the records of a part: a number and a length, of seven bits a byte each, then the body."""
    data = archive.read(part)
    at = 0
    while at < len(data):
        kind, at = _seven_bits(data, at)
        length, at = _seven_bits(data, at)
        yield kind, data[at : at + length]
        at += length


def _seven_bits(data: bytes, at: int) -> tuple[int, int]:
    """Read a number whose bytes say with their highest bit that another follows; give it and where it ends."""
    value = place = 0
    while data[at] >= 0x80:
        value |= (data[at] & 0x7F) << place
        at, place = at + 1, place + 7
    return value | data[at] << place, at + 1
