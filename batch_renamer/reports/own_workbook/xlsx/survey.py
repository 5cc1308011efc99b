"""Reads a sheet once, to learn where its headings are, which columns are used, and how far it goes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import accumulate

from batch_renamer.errors import WriteBackError
from batch_renamer.reports.own_workbook.archive import Archive, damaged
from batch_renamer.reports.own_workbook.xlsx.areas import LAST_COLUMN, LAST_ROW, Area, area_of, letters_of
from batch_renamer.reports.own_workbook.xml_scan import Enough, Handlers, Scan

__all__ = ["MAIN", "CellPlaces", "ColumnRange", "Heading", "Spread", "Survey", "survey_sheet"]

MAIN = (
    "http://schemas.openxmlformats.org/spreadsheetml/2006/main",
    "http://purl.oclc.org/ooxml/spreadsheetml/main",
)
"""The namespaces of sheets: of nearly all files, and of those saved as "strict"."""

_LONGEST = 200
"""Of a heading; only short ones are looked for. A piece of text that begins before this length is kept whole."""

_YES = frozenset({"1", "true"})


@dataclass(slots=True)
class Heading:
    """A cell of the heading row. ``shared`` is the number of its text among the shared texts."""

    style: str | None
    text: str = ""
    shared: int | None = None


@dataclass(frozen=True, slots=True)
class ColumnRange:
    """The columns that one ``col`` element describes."""

    first: int
    last: int
    style: str | None
    is_hidden: bool


class Spread:
    """The columns that any number of ranges cover, in memory that does not grow with their number."""

    def __init__(self, ranges: Iterable[tuple[int, int]] = ()) -> None:
        self._changes = [0] * (LAST_COLUMN + 2)
        for first, last in ranges:
            self.add(first, last)

    def add(self, first: int, last: int) -> None:
        """Add the columns from ``first`` to ``last``; those that a sheet does not have don't count."""
        first, last = max(first, 1), min(last, LAST_COLUMN)
        if first <= last:
            self._changes[first] += 1
            self._changes[last + 1] -= 1

    @property
    def columns(self) -> set[int]:
        """The columns.

        Example:
            >>> sorted(Spread([(2, 3), (3, 4), (0, 0)]).columns)
            [2, 3, 4]
        """
        return {column for column, depth in enumerate(accumulate(self._changes)) if depth}


@dataclass(slots=True)
class Survey:
    """What one reading of the sheet tells. ``cells`` is the area of all its cells, None without any.

    ``merged`` has the columns of merged cells at the headings or below them.
    """

    namespace: str = ""
    headings: dict[int, Heading] = field(default_factory=dict)
    used: set[int] = field(default_factory=set)
    cells: Area | None = None
    ranges: list[ColumnRange] = field(default_factory=list)
    merged: Spread = field(default_factory=Spread)
    filtered: Area | None = None


class CellPlaces:
    """Follows the numbering of rows and cells, which may have no names of their own.

    Raises:
        WriteBackError: Rows or cells are not in order; readers don't agree about such a sheet.
    """

    def __init__(self) -> None:
        self.row = self.column = 0
        self._row_text = "0"
        self._columns = {letters_of(number): number for number in range(1, 703)}

    def next_row(self, text: str | None) -> int:
        """Return the number of the row that begins."""
        row = self.row + 1 if text is None else whole_number(text)
        if not self.row < row <= LAST_ROW:
            raise _out_of_order(self.row + 1)
        self.row, self._row_text, self.column = row, str(row), 0
        return row

    def next_cell(self, name: str | None) -> int:
        """Return the column of the cell that begins."""
        column: int | None
        if name is None:
            column = self.column + 1
        else:
            column = self._columns.get(name.removesuffix(self._row_text))
            if column is None:
                area = area_of(name)
                column = area.first_column if area is not None and area.first_row == self.row else 0
        if not self.column < column <= LAST_COLUMN:
            raise _out_of_order(self.row)
        self.column = column
        return column


def _out_of_order(row: int) -> WriteBackError:
    return WriteBackError(
        f"The sheet's rows or cells are not in order near row {row}: open it in a spreadsheet program, save it, and "
        "try again."
    )


def survey_sheet(archive: Archive, part: str, *, heading_row: int, shared_texts: str | None) -> Survey:
    """Read the sheet, and the shared texts as far as the headings need them.

    Raises:
        WriteBackError: The part is no sheet, or is out of order.
        Exception: One of `BROKEN_ARCHIVE` and `BROKEN_XML`.
    """
    with archive.open(part) as stream:
        scan = Scan(stream)
        reader = _Reader(scan, heading_row)
        for known in scan.pieces(reader):
            scan.release(known)
    survey = reader.survey
    if not survey.namespace:
        raise damaged()
    wanted = {heading.shared for heading in survey.headings.values() if heading.shared is not None}
    if wanted and shared_texts is not None:
        texts = _shared_texts(archive, shared_texts, wanted)
        for heading in survey.headings.values():
            if heading.shared is not None:
                heading.text = texts.get(heading.shared, "")
    return survey


class _Reader(Handlers):
    """Reads the sheet; depth 1 is ``worksheet``, 2 ``sheetData``, 3 ``row``, 4 ``c``, and 5 is what a cell holds."""

    def __init__(self, scan: Scan, heading_row: int) -> None:
        self.survey = Survey()
        self._scan = scan
        self._heading_row = heading_row
        self._places = CellPlaces()
        self._depth = 0
        self._parents = ["", "", "", ""]  # by depth
        self._row, self._cell = "", ""  # the full names of these elements
        self._in_row = self._is_heading = False
        self._column = 0  # of the cell that is open
        self._used = self.survey.used
        self._first_row = self._last_row = self._last_column = 0
        self._first_column = LAST_COLUMN
        self._heading = _HeadingText()

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self._depth = depth = self._depth + 1
        if depth > 4:
            if self._column:
                self._used.add(self._column)
                if self._is_heading:
                    self._heading.start(name)
        elif depth == 4:
            if self._in_row and name == self._cell:
                self._column = column = self._places.next_cell(attributes.get("r"))
                self._last_column = max(self._last_column, column)
                self._first_column = min(self._first_column, column)
                self._last_row = self._places.row
                self._first_row = self._first_row or self._last_row
                if self._is_heading:
                    self._heading.begin(attributes)
        elif depth == 3 and name == self._row and self._parents[2] == "sheetData":
            self._in_row = True
            self._is_heading = self._places.next_row(attributes.get("r")) == self._heading_row
            self._scan.listen(self._heading.add if self._is_heading else None)
        else:
            self._start_other(depth, name, attributes)

    def end(self, name: str) -> None:
        self._depth -= 1
        if self._depth == 3:
            if self._is_heading and self._column:
                self.survey.headings[self._column] = self._heading.finished()
            self._column = 0
        elif self._depth == 2:
            self._in_row = self._is_heading = False
        elif self._is_heading and self._column:
            self._heading.end(name)
        elif self._depth == 0 and self._first_row:
            self.survey.cells = Area(self._first_column, self._first_row, self._last_column, self._last_row)

    def _start_other(self, depth: int, name: str, attributes: dict[str, str]) -> None:
        namespace, _, plain = name.rpartition(" ")
        if depth == 1:
            if plain != "worksheet" or namespace not in MAIN:
                raise damaged()
            self.survey.namespace = namespace
            self._row, self._cell = f"{namespace} row", f"{namespace} c"
        if namespace != self.survey.namespace:
            plain = ""  # an element of an extension
        self._parents[depth] = plain
        match self._parents[2 : depth + 1]:
            case ["cols", "col"]:
                if len(self.survey.ranges) >= LAST_COLUMN:
                    raise damaged()
                self.survey.ranges.append(_range(attributes))
            case ["mergeCells", "mergeCell"]:
                merged = area_of(attributes.get("ref", ""))
                if merged is not None and merged.last_row >= self._heading_row:
                    self.survey.merged.add(merged.first_column, merged.last_column)
            case ["autoFilter"]:
                self.survey.filtered = area_of(attributes.get("ref", ""))


class _HeadingText:
    """Collects the text of one heading."""

    def __init__(self) -> None:
        self.begin({})

    def begin(self, attributes: dict[str, str]) -> None:
        self._kind = attributes.get("t", "n")
        self._style = attributes.get("s")
        self._text = ""
        self._inside: list[str] = []

    def start(self, name: str) -> None:
        self._inside.append(name.rpartition(" ")[2])

    def end(self, _: str) -> None:
        self._inside.pop()

    def add(self, text: str) -> None:
        if self._inside and self._inside[-1] in {"t", "v"} and "rPh" not in self._inside and len(self._text) < _LONGEST:
            self._text += text

    def finished(self) -> Heading:
        if self._kind == "s":
            return Heading(self._style, shared=whole_number(self._text.strip()))
        return Heading(self._style, self._text)


class _SharedTexts(Handlers):
    """Collects the shared texts of some numbers."""

    def __init__(self, scan: Scan, wanted: set[int]) -> None:
        self.texts: dict[int, str] = {}
        self._scan = scan
        self._wanted = wanted
        self._number = -1
        self._inside: list[str] = []

    def start(self, name: str, attributes: dict[str, str]) -> None:
        plain = name.rpartition(" ")[2]
        self._inside.append(plain)
        if plain == "si" and len(self._inside) == 2:
            self._number += 1
            if self._number in self._wanted:
                self.texts[self._number] = ""
                self._scan.listen(self._add)

    def end(self, name: str) -> None:
        self._inside.pop()
        if len(self._inside) == 1 and self._number in self._wanted:
            self._scan.listen(None)
            if len(self.texts) == len(self._wanted):
                raise Enough

    def _add(self, text: str) -> None:
        known = self.texts[self._number]
        if self._inside[-1] == "t" and "rPh" not in self._inside and len(known) < _LONGEST:
            self.texts[self._number] = known + text


def _shared_texts(archive: Archive, part: str, wanted: set[int]) -> dict[int, str]:
    with archive.open(part) as stream:
        scan = Scan(stream)
        reader = _SharedTexts(scan, wanted)
        for known in scan.pieces(reader):
            scan.release(known)
    return reader.texts


def whole_number(text: str | None) -> int:
    """Return a number of digits alone; -1 for anything else."""
    return int(text) if text is not None and text.isascii() and text.isdecimal() and len(text) < 10 else -1


def _range(attributes: dict[str, str]) -> ColumnRange:
    return ColumnRange(
        first=whole_number(attributes.get("min")),
        last=whole_number(attributes.get("max")),
        style=attributes.get("style"),
        is_hidden=attributes.get("hidden", "0").lower() in _YES,
    )
