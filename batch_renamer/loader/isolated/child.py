"""Reads commands as lines of JSON from standard input and answers with the cells of a workbook on standard output.

At the start it sends ``{"sheets": [[name, visible], ...]}``. Then every command gets one answer:

- ``{"head": i, "rows": n}``: ``{"head": [[cell, ...], ...]}``, the first rows of sheet ``i``, from row 1 and column A
  on.
- ``{"notes": i}``: ``{"notes": [code, ...]}``, what could not be examined in sheet ``i``.
- ``{"read": i, "after": row, "columns": [c, ...], "headings": n, "name": c, "results": [c, ...]}``: any number of
  ``{"rows": [[row, cell, ...], ...], "hidden": [row, ...], "beside": [[row, c], ...], "split": [row, ...]}`` without
  blank rows, then ``{"end": true}``. ``beside`` has the first filled cell beyond the headings. ``split`` has the rows
  in which the cell after the name begins with a space and the name doesn't. The columns of ``results``, if given, do
  not count. ``name`` is null where the sheet has no names.

Instead of an answer it may send ``{"refused": code, "row": n}`` and end. A cell is a JSON string, number or boolean, or
a pair ``[flaw, text]``.
"""

from __future__ import annotations

import contextlib
import datetime
import json
import sys
from collections.abc import Collection, Iterator, Sequence
from itertools import islice
from typing import Any, BinaryIO, Protocol

import python_calamine

from .calamine_book import CalamineBook
from .container import kind_of
from .ods_book import OdsBook
from .refusal import Refusal
from .rows import LONGEST_CELL, LONGEST_HEADING, Row, is_filled

__all__ = ["main"]

_MEMORY_BYTES = 1 << 30
_ODS_MEMORY_BYTES = 1 << 28
"""Reading an OpenDocument file piece by piece takes a few dozen megabytes, whatever its length."""

_MOST_SHEETS = 10_000
_CPU_S = 60
_LONGEST_HEAD = 4 << 20
_BATCH_CELLS = 4000
_BATCH_CHARS = 1 << 18


class _Book(Protocol):
    """A workbook of any format. Rows come in order; blank ones may be left out."""

    sheets: list[tuple[str, bool]]

    def notes(self, position: int) -> list[str]: ...
    def rows(self, position: int, wanted: Collection[int] | None) -> Iterator[Row]: ...


def main(path: str) -> None:
    """Answer commands for one workbook until standard input ends."""
    _limit_resources()
    try:
        with open(path, "rb") as file:  # noqa: PTH123 - importing pathlib would slow the start
            _serve(file)
    except Refusal as refusal:
        _send({"refused": refusal.code, "row": refusal.row})
    except python_calamine.PasswordError:
        _send({"refused": "password"})
    except MemoryError:
        sys.exit(1)  # without a message, like aborts that can't be caught; the parent reports both alike
    except BaseException:  # a broken workbook may fail anywhere, and a panic in calamine is no Exception
        _send({"refused": "damaged"})


def _limit_resources() -> None:
    """Let the system end this process if it uses too much memory or time; elsewhere only the parent's timeout does."""
    with contextlib.suppress(ImportError, OSError, ValueError):  # Windows has no such limits, macOS refuses some
        import resource  # noqa: PLC0415 - doesn't exist everywhere

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_CPU, (_CPU_S, _CPU_S))
        resource.setrlimit(resource.RLIMIT_AS, (_MEMORY_BYTES, _MEMORY_BYTES))


def _limit_memory(size: int) -> None:
    """Lower the memory limit that `_limit_resources` has set."""
    with contextlib.suppress(ImportError, OSError, ValueError):
        import resource  # noqa: PLC0415 - doesn't exist everywhere

        resource.setrlimit(resource.RLIMIT_AS, (size, size))


def _serve(file: BinaryIO) -> None:
    kind = kind_of(file)
    if kind == "ods":
        _limit_memory(_ODS_MEMORY_BYTES)
    book: _Book = OdsBook(file) if kind == "ods" else CalamineBook(file, kind)
    if len(book.sheets) > _MOST_SHEETS:
        raise Refusal("too much")
    _send({"sheets": book.sheets})
    for line in sys.stdin:
        command = json.loads(line)
        if "head" in command:
            _send({"head": _head(book.rows(command["head"], None), command["rows"])})
        elif "notes" in command:
            _send({"notes": book.notes(command["notes"])})
        else:
            for batch in _batches(book, command):
                _send(batch)
            _send({"end": True})


def _head(rows: Iterator[Row], most: int) -> list[list[Any]]:
    """Return the first rows of a sheet, including blank ones."""
    head: list[list[Any]] = []
    size = 0
    for row in rows:
        if row.number > most:
            break
        head += [[] for _ in range(row.number - 1 - len(head))]
        head.append([cell[:LONGEST_HEADING] if isinstance(cell, str) else _wire(cell) for cell in row.cells])
        size += sum(len(cell) + 3 for cell in head[-1] if isinstance(cell, str))
        if size > _LONGEST_HEAD:
            raise Refusal("too much")
    return head


def _batches(book: _Book, command: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the wanted cells of the rows that aren't blank, in batches of bounded size."""
    columns, headings, name = command["columns"], command["headings"], command["name"]
    results = frozenset(command.get("results", ()))
    batch = _Batch()
    for row in book.rows(command["read"], columns if name is None else [*columns, name + 1]):
        if row.number <= command["after"] or row.is_blank or (results and _has_only(results, row.cells)):
            continue
        width = len(row.cells)
        batch.add([row.number, *(_wire(row.cells[column]) if column < width else "" for column in columns)])
        if row.is_hidden:
            batch.hidden.append(row.number)
        if width > headings:
            beyond = (place for place in range(headings, width) if place not in results and is_filled(row.cells[place]))
            batch.beside.extend([row.number, place] for place in islice(beyond, 1))
        if name is not None and width > name + 1:
            before, after = row.cells[name : name + 2]
            if _begins_with_a_space(after) and not _begins_with_a_space(before):
                batch.split.append(row.number)
        if batch.is_full:
            yield batch.message
            batch = _Batch()
    if batch.rows:
        yield batch.message


def _has_only(places: Collection[int], cells: Sequence[Any]) -> bool:
    return not any(is_filled(cell) for place, cell in enumerate(cells) if place not in places)


class _Batch:
    """Rows that are sent in one message, with the notes about them."""

    def __init__(self) -> None:
        self.rows: list[list[Any]] = []
        self.hidden: list[int] = []
        self.beside: list[list[int]] = []
        self.split: list[int] = []
        self._size = 0

    def add(self, picked: list[Any]) -> None:
        """Add the wanted cells of a row."""
        self.rows.append(picked)
        self._size += sum(len(cell) for cell in picked if isinstance(cell, str))

    @property
    def is_full(self) -> bool:
        """Whether the batch is large enough to be sent."""
        return len(self.rows) * len(self.rows[0]) >= _BATCH_CELLS or self._size >= _BATCH_CHARS

    @property
    def message(self) -> dict[str, Any]:
        """The message to send."""
        return {"rows": self.rows, "hidden": self.hidden, "beside": self.beside, "split": self.split}


def _begins_with_a_space(cell: Any) -> bool:
    return isinstance(cell, str) and cell[:1] == " " and is_filled(cell)


def _wire(cell: Any) -> Any:
    """Convert a cell to what JSON can represent without loss."""
    if isinstance(cell, str):
        return cell if len(cell) <= LONGEST_CELL else ["long text", f"{len(cell)} characters"]
    if isinstance(cell, datetime.datetime | datetime.date | datetime.time | datetime.timedelta):
        return ["date", str(cell)]
    return cell


def _send(message: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(message, separators=(",", ":")) + "\n")
    sys.stdout.flush()
