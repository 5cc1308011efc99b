"""Sheets with pictures and tables enter; the four columns go where they can be seen and are sorted with the orders."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from typing import Any

import pytest
import xlsxwriter

from tests.support.workbooks import rezipped, unzipped, zipped
from tests.support.written_back import back, changed_parts, written

SHEET, TABLE = "xl/worksheets/sheet1.xml", "xl/tables/table1.xml"
PICTURE = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360000002000001e221bc33"
    "0000000049454e44ae426082"
)


def _book(fill: Callable[[Any, Any], object]) -> bytes:
    """Make a workbook with two headings in row 2 and an order, and what ``fill`` puts there."""
    file = io.BytesIO()
    with xlsxwriter.Workbook(file) as book:
        sheet = book.add_worksheet("Orders")
        sheet.write_row("A2", ["Order ID", "New name"])
        sheet.write_row("A3", ["a1", "b"])
        fill(book, sheet)
    return file.getvalue()


def _place_of_results(content: bytes) -> str:
    found = re.search(rb'r="([A-Z]+)2"[^>]*><is><t xml:space="preserve">result', unzipped(_written(content))[SHEET])
    assert found is not None
    return found[1].decode()


def _written(content: bytes) -> bytes:
    return written(content, [back(3)], heading_row=2)


def _picture(place: str, **options: object) -> Callable[[Any, Any], object]:
    return lambda _, sheet: sheet.insert_image(place, "a.png", {"image_data": io.BytesIO(PICTURE), **options})


def _chart(book: Any, sheet: Any) -> None:
    chart = book.add_chart({"type": "pie"})
    chart.add_series({"values": "=Orders!$C$3:$C$9"})
    sheet.insert_chart("E9", chart)


def _table(*areas: str) -> Callable[[Any, Any], object]:
    return lambda _, sheet: [sheet.add_table(area) for area in areas]


@pytest.mark.parametrize(
    ("fill", "expected"),
    [
        pytest.param(_picture("D5", x_scale=200, y_scale=20), "H", id="picture of four columns"),
        pytest.param(_picture("D5", x_scale=200, object_position=2), "H", id="picture with a size of its own"),
        pytest.param(_picture("D1", x_scale=200), "C", id="picture above the headings"),
        pytest.param(_picture("D1", x_scale=200, y_scale=90), "H", id="picture from above down to the orders"),
        pytest.param(_picture("B3", x_scale=64), "C", id="picture that fills a cell of the user's"),
        pytest.param(_chart, "M", id="chart"),
        pytest.param(_table("A2:B3"), "C", id="table"),
        pytest.param(_table("A2:B3", "F9:G11"), "H", id="another table too near"),
        pytest.param(_table("A2:B3", "G9:H11"), "C", id="another table further right"),
        pytest.param(_table("A2:B3", "D2:E3"), "G", id="two tables with headings in the row"),
    ],
)
def test_results_can_be_seen(fill: Callable[[Any, Any], object], expected: str) -> None:
    """Not below a picture, not in another table, and with a gap where they can't be a part of the table."""
    assert _place_of_results(_book(fill)) == expected


def test_results_go_below_pictures_where_nothing_else_is_free() -> None:
    """A picture can be moved away; the results must not be missing."""
    anchor = re.compile(rb"<xdr:to><xdr:col>\d+")
    book = rezipped(
        _book(_picture("D5", x_scale=200)),
        {"xl/drawings/drawing1.xml": lambda part: anchor.sub(b"<xdr:to><xdr:col>99999", part)},
    )
    assert _place_of_results(book) == "C"


def test_a_drawing_that_is_missing_is_no_reason_to_refuse() -> None:
    """It can't hide anything."""
    parts = unzipped(_book(_picture("D5", x_scale=200)))
    del parts["xl/drawings/drawing1.xml"]
    assert _place_of_results(zipped(parts)) == "C"


def test_a_table_that_has_such_headings_numbers_ours() -> None:
    """No two columns of a table have one name, whatever their case; and they are recognized again."""
    book = _book(
        lambda _, sheet: sheet.add_table(
            "A2:C3", {"columns": [{"header": "Order ID"}, {"header": "New name"}, {"header": "Reason"}]}
        )
    )
    after = _written(book)
    assert re.findall(r'<tableColumn id="(\d)" name="([^"]*)"', unzipped(after)[TABLE].decode())[2:] == [
        ("3", "Reason"),
        ("4", "result"),
        ("5", "reason2"),
        ("6", "final_name"),
        ("7", "renamed_at"),
    ]
    assert b">reason2<" in unzipped(after)[SHEET]
    assert _written(after) == after


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        pytest.param(b"<table ", b'<table tableType="queryTable" ', "D", id="a query fills it"),
        pytest.param(b"<table ", b'<table headerRowCount="0" ', "D", id="without headings"),
        pytest.param(b'ref="A2:B3"', b'ref="A1:B3"', "D", id="its headings are in another row"),
    ],
)
def test_a_table_that_stays_as_it_is_gets_a_gap(old: bytes, new: bytes, expected: str) -> None:
    """Columns right beside a table would look like a part of it, and would not be sorted with it."""
    book = rezipped(_book(_table("A2:B3")), {TABLE: lambda part: part.replace(old, new)})
    assert _place_of_results(book) == expected
    assert TABLE not in changed_parts(book, _written(book))


def test_a_table_with_totals_gets_no_total_of_ours() -> None:
    """The row of totals belongs to the table, and stays blank in our columns."""
    book = _book(lambda _, sheet: sheet.add_table("A2:B9", {"total_row": True}))
    table = unzipped(_written(book))[TABLE]
    assert b'ref="A2:F9" totalsRowCount="1"' in table
    assert b'<autoFilter ref="A2:F8"/>' in table
