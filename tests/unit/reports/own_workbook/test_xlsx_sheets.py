"""Sheets as programs of several makes write them enter; the four columns are put in where they belong."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import pytest

from tests.support.empty_workbook import MAIN, SHEET, workbook_of
from tests.support.workbooks import unzipped, xlsx_row, zipped
from tests.support.written_back import MOMENT, READERS, back, changed_parts, written

HEADINGS = xlsx_row(1, "Order ID", "New name")
COLUMNS = ["result", "reason", "final_name", "renamed_at"]


def _book(rows: str, *, before: str = "", after: str = "") -> bytes:
    """Make a workbook whose sheet has elements before and after its rows."""
    return workbook_of(f"<worksheet xmlns='{MAIN}'>{before}<sheetData>{rows}</sheetData>{after}</worksheet>")


def _grid(content: bytes) -> list[list[Any]]:
    """Read a sheet; all readers must agree."""
    grids = [[[value or None for value in row] for row in read(content, "Orders")] for read in READERS.values()]
    width = max(len(row) for grid in grids for row in grid)
    padded = [[row + [None] * (width - len(row)) for row in grid] for grid in grids]
    assert padded[0] == padded[1] == padded[2]
    return padded[0]


def _sheet(content: bytes) -> str:
    return unzipped(content)[SHEET].decode()


@pytest.mark.parametrize(
    "rows",
    [
        pytest.param(HEADINGS + xlsx_row(2, "a1", "12 Elm St"), id="usual"),
        pytest.param(
            "<row><c t='inlineStr'><is><t>Order ID</t></is></c><c t='inlineStr'><is><t>New name</t></is></c></row>"
            "<row><c t='inlineStr'><is><t>a1</t></is></c><c t='inlineStr'><is><t>12 Elm St</t></is></c></row>",
            id="rows and cells without places",
        ),
        pytest.param(
            HEADINGS
            + "<!-- <row r='2'> --><row r='2' ht=\"20\" >\n"
            + xlsx_row(2, "a1", "12 Elm St")[11:].replace("</row>", "\n</row >"),
            id="comments and white space",
        ),
        pytest.param(
            (HEADINGS + xlsx_row(2, "a1", "12 Elm St")).replace(
                '<t xml:space="preserve">12 Elm St', "<t><![CDATA[12 Elm St]]>"
            ),
            id="character data",
        ),
    ],
)
def test_results_stand_beside_the_row(rows: str) -> None:
    """However the rows are written, readers find the results in the row that they belong to."""
    assert _grid(written(_book(rows), [back(2, final_name="12 Elm St")])) == [
        ["Order ID", "New name", *COLUMNS],
        ["a1", "12 Elm St", "renamed", None, "12 Elm St", None],
    ]


def test_rows_that_the_sheet_does_not_have_are_put_in_order() -> None:
    """A row without any cell may not be in the file; one before, one between and one behind."""
    book = _book(xlsx_row(3, "Order ID", "New name") + "<row r='5'/>" + xlsx_row(7, "a1", "b"))
    found = _grid(written(book, [back(row, str(row)) for row in (9, 4, 7, 5)], heading_row=3))
    assert [row[2] for row in found[2:]] == ["result", "4", "5", None, "7", None, "9"]
    assert re.findall(r"<row r='?\"?(\d+)", _sheet(written(book, [back(9), back(4)], heading_row=3))) == [
        "3",
        "4",
        "5",
        "7",
        "9",
    ]


def test_a_row_without_a_result_is_not_made() -> None:
    """Blank values make no rows or cells."""
    book = _book(HEADINGS + xlsx_row(2, "a1", "b"))
    assert "<row r='3'" not in _sheet(written(book, [back(3, "")]))


def test_prefixed_elements_get_prefixed_cells() -> None:
    """Some programs write ``x:row``; the new cells have the same prefix."""
    sheet = (
        f"<x:worksheet xmlns:x='{MAIN}'><x:cols><x:col min='1' max='9' width='8'/></x:cols><x:sheetData>"
        + re.sub("<(/?)", r"<\1x:", HEADINGS + xlsx_row(2, "a1", "b") + "<row r='3'/>")
        + "</x:sheetData></x:worksheet>"
    )
    after = written(workbook_of(sheet), [back(2, renamed_at=MOMENT), back(3, ""), back(4)])
    assert _grid(after)[1][2:6] == ["renamed", None, None, MOMENT.astimezone().replace(tzinfo=None)]
    assert re.findall("<[a-z]+[ >]", _sheet(after)) == []


def test_a_strict_workbook_is_written_into() -> None:
    """The other namespace of the format, which Excel writes on request, is no reason to refuse."""
    strict = {
        name: part.replace(MAIN.encode(), b"http://purl.oclc.org/ooxml/spreadsheetml/main").replace(
            b"http://schemas.openxmlformats.org/officeDocument/2006/relationships",
            b"http://purl.oclc.org/ooxml/officeDocument/relationships",
        )
        for name, part in unzipped(_book(HEADINGS + xlsx_row(2, "a1", "b"))).items()
    }
    after = written(zipped(strict), [back(2)])
    assert READERS["calamine"](after, "Orders")[1] == ["a1", "b", "renamed", "", "", ""]


@pytest.mark.parametrize(
    ("before", "expected"),
    [
        pytest.param("<dimension ref='A1:B2'/>", "A1:F3", id="right"),
        pytest.param("<dimension ref='A1'/>", "A1:F3", id="too small"),
        pytest.param("<dimension ref='A1:Z99'/>", "A1:Z99", id="larger"),
        pytest.param("<dimension ref=''/>", "A1:F3", id="blank"),
        pytest.param("", None, id="none"),
    ],
)
def test_the_dimension_covers_all_cells(before: str, expected: str | None) -> None:
    """Readers that trust it must not miss a row; openpyxl reads no further than it says."""
    after = written(_book(HEADINGS + xlsx_row(2, "a1", "b") + xlsx_row(3, "a2", "c"), before=before), [back(2)])
    found = re.search(r"<dimension ref='?\"?([^'\"]*)", _sheet(after))
    assert (found and found[1]) == expected


@pytest.mark.parametrize(
    ("spans", "expected"), [("1:2", "1:6"), ("1:2 5:9", "1:9"), ("3:4", "3:6")], ids=["one", "two", "without the first"]
)
def test_spans_of_a_row_cover_its_new_cells(spans: str, expected: str) -> None:
    """Excel takes a cell outside of its row's spans for damage in some versions."""
    rows = HEADINGS.replace("<row ", f"<row spans='{spans}' ")
    assert f"<row spans='{expected}' r=" in _sheet(written(_book(rows), [back(2)]))


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        pytest.param("", "3-3:12 4-4:44 5-5:34 6-6:19", id="none"),
        pytest.param("<cols><col min='1' max='2' width='8'/></cols>", "1-2:8 3-3:12 4-4:44 5-5:34 6-6:19", id="before"),
        pytest.param("<cols><col min='9' max='9' width='8'/></cols>", "3-3:12 4-4:44 5-5:34 6-6:19 9-9:8", id="behind"),
        pytest.param(
            "<cols><col min='2' max='16384' width='8'/></cols>", "2-2:8 3-3:12 4-4:44 5-5:34 6-6:19 7-16384:8", id="all"
        ),
        pytest.param("<cols><col min='4' max='5' width='8'/></cols>", "3-3:12 4-4:44 5-5:34 6-6:19", id="inner ones"),
        pytest.param("<cols />", "3-3:12 4-4:44 5-5:34 6-6:19", id="empty list"),
        pytest.param("<cols></cols>", "3-3:12 4-4:44 5-5:34 6-6:19", id="blank list"),
    ],
)
def test_widths_divide_ranges_of_columns(columns: str, expected: str) -> None:
    """The new columns get widths that fit, and all others keep theirs."""
    sheet = _sheet(written(_book(HEADINGS, before=columns), [back(2)]))
    found = re.findall(r"""<col min=['"](\d+)['"] max=['"](\d+)['"] width=['"](\d+)['"]""", sheet)
    assert " ".join(f"{first}-{last}:{width}" for first, last, width in found) == expected
    assert re.search("<cols>(<col [^>]*/>)+</cols><sheetData>", sheet)


def test_a_range_keeps_its_style_and_gets_visible() -> None:
    """Columns that were put away on the right of the headings are shown where results come in."""
    columns = "<cols><col min='3' max='16384' width='0' style='1' hidden='1' collapsed='1' customWidth='1'/></cols>"
    sheet = _sheet(written(_book(HEADINGS, before=columns), [back(2)]))
    assert "<col min='3' max='3' width='12' style='1' customWidth='1'/>" in sheet
    assert "<col min='7' max='16384' width='0' style='1' hidden='1' collapsed='1' customWidth='1'/>" in sheet


def _column_of_result(rows: str, *, before: str = "", after: str = "", row: int = 1) -> str:
    sheet = _sheet(written(_book(rows, before=before, after=after), [back(row + 1)], heading_row=row))
    found = re.search(r'r="([A-Z]+)\d+"[^>]*><is><t xml:space="preserve">result<', sheet)
    assert found is not None
    return found[1]


@pytest.mark.parametrize(
    ("rows", "before", "after", "expected"),
    [
        pytest.param([HEADINGS], "", "", "C", id="beside the headings"),
        pytest.param([HEADINGS, xlsx_row(9, "x", first_column="D")], "", "", "E", id="a note below"),
        pytest.param([HEADINGS, xlsx_row(9, "x", first_column="H")], "", "", "C", id="a note further right"),
        pytest.param([HEADINGS, "<row r='4'><c r='C4' s='1'/></row>"], "", "", "C", id="a cell with a style alone"),
        pytest.param([HEADINGS, "<row r='4'><c r='F4'><f>1+1</f></c></row>"], "", "", "G", id="a formula"),
        pytest.param([HEADINGS], "", "<mergeCells><mergeCell ref='C5:D5'/></mergeCells>", "E", id="merged cells"),
        pytest.param(
            [HEADINGS], "<cols><col min='3' max='4' width='1' hidden='1'/></cols>", "", "E", id="hidden columns"
        ),
    ],
)
def test_the_columns_are_free_ones(rows: Sequence[str], before: str, after: str, expected: str) -> None:
    """The results never stand over something of the user's, whichever row that is in."""
    assert _column_of_result("".join(rows), before=before, after=after) == expected


def test_a_title_above_the_headings_takes_no_columns() -> None:
    """Cells that are merged above the headings may lie over the new columns."""
    rows = xlsx_row(1, "Orders of May") + xlsx_row(3, "Order ID", "New name")
    assert _column_of_result(rows, after="<mergeCells><mergeCell ref='A1:H1'/></mergeCells>", row=3) == "C"


def test_results_come_before_cells_further_right() -> None:
    """The cells of a row stay in order."""
    rows = "".join(
        re.sub("</row>", f"<c r='H{row}'><v>{row}</v></c></row>", text)
        for row, text in ((1, HEADINGS.replace("New name", "Name")), (2, xlsx_row(2, "a1", "b")))
    ).replace("<c r='H1'><v>1</v></c>", "")
    found = _grid(written(_book(rows), [back(2, "renamed", "why")]))
    assert found == [["Order ID", "Name", *COLUMNS, None, None], ["a1", "b", "renamed", "why", None, None, None, 2]]


def test_cells_of_the_columns_are_replaced_with_their_styles_kept() -> None:
    """A person may have painted them; text stays text and a time a time."""
    once = written(_book(HEADINGS + xlsx_row(2, "a1", "b")), [back(2, "failed", "why", "c", MOMENT)])
    sheet = re.sub(r'<c r="([CDEF]2)" s="\d+"', r'<c r="\1" s="1"', _sheet(once))
    again = written(zipped({**unzipped(once), SHEET: sheet}), [back(2, "renamed", "", "b", MOMENT)])
    assert _grid(again)[1] == ["a1", "b", "renamed", None, "b", MOMENT.astimezone().replace(tzinfo=None)]
    assert '<c r="D2" s="1"/>' in _sheet(again)
    assert '<c r="F2" s="1"><v>' in _sheet(again)  # the style is a date already


@pytest.mark.parametrize("base", ["", " s='1' customFormat='1'"], ids=["plain", "styled row"])
@pytest.mark.parametrize(
    "cells",
    [
        '<c r="C2" s="1" t="s"><v>0</v></c><c r="D2"/><c r="E2" t="str"><v>x</v></c><c r="F2" s="1"><v>4</v></c>',
        '<c r="E2" s="1"/>',
        '<c r="D2" t="inlineStr"><is><t>a &amp; b</t></is></c><c r="F2" s="1"/>',
        '<c r="C2"><v>1</v></c><c r="H2"><v>8</v></c>',
        '<c r="C2" t="inlineStr"><is><r><t>rich</t></r></is></c> <c r="D2" s="1"/>',
    ],
    ids=["as saved by programs", "one", "two", "others behind", "rich text"],
)
def test_usual_cells_are_replaced_as_all_others_are(cells: str, base: str) -> None:
    """What a comment in the row changes is only how they are found."""
    headings, row = xlsx_row(1, "Order ID", "New name", *COLUMNS), xlsx_row(2, "a1", "b")
    row = row.replace('<row r="2"', f'<row r="2"{base}')
    results = [back(2, "failed", "why", None, MOMENT)]
    marked, usual = (
        _sheet(written(_book(headings + row.replace("</row>", mark + cells + "</row>")), results))
        for mark in ("<!-- -->", "")
    )
    assert marked.replace("<!-- -->", "") == usual
    assert 'r="C2"' in usual


def test_columns_are_recognized_after_a_spreadsheet_program_has_saved_them() -> None:
    """Programs move the texts of the headings to the shared texts, as rich text at times."""
    shared = (
        f"<sst xmlns='{MAIN}'><si><t>other</t></si>"
        "<si><r><t>res</t></r><r><t>ult</t></r><rPh sb='0' eb='1'><t>x</t></rPh></si>"
        "<si><t> Reason</t></si><si><t>final_name2</t></si><si><t>renamed_at</t></si></sst>"
    )
    headings = "".join(f"<c r='{column}1' t='s'><v>{number}</v></c>" for number, column in enumerate("BCDEF"))
    parts = unzipped(_book(f"<row r='1'>{headings}</row>" + xlsx_row(2, "a1", "b")))
    relations = parts["xl/_rels/workbook.xml.rels"].replace(
        b"</Relationships>",
        b"<Relationship Id='t' Type='http://x/relationships/sharedStrings' Target='/xl/shared.xml'/></Relationships>",
    )
    book = zipped({**parts, "xl/_rels/workbook.xml.rels": relations, "xl/shared.xml": shared})
    sheet = _sheet(written(book, [back(2)]))
    assert re.findall(r'r="([A-Z]\d)"[^>]*><is><t xml:space="preserve">([^<]*)', sheet)[-1] == ("C2", "renamed")
    assert ">result<" not in sheet


def test_a_workbook_without_styles_gets_times_as_text() -> None:
    """A number without a style would not be shown as a time."""
    parts = unzipped(_book(HEADINGS + xlsx_row(2, "a1", "b")))
    for name in ("xl/_rels/workbook.xml.rels", "[Content_Types].xml"):
        parts[name] = re.sub(rb"<(Relationship|Override) [^>]*styles[^>]*>", b"", parts[name])
    del parts["xl/styles.xml"]
    before = zipped(parts)
    after = written(before, [back(2, renamed_at=MOMENT)])
    assert changed_parts(before, after) == {SHEET}
    assert _grid(after)[1][5] == MOMENT.astimezone().strftime("%Y-%m-%d %H:%M:%S")


def test_times_count_from_1904_where_the_workbook_says_so() -> None:
    """Workbooks from old Macs have another first day."""
    parts = unzipped(_book(HEADINGS + xlsx_row(2, "a1", "b")))
    book = parts["xl/workbook.xml"].replace(b"<workbookPr ", b"<workbookPr date1904='1' ")
    after = written(zipped({**parts, "xl/workbook.xml": book}), [back(2, renamed_at=MOMENT)])
    assert _grid(after)[1][5] == MOMENT.astimezone().replace(tzinfo=None)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        pytest.param("=HYPERLINK(1)", "=HYPERLINK(1)", id="formula"),
        pytest.param("  two  spaces ", "  two  spaces ", id="spaces"),
        pytest.param("a\tb\nc\r\nd", "a\tb\nc\r\nd", id="line breaks"),
        pytest.param("bell \x07, _x0041_, _x", "bell \x07, _x0041_, _x", id="control characters and escapes"),
        pytest.param("half \ud800 pair", "half \\ud800 pair", id="lone surrogate"),
        pytest.param("]]> & <b> \"'", "]]> & <b> \"'", id="markup"),
        pytest.param("😀" * 20_000, "😀" * 16_367 + "… [cut: 20000 characters in all]", id="too long"),
    ],
)
def test_a_text_stays_the_text_that_it_is(text: str, shown: str) -> None:
    """What the API or a person wrote is text in the cell, whatever it looks like."""
    after = written(_book(HEADINGS + xlsx_row(2, "a1", "b")), [back(2, final_name=text)])
    assert READERS["calamine"](after, "Orders")[1][4] == shown
