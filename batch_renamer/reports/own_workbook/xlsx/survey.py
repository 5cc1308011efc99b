"""Reads a sheet once, to learn where its headings are, which columns are used, and how far it goes."""

from __future__ import annotations

from dataclasses import dataclass, field

from batch_renamer.errors import WriteBackError
from batch_renamer.reports.own_workbook.xlsx.archive import Archive, damaged
from batch_renamer.reports.own_workbook.xlsx.areas import LAST_COLUMN, LAST_ROW, Area, area_of, letters_of
from batch_renamer.reports.own_workbook.xlsx.xml_scan import Enough, Handlers, Scan

__all__ = ["MAIN", "CellPlaces", "ColumnRange", "Heading", "Survey", "survey_sheet"]

MAIN = (
    "http://schemas.openxmlformats.org/spreadsheetml/2006/main",
    "http://purl.oclc.org/ooxml/spreadsheetml/main",
)
"""The namespaces of sheets: of nearly all files, and of those saved as "strict"."""

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


@dataclass(slots=True)
class Survey:
    """What one reading of the sheet tells. ``cells`` is the area of all its cells, None without any."""

    namespace: str = ""
    headings: dict[int, Heading] = field(default_factory=dict)
    used: set[int] = field(default_factory=set)
    cells: Area | None = None
    ranges: list[ColumnRange] = field(default_factory=list)
    merged: list[Area] = field(default_factory=list)
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
        self._in_row = self._in_cell = False
        self._heading = _HeadingText()

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self._depth = depth = self._depth + 1
        if depth > 4:
            if self._in_cell:
                self.survey.used.add(self._places.column)
                if self._places.row == self._heading_row:
                    self._heading.start(name)
        elif depth == 4:
            if self._in_row and name == self._cell:
                self._in_cell = True
                self._start_cell(attributes)
        elif depth == 3 and name == self._row and self._parents[2] == "sheetData":
            self._in_row = True
            if self._places.next_row(attributes.get("r")) == self._heading_row:
                self._scan.listen(self._heading.add)
        else:
            self._start_other(depth, name, attributes)

    def end(self, name: str) -> None:
        depth = self._depth
        self._depth = depth - 1
        if depth > 4:
            if self._in_cell and self._places.row == self._heading_row:
                self._heading.end(name)
        elif depth == 4:
            if self._in_cell and self._places.row == self._heading_row:
                self.survey.headings[self._places.column] = self._heading.finished()
            self._in_cell = False
        elif depth == 3:
            self._in_row = False
            self._scan.listen(None)

    def _start_cell(self, attributes: dict[str, str]) -> None:
        column = self._places.next_cell(attributes.get("r"))
        row = self._places.row
        cells = self.survey.cells
        if cells is None:
            self.survey.cells = Area(column, row, column, row)
        elif row != cells.last_row or not cells.first_column <= column <= cells.last_column:
            self.survey.cells = cells.joined(Area(column, row, column, row))
        if row == self._heading_row:
            self._heading.begin(attributes)

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
                self.survey.ranges.append(_range(attributes))
            case ["mergeCells", "mergeCell"]:
                self.survey.merged += _areas(attributes)
            case ["autoFilter"]:
                self.survey.filtered = next(iter(_areas(attributes)), None)


class _HeadingText:
    """Collects the text of one heading."""

    def __init__(self) -> None:
        self.begin({})

    def begin(self, attributes: dict[str, str]) -> None:
        self._kind = attributes.get("t", "n")
        self._style = attributes.get("s")
        self._pieces: list[str] = []
        self._inside: list[str] = []

    def start(self, name: str) -> None:
        self._inside.append(name.rpartition(" ")[2])

    def end(self, _: str) -> None:
        self._inside.pop()

    def add(self, text: str) -> None:
        if self._inside and self._inside[-1] in {"t", "v"} and "rPh" not in self._inside:
            self._pieces.append(text)

    def finished(self) -> Heading:
        text = "".join(self._pieces)
        if self._kind == "s":
            return Heading(self._style, shared=whole_number(text))
        return Heading(self._style, text)


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
        if self._inside[-1] == "t" and "rPh" not in self._inside:
            self.texts[self._number] += text


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


def _areas(attributes: dict[str, str]) -> list[Area]:
    area = area_of(attributes.get("ref", ""))
    return [] if area is None else [area]
