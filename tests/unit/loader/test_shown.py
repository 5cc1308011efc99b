"""A number is read as the person sees it in the sheet, or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from batch_renamer.loader import open_sheet
from batch_renamer.loader.isolated.compound import workbook_stream
from batch_renamer.loader.isolated.number_formats import NumberFormat
from batch_renamer.loader.isolated.xls_marks import xls_marks
from tests.support.loading import load, told
from tests.support.workbooks import (
    Value,
    ods,
    unzipped,
    xls,
    xls_formats,
    xls_numbers,
    xlsb,
    xlsx,
    xlsx_row,
    zipped,
)

CASES = Path(__file__).parents[2] / "data" / "cases"
OTHERWISE = "and its number format shows it otherwise"
HEADINGS = xlsx_row(1, "order_id", "new_name")
FORMATS = ('"Plot "0', "000000", "#,##0", "0.00", '"No "@')
ROWS: list[list[Value]] = [
    ["order_id", "new_name"],
    ["a1", (12.0, 1)],
    [(123.0, 2), "b"],
    ["a3", (1234.0, 3)],
    ["a4", (5.0, 4)],
]


def read(name: str) -> list[tuple[int, str, str, str]]:
    """Read one of the files that showed what was wrong."""
    with open_sheet(CASES / name) as sheet:
        return told([row for chunk in sheet.chunks() for row in chunk])


def test_names_of_the_case_are_read_as_they_are_shown() -> None:
    """12 is shown as "Plot 12"; how thousands are separated depends on the reader's language."""
    assert read("number-formats-names.xlsx") == [
        (2, "A-1", "Plot 12", ""),
        (3, "A-2", "007", ""),
        (4, "A-3", "Flat 3 rear", ""),
        (5, "A-4", "0", ""),
        (6, "A-5", "", f"The new name is a number, {OTHERWISE}"),
        (7, "A-6", "5th floor", ""),
        (8, "A-7", "12 Elm", ""),
    ]


def test_ids_of_the_case_are_read_as_they_are_shown() -> None:
    """123 is shown as "000123", and that is the order's id."""
    assert read("number-formats-ids.xlsx") == [(2, "000123", "House 2", ""), (3, "ORD-0045", "House 3", "")]


def styled(value: float, style: int) -> str:
    """Write a cell of an .xlsx with a style."""
    return f'<c s="{style}"><v>{value:g}</v></c>'


KINDS = {
    "xlsx": xlsx(
        {
            "Orders": HEADINGS
            + xlsx_row(2, "a1", styled(12, 2))
            + xlsx_row(3, styled(123, 3), "b")
            + xlsx_row(4, "a3", styled(1234, 4))
            + xlsx_row(5, "a4", styled(5, 5))
        },
        formats=FORMATS,
    ),
    "xls": xls(
        {(row, column): cell for row, cells in enumerate(ROWS) for column, cell in enumerate(cells)},
        before=xls_formats(*FORMATS),
    ),
    "xlsb": xlsb(ROWS, formats=FORMATS),
}


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_read_as_it_is_shown(tmp_path: Path, kind: str) -> None:
    """The formats are in another place in each of them."""
    assert told(load(tmp_path, KINDS[kind])[1]) == [
        (2, "a1", "Plot 12", ""),
        (3, "000123", "b", ""),
        (4, "a3", "", f"The new name is a number, {OTHERWISE}"),
        (5, "a4", "", f"The new name is a number, {OTHERWISE}"),
    ]


def test_numbers_side_by_side_in_xls_have_a_format_each(tmp_path: Path) -> None:
    """Programs write them as one record."""
    content = xls(
        {(0, 0): "order_id", (0, 1): "new_name", (1, 0): xls_numbers(1, 0, (5, 2), (12, 1))},
        before=xls_formats(*FORMATS),
    )
    assert told(load(tmp_path, content)[1]) == [(2, "000005", "Plot 12", "")]


def test_formats_of_excel_5_are_understood() -> None:
    """Their texts have one byte a character and another header."""
    records = [
        (0x41E, b"\xa4\x00\x08" + b'"Plot "0'),
        (0xE0, b"\0" * 16),
        (0xE0, b"\0\0\xa4\0" + b"\0" * 12),
    ]
    content = xls({(0, 0): "order_id", (0, 1): "new_name", (1, 0): "a1", (1, 1): (12.0, 1)}, before=records)
    content = content.replace(b"\x09\x08\x10\x00\x00\x06\x05\x00", b"\x09\x08\x10\x00\x00\x05\x05\x00", 1)
    assert xls_marks(workbook_stream(content), 0).cells == {1: {1: NumberFormat('"Plot "0')}}


@pytest.mark.parametrize(("number", "name"), [(0, "7"), (1, "7"), (49, "7"), (2, ""), (3, ""), (9, ""), (48, "")])
def test_built_in_formats_count_too(tmp_path: Path, number: int, name: str) -> None:
    """A file needn't spell them out."""
    content = xlsx({"A": HEADINGS + xlsx_row(2, "a1", styled(7, 2))}, formats=[number])
    assert [row[2] for row in told(load(tmp_path, content)[1])] == [name]


def test_format_that_the_file_does_not_hold_is_not_guessed(tmp_path: Path) -> None:
    """Numbers of formats that differ between languages, and of those that are missing."""
    content = xlsx(
        {"A": HEADINGS + xlsx_row(2, "a1", styled(7, 2)) + xlsx_row(3, "a2", styled(7, 3))}, formats=[23, 99]
    )
    assert [OTHERWISE in row[3] for row in told(load(tmp_path, content)[1])] == [True, True]


def test_first_style_is_that_of_cells_that_name_none(tmp_path: Path) -> None:
    """A workbook whose standard style has a format shows every number so."""
    parts = unzipped(xlsx({"A": HEADINGS + xlsx_row(2, "a1", "<c><v>7</v></c>")}, formats=["000"]))
    parts["xl/styles.xml"] = parts["xl/styles.xml"].replace(b"<xf numFmtId='0'/>", b"<xf numFmtId='164'/>")
    assert told(load(tmp_path, zipped(parts))[1]) == [(2, "a1", "007", "")]


def test_texts_are_read_as_they_are_shown(tmp_path: Path) -> None:
    """A format has a place for texts, too."""
    text = '<c s="6" t="inlineStr"><is><t>12</t></is></c>'
    content = xlsx({"A": HEADINGS + xlsx_row(2, "a1", text)}, formats=FORMATS)
    assert told(load(tmp_path, content)[1]) == [(2, "a1", "No 12", "")]


def test_dates_stay_dates_in_any_format(tmp_path: Path) -> None:
    """Also where the styles are not where calamine looks for them, and it would give 45413."""
    cells = xlsx_row(2, "a1", styled(45413, 2)) + xlsx_row(3, "a2", styled(45413, 1))
    content = xlsx({"A": HEADINGS + cells}, formats=["yyyy-mm-dd"])
    assert [row[3] for row in told(load(tmp_path, content)[1])] == ["The new name is a date or time"] * 2
    parts = unzipped(content)
    parts["xl/other.xml"] = parts.pop("xl/styles.xml")
    parts["xl/_rels/workbook.xml.rels"] = parts["xl/_rels/workbook.xml.rels"].replace(b"styles.xml", b"other.xml")
    rows = told(load(tmp_path, zipped(parts))[1])
    assert [row[3] for row in rows] == [f"The new name is a number, {OTHERWISE}"] * 2


@pytest.mark.parametrize("cell", ['<c s="2" t="b"><v>1</v></c>', '<c t="b" s="2"><v>1</v></c>'])
def test_tick_boxes_stay_true_or_false_in_any_format(tmp_path: Path, cell: str) -> None:
    """A format is for numbers and texts."""
    content = xlsx({"A": HEADINGS + xlsx_row(2, "a1", cell)}, formats=FORMATS)
    assert told(load(tmp_path, content)[1]) == [(2, "a1", "TRUE", "")]


@pytest.mark.parametrize(
    "row",
    [
        '<row r="2" s="2" customFormat="1"><c r="A2" s="3"><v>1</v></c><c r="B2" s="2"><v>2</v></c></row>',
        '<row r="2"><c s="3" r="A2"><v>1</v></c><c s="2" r="B2"><v>2</v></c></row>',
        "<row r='2'><c r='A2' s='3'><v>1</v></c><c r='B2' s='2'><v>2</v></c></row>",
        '<row r="2"><c r="A2" t="n" s="3"><v>1</v></c><c r="B2"\n s = "2"><v>2</v></c></row>',
        '<row><c s="3"><v>1</v></c><c s="2"><v>2</v></c></row>',
        '<!-- <c r="Z9"> --><row r="2"><c r="a2" s="3"><v>1</v></c><c r="b2" s="2"><v>2</v></c></row>',
    ],
    ids=["row style", "style first", "single quotes", "type before style", "no addresses", "comment"],
)
def test_formats_are_seen_however_the_cell_is_written(tmp_path: Path, row: str) -> None:
    """XML leaves writers the choice of order, quotes and spaces."""
    content = xlsx({"A": HEADINGS + row}, formats=FORMATS)
    assert told(load(tmp_path, content)[1]) == [(2, "000001", "Plot 2", "")]


def ods_number(value: str, shown: str | None, attributes: str = "") -> str:
    """Write a number as an OpenDocument file holds it: the value, and the text that is shown."""
    text = "" if shown is None else f"<text:p>{shown}</text:p>"
    return f"<table:table-cell office:value-type='float' office:value='{value}'{attributes}>{text}</table:table-cell>"


@pytest.mark.parametrize(
    ("cell", "name", "reason"),
    [
        (ods_number("12", "Plot 12"), "Plot 12", ""),
        (ods_number("123", "000123"), "000123", ""),
        (ods_number("1234", "1.234"), "1.234", ""),
        (ods_number("7", "7"), "7", ""),
        (ods_number("7", None), "7", ""),
        (ods_number("7", None, " table:style-name='ce1'"), "", f"The new name is a number, {OTHERWISE}"),
        (ods_number("120000", "1.2E+05"), "", f"The new name is a number, {OTHERWISE}"),
        (ods_number("120000", "###"), "", f"The new name is a number, {OTHERWISE}"),
        (ods_number("1.5", "1.50"), "", "The new name is a decimal number"),
        (ods_number("half", "half"), "", "The new name is an error (like #N/A or #REF!)"),
    ],
)
def test_shown_text_of_ods_is_read(tmp_path: Path, cell: str, name: str, reason: str) -> None:
    """It is in the file; a number without one and with a style could be shown in any way."""
    text = "<table:table-cell office:value-type='string'><text:p>{}</text:p></table:table-cell>"
    content = ods(
        f"<table:table-row>{text.format('order_id')}{text.format('new_name')}</table:table-row>"
        f"<table:table-row>{text.format('a1')}{cell}</table:table-row>"
    )
    assert told(load(tmp_path, content)[1]) == [(2, "a1", name, reason)]
