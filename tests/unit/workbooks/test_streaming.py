"""Workbooks of many rows, read back by a reader of another make."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from batch_renamer.workbooks import LongSheet, StreamedWorkbook, number_cell, streamed_workbook, streaming, text_cell


def fill(book: StreamedWorkbook, rows: Iterable[int], *, name: str = "rows") -> LongSheet:
    """Add a sheet with a number and its square, as a text, in each row."""
    number, text = (book.add_format({"num_format": look}) for look in ("0.0", "@"))
    sheet = book.add_long_sheet(name, [("number", text), ("square", text)])
    for row in rows:
        sheet.append([number_cell(row, number.xf_index), text_cell(str(row**2), text.xf_index)])
    return sheet


def written(folder: Path, rows: Iterable[int]) -> Worksheet:
    """Return such a sheet, as openpyxl reads it."""
    with (folder / "book.xlsx").open("wb") as file, streamed_workbook(file, scratch=folder) as book:
        fill(book, rows)
    sheet = openpyxl.load_workbook(folder / "book.xlsx")["rows"]
    assert isinstance(sheet, Worksheet)
    return sheet


def values(sheet: Worksheet) -> list[tuple[object, ...]]:
    """Return the rows below the headings."""
    return list(sheet.iter_rows(min_row=2, values_only=True))


@pytest.mark.parametrize("count", [0, 1, 500, 1_001], ids=["none", "one", "as many as wait", "more than wait"])
def test_every_row_stands_below_the_headings_in_its_order(tmp_path: Path, count: int) -> None:
    """No row is lost where a group of them is passed on."""
    sheet = written(tmp_path, range(count))
    assert [cell.value for cell in sheet[1]] == ["number", "square"]
    assert values(sheet) == [(row, str(row**2)) for row in range(count)]


def test_rows_that_would_fill_the_memory_wait_in_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The workbook is the same, and the file is gone when it is written."""
    monkeypatch.setattr(streaming, "_IN_MEMORY_BYTES", 1)
    assert len(values(written(tmp_path, range(1_001)))) == 1_001
    assert [path.name for path in tmp_path.iterdir()] == ["book.xlsx"]


def test_a_huge_sheet_can_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond what a plain zip holds, the larger form is used, and read just as well."""
    monkeypatch.setattr(streaming, "MOST_IN_PLAIN_ZIP", 0)
    assert values(written(tmp_path, [3])) == [(3, "9")]


def test_the_sheet_tells_where_its_last_cell_is(tmp_path: Path) -> None:
    """Programs that show a part of a sheet, and some readers, rely on that."""
    written(tmp_path, range(3))
    lazily = openpyxl.load_workbook(tmp_path / "book.xlsx", read_only=True)
    assert lazily["rows"].calculate_dimension() == "A1:B4"
    lazily.close()


def test_each_cell_has_its_format_and_each_row_its_height(tmp_path: Path) -> None:
    """The numbers of the formats are known before XlsxWriter writes them down."""
    with (tmp_path / "book.xlsx").open("wb") as file, streamed_workbook(file, scratch=tmp_path) as book:
        bold, exact = (book.add_format(look) for look in ({"bold": True}, {"num_format": "0.000"}))
        sheet = book.add_long_sheet("rows", [("a", exact), ("b", bold), ("c", exact)])
        sheet.append([number_cell(1, bold.xf_index), "", number_cell(2, exact.xf_index)], points=45)
    seen = openpyxl.load_workbook(tmp_path / "book.xlsx")["rows"]
    assert [cell.font.b for cell in seen[2]] == [True, False, False]
    assert seen["C2"].number_format == "0.000"
    assert seen["B2"].value is None
    assert seen.row_dimensions[2].height == 45


def test_long_sheets_stand_beside_others_in_the_order_of_their_making(tmp_path: Path) -> None:
    """Each sheet gets its own rows."""
    with (tmp_path / "book.xlsx").open("wb") as file, streamed_workbook(file, scratch=tmp_path) as book:
        fill(book, [1], name="first")
        book.frame.add_worksheet("between").write_string(0, 0, "a text")
        fill(book, [2, 3], name="last")
    seen = openpyxl.load_workbook(tmp_path / "book.xlsx")
    assert seen.sheetnames == ["first", "between", "last"]
    assert (values(seen["first"]), values(seen["last"])) == ([(1, "1")], [(2, "4"), (3, "9")])
    assert seen["between"]["A1"].value == "a text"


def test_a_failure_between_rows_leaves_the_file_and_the_folder_as_they_were(tmp_path: Path) -> None:
    """What was to be written is given up, and nothing is left of it."""
    target = tmp_path / "book.xlsx"

    def rows() -> Iterator[int]:
        yield from range(600)
        raise LookupError

    with target.open("wb") as file, pytest.raises(LookupError), streamed_workbook(file, scratch=tmp_path) as book:
        fill(book, rows())
    assert (target.stat().st_size, list(tmp_path.iterdir())) == (0, [target])
