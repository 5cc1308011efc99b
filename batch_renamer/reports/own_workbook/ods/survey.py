"""What is known of a table before results are written: its headings, the columns that are taken, the prefixes."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import IO

from batch_renamer.errors import WriteBackError
from batch_renamer.model import COLUMNS_BACK, place_of_columns_back
from batch_renamer.reports.own_workbook.ods.walk import ODF, TableWalk
from batch_renamer.reports.own_workbook.xml_scan import Scan

__all__ = ["Survey", "survey_table"]

_WIDTH = len(COLUMNS_BACK)
_MOST_COLUMNS = 1 << 14
_PARAGRAPH = f"{ODF}text:1.0 p"
_TABLE, _STYLE = f"{ODF}table:1.0 ", f"{ODF}style:1.0 "
_PREFIX = re.compile(rb"""xmlns:([^\s=]+)\s*=\s*["']([^"']*)["']""")


@dataclass(slots=True, kw_only=True)
class Survey:
    """What was found; columns count from 1."""

    prefixes: dict[str, str] = field(default_factory=dict)
    headings: dict[int, str] = field(default_factory=dict)
    heading_styles: dict[int, str] = field(default_factory=dict)
    used: set[int] = field(default_factory=set)
    styles: set[str] = field(default_factory=set)

    def has_prefixes(self, *namespaces: str) -> bool:
        """Tell whether the part has prefixes for namespaces of OpenDocument."""
        return all(f"{ODF}{namespace}:1.0" in self.prefixes for namespace in namespaces)

    def prefix(self, namespace: str) -> str:
        """Return the prefix that the part has for a namespace of OpenDocument, such as ``table``.

        Raises:
            WriteBackError: it has none, which no program writes.
        """
        uri = f"{ODF}{namespace}:1.0"
        if uri not in self.prefixes:
            raise WriteBackError("The workbook is written in an unusual way: open and save it in LibreOffice.")
        return self.prefixes[uri]

    def place(self) -> tuple[int, bool]:
        """Return the first of the four columns, and whether they are new.

        Raises:
            WriteBackError: there are no four free columns.
        """
        found = place_of_columns_back([self.headings.get(column, "") for column in range(1, max(self.headings) + 1)])
        if found is not None:
            return found + 1, False
        beside = max(self.headings)
        for first in range(beside + 1, _MOST_COLUMNS - _WIDTH + 2):
            if self.used.isdisjoint(range(first, first + _WIDTH)):
                return first, True
        raise WriteBackError("The sheet has no four free columns side by side on the right of its headings.")


def survey_table(stream: IO[bytes], sheet: str, *, heading_row: int) -> Survey:
    """Go through a content part once.

    Raises:
        WriteBackError: there is no such table, or it has no headings in that row.
    """
    scan = Scan(stream)
    walk = _Survey(scan, sheet, heading_row)
    for known in scan.pieces(walk):
        scan.release(known)
    if not walk.found:
        raise WriteBackError(f'The workbook has no sheet "{sheet}" any more.')
    if not walk.survey.headings:
        raise WriteBackError(f"Row {heading_row:,} of the sheet has no headings any more.")
    return walk.survey


class _Survey(TableWalk):
    def __init__(self, scan: Scan, sheet: str, heading_row: int) -> None:
        super().__init__(scan, sheet)
        self.survey = Survey()
        self._heading_row = heading_row
        self._filled = False
        self._text: list[str] = []
        self._style = ""

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if not self.survey.prefixes:
            root = self.scan.tag(self.scan.place)
            self.survey.prefixes = {uri.decode(): prefix.decode() for prefix, uri in _PREFIX.findall(root)}
        super().start(name, attributes)

    def elsewhere(self, name: str, attributes: dict[str, str]) -> None:
        if name == f"{_STYLE}style":
            self.survey.styles.add(attributes.get(f"{_STYLE}name", ""))

    def start_cell(self, attributes: dict[str, str], times: int, *, covered: bool) -> None:
        spans = f"{_TABLE}number-columns-spanned" in attributes
        value = f"{ODF}office:1.0 value-type" in attributes or f"{_TABLE}formula" in attributes
        self._filled = covered or value or spans
        self._text, self._style = [], attributes.get(f"{_TABLE}style-name", "")

    def inside_cell(self, name: str, depth: int) -> None:
        self._filled = True
        if name == _PARAGRAPH and depth == 2 and self._is_heading:
            self.scan.listen(self._text.append)

    def left_inside_cell(self, name: str, depth: int) -> None:
        if name == _PARAGRAPH and depth == 2:
            self.scan.listen(None)

    def end_cell(self, times: int) -> None:
        columns: Iterable[int] = range(self.column, min(self.column + times, _MOST_COLUMNS + 1))
        if self._filled and self.row + self._row_times > self._heading_row:
            self.survey.used.update(columns)
        if self._is_heading and (text := "".join(self._text)).strip():
            for column in columns:
                self.survey.headings[column] = text
                self.survey.heading_styles[column] = self._style

    @property
    def _is_heading(self) -> bool:
        return self.row <= self._heading_row < self.row + self._row_times
