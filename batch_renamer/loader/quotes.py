"""Decides whether the cells of a record with quotation marks are what was typed.

Two things go wrong. An unclosed mark turns everything up to the next mark into one cell, so that rows disappear inside
a name without an error. A mark inside a cell that is not doubled is ambiguous: CSV readers choose one reading silently,
drop marks and cut names. A record that can be read in one way only is taken as typed.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from functools import cache

from batch_renamer.errors import SheetError
from batch_renamer.loader.columns import Columns

__all__ = ["cells_as_typed", "is_quoted", "plainly_quoted", "refuse_broken", "swallowed_row"]

_DIGITS = re.compile(r"[0-9]")
_WORDS = re.compile(r"[0-9A-Za-z]+")


def refuse_broken(lines: Sequence[str], delimiter: str, label: str, number: int) -> None:
    """Check a record of several lines, or the last one, strictly: every mark must be closed at the end of its cell.

    Raises:
        SheetError: a quotation mark is never closed, or is followed by text after several lines.
    """
    try:
        next(csv.reader(lines, delimiter=delimiter, strict=True), None)
    except csv.Error as error:
        if "unexpected end" in str(error):
            raise SheetError(
                f"{label}, row {number}: a quotation mark is opened and never closed, so that the rest of the file "
                'would become one cell. Delete it, or write it twice ("").'
            ) from error
        if len(lines) > 1:
            raise SheetError(
                f"{label}, row {number}: a quotation mark is out of place, and {len(lines)} lines run together. "
                'Delete it, or write it twice ("").'
            ) from error


def swallowed_row(record: list[str], delimiter: str, columns: Columns) -> str:
    """Return a line inside a cell that looks like a row: enough cells, and an id in the format of this row's id."""
    if len(record) <= columns.key:
        return ""
    shape = _shape(record[columns.key])
    for cell in record:
        for line in cell.splitlines()[1:]:
            inner = next(csv.reader([line], delimiter=delimiter), [])
            if len(inner) >= columns.own_cells and _shape(inner[columns.key]) == shape:
                return line
    return ""


def cells_as_typed(line: str, delimiter: str, used: Sequence[int | None]) -> list[str] | None:
    r"""Return the cells of a one-line record; None if a quotation mark in it is ambiguous.

    ``used`` are the columns whose text matters.

    Example:
        >>> cells_as_typed('A-2,"Garden" Flat 3', ",", (0, 1))
        ['A-2', '"Garden" Flat 3']
        >>> cells_as_typed('A-4,"Barn "North" side"', ",", (0, 1)) is None
        True
    """
    cells: list[str] = []
    for place, raw in enumerate(_raw_cells(_without_spaces_before_marks(line, delimiter, used), delimiter)):
        whole = raw.startswith('"') and len(raw) > 1 and _is_whole(raw)
        cells.append(raw[1:-1].replace('""', '"') if whole else raw)
        matters = not whole or place in used
        if matters and '"' in raw and (_has_two_readings(raw, whole=whole) or _is_continued(raw, cells, place)):
            return None
    return cells


@cache
def plainly_quoted(delimiter: str) -> re.Pattern[str]:
    """Return a pattern for lines in which every mark is at the end of a cell; CSV readers agree on those."""
    d = re.escape(delimiter)
    cell = rf'(?:"[^"\\]*"|[^"{d}]*)'
    return re.compile(rf"{cell}(?:{d}{cell})*[\r\n]*")


def is_quoted(line: str, delimiter: str, place: int) -> bool:
    """Tell whether a cell of a one-line record is in quotation marks."""
    raw = _raw_cells(line, delimiter)
    return place < len(raw) and raw[place].startswith('"')


def _without_spaces_before_marks(line: str, delimiter: str, used: Sequence[int | None]) -> str:
    """Remove spaces between a delimiter and a quoted cell, where only this reading makes sense.

    It is safe after a quoted cell, which is complete, and after an order id, which contains no delimiter.
    """
    d = re.escape(delimiter)
    after_id = rf"^[^{d}\"]*{d}|" if used[0] == 0 else ""
    tight = re.sub(rf'({after_id}"{d}) +(?=")', r"\1", line)
    return tight if plainly_quoted(delimiter).fullmatch(tight) else line


def _raw_cells(line: str, delimiter: str) -> list[str]:
    """Split a line at its delimiters, except those in quoted cells; the quotation marks stay."""
    return _cell_pattern(delimiter).findall(delimiter + line.rstrip("\r\n"))


@cache
def _cell_pattern(delimiter: str) -> re.Pattern[str]:
    d = re.escape(delimiter)
    return re.compile(rf'{d}("(?:[^"]|"")*"(?={d}|\Z)|[^{d}]*)')


def _is_whole(raw: str) -> bool:
    """Tell whether a cell is quoted correctly: marks at both ends, and every mark inside doubled."""
    return raw.endswith('"') and '"' not in raw[1:-1].replace('""', "")


def _has_two_readings(raw: str, *, whole: bool) -> bool:
    r"""Tell whether marks may belong to the text or surround it: ``"Barn "North" side"``, ``"5\" pipe"``."""
    if whole:
        return '\\"' in raw
    if '\\"' in raw:
        return True
    text = raw.strip()
    return text.startswith('"') and (text.endswith('"') or bool(text.count('"') % 2))


def _is_continued(raw: str, cells: Sequence[str], place: int) -> bool:
    """Tell whether this cell seems to close a mark that the cell before it opened: ``Barn "North,South"``."""
    return place > 0 and cells[place - 1].count('"') % 2 == 1 and raw.count('"') % 2 == 1


def _shape(text: str) -> tuple[str, bool]:
    """Return the format of an id: its punctuation, and whether it has digits. The ids of a sheet mostly share one."""
    return _WORDS.sub("x", text.strip()), bool(_DIGITS.search(text))
