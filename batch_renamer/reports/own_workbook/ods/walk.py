"""Goes through the rows and cells of one table of a content part, and tells which rows and columns they are."""

from __future__ import annotations

from batch_renamer.reports.own_workbook.xml_scan import Handlers, Scan, tag_at, with_attribute, without_attribute

__all__ = ["ODF", "TableWalk", "repeated", "with_times"]

ODF = "urn:oasis:names:tc:opendocument:xmlns:"
_TABLE = f"{ODF}table:1.0 "
_CELLS = frozenset({f"{_TABLE}table-cell", f"{_TABLE}covered-table-cell"})
_REPEATED = {what: f"{_TABLE}number-{what}-repeated" for what in ("rows", "columns")}
_MOST = 1 << 20


def repeated(attributes: dict[str, str], what: str) -> int:
    """Return for how many rows or columns an element stands.

    Example:
        >>> repeated({"urn:oasis:names:tc:opendocument:xmlns:table:1.0 number-columns-repeated": "3"}, "columns")
        3
    """
    text = attributes.get(_REPEATED[what])
    if text is None or not (text.isascii() and text.isdecimal()):
        return 1
    return min(int(text), _MOST) or 1


def with_times(xml: bytes, times: int, what: str, *, table: str) -> bytes:
    """Return an element for another number of ``what``: rows or columns; ``table`` is the prefix of its namespace.

    Example:
        >>> with_times(b"<t:table-cell/>", 3, "columns", table="t")
        b'<t:table-cell t:number-columns-repeated="3"/>'
    """
    tag, name = tag_at(xml, 0), f"{table}:number-{what}-repeated"
    changed = without_attribute(tag, name) if times == 1 else with_attribute(tag, name, str(times))
    return changed + xml[len(tag) :]


class TableWalk(Handlers):
    """Calls a method for each row and cell of the table of a name; ``row`` and ``column`` count from 1.

    What is inside a cell belongs to the cell, tables too. ``times`` tells for how many rows or columns one element
    stands.
    """

    def __init__(self, scan: Scan, sheet: str) -> None:
        self.scan = scan
        self.found = False
        self.row = self.column = 1
        self._sheet = sheet
        self._depth = self._cell_depth = 0
        self._active = False
        self._row_times = self._cell_times = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Handle a start tag."""
        if self._cell_depth:
            self._cell_depth += 1
            self.inside_cell(name, self._cell_depth)
        elif name == f"{_TABLE}table":
            self._depth += 1
            if self._depth == 1 and attributes.get(f"{_TABLE}name") == self._sheet:
                self._active = self.found = True
        elif self._active and self._depth == 1:
            self._start_in_table(name, attributes)
        else:
            self.elsewhere(name, attributes)

    def _start_in_table(self, name: str, attributes: dict[str, str]) -> None:
        if name == f"{_TABLE}table-row":
            self.column, self._row_times = 1, repeated(attributes, "rows")
            self.start_row(self._row_times)
        elif name in _CELLS and self._row_times:
            self._cell_depth, self._cell_times = 1, repeated(attributes, "columns")
            self.start_cell(attributes, self._cell_times, covered=name != f"{_TABLE}table-cell")
        elif name == f"{_TABLE}table-column":
            self.start_columns(repeated(attributes, "columns"))

    def end(self, name: str) -> None:
        """Handle an end tag."""
        if self._cell_depth > 1:
            self.left_inside_cell(name, self._cell_depth)
            self._cell_depth -= 1
        elif self._cell_depth:
            self._cell_depth = 0
            self.end_cell(self._cell_times)
            self.column += self._cell_times
        elif name == f"{_TABLE}table":
            self._depth -= 1
            if not self._depth:
                self._active = False
        elif name == f"{_TABLE}table-row" and self._row_times:
            self.end_row(self._row_times)
            self.row += self._row_times
            self._row_times = 0

    def start_row(self, times: int) -> None:
        """Handle the start of a row."""

    def end_row(self, times: int) -> None:
        """Handle the end of a row."""

    def start_cell(self, attributes: dict[str, str], times: int, *, covered: bool) -> None:
        """Handle the start of a cell; ``covered`` by another one, which was merged with it."""

    def end_cell(self, times: int) -> None:
        """Handle the end of a cell."""

    def start_columns(self, times: int) -> None:
        """Handle the description of columns."""

    def inside_cell(self, name: str, depth: int) -> None:
        """Handle the start of an element in a cell; those directly in it have the ``depth`` 2."""

    def left_inside_cell(self, name: str, depth: int) -> None:
        """Handle the end of an element in a cell."""

    def elsewhere(self, name: str, attributes: dict[str, str]) -> None:
        """Handle the start of an element outside of the table."""
