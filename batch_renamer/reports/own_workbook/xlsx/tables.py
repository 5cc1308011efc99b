"""Makes a table wider, so that the results are sorted and filtered with the rows that they belong to.

Without that, a person who sorts the table would find the results beside other rows.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from batch_renamer.reports.own_workbook.archive import Archive, damaged
from batch_renamer.reports.own_workbook.columns import COLUMNS_BACK
from batch_renamer.reports.own_workbook.xlsx.areas import Area, area_of, whole_number
from batch_renamer.reports.own_workbook.xlsx.tree import Element, Part, read_part
from batch_renamer.reports.own_workbook.xml_scan import NewBytes, escaped_attribute, prefix_of, with_attribute

__all__ = ["Table", "read_tables", "table_of_headings"]


@dataclass(frozen=True, slots=True)
class Table:
    """A table of the sheet.

    One that a query fills can't be widened: a list in another part has all columns of the query.
    """

    part: str
    content: Part
    area: Area
    has_headings: bool
    can_be_widened: bool

    def free_headings(self) -> tuple[str, ...]:
        """Return headings for the four columns; a table needs different ones, whatever their case."""
        taken = {column.attributes.get("name", "").casefold() for column in self._columns}
        return tuple(_free(name, taken) for name in COLUMNS_BACK)

    def widened(self, headings: Sequence[str]) -> bytes:
        """Return the part of a table that has these columns more, on its right."""
        root = self.content.root
        area = str(replace(self.area, last_column=self.area.last_column + len(headings)))
        changes = [NewBytes(root.start, root.inner_start, with_attribute(self.content.tag(root), "ref", area))]
        for filtered in root.all("autoFilter"):
            present = area_of(filtered.attributes.get("ref", ""))
            if present is not None and present.last_column == self.area.last_column:
                wider = str(replace(present, last_column=present.last_column + len(headings)))
                tag = with_attribute(self.content.tag(filtered), "ref", wider)
                changes.append(NewBytes(filtered.start, filtered.inner_start, tag))
        columns = root.first("tableColumns")
        if columns is None or columns.inner_end == columns.end:
            raise damaged()
        known = self._columns
        tag = with_attribute(self.content.tag(columns), "count", str(len(known) + len(headings)))
        prefix = prefix_of(tag)
        first_id = max((whole_number(column.attributes.get("id")) for column in known), default=0) + 1
        added = "".join(
            f'<{prefix}tableColumn id="{number}" name="{escaped_attribute(heading).decode()}"/>'
            for number, heading in enumerate(headings, first_id)
        )
        changes += [
            NewBytes(columns.start, columns.inner_start, tag),
            NewBytes(columns.inner_end, columns.inner_end, added.encode()),
        ]
        return self.content.changed(changes)

    @property
    def _columns(self) -> list[Element]:
        return list(self.content.root.all("tableColumns", "tableColumn"))


def read_tables(archive: Archive, parts: Collection[str]) -> list[Table]:
    """Read the tables of a sheet."""
    tables = []
    for name in parts:
        part = read_part(archive, name)
        attributes = part.root.attributes
        area = area_of(attributes.get("ref", ""))
        if area is None:
            raise damaged()
        has_headings = attributes.get("headerRowCount", "1") != "0"
        can_be_widened = attributes.get("tableType", "worksheet") == "worksheet"
        tables.append(Table(name, part, area, has_headings=has_headings, can_be_widened=can_be_widened))
    return tables


def table_of_headings(tables: Collection[Table], heading_row: int) -> Table | None:
    """Return the table whose headings are in this row, if there is exactly one."""
    found = [table for table in tables if table.has_headings and table.area.first_row == heading_row]
    return found[0] if len(found) == 1 else None


def _free(name: str, taken: Collection[str]) -> str:
    """Return the name, numbered as spreadsheet programs do if the table has it already."""
    number = 1
    free = name
    while free.casefold() in taken:
        number += 1
        free = f"{name}{number}"
    return free
