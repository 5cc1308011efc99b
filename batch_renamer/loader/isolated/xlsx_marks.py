"""Reads the marks of one sheet (.xlsx, .xlsm) from its XML.

calamine gives errors and formulas without a result as blank cells, numbers without their formats, and hidden rows like
any others. Without the marks a name would be wrong, or a guard would be missing, without a warning. A sheet is first
searched for a few byte patterns, and parsed as XML only if they are found.
"""

from __future__ import annotations

import posixpath
import re

from .container import Parts
from .marks import ERROR, FORMULA, Mark, SheetMarks, column_number
from .number_formats import BUILT_IN, NumberFormat
from .refusal import Refusal
from .regular_sheet import regular_marks
from .xml_parsing import Enough, local_name, parse

__all__ = ["relations_of_workbook", "xlsx_marks"]

_PLACE = re.compile(r"([A-Za-z]{1,3})([0-9]{1,7})")
_MOST_STYLES = 100_000
"""Spreadsheet programs allow at most 65,490."""

_YES = frozenset({"1", "true"})


def xlsx_marks(parts: Parts, position: int) -> SheetMarks:
    """Return the marks of the sheet at ``position``.

    Raises:
        Refusal: ``twice`` when a row or a cell is there twice.
        LookupError, ValueError, ExpatError: its parts are not where the workbook says, or not what they should be.
    """
    folder = parts.folder_of_workbook()
    relations = relations_of_workbook(parts, f"{folder}workbook.xml")
    formats = _formats(parts, folder, relations)
    part = relations.targets[_relation_of_sheet(parts, folder, position)]
    marks = regular_marks(parts, part, formats)
    if marks is None:
        sheet = _SheetElements(formats)
        with parts.open(part) as stream:
            parse(stream, sheet.start, sheet.end, sheet.text)
        marks = sheet.marks
    return marks


class Relations:
    """The parts that a workbook refers to."""

    def __init__(self) -> None:
        self.targets: dict[str, str] = {}
        self.styles: str | None = None


def relations_of_workbook(parts: Parts, book: str) -> Relations:
    """Return the part that each relation of the workbook points to."""
    relations = Relations()
    folder, _, name = book.rpartition("/")

    def start(element: str, attributes: dict[str, str]) -> None:
        if local_name(element) == "Relationship":
            target = posixpath.join("/" + folder, attributes.get("Target", "").replace("\\", "/"))
            target = posixpath.normpath(target).lstrip("/")
            relations.targets[attributes.get("Id", "")] = target
            if attributes.get("Type", "").endswith("/relationships/styles"):
                relations.styles = target

    with parts.open(posixpath.join(folder, "_rels", f"{name}.rels")) as stream:
        parse(stream, start)
    return relations


def _relation_of_sheet(parts: Parts, folder: str, position: int) -> str:
    """Return the relation of the sheet at ``position``."""
    found: list[str] = []

    def start(element: str, attributes: dict[str, str]) -> None:
        if local_name(element) == "sheet":
            found.append(next((value for key, value in attributes.items() if local_name(key) == "id"), ""))
            if len(found) > position:
                raise Enough

    with parts.open(f"{folder}workbook.xml") as stream:
        parse(stream, start)
    return found[position]


_IN_EACH_LANGUAGE = frozenset({"14", "22"})
"""The numbers of built-in formats for dates that each language shows in its own way, whatever their code."""


def _formats(parts: Parts, folder: str, relations: Relations) -> dict[str, NumberFormat]:
    """Return the styles that don't show whole numbers as plain digits, without dates that calamine recognizes.

    Dates that look the same everywhere are among them, because calamine does not tell how they are shown.
    """
    part = relations.styles or f"{folder}styles.xml"
    if part not in parts:
        return {}
    reader_knows_dates = part.lower() == f"{folder}styles.xml".lower()
    codes: dict[str, str | None] = {str(number): code for number, code in BUILT_IN.items()}
    styles: list[str] = []
    inside = ""

    def start(element: str, attributes: dict[str, str]) -> None:
        nonlocal inside
        match local_name(element):
            case "numFmts" | "cellXfs" | "cellStyleXfs" | "dxfs" as group:
                inside = group
            case "numFmt" if inside == "numFmts":
                codes[attributes.get("numFmtId", "")] = attributes.get("formatCode")
            case "xf" if inside == "cellXfs":
                if len(styles) > _MOST_STYLES:
                    raise ValueError("more styles than any program writes")
                styles.append(attributes.get("numFmtId", "0"))

    with parts.open(part) as stream:
        parse(stream, start)
    formats = {}
    for style, number in enumerate(styles):
        cell_format = NumberFormat(codes.get(number))
        shown_alike = cell_format.shows_dates_alike and number not in _IN_EACH_LANGUAGE
        known = reader_knows_dates and cell_format.is_surely_a_date and not shown_alike
        if not (cell_format.is_plain or known):
            formats[str(style)] = cell_format
    return formats


class _SheetElements:
    """Collects the marks of a sheet from its elements."""

    def __init__(self, formats: dict[str, NumberFormat]) -> None:
        self.marks = SheetMarks()
        self._formats = formats
        self._row = self._column = self._next_row = 0
        self._elements = 0
        self._owner: dict[int, int] = {}  # the number of the row element that filled each row
        self._columns: dict[int, set[int]] = {}
        self._type = self._style = ""
        self._place = (0, 0)
        self._formula = self._value = self._in_value = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        match local_name(name):
            case "c":
                self._start_cell(attributes)
            case "v":
                self._in_value = True
            case "f":
                self._formula = True
            case "is":
                self._value = True
            case "row":
                self._row = int(attributes["r"]) - 1 if "r" in attributes else self._next_row
                self._next_row, self._column = self._row + 1, 0
                self._elements += 1
                self._columns = {}
                if attributes.get("hidden", "").lower() in _YES or _no_height(attributes):
                    self.marks.hidden.add(self._row)

    def _start_cell(self, attributes: dict[str, str]) -> None:
        row = self._row
        if found := _PLACE.fullmatch(attributes.get("r", "")):
            self._column, row = column_number(found[1]), int(found[2]) - 1
        self._place = row, self._column
        self._column += 1
        self._type = attributes.get("t", "n")
        self._style = attributes.get("s", "0")
        self._formula = self._value = False

    def text(self, text: str) -> None:
        if self._in_value and text:
            self._value = True

    def end(self, name: str) -> None:
        match local_name(name):
            case "v":
                self._in_value = False
            case "c":
                self._end_cell()

    def _end_cell(self) -> None:
        mark: Mark | None = self._formats.get(self._style)
        if self._type == "e":
            mark = ERROR
        elif self._formula and not self._value and self._type != "str":  # "str" without value is the empty text
            mark = FORMULA
        if mark is not None:
            self.marks.add(*self._place, mark)
        if self._value or self._type == "e" or mark == FORMULA:
            self._take_place(*self._place)

    def _take_place(self, row: int, column: int) -> None:
        """Refuse two rows with one number, or two cells at one place: calamine would lose one or mix both."""
        columns = self._columns.setdefault(row, set())
        if self._owner.setdefault(row, self._elements) != self._elements or column in columns:
            raise Refusal("twice", row + 1)
        columns.add(column)


def _no_height(attributes: dict[str, str]) -> bool:
    try:
        return float(attributes.get("ht", "1")) == 0
    except ValueError:
        return False
