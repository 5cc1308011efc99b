"""The bytes of a workbook and results enter; what three readers find in it after the write-back leaves."""

from __future__ import annotations

import io
import zipfile
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import openpyxl
from python_calamine import CalamineWorkbook

from batch_renamer.reports.own_workbook import RowBack
from batch_renamer.reports.own_workbook.xlsx import write_back_xlsx

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

__all__ = ["MOMENT", "READERS", "back", "changed_parts", "written"]

MOMENT = datetime(2026, 3, 4, 15, 16, 17, tzinfo=UTC)
Grid = list[list[Any]]


def back(
    row: int,
    result: str = "renamed",
    reason: str = "",
    final_name: str | None = None,
    renamed_at: datetime | None = None,
) -> RowBack:
    """Make what a row gets."""
    return RowBack(row=row, result=result, reason=reason, final_name=final_name, renamed_at=renamed_at)


def written(content: bytes, rows: Iterable[RowBack], *, sheet: str = "Orders", heading_row: int = 1) -> bytes:
    """Write the results back; the result is a whole archive."""
    target = io.BytesIO()
    write_back_xlsx(io.BytesIO(content), target, sheet=sheet, heading_row=heading_row, rows=rows)
    with zipfile.ZipFile(target) as archive:
        assert archive.testzip() is None
    return target.getvalue()


def changed_parts(before: bytes, after: bytes) -> set[str]:
    """Return the parts whose content differs; the names, their order, times and methods must not differ."""
    with zipfile.ZipFile(io.BytesIO(before)) as old, zipfile.ZipFile(io.BytesIO(after)) as new:
        described = [
            [(part.filename, part.date_time, part.compress_type, part.external_attr) for part in archive.infolist()]
            for archive in (old, new)
        ]
        assert described[0] == described[1]
        return {name for name in old.namelist() if old.read(name) != new.read(name)}


def _by_calamine(content: bytes, sheet: str) -> Grid:
    found = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_name(sheet)
    return [[_as_time(value) for value in row] for row in found.to_python(skip_empty_area=False)]


def _as_time(value: Any) -> Any:
    """Return midnight as a time; calamine gives a day without time where a time has no hours."""
    return datetime(value.year, value.month, value.day) if type(value) is date else value  # noqa: DTZ001 - no zone


def _by_openpyxl(content: bytes, sheet: str, **options: bool) -> Grid:
    book = openpyxl.load_workbook(io.BytesIO(content), **options)
    return [list(row) for row in book[sheet].iter_rows(values_only=True)]


READERS: Mapping[str, Callable[[bytes, str], Grid]] = {
    "calamine": _by_calamine,
    "openpyxl": _by_openpyxl,
    "openpyxl, read only": lambda content, sheet: _by_openpyxl(content, sheet, read_only=True),
}
"""Each gives the cells of a sheet from A1 on; a blank cell is None or ""."""
