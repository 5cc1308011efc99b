"""Puts the four cells into the bytes of one row, which the survey has parsed as XML before."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache
from typing import NamedTuple

from batch_renamer.column_letters import letters_of
from batch_renamer.errors import WriteBackError
from batch_renamer.reports.own_workbook.columns import COLUMNS_BACK
from batch_renamer.reports.own_workbook.xlsx.areas import is_true, whole_number
from batch_renamer.reports.own_workbook.xlsx.cell_places import CellPlaces
from batch_renamer.reports.own_workbook.xlsx.rendering import NewRow, Renderer
from batch_renamer.reports.own_workbook.xml_scan import attributes_of, is_empty_tag, prefix_of, tag_at, with_attribute

__all__ = ["RowPatcher"]

_TOKEN = re.compile(
    rb"""<!--.*?-->|<!\[CDATA\[.*?\]\]>|<\?.*?\?>|<(/?)([^\s/>!?]+)((?:\s+[^\s=/>]+\s*=\s*(?:"[^"]*"|'[^']*'))*)\s*(/?)>""",
    re.DOTALL,
)
"""A tag in four groups: whether it ends an element, name, attributes, whether it is a whole element. Or what may look
like a tag inside."""

_USUAL = (
    '(<{prefix}c r="{letters}[0-9]+"(?: s="([0-9]+)")?(?: t="[A-Za-z]+")?(?:/>|>(?:<{prefix}is><{prefix}t'
    '(?: xml:space="preserve")?>[^<]*</{prefix}t></{prefix}is>|<{prefix}v>[^<]*</{prefix}v>)?</{prefix}c>))?'
)
"""A cell without a formula, as most programs write it."""

_MOST_TAGS = 1_000

_NAME = re.compile(rb'\s+r="([A-Z]+[0-9]+)"')


class _Cell(NamedTuple):
    """A cell with its place in the bytes."""

    start: int
    end: int
    attributes: bytes
    has_formula: bool


class RowPatcher:
    """Puts cells into rows, which come in order. ``column_styles`` are those of the four columns."""

    def __init__(self, renderer: Renderer, column_styles: Sequence[str | None]) -> None:
        self._renderer = renderer
        self._first = renderer.placement.first
        self._letters = [letters_of(column) for column in range(self._first, renderer.placement.last + 1)]
        self._column_styles = column_styles
        self._places = CellPlaces()
        # Most rows have the same.
        self._of_tag = lru_cache(_MOST_TAGS)(self._read_tag)
        self._usual = cache(self._usual_cells)

    def new_row(self, row: NewRow, prefix: str) -> bytes:
        """Return a row that the sheet does not have."""
        if row.is_blank:
            return b""
        cells = self._renderer.cells(row, prefix, self._column_styles)
        return f'<{prefix}row r="{row.number}">'.encode() + cells + f"</{prefix}row>".encode()

    def patched(self, old: bytes, row: NewRow, last_column: int) -> bytes:
        """Return a row's bytes with its new cells; ``last_column`` is that of its last cell.

        Raises:
            WriteBackError: A cell that would be replaced has a formula.
        """
        tag = tag_at(old, 0)
        plain = b'<row r="%d"' % row.number
        if tag.startswith(plain):  # nearly always; without its number, most rows have the same tag
            prefix, bases, changed = self._of_tag(b"<row" + tag[len(plain) :], is_blank=row.is_blank)
            new_tag = plain + changed[len(b"<row") :]
        else:
            prefix, bases, new_tag = self._of_tag(tag, is_blank=row.is_blank)
        if is_empty_tag(tag):
            cells = self._renderer.cells(row, prefix, bases)
            return new_tag[:-2].rstrip() + b">" + cells + f"</{prefix}row>".encode() if cells else old
        end = old.rindex(b"</")
        if last_column < self._first:
            content = old[len(tag) : end] + self._renderer.cells(row, prefix, bases)
        else:
            content = self._with_cells(old[len(tag) : end], row, prefix, bases)
        return new_tag + content + old[end:]

    def _read_tag(self, tag: bytes, *, is_blank: bool) -> tuple[str, Sequence[str | None], bytes]:
        """Return what the tag of a row tells: the prefix, the styles of new cells, and the tag as it will be."""
        attributes = attributes_of(tag)
        own_style = attributes.get("s") if is_true(attributes.get("customFormat")) else None
        bases = self._column_styles if own_style is None else (own_style,) * len(COLUMNS_BACK)
        if "spans" in attributes and not is_blank:
            tag = with_attribute(tag, "spans", self._new_spans(attributes["spans"]))
        return prefix_of(tag), bases, tag

    def _new_spans(self, spans: str) -> str:
        """Return the range of columns that a row tells, with the four columns in it."""
        ends = [whole_number(end) for span in spans.split() for end in span.split(":")]
        known = [self._first, self._renderer.placement.last, *(end for end in ends if end > 0)]
        return f"{min(known)}:{max(known)}"

    def _start(self, old: bytes, number: int, prefix: str) -> int:
        """Return where the first cell of the four columns begins, or 0 if that can't be told from the bytes alone.

        Outside of comments, character data and the like a ``<`` begins a tag.
        """
        if b"<!" not in old and b"<?" not in old:
            for letters in self._letters:
                place = old.find(f'<{prefix}c r="{letters}{number}"'.encode())
                if place >= 0:
                    return place
        return 0

    def _usual_cells(self, prefix: str) -> re.Pattern[bytes]:
        """Return what finds cells of the four columns as they are written here, up to the end of a row.

        For each there are two groups: the cell, and the number of its style.
        """
        cells = (_USUAL.format(prefix=re.escape(prefix), letters=letters) for letters in self._letters)
        return re.compile("".join(cells).encode())

    def _instead_of(self, usual: re.Match[bytes], row: NewRow, prefix: str, bases: Sequence[str | None]) -> bytes:
        """Return the new cells for those that were found."""
        pieces = []
        for at, base in enumerate(bases):
            cell, style = usual.group(2 * at + 1, 2 * at + 2)
            if cell:
                pieces.append(self._renderer.cell(row, at, prefix, style.decode() if style else None))
            elif row.values[at]:
                pieces.append(self._renderer.cell(row, at, prefix, base))
        return b"".join(pieces)

    def _with_cells(self, old: bytes, row: NewRow, prefix: str, bases: Sequence[str | None]) -> bytes:
        """Return what is between a row's tags, where cells at the four columns or behind them may be present."""
        start = self._start(old, row.number, prefix)
        if start and (usual := self._usual(prefix).fullmatch(old, start)):
            return old[:start] + self._instead_of(usual, row, prefix, bases)
        self._places.next_row(str(row.number))
        pieces: list[bytes] = []
        position = done = 0  # bytes that are dealt with, and columns
        for cell in _cells(old, prefix, start):
            column = self._places.next_cell(_name(cell.attributes))
            if column < self._first or done == len(COLUMNS_BACK):
                continue
            at = min(column - self._first, len(COLUMNS_BACK))
            pieces.append(old[position : cell.start])
            if done < at:
                pieces.append(self._renderer.cells(row, prefix, bases, range(done, at)))
            position, done = cell.start, at
            if at < len(COLUMNS_BACK):
                if cell.has_formula:
                    raise _formula(column, row.number)
                pieces.append(self._renderer.cell(row, at, prefix, attributes_of(cell.attributes).get("s")))
                position, done = cell.end, at + 1
        return b"".join(
            [*pieces, old[position:], self._renderer.cells(row, prefix, bases, range(done, len(COLUMNS_BACK)))]
        )


def _name(attributes: bytes) -> str | None:
    """Return the name of a cell, which nearly all programs write first."""
    first = _NAME.match(attributes)
    return first[1].decode() if first else attributes_of(attributes).get("r")


def _cells(old: bytes, prefix: str, begin: int) -> Iterator[_Cell]:
    """Yield the cells of a row from a place on."""
    cell_name, formula_name = f"{prefix}c".encode(), f"{prefix}f".encode()
    depth = start = 0
    name = attributes = b""
    has_formula = False
    for token in _TOKEN.finditer(old, begin):
        if token[2] is None:
            continue
        if token[1]:
            depth -= 1
        else:
            if depth == 0:
                start, name, attributes, has_formula = token.start(), token[2], token[3], False
            elif depth == 1 and token[2] == formula_name:
                has_formula = True
            if not token[4]:
                depth += 1
        if depth == 0 and name == cell_name:
            yield _Cell(start, token.end(), attributes, has_formula)


def _formula(column: int, row: int) -> WriteBackError:
    return WriteBackError(
        f"Cell {letters_of(column)}{row} has a formula where a result goes: clear that cell, and try again."
    )
