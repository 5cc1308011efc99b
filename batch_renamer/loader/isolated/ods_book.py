"""Reads the sheets and rows of an OpenDocument spreadsheet piece by piece.

calamine is not used for this format, for two reasons. It does not read the text that each cell shows. It also holds all
sheets in memory with every repeated cell written out, so that a small hostile file takes hundreds of megabytes.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import BinaryIO

from .container import Parts
from .ods_cells import TABLE
from .ods_table import DISPLAY, STYLE_OF, TABLE_ELEMENT, TableElements, spelt_out
from .rows import Row
from .xml_parsing import parse, parsed_pieces

__all__ = ["OdsBook"]

_STYLE = "urn:oasis:names:tc:opendocument:xmlns:style:1.0 "
_CONTENT = "content.xml"
_TABLE_NAME = f"{TABLE}name"
_STYLE_ELEMENT = f"{_STYLE}style"
_STYLE_NAME = f"{_STYLE}name"
_TABLE_PROPERTIES = f"{_STYLE}table-properties"


class OdsBook:
    """A document that is read piece by piece."""

    def __init__(self, file: BinaryIO) -> None:
        self._parts = Parts(file)
        tables = _Tables()
        with self._parts.open(_CONTENT) as stream:
            parse(stream, tables.start, tables.end, namespaces=True)
        self._tables = tables
        self.sheets = [(name, visible) for _, name, visible in tables.named]

    def notes(self, position: int) -> list[str]:
        """Return no notes: everything in this format can be examined."""
        return []

    def rows(self, position: int, wanted: Collection[int] | None) -> Iterator[Row]:
        """Yield every row that is not blank; cells outside the ``wanted`` columns may be shortened."""
        table = TableElements(self._tables.named[position][0], wanted)
        with self._parts.open(_CONTENT) as stream:
            for _ in parsed_pieces(stream, table.start, table.end, table.text, namespaces=True):
                for repeated in table.rows:
                    cells = spelt_out(repeated.runs)
                    for number in range(repeated.number, repeated.number + repeated.times):
                        yield Row(number, repeated.is_hidden, cells)
                table.rows.clear()


class _Tables:
    """Collects the outer tables of a document that have a name, while its XML is parsed."""

    def __init__(self) -> None:
        self.named: list[tuple[int, str, bool]] = []
        self._number = -1
        self._depth = 0
        self._style: str | None = None
        self._invisible: set[str | None] = set()

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == TABLE_ELEMENT:
            self._depth += 1
            if self._depth == 1:
                self._number += 1
                if (title := attributes.get(_TABLE_NAME)) is not None:
                    visible = attributes.get(STYLE_OF) not in self._invisible
                    self.named.append((self._number, title, visible))
        elif name == _STYLE_ELEMENT:
            self._style = attributes.get(_STYLE_NAME)
        elif name == _TABLE_PROPERTIES and attributes.get(DISPLAY) == "false":
            self._invisible.add(self._style or "")

    def end(self, name: str) -> None:
        if name == TABLE_ELEMENT:
            self._depth -= 1
