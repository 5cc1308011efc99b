"""Commands enter as lines of JSON on standard input; the cells of a workbook leave on standard output the same way.

At the start it sends ``{"sheets": [[name, visible], ...]}``. Then, one answer to one command:

- ``{"head": i, "rows": n}``: ``{"head": [[cell, ...], ...]}``, the first rows of sheet ``i``,
  from row 1 and column A on.
- ``{"read": i, "after": row, "columns": [c, ...]}``: any number of ``{"rows": [[row, cell, ...], ...]}``, blank rows
  left out, then ``{"end": true}``.

Instead of an answer it may send ``{"refused": code}`` and end. A cell is a JSON string, number or boolean, or a pair
``[flaw, text]``.
"""

from __future__ import annotations

import contextlib
import datetime
import json
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, BinaryIO

import python_calamine

from .binary_marks import xls_marks, xls_stream, xlsb_marks
from .container import Refusal, kind_of
from .xml_marks import ods_marks, xlsx_marks

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .xml_marks import Marks

__all__ = ["main"]

_MEMORY_BYTES = 1 << 30
_CPU_S = 60
_LONGEST_CELL = 100_000
"""Spreadsheet programs stop at 32,767 characters."""

_LONGEST_HEADING = 200
_BATCH_CELLS = 4000
_BATCH_CHARS = 1 << 18


def main(path: str) -> None:
    """Serve one workbook until standard input ends."""
    _limit_resources()
    try:
        with open(path, "rb") as file:  # noqa: PTH123 - pathlib isn't worth its import here
            _serve(file)
    except Refusal as refusal:
        _send({"refused": str(refusal)})
    except python_calamine.PasswordError:
        _send({"refused": "password"})
    except MemoryError:
        sys.exit(1)  # without a word, like the aborts that can't be caught: the parent knows what it means
    except BaseException:  # a broken workbook may break any line, and a panic in the reader is no Exception
        _send({"refused": "damaged"})


def _limit_resources() -> None:
    """Have the system end this process before it takes the machine's memory; where it can't, time alone is limited."""
    with contextlib.suppress(ImportError, OSError, ValueError):  # Windows has no such limits, macOS refuses some
        import resource  # noqa: PLC0415 - doesn't exist everywhere

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_CPU, (_CPU_S, _CPU_S))
        resource.setrlimit(resource.RLIMIT_AS, (_MEMORY_BYTES, _MEMORY_BYTES))


def _serve(file: BinaryIO) -> None:
    book = _Book(file)
    _send({"sheets": book.sheets})
    for line in sys.stdin:
        command = json.loads(line)
        if "head" in command:
            rows = book.cells(command["head"])
            _send({"head": [_cut(row) for _, row in zip(range(command["rows"]), rows, strict=False)]})
        else:
            for batch in _batches(book.cells(command["read"]), command["after"], command["columns"]):
                _send({"rows": batch})
            _send({"end": True})


@dataclass(slots=True)
class _Loaded:
    """One sheet in memory, and what its blank cells really hold."""

    position: int
    sheet: python_calamine.CalamineSheet
    marks: Marks


class _Book:
    """A workbook of which one sheet at a time is in memory."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._kind = kind_of(file)
        if self._kind == "xls":
            xls_stream(file)  # for a look at its encryption, which the reader would take for damage
        file.seek(0)
        self._book = python_calamine.CalamineWorkbook.from_filelike(file)
        kinds = python_calamine.SheetTypeEnum
        self._loaded: _Loaded | None = None
        self.sheets = [
            [sheet.name, sheet.visible == python_calamine.SheetVisibleEnum.Visible and sheet.typ == kinds.WorkSheet]
            for sheet in self._book.sheets_metadata
        ]

    def cells(self, position: int) -> Iterator[list[Any]]:
        """Give every row from row 1 on, its cells from column A on."""
        if self._loaded is None or self._loaded.position != position:
            self._loaded = None  # before the next one is loaded: there may not be room for two
            marks = self._marks(position)
            self._loaded = _Loaded(position, self._book.get_sheet_by_index(position), marks)
        marks, sheet = self._loaded.marks, self._loaded.sheet
        left = [""] * (sheet.start[1] if sheet.start else 0)
        number = -1
        for number, row in enumerate(sheet.iter_rows() if sheet.start else ()):
            yield _with_marks(left + row, marks.get(number))
        for beyond in range(number + 1, max(marks, default=-1) + 1):  # the reader ends at the last cell it understood
            yield _with_marks([], marks.get(beyond))

    def _marks(self, position: int) -> Marks:
        name = self._book.sheet_names[position]
        match self._kind:
            case "xlsx":
                return xlsx_marks(self._file, name)
            case "xlsb":
                return xlsb_marks(self._file, name)
            case "ods":
                return ods_marks(self._file, name)
        return xls_marks(xls_stream(self._file), position)


def _with_marks(row: list[Any], marks: dict[int, str] | None) -> list[Any]:
    """Put the marks into a row's cells; they are right where the reader is wrong."""
    if marks:
        row += [""] * (max(marks) + 1 - len(row))
        for column, mark in marks.items():
            row[column] = [mark, ""]
    return row


def _batches(rows: Iterator[list[Any]], after: int, columns: list[int]) -> Iterator[list[list[Any]]]:
    """Pick the wanted cells of the rows that aren't blank, in batches of bounded size."""
    batch: list[list[Any]] = []
    size = 0
    for number, row in enumerate(rows, 1):
        if number <= after or all(isinstance(cell, str) and not cell.strip() for cell in row):
            continue
        picked = [number, *(_wire(row[column]) if column < len(row) else "" for column in columns)]
        batch.append(picked)
        size += sum(len(cell) for cell in picked if isinstance(cell, str))
        if len(batch) * len(picked) >= _BATCH_CELLS or size >= _BATCH_CHARS:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _cut(row: list[Any]) -> list[Any]:
    """Shorten the cells of a row in which headings are looked for."""
    return [cell[:_LONGEST_HEADING] if isinstance(cell, str) else _wire(cell) for cell in row]


def _wire(cell: Any) -> Any:
    """Turn a cell into what JSON can hold without loss."""
    if isinstance(cell, str) and len(cell) > _LONGEST_CELL:
        return ["long text", f"{len(cell)} characters"]
    if isinstance(cell, datetime.datetime | datetime.date | datetime.time | datetime.timedelta):
        return ["date", str(cell)]
    return cell


def _send(message: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(message, separators=(",", ":")) + "\n")
    sys.stdout.flush()
