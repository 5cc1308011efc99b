"""Reads the workbook stream out of the bytes of an .xls file.

An .xls file is a small file system of its own, as published in [MS-CFB]. Like calamine, this module finds streams by
their place in the directory and ignores the name of the first entry.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import NamedTuple

__all__ = ["BROKEN", "SIGNATURE", "WORKBOOKS", "names_of_streams", "workbook_stream"]

SIGNATURE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
WORKBOOKS = frozenset({"Workbook", "Book"})
"""The names of the workbook stream: of programs since 1997, and of earlier ones."""

BROKEN = (struct.error, LookupError, ValueError, OverflowError)
"""What reading damaged tables may raise."""

_END_OF_CHAIN = 0xFFFFFFF0
"""Sector numbers from here on are markers: end of chain, free, table."""

_MINI_STREAM_BELOW = 4096
_DIRECTORY_ENTRY = 128


class _Entry(NamedTuple):
    name: str
    start: int
    length: int


class _Container:
    """The allocation tables and the directory of one file."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        sector_bits, self._mini_bits = struct.unpack_from("<HH", data, 30)
        self._size = 1 << sector_bits
        directory_start, self._mini_start = (struct.unpack_from("<I", data, at)[0] for at in (48, 60))
        tables = self._table_sectors()
        self._following = struct.unpack(f"<{self._size // 4 * len(tables)}I", b"".join(map(self._sector, tables)))
        directory = self._chain(directory_start)
        self.entries = [
            _entry(directory, at) for at in range(0, len(directory) - _DIRECTORY_ENTRY + 1, _DIRECTORY_ENTRY)
        ]

    def _table_sectors(self) -> list[int]:
        """Return the sectors of the allocation table; those of long files are listed outside the header too."""
        tables = [number for number in struct.unpack_from("<109I", self._data, 76) if number < _END_OF_CHAIN]
        more_start = struct.unpack_from("<I", self._data, 68)[0]
        for _ in range(len(self._data) // self._size):
            if more_start >= _END_OF_CHAIN:
                break
            *numbers, more_start = struct.unpack(f"<{self._size // 4}I", self._sector(more_start))
            tables += [number for number in numbers if number < _END_OF_CHAIN]
        return tables

    def _sector(self, number: int) -> bytes:
        return self._data[(number + 1) * self._size : (number + 2) * self._size]

    def _chain(self, start: int) -> bytes:
        return b"".join(map(self._sector, _chain(start, self._following)))

    def stream(self, entry: _Entry) -> bytes:
        """Read a stream; short ones are in small sectors inside the stream of the first entry."""
        if entry.length >= _MINI_STREAM_BELOW:
            return self._chain(entry.start)[: entry.length]
        mini = self._chain(self.entries[0].start)
        mini_table = self._chain(self._mini_start)
        following = struct.unpack(f"<{len(mini_table) // 4}I", mini_table)
        step = 1 << self._mini_bits
        return b"".join(mini[at * step : (at + 1) * step] for at in _chain(entry.start, following))[: entry.length]


def _entry(directory: bytes, at: int) -> _Entry:
    start, length = struct.unpack_from("<II", directory, at + 116)
    return _Entry(directory[at : at + 64].decode("utf-16-le", "replace").partition("\0")[0], start, length)


def _chain(start: int, following: tuple[int, ...]) -> Iterator[int]:
    """Follow the sectors of one stream; a chain that bites its own tail ends after every sector was seen once."""
    for _ in following:
        if start >= len(following):
            return
        yield start
        start = following[start]


def names_of_streams(data: bytes) -> set[str]:
    """List what is in the file.

    Raises:
        BROKEN: its tables lead nowhere.
    """
    return {entry.name for entry in _Container(data).entries} - {""}


def workbook_stream(data: bytes) -> bytes:
    """Read the stream of the workbook.

    Raises:
        BROKEN: there is none, or the tables lead nowhere.
    """
    container = _Container(data)
    for name in ("Workbook", "Book"):
        for entry in container.entries:
            if entry.name == name:
                return container.stream(entry)
    raise LookupError("no workbook")
