"""Finds the columns over which pictures and charts lie; a result below one of them could not be seen."""

from __future__ import annotations

from collections.abc import Collection

from batch_renamer.reports.own_workbook.archive import Archive
from batch_renamer.reports.own_workbook.xlsx.areas import LAST_COLUMN, whole_number
from batch_renamer.reports.own_workbook.xml_scan import Handlers, Scan

__all__ = ["columns_below_drawings"]

_COLUMN_EMU = 609_600
"""The width that a column has at first, in the unit of drawings."""

_PLACES = frozenset({"from", "to"})
_NUMBERS = frozenset({"col", "colOff", "row"})


def columns_below_drawings(archive: Archive, parts: Collection[str], heading_row: int) -> set[int]:
    """Return the columns with a drawing at the heading row or below it."""
    columns: set[int] = set()
    for part in filter(archive.__contains__, parts):
        with archive.open(part) as stream:
            scan = Scan(stream)
            for known in scan.pieces(_Anchors(scan, heading_row, columns)):
                scan.release(known)
    return columns


class _Anchors(Handlers):
    """Collects the columns from the places of the drawings; places count from 0."""

    def __init__(self, scan: Scan, heading_row: int, columns: set[int]) -> None:
        self._scan = scan
        self._heading_row = heading_row
        self._columns = columns
        self._inside: list[str] = []
        self._numbers: dict[tuple[str, str], int] = {}
        self._text = ""

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self._inside.append(name.rpartition(" ")[2])
        if len(self._inside) == 2:
            self._numbers = {}
        elif len(self._inside) == 3 and self._inside[2] == "ext":
            self._numbers["ext", "cx"] = whole_number(attributes.get("cx"))
        elif self._is_number():
            self._text = ""
            self._scan.listen(self._add)

    def end(self, _: str) -> None:
        if self._is_number():
            self._numbers[self._inside[2], self._inside[3]] = whole_number(self._text.strip())
            self._scan.listen(None)
        elif len(self._inside) == 2:
            self._finish()
        self._inside.pop()

    def _is_number(self) -> bool:
        return len(self._inside) == 4 and self._inside[2] in _PLACES and self._inside[3] in _NUMBERS

    def _add(self, text: str) -> None:
        if len(self._text) < 20:
            self._text += text

    def _finish(self) -> None:
        found = self._numbers
        first = found.get(("from", "col"))
        if first is None:
            return
        wide = max(found.get(("ext", "cx"), 0), 0)
        last = found.get(("to", "col"), first + wide // _COLUMN_EMU)
        if found.get(("to", "colOff")) == 0:
            last -= 1
        if found.get(("to", "row"), self._heading_row) >= self._heading_row - 1:
            self._columns.update(range(first + 1, min(last + 1, LAST_COLUMN) + 1))
