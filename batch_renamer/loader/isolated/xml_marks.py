"""The XML of one sheet (.xlsx, .xlsm, .ods) enters; the cells that hold an error or no result yet leave.

The reader of the cells gives both as blank, or even as 0, so that a name would vanish or a guard would fall without a
word. This second look costs a search for the tell-tale bytes, and a pass of its own only where they are found.
"""

from __future__ import annotations

import posixpath
import re
import zipfile
from typing import TYPE_CHECKING, BinaryIO, TypeAlias
from xml.parsers import expat

from .container import Refusal

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Marks", "ods_marks", "part_of_sheet", "xlsx_marks"]

Marks: TypeAlias = dict[int, dict[int, str]]
"""Row and column, both from 0, to ``error`` or ``formula``."""

_PIECE_BYTES = 1 << 18
_OVERLAP = 64
_XLSX_TELLTALE = re.compile(rb"<(?:\w+:)?f[\s/>]|\bt\s*=\s*[\"']e[\"']")
_ODS_TELLTALE = re.compile(rb":formula\s*=|value-type\s*=\s*[\"']error")
_COLUMN = re.compile(r"[A-Z]{1,3}")
_MAX_ROWS = 1 << 20


def part_of_sheet(archive: zipfile.ZipFile, book: str, relation: str) -> str:
    """Find the part of the archive that a relation of the workbook points to."""
    targets: dict[str, str] = {}

    def start(name: str, attributes: dict[str, str]) -> None:
        if _local(name) == "Relationship":
            targets[attributes.get("Id", "")] = attributes.get("Target", "")

    folder, name = posixpath.split(book)
    _parse(archive, f"{folder}/_rels/{name}.rels", start)
    return posixpath.normpath(posixpath.join("/" + folder, targets[relation])).lstrip("/")


def xlsx_marks(file: BinaryIO, sheet: str) -> Marks:
    """Find the cells of one sheet that hold an error, or a formula without a result."""
    with zipfile.ZipFile(file) as archive:
        relations: dict[str, str] = {}

        def start(name: str, attributes: dict[str, str]) -> None:
            if _local(name) == "sheet":
                relation = next((value for key, value in attributes.items() if _local(key) == "id"), "")
                relations[attributes.get("name", "")] = relation

        _parse(archive, "xl/workbook.xml", start)
        part = part_of_sheet(archive, "xl/workbook.xml", relations[sheet])
        if not _has(archive, part, _XLSX_TELLTALE):
            return {}
        cells = _XlsxCells()
        _parse(archive, part, cells.start, cells.end, cells.text)
        return cells.marks


class _XlsxCells:
    """Follows the elements of a sheet: which cell, has it a formula, has it a value."""

    def __init__(self) -> None:
        self.marks: Marks = {}
        self._row = self._column = -1
        self._type = ""
        self._formula = self._value = self._in_value = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        match _local(name):
            case "row":
                self._row = int(attributes["r"]) - 1 if "r" in attributes else self._row + 1
                self._column = -1
            case "c":
                found = _COLUMN.match(attributes.get("r", ""))
                self._column = _column_number(found[0]) if found else self._column + 1
                self._type = attributes.get("t", "n")
                self._formula = self._value = False
            case "f":
                self._formula = True
            case "v":
                self._in_value = True

    def text(self, text: str) -> None:
        if self._in_value and text:
            self._value = True

    def end(self, name: str) -> None:
        match _local(name):
            case "v":
                self._in_value = False
            case "c" if self._type == "e":
                self.marks.setdefault(self._row, {})[self._column] = "error"
            case "c" if self._formula and not self._value and self._type != "str":  # "str": a result, the empty text
                self.marks.setdefault(self._row, {})[self._column] = "formula"


def ods_marks(file: BinaryIO, sheet: str) -> Marks:
    """Find the cells of one table that hold an error, or a formula without a result."""
    with zipfile.ZipFile(file) as archive:
        if not _has(archive, "content.xml", _ODS_TELLTALE):
            return {}
        cells = _OdsCells(sheet)
        _parse(archive, "content.xml", cells.start, cells.end)
        return cells.marks


class _OdsCells:
    """Follows the elements of a document: which table, row and cell, each of which may stand for many."""

    def __init__(self, sheet: str) -> None:
        self.marks: Marks = {}
        self._sheet = sheet
        self._inside = False
        self._row = self._column = 0
        self._row_repeats = 1
        self._row_marks: dict[int, str] = {}

    def start(self, name: str, attributes: dict[str, str]) -> None:
        local = _local(name)
        if local == "table":
            self._inside = any(_local(key) == "name" and value == self._sheet for key, value in attributes.items())
            self._row = 0
        elif self._inside and local == "table-row":
            self._column, self._row_marks = 0, {}
            self._row_repeats = _repeats(attributes, "number-rows-repeated")
        elif self._inside and local in {"table-cell", "covered-table-cell"}:
            repeats = _repeats(attributes, "number-columns-repeated")
            if mark := _ods_mark(attributes):
                self._row_marks.update(dict.fromkeys(range(self._column, self._column + repeats), mark))
            self._column += repeats

    def end(self, name: str) -> None:
        local = _local(name)
        if local == "table":
            self._inside = False
        elif self._inside and local == "table-row":
            if self._row_marks:
                self.marks.update(dict.fromkeys(range(self._row, self._row + self._row_repeats), self._row_marks))
            self._row += self._row_repeats


def _ods_mark(attributes: dict[str, str]) -> str:
    plain = {_local(key): value for key, value in attributes.items()}
    types = {value for key, value in attributes.items() if _local(key) == "value-type"}
    if "error" in types:
        return "error"
    return "formula" if "formula" in plain and not types else ""


def _repeats(attributes: dict[str, str], name: str) -> int:
    """Read how often a row or cell is meant to stand; a sheet has no more than a million rows."""
    count = next((int(value) for key, value in attributes.items() if _local(key) == name), 1)
    return min(max(count, 1), _MAX_ROWS)


def _local(name: str) -> str:
    """Cut the namespace's prefix off a name; writers choose prefixes freely."""
    return name.rpartition(":")[2]


def _column_number(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1


def _has(archive: zipfile.ZipFile, part: str, telltale: re.Pattern[bytes]) -> bool:
    """Search a part for bytes, a piece at a time."""
    rest = b""
    with archive.open(part) as stream:
        while piece := stream.read(_PIECE_BYTES):
            if telltale.search(rest + piece):
                return True
            rest = piece[-_OVERLAP:]
    return False


def _parse(
    archive: zipfile.ZipFile,
    part: str,
    start: Callable[[str, dict[str, str]], None],
    end: Callable[[str], None] | None = None,
    text: Callable[[str], None] | None = None,
) -> None:
    """Stream a part through a parser that refuses document types, and with them all entities."""
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _refuse_doctype
    parser.StartElementHandler = start
    if end is not None:
        parser.EndElementHandler = end
    if text is not None:
        parser.CharacterDataHandler = text
    with archive.open(part) as stream:
        parser.ParseFile(stream)


def _refuse_doctype(*_: object) -> None:
    raise Refusal("damaged")
