"""Of two cells at one place none is lost without a word."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest

from tests.support.loading import load, refusal, told
from tests.support.workbooks import xls, xlsb, xlsx, xlsx_row

HEADINGS = xlsx_row(1, "order_id", "new_name")
TWICE = (
    " has row {} twice, and only one of them could be read: open it in a spreadsheet program, save it, look at that "
    "row, and try again."
)
FORMULA = "<c><f>A1</f><v>5</v></c>"


@pytest.mark.parametrize("elsewhere", ["", xlsx_row(9, FORMULA)], ids=["searched", "parsed"])
@pytest.mark.parametrize(
    ("rows", "row"),
    [
        (xlsx_row(2, "a1", "b") + xlsx_row(2, "a2", "c"), 2),
        (xlsx_row(2, "a1", "b") + xlsx_row(3, "a2", "c") + xlsx_row(2, "a3", "d"), 2),
        (xlsx_row(2, "a1") + xlsx_row(2, "", "c"), 2),
        (xlsx_row(2, "a1", "b").replace("</row>", xlsx_row(2, "a2").partition(">")[2]), 2),
        (xlsx_row(2, "a1", "b") + xlsx_row(4, "a2", "c").replace('<row r="4"', "<row").replace("4", "2"), 2),
        (xlsx_row(3, "a1", "b") + xlsx_row(4, "a2", "c").replace('"A4"', '"A3"').replace('"B4"', '"B3"'), 3),
        (xlsx_row(2, "a1", FORMULA) + xlsx_row(2, FORMULA, "c"), 2),
    ],
    ids=["row", "row later", "halves of rows", "cell", "row without number", "cells of another row", "formulas"],
)
def test_row_that_is_there_twice_is_refused(tmp_path: Path, rows: str, row: int, elsewhere: str) -> None:
    """The first one was lost, or the id of one got the name of the other."""
    assert refusal(tmp_path, xlsx({"A": HEADINGS + rows + elsewhere})) == TWICE.format(row)


@pytest.mark.parametrize("elsewhere", ["", xlsx_row(9, "", "", FORMULA)], ids=["searched", "parsed"])
def test_rows_out_of_order_are_read_by_their_numbers(tmp_path: Path, elsewhere: str) -> None:
    """A number says where a row is."""
    rows = xlsx_row(5, "a5", "e") + xlsx_row(3, "a3", "c")
    found = told(load(tmp_path, xlsx({"A": HEADINGS + rows + elsewhere}))[1])
    assert found[:2] == [(3, "a3", "c", ""), (5, "a5", "e", "")]


def test_blank_row_of_the_same_number_is_no_second_one(tmp_path: Path) -> None:
    """Nothing is lost with it."""
    rows = xlsx_row(2, "a1", "b") + '<row r="2" ht="20"/>' + '<row r="2"><c r="C2" s="1"/></row>'
    assert told(load(tmp_path, xlsx({"A": HEADINGS + rows}))[1]) == [(2, "a1", "b", "")]


def test_many_rows_are_looked_at_across_pieces(tmp_path: Path) -> None:
    """A row that comes again long after is noticed, too."""
    rows = "".join(xlsx_row(number, f"a{number}", "x" * 100) for number in range(2, 4000))
    assert refusal(tmp_path, xlsx({"A": HEADINGS + rows + xlsx_row(7, "a7", "y")})) == TWICE.format(7)
    assert len(load(tmp_path, xlsx({"A": HEADINGS + rows}))[1]) == 3998


def test_cell_that_is_there_twice_in_xls_is_refused(tmp_path: Path) -> None:
    """Records of cells may stand in any order."""
    cells = {(0, 0): "order_id", (0, 1): "new_name", (1, 0): "a1", (1, 1): "b", (2, 0): "a2"}
    record = struct.pack("<HHHHHHB", 0x204, 11, 1, 1, 0, 1, 1) + "x".encode("utf-16-le")
    assert told(load(tmp_path, xls({**cells, (2, 1): "c"}))[1]) == [(2, "a1", "b", ""), (3, "a2", "c", "")]
    assert refusal(tmp_path, xls({**cells, (2, 1): record})) == TWICE.format(2)


def test_row_that_is_there_twice_in_xlsb_is_refused(tmp_path: Path) -> None:
    """A row header may repeat a number."""
    content = xlsb([["order_id", "new_name"], ["a1", "b"], ["a2", "c"]], numbers=[0, 1, 1])
    assert refusal(tmp_path, content) == TWICE.format(2)
