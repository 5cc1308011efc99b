"""The cells of the four columns as XML, and the cells of a row taken apart so that they can be put in."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from batch_renamer.reports.own_workbook.columns import RowBack, shown_time
from batch_renamer.reports.own_workbook.ods.walk import with_times
from batch_renamer.reports.own_workbook.xml_scan import escaped_attribute, tag_at
from batch_renamer.text import storable

__all__ = ["CellRun", "Markup", "row_with", "values_of"]

_BREAKS = re.compile(r"\r\n|[\n\v\f\r\x85\u2028\u2029]")
_NOT_IN_XML = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ufffe\uffff]")
_SPACES = re.compile(r"(?<= ) |^ | $")

Value = str | datetime | None


@dataclass(frozen=True, slots=True)
class CellRun:
    """Bytes that stand for equal cells side by side: the first ``column``, how many, and their XML."""

    column: int
    times: int
    xml: bytes


def values_of(row: RowBack) -> tuple[Value, ...]:
    """Return what a row gets."""
    return (row.result, row.reason, row.final_name, row.renamed_at)


@dataclass(frozen=True, slots=True, kw_only=True)
class Markup:
    """The prefixes of the part's namespaces; ``time_style`` is the style of a time ("" for none)."""

    table: str
    office: str
    text: str
    time_style: str = ""

    def cell(self, value: Value, *, style: str | None) -> bytes:
        """Return one cell; ``style`` is that of the cell that was there, if it had one.

        Example:
            >>> Markup(table="table", office="office", text="text").cell("a  b", style=None)
            b'<table:table-cell office:value-type="string"><text:p>a <text:s/>b</text:p></table:table-cell>'
        """
        name = f"{self.table}:table-cell"
        if not value:
            return self._tag(name, style, b"/>")
        if isinstance(value, datetime):
            local = value.astimezone()
            kind = f' {self.office}:value-type="date" {self.office}:date-value="{local:%Y-%m-%dT%H:%M:%S}">'
            return self._tag(name, style, kind.encode() + self._closed(name, shown_time(value)))
        return self._tag(name, style, f' {self.office}:value-type="string">'.encode() + self._closed(name, value))

    def blank(self, times: int) -> bytes:
        """Return blank cells."""
        return with_times(f"<{self.table}:table-cell/>".encode(), times, "columns", table=self.table)

    def styled(self, value: Value, xml: bytes | None, fallback: str | None) -> str | None:
        """Return the style for a new value in the place of a cell; only a time that was one already keeps its look."""
        tag = b"" if xml is None else tag_at(xml, 0)
        if isinstance(value, datetime) and b'value-type="date"' not in tag:
            return self.time_style or self.style_of(tag) or fallback
        return self.style_of(tag) or fallback

    def _tag(self, name: str, style: str | None, end: bytes) -> bytes:
        styled = b"" if not style else b' %b:style-name="%b"' % (self.table.encode(), escaped_attribute(style))
        return b"<" + name.encode() + styled + end

    def _closed(self, name: str, text: str) -> bytes:
        paragraphs = "".join(f"<{self.text}:p>{self._escaped(line)}</{self.text}:p>" for line in _BREAKS.split(text))
        return f"{paragraphs}</{name}>".encode()

    def _escaped(self, line: str) -> str:
        line = _NOT_IN_XML.sub(lambda found: f"\\x{ord(found[0]):02x}", storable(line))
        line = line.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        return _SPACES.sub(f"<{self.text}:s/>", line).replace("\t", f"<{self.text}:tab/>")

    def style_of(self, tag: bytes) -> str | None:
        """Return the style of a cell, in the form that it has in the XML."""
        found = re.search(rb"""\s%b:style-name\s*=\s*(?:"([^"]*)"|'([^']*)')""" % self.table.encode(), tag)
        return None if found is None else (found[1] or found[2] or b"").decode()


def row_with(runs: Sequence[CellRun], first: int, cells: Sequence[tuple[Value, str | None]], markup: Markup) -> bytes:
    """Return the cells of a row with new ones from the column ``first`` on; each has a style to fall back on."""
    last = first + len(cells) - 1
    before, after, there = b"", b"", {}
    end = 1
    for run in runs:
        end = run.column + run.times
        if run.column < first:
            times = min(end, first) - run.column
            before += run.xml if times == run.times else with_times(run.xml, times, "columns", table=markup.table)
        if end > last + 1:
            times = end - max(run.column, last + 1)
            after += run.xml if times == run.times else with_times(run.xml, times, "columns", table=markup.table)
        for column in range(max(run.column, first), min(end, last + 1)):
            there[column] = run.xml
    if end < first:
        before += markup.blank(first - end)
    new = (
        markup.cell(value, style=markup.styled(value, there.get(column), fallback))
        for column, (value, fallback) in enumerate(cells, start=first)
    )
    return before + b"".join(new) + after
