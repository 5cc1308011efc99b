"""Reads workbooks in Microsoft's formats: cells by calamine, and what calamine leaves out by a second pass (marks).

The second pass is never stricter than calamine. If it can't read a file, the cells are as calamine gives them, and a
note says what is not known about them.
"""

from __future__ import annotations

import struct
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import BinaryIO

import python_calamine

from . import compound
from .container import NO_ARCHIVE, Parts
from .marks import SheetMarks
from .refusal import Refusal
from .rows import Row
from .xls_marks import is_encrypted, xls_marks
from .xlsb_marks import xlsb_marks
from .xlsx_marks import xlsx_marks
from .xml_parsing import BROKEN_XML

__all__ = ["CalamineBook"]

_CANNOT_FOLLOW = (*NO_ARCHIVE, BROKEN_XML, struct.error, LookupError, ValueError, OverflowError)


@dataclass(slots=True)
class _Loaded:
    """One sheet in memory, with its marks; ``None`` if the marks could not be read."""

    position: int
    sheet: python_calamine.CalamineSheet
    marks: SheetMarks | None


class CalamineBook:
    """A workbook that holds one sheet at a time in memory."""

    def __init__(self, file: BinaryIO, kind: str) -> None:
        self._file = file
        self._kind = kind
        if kind == "xls":
            _refuse_encrypted(file)
        file.seek(0)
        self._book = python_calamine.CalamineWorkbook.from_filelike(file)
        kinds = python_calamine.SheetTypeEnum
        self._loaded: _Loaded | None = None
        self.sheets = [
            (sheet.name, sheet.visible == python_calamine.SheetVisibleEnum.Visible and sheet.typ == kinds.WorkSheet)
            for sheet in self._book.sheets_metadata
        ]

    def notes(self, position: int) -> list[str]:
        """Return notes about what could not be examined."""
        return ["unseen"] if self._sheet(position).marks is None else []

    def rows(self, position: int, wanted: Collection[int] | None) -> Iterator[Row]:
        """Yield every row from row 1 on."""
        loaded = self._sheet(position)
        sheet, marks = loaded.sheet, loaded.marks or SheetMarks()
        left = [""] * (sheet.start[1] if sheet.start else 0)
        number = -1
        for number, values in enumerate(sheet.iter_rows() if sheet.start else ()):
            cells = left + values if left else values
            if number in marks.cells:
                cells = marks.applied_to(number, cells)
            yield Row(number + 1, number in marks.hidden, cells)
        # calamine stops at the last cell that it understands; marks may follow.
        for beyond in range(number + 1, max(marks.cells, default=-1) + 1):
            yield Row(beyond + 1, beyond in marks.hidden, marks.applied_to(beyond, []))

    def _sheet(self, position: int) -> _Loaded:
        if self._loaded is None or self._loaded.position != position:
            self._loaded = None  # freed before the next one is loaded, because memory may not suffice for two
            marks = self._marks(position)
            self._loaded = _Loaded(position, self._book.get_sheet_by_index(position), marks)
        return self._loaded

    def _marks(self, position: int) -> SheetMarks | None:
        try:
            if self._kind == "xls":
                self._file.seek(0)
                return xls_marks(compound.workbook_stream(self._file.read()), position)
            with Parts(self._file) as parts:
                return (xlsb_marks if self._kind == "xlsb" else xlsx_marks)(parts, position)
        except _CANNOT_FOLLOW:
            return None


def _refuse_encrypted(file: BinaryIO) -> None:
    """Refuse an encrypted .xls, which calamine would call damaged."""
    file.seek(0)
    try:
        encrypted = is_encrypted(compound.workbook_stream(file.read()))
    except compound.BROKEN:
        return  # calamine may still be able to read it
    if encrypted:
        raise Refusal("password")
