"""Workbooks enter; their rows leave through a process that may die of them."""

from __future__ import annotations

import sys
import zipfile
from pathlib import Path

import pytest

from batch_renamer.errors import SheetError
from batch_renamer.loader import open_sheet
from batch_renamer.model import RenameRequest
from tests.support.loading import load, refusal, told
from tests.support.workbooks import ods, xls, xls_formula, xls_string, xlsb, xlsx, xlsx_row

HEADINGS = xlsx_row(1, "order_id", "new_name", "current_name", "skip")


ODS_ROWS = (
    "<table:table-row table:number-rows-repeated='3'><table:table-cell/></table:table-row>"
    "<table:table-row><table:table-cell table:number-columns-repeated='2'/>{}{}</table:table-row>"
    "<table:table-row><table:table-cell/></table:table-row>"
    "<table:table-row><table:table-cell table:number-columns-repeated='2'/>{}{}</table:table-row>"
)


def ods_cell(value: str | float | bool) -> str:
    """Write a cell as LibreOffice does."""
    match value:
        case bool():
            return f"<table:table-cell office:value-type='boolean' office:boolean-value='{str(value).lower()}'/>"
        case str():
            return f"<table:table-cell office:value-type='string'><text:p>{value}</text:p></table:table-cell>"
    return f"<table:table-cell office:value-type='float' office:value='{value}'/>"


KINDS = {
    "xlsx": xlsx(
        {
            "Orders": xlsx_row(4, "order_id", "new_name", first_column="C")
            + xlsx_row(6, "<c><v>1001</v></c>", "<c t='b'><v>1</v></c>", first_column="C")
        }
    ),
    "xls": xls({(3, 2): "order_id", (3, 3): "new_name", (5, 2): 1001.0, (5, 3): True}),
    "xlsb": xlsb([["order_id", "new_name"], ["", ""], [1001.0, True]], first_row=3, first_column=2),
    "ods": ods(ODS_ROWS.format(ods_cell("order_id"), ods_cell("new_name"), ods_cell(1001.0), ods_cell(True))),
}


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_read_with_its_own_row_numbers(tmp_path: Path, kind: str) -> None:
    """A sheet that starts below row 1 and beside column A, with a blank row in it, keeps its numbers."""
    sheet, rows = load(tmp_path, KINDS[kind])
    assert (sheet.columns.row, sheet.columns.order_id, sheet.sheet_name) == (4, 2, "Orders")
    assert told(rows) == [(6, "1001", "TRUE", "")]


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ("<c><v>7</v></c>", "7"),
        ("<c><v>123456789012345</v></c>", "123456789012345"),
        ("<c><v>-5</v></c>", "-5"),
        ("<c><v>1E5</v></c>", "100000"),
        ("<c t='b'><v>0</v></c>", "FALSE"),
        ("007", "007"),
        ("NA", "NA"),
        ("1e5", "1e5"),
        ("=1+1", "=1+1"),
        ("1.5", "1.5"),
        ("#N/A", "#N/A"),
        ("<c t='str'><f>A1</f><v>Unit 5</v></c>", "Unit 5"),
        ("<c><f>1+1</f><v>2</v></c>", "2"),
    ],
)
def test_usable_cells_give_the_text_that_is_meant(tmp_path: Path, cell: str, text: str) -> None:
    """Text stays as typed; whole numbers give their digits, truth values their words."""
    rows = load(tmp_path, xlsx({"A": HEADINGS + xlsx_row(2, "a1", cell)}))[1]
    assert told(rows) == [(2, "a1", text, "")]


@pytest.mark.parametrize(
    ("cell", "what"),
    [
        ("<c><v>1.5</v></c>", "is a decimal number"),
        ("<c><v>1234567890123456</v></c>", "is a number of more than 15 digits, of which spreadsheets keep 15"),
        ("<c s='1'><v>45413</v></c>", "is a date or time"),
        ("<c t='e'><v>#N/A</v></c>", "is an error (like #N/A or #REF!)"),
        ("<c t='e'><f>1/0</f><v>#DIV/0!</v></c>", "is an error (like #N/A or #REF!)"),
        ("<c t='e'><v></v></c>", "is an error (like #N/A or #REF!)"),
        ("<c><f>1+1</f></c>", "is a formula that was never calculated"),
        ("<c><f>1+1</f><v/></c>", "is a formula that was never calculated"),
        ("<c><f>1+1</f><v></v></c>", "is a formula that was never calculated"),
    ],
)
def test_unusable_cells_are_problems_in_every_column(tmp_path: Path, cell: str, what: str) -> None:
    """Neither a name may vanish nor a guard fall because the reader gives an error as blank."""
    rows = load(
        tmp_path,
        xlsx({"A": HEADINGS + xlsx_row(2, cell, "b") + xlsx_row(3, "a1", cell) + xlsx_row(4, "a1", "b", cell)}),
    )[1]
    assert [row[3] for row in told(rows)] == [
        f"The order id {what}",
        f"The new name {what}",
        f"The current name {what}",
    ]


def test_traces_of_a_name_that_was_split_are_warned_about(tmp_path: Path) -> None:
    """A comma may have split it when a text file was imported; or remarks stand beside the table."""
    sheet = xlsx_row(1, "order_id", "new_name", "skip") + xlsx_row(2, "a1", "12 Elm", "", "a note")
    sheet += xlsx_row(3, "a2", "14 Elm", "no") + xlsx_row(4, "a3", "Smith", " no") + xlsx_row(5, "a4", " Oak", " no")
    rows = load(tmp_path, xlsx({"A": sheet}))[1]
    assert [(row.row, row.warning) for row in rows if isinstance(row, RenameRequest)] == [
        (2, "A cell is in a column without a heading: D."),
        (3, ""),
        (4, "The cell after the new name begins with a space, as if a comma had split the name."),
        (5, ""),
    ]


def test_formula_that_gave_no_text_is_blank(tmp_path: Path) -> None:
    """``=""`` is a result; the guard and the mark are blank, and the row is good."""
    empty = "<c t='str'><f>\"\"</f><v></v></c>"
    rows = load(tmp_path, xlsx({"A": HEADINGS + xlsx_row(2, "a1", "b", empty, empty)}))[1]
    assert rows == [RenameRequest(row=2, order_id="a1", new_name="b")]


def test_rows_of_nothing_but_uncalculated_formulas_are_not_lost(tmp_path: Path) -> None:
    """The reader ends the sheet before them, and would not say a word."""
    formula = "<c><f>1+1</f></c>"
    rows = load(tmp_path, xlsx({"A": HEADINGS + xlsx_row(2, "a1", "b") + xlsx_row(9, formula, formula)}))[1]
    assert [row[0] for row in told(rows)] == [2, 9]


def test_cells_without_addresses_are_placed_by_their_order(tmp_path: Path) -> None:
    """Some writers leave out what can be counted."""
    body = (
        "<row><c t='inlineStr'><is><t>order_id</t></is></c><c t='inlineStr'><is><t>new_name</t></is></c></row>"
        "<row><c><v>5</v></c><c t='e'><v>#N/A</v></c></row>"
    )
    assert told(load(tmp_path, xlsx({"A": body}))[1]) == [(2, "5", "", "The new name is an error (like #N/A or #REF!)")]


def test_errors_in_xls_are_found(tmp_path: Path) -> None:
    """Error cells, formulas that ended in an error, and text formulas without their text; not empty results."""
    string, error, empty = (bytes([kind, 0, 42, 0, 0, 0]) + b"\xff\xff" for kind in (0, 2, 3))
    rows = load(
        tmp_path,
        xls(
            {
                (0, 0): "order_id",
                (0, 1): "new_name",
                (0, 2): "old_name",
                (1, 0): "a1",
                (1, 1): None,
                (2, 0): "a2",
                (2, 1): xls_formula(2, 1, error),
                (3, 0): "a3",
                (3, 1): xls_formula(3, 1, string),
                (4, 0): "a4",
                (4, 1): xls_formula(4, 1, string) + xls_string("Käthe"),
                (4, 2): xls_formula(4, 2, empty),
                (5, 0): "a5",
                (5, 1): xls_formula(5, 1, string),
            }
        ),
    )[1]
    assert told(rows) == [
        (2, "a1", "", "The new name is an error (like #N/A or #REF!)"),
        (3, "a2", "", "The new name is an error (like #N/A or #REF!)"),
        (4, "a3", "", "The new name is a formula that was never calculated"),
        (5, "a4", "Käthe", ""),
        (6, "a5", "", "The new name is a formula that was never calculated"),
    ]


def test_errors_in_xlsb_are_found(tmp_path: Path) -> None:
    """Also where the reader ends the sheet before them."""
    rows = load(tmp_path, xlsb([["order_id", "new_name"], ["a1", None], ["a2", "b"], ["", None]]))[1]
    assert told(rows) == [
        (2, "a1", "", "The new name is an error (like #N/A or #REF!)"),
        (3, "a2", "b", ""),
        (4, "", "", "The order id is blank."),
    ]


def test_errors_in_ods_are_found(tmp_path: Path) -> None:
    """The reader gives them as blank or even as 0; repeated rows and cells are counted."""
    error = (
        "<table:table-cell table:formula='of:=1/0' office:value-type='float' office:value='0' "
        "calcext:value-type='error'/>"
    )
    formula = "<table:table-cell table:formula='of:=A1'/>"
    rows = load(
        tmp_path,
        ods(
            f"<table:table-row>{ods_cell('order_id')}{ods_cell('new_name')}{ods_cell('old_name')}</table:table-row>"
            f"<table:table-row table:number-rows-repeated='2'>{ods_cell('a1')}{error}</table:table-row>"
            f"<table:table-row>{ods_cell('a2')}{ods_cell('b')}{formula}</table:table-row>"
            f"<table:table-row>{ods_cell('a3')}"
            "<table:table-cell table:number-columns-repeated='2' office:value-type='string'><text:p>c</text:p>"
            "</table:table-cell></table:table-row>"
        ),
    )[1]
    assert told(rows) == [
        (2, "a1", "", "The new name is an error (like #N/A or #REF!)"),
        (3, "a1", "", "The new name is an error (like #N/A or #REF!)"),
        (4, "a2", "", "The current name is a formula that was never calculated"),
        (5, "a3", "c", ""),
    ]


def test_blank_rows_of_a_workbook_are_passed_over(tmp_path: Path) -> None:
    """White space is blank; something in another column is not."""
    content = xlsx(
        {
            "A": HEADINGS
            + xlsx_row(3, " ", "\u00a0")
            + xlsx_row(5, "a1", "b")
            + xlsx_row(7, "", "", "", "", "only a note")
        }
    )
    assert [row[0] for row in told(load(tmp_path, content)[1])] == [5, 7]


OTHER = xlsx_row(1, "x", "y")


def test_only_visible_sheet_with_usable_headings_is_read(tmp_path: Path) -> None:
    """Notes before it and hidden sheets beside it don't matter."""
    hidden = xlsx_row(1, "order_id", "new_name") + xlsx_row(2, "h", "hidden")
    content = xlsx({"Notes": OTHER, "Old": hidden, "May": HEADINGS + xlsx_row(2, "a1", "b")}, hidden=["Old"])
    sheet, rows = load(tmp_path, content)
    assert (sheet.sheet_name, told(rows)) == ("May", [(2, "a1", "b", "")])


def test_several_usable_sheets_are_refused_by_name(tmp_path: Path) -> None:
    """It can't be known which is meant."""
    line = refusal(tmp_path, xlsx({"April": HEADINGS, "Notes": OTHER, "May": HEADINGS}))
    assert line == ' has 2 sheets with usable headings: "April", "May". Choose one with --sheet.'


def test_no_usable_sheet_is_refused_with_the_nearest(tmp_path: Path) -> None:
    """The sheet that comes nearest is the one to speak of."""
    line = refusal(tmp_path, xlsx({"Notes": OTHER, "May": xlsx_row(2, "order_id", "name")}))
    assert line.startswith(', sheet "May", has no heading for the new name')
    assert line.endswith("--name-column name.")


@pytest.mark.parametrize(("asked", "name"), [("May", "May"), ("may ", "May"), ("2", "May"), ("Old", "Old"), ("3", "3")])
def test_sheet_can_be_named_or_counted(tmp_path: Path, asked: str, name: str) -> None:
    """By name, also a hidden one; by the number of its visible tab; a name comes before a number."""
    sheets = {"April": HEADINGS, "Old": HEADINGS, "May": HEADINGS, "3": HEADINGS}
    assert load(tmp_path, xlsx(sheets, hidden=["Old"]), sheet=asked)[0].sheet_name == name


@pytest.mark.parametrize("asked", ["June", "0", "4", "-1", "9" * 5000])
def test_sheet_that_is_not_there_is_refused(tmp_path: Path, asked: str) -> None:
    """The visible ones are named."""
    content = xlsx({"April": HEADINGS, "Old": HEADINGS, "May": HEADINGS}, hidden=["Old"])
    assert refusal(tmp_path, content, sheet=asked).endswith('its sheets are "April", "May".')


def test_workbook_without_a_visible_sheet_is_refused(tmp_path: Path) -> None:
    """What is not seen is not renamed."""
    assert refusal(tmp_path, xlsx({"Old": HEADINGS}, hidden=["Old"])) == " has no visible sheet."


def test_empty_sheet_is_refused(tmp_path: Path) -> None:
    """A new workbook has no headings."""
    assert "has no headings" in refusal(tmp_path, xlsx({"Sheet1": ""}))


def test_options_for_text_have_no_effect_and_say_so(tmp_path: Path) -> None:
    """A nightly job's settings may serve both kinds of file."""
    sheet, _ = load(tmp_path, xlsx({"A": HEADINGS}), encoding="cp1252", delimiter=";")
    assert sheet.warnings == (f"{tmp_path}/orders.xlsx is a workbook: --encoding and --delimiter had no effect.",)
    assert sheet.delimiter is None


def test_many_rows_come_in_order(tmp_path: Path) -> None:
    """More than the pipe and the queue hold at once."""
    body = HEADINGS + "".join(xlsx_row(n, f"a{n}", "12 Elm St " * 5) for n in range(2, 20_002))
    rows = load(tmp_path, xlsx({"A": body}))[1]
    assert [row.row for row in rows] == list(range(2, 20_002))


TOO_MUCH = " could not be read within 1 GB of memory and 60 seconds: save it as CSV."
FAR_CELL = "<row r='1048576'><c r='XFD1048576' t='inlineStr'><is><t>x</t></is></c></row>"


@pytest.mark.skipif(sys.platform != "linux", reason="other systems don't limit the memory of a process")
def test_cell_far_away_does_not_take_the_memory(tmp_path: Path) -> None:
    """One cell in the last corner of a sheet makes the reader ask for hundreds of gigabytes, and abort."""
    assert refusal(tmp_path, xlsx({"A": HEADINGS + FAR_CELL})) == TOO_MUCH


@pytest.mark.skipif(sys.platform != "linux", reason="other systems don't limit the memory of a process")
def test_bomb_in_another_sheet_is_harmless_when_one_is_named(tmp_path: Path) -> None:
    """Only the sheet that was asked for is unpacked."""
    content = xlsx({"A": HEADINGS + xlsx_row(2, "a1", "b"), "B": HEADINGS + FAR_CELL})
    assert told(load(tmp_path, content, sheet="A")[1]) == [(2, "a1", "b", "")]


@pytest.mark.skipif(sys.platform != "linux", reason="other systems don't limit the memory of a process")
def test_archive_that_unpacks_to_gigabytes_is_refused(tmp_path: Path) -> None:
    """A small file of one long text."""
    path = tmp_path / "bomb.xlsx"
    path.write_bytes(xlsx({"A": ""}))
    with (
        zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED, compresslevel=1) as archive,
        archive.open("xl/sharedStrings.xml", "w", force_zip64=True) as part,
    ):
        part.write(b"<sst xmlns='http://schemas.openxmlformats.org/spreadsheetml/2006/main'><si><t>")
        for _ in range(1100):
            part.write(b"x" * (1 << 20))
    with pytest.raises(SheetError, match="save it as CSV"), open_sheet(path):
        pass


def test_entities_are_not_expanded(tmp_path: Path) -> None:
    """A document type in a sheet is refused before its entities could grow."""
    bomb = (
        "<?xml version='1.0'?><!DOCTYPE x [<!ENTITY a 'aaaaaaaaaa'><!ENTITY b '&a;&a;&a;&a;'>]>"
        "<worksheet xmlns='http://schemas.openxmlformats.org/spreadsheetml/2006/main'><sheetData>"
        f"{HEADINGS}<row r='2'><c r='A2' t='e'><v>&b;</v></c></row></sheetData></worksheet>"
    )
    assert "is damaged" in refusal(tmp_path, xlsx({"A": ""}, extra={"xl/worksheets/sheet1.xml": bomb}))
