"""Columns that programs fill beside the orders: tick boxes down the whole sheet, numbers of rows, notes."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from batch_renamer.loader import open_frame, open_sheet
from batch_renamer.model import RenameRequest, RowProblem
from tests.support.loading import load, told
from tests.support.workbooks import ods, xlsx, xlsx_row

EMPTY_BOX = '<c t="b"><v>0</v></c>'
TICKED_BOX = '<c t="b"><v>1</v></c>'
ODS_BOX = (
    "<table:table-cell office:value-type='boolean' office:boolean-value='false'>"
    "<text:p>FALSE</text:p></table:table-cell>"
)


def ods_row(*cells: str) -> str:
    """Write one row of texts; what starts with ``<`` is taken as it is."""
    written = (
        cell if cell.startswith("<") else f"<table:table-cell><text:p>{cell}</text:p></table:table-cell>"
        for cell in cells
    )
    return f"<table:table-row>{''.join(written)}</table:table-row>"


def test_empty_tick_boxes_down_a_workbook_are_no_rows(tmp_path: Path) -> None:
    """Google Sheets fills a column of tick boxes down to row 1000; a ticked one, or a note, makes a row of it."""
    rows = xlsx_row(1, "order_id", "new_name", "skip", "done") + xlsx_row(2, "a1", "12 Elm", EMPTY_BOX, EMPTY_BOX)
    rows += "".join(xlsx_row(row, "", "", EMPTY_BOX, EMPTY_BOX) for row in range(3, 1000))
    rows += xlsx_row(1000, "", "", TICKED_BOX) + xlsx_row(1001, "", "14 Elm", EMPTY_BOX)
    assert told(load(tmp_path, xlsx({"A": rows}))[1]) == [
        (2, "a1", "12 Elm", ""),
        (1000, "", "", "The order id is blank."),
        (1001, "", "14 Elm", "The order id is blank."),
    ]


def test_empty_tick_boxes_down_a_document_are_no_rows(tmp_path: Path) -> None:
    """The same in an OpenDocument sheet, whose rows are repeated."""
    rows = ods_row("order_id", "new_name", "skip") + ods_row("a1", "12 Elm", ODS_BOX)
    rows += ods_row("", "", ODS_BOX).replace("<table:table-row>", "<table:table-row table:number-rows-repeated='500'>")
    assert told(load(tmp_path, ods(rows))[1]) == [(2, "a1", "12 Elm", "")]


def test_empty_tick_boxes_down_a_text_file_are_no_rows(tmp_path: Path) -> None:
    """A program writes them as a word, in the language of its user; a row with another word is an order without id."""
    path = tmp_path / "orders.csv"
    path.write_text(
        "order_id,new_name,current_name,skip,done\na1,12 Elm,,FALSE,FALSE\n"
        + ",,,FALSE,FALSE\n" * 900
        + ",,,falsch,☐\n,,,FALSE,later\n,,Smith,FALSE,\n",
        encoding="utf-8",
    )
    with open_sheet(path) as sheet:
        [rows] = sheet.chunks()
    assert [(row.row, isinstance(row, RowProblem)) for row in rows] == [(2, False), (904, True), (905, True)]


def test_rows_of_a_frame_that_say_no_and_nothing_else_are_no_rows() -> None:
    """A frame that was read from such a sheet has a truth value in each row."""
    frame = pd.DataFrame({"order_id": ["a1", None, ""], "new_name": ["12 Elm", None, ""], "skip": [False] * 3})
    [rows] = open_frame(frame).chunks()
    assert [row.row for row in rows] == [2]


@pytest.mark.parametrize(
    ("headings", "cells"),
    [
        (("", "order_id", "new_name"), ("1", "a1", "12 Elm")),
        (("order_id", "", "new_name"), ("a1", "call owner", "12 Elm")),
        (("order_id", "new_name", "", "skip"), ("a1", "12 Elm", "call owner", "no")),
    ],
    ids=["numbers of rows", "in the middle", "before the skip mark"],
)
def test_column_without_heading_is_passed_over(
    tmp_path: Path, headings: tuple[str, ...], cells: tuple[str, ...]
) -> None:
    """What stands left of the last heading has moved nothing: a DataFrame's index, say."""
    rows = load(tmp_path, xlsx({"A": xlsx_row(1, *headings) + xlsx_row(2, *cells)}))[1]
    assert rows == load(tmp_path, ods(ods_row(*headings) + ods_row(*cells)))[1]
    assert rows == [RenameRequest(row=2, order_id="a1", new_name="12 Elm")]


def test_cell_beside_the_headings_is_warned_about(tmp_path: Path) -> None:
    """In a workbook no comma splits a name: remarks, sums and charts' figures stand beside many tables."""
    [row] = load(tmp_path, xlsx({"A": xlsx_row(1, "order_id", "new_name") + xlsx_row(2, "a1", "12 Elm", "Flat 3")}))[1]
    assert row == RenameRequest(
        row=2, order_id="a1", new_name="12 Elm", warning="A cell is in a column without a heading: C."
    )
