"""Rows that are hidden in a workbook are counted, and left out on request."""

from __future__ import annotations

from pathlib import Path

import pytest

from batch_renamer.model import HIDDEN_ROW, RenameRequest
from tests.support.loading import load
from tests.support.workbooks import Value, ods, xls, xls_row, xlsb, xlsx, xlsx_row

ROWS: list[list[Value]] = [["order_id", "new_name"], ["a1", "b"], ["a2", "c"], ["a3", "d"], ["", ""]]
HIDDEN = (2, 4)
"""Rows from 0 on: one that holds something, and a blank one."""


def xlsx_rows(**attributes: str) -> str:
    """Write the rows, the hidden ones with attributes."""
    written = "".join(xlsx_row(number, *map(str, cells)) for number, cells in enumerate(ROWS, 1))
    words = "".join(f' {name}="{value}"' for name, value in attributes.items())
    for row in HIDDEN:
        written = written.replace(f'<row r="{row + 1}"', f'<row r="{row + 1}"{words}')
    return written


def ods_rows(hidden: str, before: str = "", after: str = "") -> str:
    """Write the rows, the hidden ones with attributes or between elements."""
    cell = "<table:table-cell office:value-type='string'><text:p>{}</text:p></table:table-cell>"
    rows = [
        f"<table:table-row {hidden if number in HIDDEN else ''}>{''.join(map(cell.format, cells))}</table:table-row>"
        for number, cells in enumerate(ROWS)
    ]
    for row in HIDDEN:
        rows[row] = before + rows[row] + after
    return "".join(rows)


KINDS = {
    "xlsx": xlsx({"A": xlsx_rows(hidden="1")}),
    "xlsx, true": xlsx({"A": xlsx_rows(spans="1:2", hidden="true")}),
    "xlsx, no height": xlsx({"A": xlsx_rows(ht="0", customHeight="1")}),
    "xls": xls(
        {(row, column): cell for row, cells in enumerate(ROWS) for column, cell in enumerate(cells) if cell},
        rows=b"".join(xls_row(row, hidden=row in HIDDEN) for row in range(len(ROWS))),
    ),
    "xlsb": xlsb(ROWS, hidden=HIDDEN),
    "ods, filter": ods(ods_rows("table:visibility='filter'")),
    "ods, by hand": ods(ods_rows("table:visibility='collapse'")),
    "ods, group": ods(ods_rows("", "<table:table-row-group table:display='false'>", "</table:table-row-group>")),
}


@pytest.mark.parametrize("kind", KINDS)
def test_hidden_rows_are_read_and_counted(tmp_path: Path, kind: str) -> None:
    """What was understood says how many there are; blank ones don't count."""
    sheet, rows = load(tmp_path, KINDS[kind])
    assert [row.order_id for row in rows] == ["a1", "a2", "a3"]
    assert all(isinstance(row, RenameRequest) and not row.skip for row in rows)
    assert sheet.understood().hidden_rows == 1


@pytest.mark.parametrize("kind", KINDS)
def test_hidden_rows_are_left_out_on_request(tmp_path: Path, kind: str) -> None:
    """They are in the report, with a mark that keeps them out when it is fed back in."""
    sheet, rows = load(tmp_path, KINDS[kind], hidden_rows="skip")
    assert [row.skip for row in rows] == ["", HIDDEN_ROW, ""]
    assert not any(row.warning for row in rows)
    assert sheet.understood().hidden_rows == 1


@pytest.mark.parametrize(
    "content",
    [
        xlsx({"A": '<row r="1" hidden="0">' + xlsx_rows().removeprefix('<row r="1">')}),
        xlsx({"A": xlsx_rows(ht="0.75")}),
        xlsx(
            {"A": ""},
            extra={
                "xl/worksheets/sheet1.xml": '<worksheet><cols><col min="3" max="3" hidden="1"/></cols><sheetData>'
                f"{xlsx_rows()}</sheetData></worksheet>"
            },
        ),
        ods(ods_rows("table:visibility='visible'")),
        ods(ods_rows("", "<table:table-row-group>", "</table:table-row-group>")),
    ],
    ids=["not hidden", "low", "hidden column", "ods, visible", "ods, open group"],
)
def test_rows_that_are_to_be_seen_are_not_counted(tmp_path: Path, content: bytes) -> None:
    """A hidden column hides no row, and a row of little height is there."""
    sheet, rows = load(tmp_path, content, hidden_rows="skip")
    assert (len(rows), sheet.understood().hidden_rows) == (3, 0)


def test_hidden_rows_above_the_headings_do_not_count(tmp_path: Path) -> None:
    """What is above them is no order."""
    rows = '<row r="1" hidden="1"><c r="A1" t="inlineStr"><is><t>Orders of May</t></is></c></row>'
    rows += xlsx_row(2, "order_id", "new_name") + xlsx_row(3, "a1", "b")
    assert load(tmp_path, xlsx({"A": rows}))[0].understood().hidden_rows == 0
