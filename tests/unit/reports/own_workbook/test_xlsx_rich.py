"""A workbook with everything enters; it leaves with four more columns, and with all the rest as it was."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.support.loading import load
from tests.support.rich_workbook import RICH_HEADINGS, rich_workbook
from tests.support.workbooks import unzipped
from tests.support.written_back import MOMENT, READERS, back, changed_parts, written

pytestmark = pytest.mark.filterwarnings("ignore:.* extension is not supported and will be removed:UserWarning")

SHEET, STYLES, TABLE, BOOK = "xl/worksheets/sheet1.xml", "xl/styles.xml", "xl/tables/table1.xml", "xl/workbook.xml"
ROWS = [
    back(row, "renamed", final_name=f"{row} Elm Street", renamed_at=MOMENT)
    if row % 3
    else back(row, "failed", "404: the API knows no such order")
    for row in range(4, 28)
]


@pytest.mark.parametrize(
    ("table", "macros", "expected"),
    [
        pytest.param(True, False, {SHEET, STYLES, TABLE}, id="table"),
        pytest.param(False, False, {SHEET, STYLES, BOOK}, id="filter"),
        pytest.param(True, True, {SHEET, STYLES, TABLE}, id="table and macros"),
    ],
)
def test_every_other_part_stays_byte_for_byte(tmp_path: Path, table: bool, macros: bool, expected: set[str]) -> None:
    """Only the sheet, two styles, and the area of the table or filter change."""
    before = rich_workbook(tmp_path, table=table, macros=macros)
    assert len(unzipped(before)) > 30
    after = written(before, ROWS, heading_row=3)
    assert changed_parts(before, after) == expected
    assert changed_parts(after, written(after, ROWS, heading_row=3)) == set()


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("table", [True, False], ids=["table", "filter"])
def test_readers_find_the_users_cells_and_the_results(tmp_path: Path, reader: str, table: bool) -> None:
    """The four columns stand beside the orders; all other cells read as before."""
    before = rich_workbook(tmp_path, table=table)
    old, new = (READERS[reader](content, "Orders") for content in (before, written(before, ROWS, heading_row=3)))
    first = len(RICH_HEADINGS)
    local = MOMENT.astimezone().replace(tzinfo=None)
    expected = {3: ["result", "reason", "final_name", "renamed_at"]} | {
        row.row: [row.result, row.reason or None, row.final_name, row.renamed_at and local] for row in ROWS
    }
    for number, (was, now) in enumerate(zip(old, new, strict=True), 1):
        assert [value or None for value in now[first : first + 4]] == expected.get(number, [None] * 4)
        assert _plain(now[:first] + now[first + 4 :]) == _plain(was[:first] + was[first + 4 :])


def _plain(values: list[object]) -> list[object]:
    """Make openpyxl's array formulas comparable."""
    return [getattr(value, "text", value) for value in values]


def test_the_loader_reads_the_same_orders(tmp_path: Path) -> None:
    """The workbook can be used again as it is: the same rows, ids and names, hidden rows too."""
    before = rich_workbook(tmp_path)
    sheet, old = load(tmp_path, before)
    _, new = load(tmp_path, written(before, ROWS, heading_row=sheet.columns.row))
    assert [(row.row, row.order_id, row.new_name) for row in new] == [
        (row.row, row.order_id, row.new_name) for row in old
    ]
    assert len(old) == len(ROWS)


def test_of_the_sheet_only_what_must_change_does(tmp_path: Path) -> None:
    """Without the new cells, widths and ranges, the sheet's bytes are the old ones."""
    before = rich_workbook(tmp_path)
    old, new = unzipped(before)[SHEET], unzipped(written(before, ROWS, heading_row=3))[SHEET]
    without = re.sub(rb'<c r="[HIJK](?:[3-9]|[12][0-9])".*?</c>', b"", new)
    without = re.sub(rb'<col min="(8|9|10|11)" max="\1" width="[0-9]+" customWidth="1"/>', b"", without)
    assert without == old


def test_a_table_is_as_wide_as_its_columns(tmp_path: Path) -> None:
    """Its area, its filter and its list of columns agree, so that no program has to repair it."""
    table = unzipped(written(rich_workbook(tmp_path), ROWS, heading_row=3))[TABLE].decode()
    assert re.findall(r'ref="([^"]*)"', table) == ["A3:K27", "A3:K27"]
    assert re.findall(r'<tableColumn id="([0-9]+)" name="([^"]*)"', table) == [
        (str(number), name)
        for number, name in enumerate((*RICH_HEADINGS, "result", "reason", "final_name", "renamed_at"), 1)
    ]
    assert '<tableColumns count="11">' in table


def test_a_filter_is_as_wide_as_its_name(tmp_path: Path) -> None:
    """The sheet's filter and the hidden name for its area agree; the conditions of the filter stay."""
    parts = unzipped(written(rich_workbook(tmp_path, table=False), ROWS, heading_row=3))
    assert b'<autoFilter ref="A3:K27"><filterColumn colId="2">' in parts[SHEET]
    names = dict(re.findall(r'<definedName name="([^"]*)"[^>]*>([^<]*)<', parts[BOOK].decode()))
    assert names["_xlnm._FilterDatabase"] == "Orders!$A$3:$K$27"
    assert names["_xlnm.Print_Area"] == "Orders!$A$1:$G$27"
