"""Copies a text file and adds the four columns with results to it, or changes them where they are already there."""

from __future__ import annotations

import codecs
import csv
import hashlib
import io
from collections.abc import Iterable, Iterator, Sequence
from typing import BinaryIO

from batch_renamer.errors import WriteBackError
from batch_renamer.model import SheetPlace, is_of_columns_back, place_of_columns_back
from batch_renamer.reports.own_workbook.columns import COLUMNS_BACK, RowBack
from batch_renamer.reports.own_workbook.text.cells import CellStyle, texts_of
from batch_renamer.reports.own_workbook.text.records import TextRecord, records_in
from batch_renamer.text import raw_cells, rows_in_words, trimmed

__all__ = ["write_back_text"]

_WIDTH = len(COLUMNS_BACK)
_BLANK = ("",) * _WIDTH
_BLOCK_BYTES = 1 << 20


def write_back_text(
    source: BinaryIO, target: BinaryIO, *, place: SheetPlace, rows: Iterable[RowBack]
) -> tuple[str, ...]:
    r"""Copy a text file with the results of its rows in it; return sentences about what could not be written as it is.

    ``rows`` come in the order of the file. The text of every other cell, and the line ends, stay byte for byte.

    Raises:
        WriteBackError: the file can't be read as it was, or its encoding would change other bytes.
        OSError: a file can't be read or written.

    Example:
        >>> source, target = io.BytesIO(b"order_id;new_name\r\na1;12 Elm St\r\n"), io.BytesIO()
        >>> place = SheetPlace(heading_row=1, encoding="utf-8", delimiter=";")
        >>> row = RowBack(row=2, result="unchanged", reason="", final_name="12 Elm St", renamed_at=None)
        >>> write_back_text(source, target, place=place, rows=[row])
        ()
        >>> target.getvalue().splitlines()[1]
        b'a1;12 Elm St;unchanged;;12 Elm St;'
    """
    codec = _exact_codec(source, place.encoding or "utf-8")
    before, after = hashlib.blake2b(), hashlib.blake2b()
    source.seek(0)
    while block := source.read(_BLOCK_BYTES):
        before.update(block)
    source.seek(0)
    stream = io.TextIOWrapper(source, encoding=codec, newline="")
    writer = _Writer(place, codec, rows)
    try:
        for text, new in writer.copied(stream):
            after.update(text.encode(codec))
            target.write(new.encode(codec))
    except (csv.Error, UnicodeError) as error:
        raise WriteBackError("It can't be read in the way in which it was read before.") from error
    finally:
        stream.detach()
    if before.digest() != after.digest():
        raise WriteBackError(f"A change would also change other bytes: its encoding ({codec}) allows several forms.")
    return writer.notes()


def _exact_codec(source: BinaryIO, codec: str) -> str:
    """Return the codec that turns the text into the same bytes again: its BOM is then a character of the text."""
    source.seek(0)
    begin = source.read(4)
    match codecs.lookup(codec).name:
        case "utf-8-sig":
            return "utf-8"
        case "utf-32":
            return "utf-32-be" if begin.startswith(codecs.BOM_UTF32_BE) else "utf-32-le"
        case "utf-16":
            return "utf-16-be" if begin.startswith(codecs.BOM_UTF16_BE) else "utf-16-le"
        case name:
            return name


class _Writer:
    """Goes through the records of a file once, with the results of its rows beside it."""

    def __init__(self, place: SheetPlace, codec: str, rows: Iterable[RowBack]) -> None:
        self._place = place
        self._delimiter = place.delimiter or ","
        self._codec = codec
        self._rows = iter(rows)
        self._next = next(self._rows, None)
        self._at = 0  # the first of the four columns
        self._style = CellStyle(delimiter=self._delimiter, codec=codec, quotes_all=False)
        self._escaped: list[int] = []
        self._left_alone: list[int] = []

    def copied(self, stream: io.TextIOWrapper) -> Iterator[tuple[str, str]]:
        """Yield each record as it is, and as it becomes.

        Raises:
            WriteBackError: the file ends before the last row that has a result.
        """
        if self._place.has_sep_line:
            line = stream.readline()
            yield line, line
        for number, record in enumerate(records_in(stream, self._delimiter), 1):
            yield record.text, self._changed(number, record)
        if self._next is not None:
            raise WriteBackError(f"It ends before row {self._next.row:,}.")

    def notes(self) -> tuple[str, ...]:
        """Return what could not be written as it is, in sentences."""
        found = []
        if rows := self._escaped:
            has = "has" if len(rows) == 1 else "have"
            found.append(
                f"The encoding of the spreadsheet ({self._codec}) does not have every character of the results: "
                f"{rows_in_words(rows)} there {has} escapes such as \\u017b. The report has the names as they are."
            )
        if rows := self._left_alone:
            has = "has" if len(rows) == 1 else "have"
            found.append(
                f"In the spreadsheet, {rows_in_words(rows)} {has} more cells than there are headings, so no result is "
                "written there; the report has it."
            )
        return tuple(found)

    def _changed(self, number: int, record: TextRecord) -> str:
        if number < self._place.heading_row:
            return record.text
        if number == self._place.heading_row:
            return self._heading(record)
        row = None
        if self._next is not None and self._next.row == number:
            row, self._next = self._next, next(self._rows, None)
        if row is None and len(record.cells) <= self._at:
            return record.text  # a row without a result, which had none before
        return self._with_cells(record, _BLANK if row is None else self._cells_of(row), number)

    def _heading(self, record: TextRecord) -> str:
        raw = raw_cells(record.body, self._delimiter)
        quoted = [cell.lstrip("\ufeff").startswith('"') for cell in raw if trimmed(cell)]
        self._style = CellStyle(delimiter=self._delimiter, codec=self._codec, quotes_all=bool(quoted) and all(quoted))
        found = place_of_columns_back(record.cells)
        if found is not None:
            self._at = found
            return record.text
        self._at = len(raw)
        return self._joined([*raw, *map(self._style.cell, COLUMNS_BACK)], record)

    def _cells_of(self, row: RowBack) -> Sequence[str]:
        texts = texts_of(row)
        if any(self._style.fitting(text) != text for text in texts):
            self._escaped.append(row.row)
        return [self._style.cell(text) for text in texts]

    def _with_cells(self, record: TextRecord, cells: Sequence[str], number: int) -> str:
        begin, end = self._at, self._at + _WIDTH
        if not is_of_columns_back(record.cells[begin:end]):
            self._left_alone.append(number)
            return record.text
        raw = raw_cells(record.body, self._delimiter) if record.cells else []
        padded = [*raw[:begin], *[""] * (begin - len(raw))]
        return self._joined([*padded, *cells, *raw[end:]], record)

    def _joined(self, cells: Sequence[str], record: TextRecord) -> str:
        return self._delimiter.join(cells) + record.end
