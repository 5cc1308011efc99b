"""Reads a sheet once, to learn where its headings are, which columns are used, and how far it goes."""

from __future__ import annotations

from dataclasses import dataclass, field

from batch_renamer.reports.own_workbook.archive import Archive, damaged
from batch_renamer.reports.own_workbook.xlsx.areas import LAST_COLUMN, Area, Spread, area_of, is_true, whole_number
from batch_renamer.reports.own_workbook.xlsx.cell_places import CellPlaces, RowPlaces
from batch_renamer.reports.own_workbook.xlsx.heading_texts import Heading, HeadingText, shared_text_of
from batch_renamer.reports.own_workbook.xml_scan import Handlers, Scan, is_empty_tag

__all__ = ["ColumnRange", "Survey", "Tag", "survey_sheet"]

_MAIN = (
    "http://schemas.openxmlformats.org/spreadsheetml/2006/main",
    "http://purl.oclc.org/ooxml/spreadsheetml/main",
)
"""The namespaces of sheets: of nearly all files, and of those saved as "strict"."""


@dataclass(frozen=True, slots=True)
class Tag:
    """A start tag, or a whole empty element, and its place."""

    start: int
    content: bytes

    @property
    def end(self) -> int:
        """The place after it."""
        return self.start + len(self.content)


@dataclass(frozen=True, slots=True)
class ColumnRange:
    """The columns that one ``col`` element describes."""

    tag: Tag
    first: int
    last: int
    style: str | None
    is_hidden: bool


@dataclass(slots=True)
class Survey:
    """What one reading of the sheet tells. ``cells`` is the area of all its cells, None without any.

    ``merged`` has the columns of merged cells at the headings or below them. ``tags`` has those of the elements around
    the rows by name, ``ends`` the places of the end tags of two of them.
    """

    namespace: str = ""
    rows: RowPlaces = field(default_factory=RowPlaces)
    tags: dict[str, Tag] = field(default_factory=dict)
    ends: dict[str, int] = field(default_factory=dict)
    headings: dict[int, Heading] = field(default_factory=dict)
    used: set[int] = field(default_factory=set)
    cells: Area | None = None
    ranges: list[ColumnRange] = field(default_factory=list)
    merged: Spread = field(default_factory=Spread)
    filtered: Area | None = None
    dimension: Area | None = None


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
        texts = shared_text_of(archive, shared_texts, wanted)
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
        self._in_row = self._is_heading = self._is_empty_row = False
        self._rows = self.survey.rows
        self._column = 0  # of the cell that is open
        self._first_in_row = 0  # the first column with a cell in the row that is open
        self._used = self.survey.used
        self._first_row = self._last_row = self._last_column = 0
        self._first_column = LAST_COLUMN
        self._heading = HeadingText()

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self._depth = depth = self._depth + 1
        if depth > 4:
            if self._column:
                if depth == 5:
                    self._used.add(self._column)
                if self._is_heading:
                    self._heading.start(name)
        elif depth == 4:
            if self._in_row and name == self._cell:
                self._column = column = self._places.next_cell(attributes.get("r"))
                if not self._first_in_row:
                    self._first_in_row = column
                if self._is_heading:
                    self._heading.begin(attributes)
        elif depth == 3 and name == self._row and self._parents[2] == "sheetData":
            self._in_row = True
            place = self._scan.place
            number = self._places.next_row(attributes.get("r"))
            self._rows.begin(number, place)
            self._is_empty_row = is_empty_tag(self._scan.tag(place))
            self._is_heading = number == self._heading_row
            self._scan.listen(self._heading.add if self._is_heading else None)
        else:
            self._start_other(depth, name, attributes)

    def end(self, name: str) -> None:
        self._depth = depth = self._depth - 1
        if depth > 3:
            if self._is_heading and self._column:
                self._heading.end()
        elif depth == 3:
            if self._is_heading and self._column:
                self.survey.headings[self._column] = self._heading.finished()
            self._column = 0
        elif depth == 2:
            if self._in_row:
                self._end_row()
                place = self._scan.place
                self._rows.finish(place if self._is_empty_row else self._scan.tag_end(place), self._places.column)
            self._in_row = self._is_heading = False
        elif depth == 1:
            self.survey.ends[self._parents[2]] = self._scan.place
        elif self._first_row:
            self.survey.cells = Area(self._first_column, self._first_row, self._last_column, self._last_row)

    def _end_row(self) -> None:
        if first := self._first_in_row:
            self._first_column = min(self._first_column, first)
            self._last_column = max(self._last_column, self._places.column)
            self._last_row = self._places.row
            self._first_row = self._first_row or self._last_row
        self._first_in_row = 0

    def _start_other(self, depth: int, name: str, attributes: dict[str, str]) -> None:
        namespace, _, plain = name.rpartition(" ")
        if depth == 1:
            if plain != "worksheet" or namespace not in _MAIN:
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
                self.survey.ranges.append(_range(self._tag(), attributes))
            case ["mergeCells", "mergeCell"]:
                merged = area_of(attributes.get("ref", ""))
                if merged is not None and merged.last_row >= self._heading_row:
                    self.survey.merged.add(merged.first_column, merged.last_column)
            case [("dimension" | "autoFilter" | "cols" | "sheetData") as group]:
                self.survey.tags[group] = self._tag()
                if group == "autoFilter":
                    self.survey.filtered = area_of(attributes.get("ref", ""))
                elif group == "dimension":
                    self.survey.dimension = area_of(attributes.get("ref", ""))

    def _tag(self) -> Tag:
        place = self._scan.place
        return Tag(place, self._scan.tag(place))


def _range(tag: Tag, attributes: dict[str, str]) -> ColumnRange:
    return ColumnRange(
        tag=tag,
        first=whole_number(attributes.get("min")),
        last=whole_number(attributes.get("max")),
        style=attributes.get("style"),
        is_hidden=is_true(attributes.get("hidden")),
    )
