"""The rows of an .ods workbook and results enter; its content with four more columns leaves, all other parts stay."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING

import pytest
from odfdo import Document
from python_calamine import CalamineWorkbook

from batch_renamer.errors import WriteBackError
from batch_renamer.reports.own_workbook.ods import write_back_ods
from tests.support.workbooks import ods, unzipped, zipped
from tests.support.written_back import MOMENT, back, changed_parts

if TYPE_CHECKING:
    from batch_renamer.reports.own_workbook import RowBack

HEADINGS = ["result", "reason", "final_name", "renamed_at"]
TEXT = "<table:table-cell office:value-type='string'><text:p>{}</text:p></table:table-cell>"
REST = "<table:table-row table:number-rows-repeated='1048573'><table:table-cell/></table:table-row>"


def row(*cells: str, times: int = 1) -> str:
    """Make a row; a text becomes a text cell, what begins with ``<`` is taken as it is."""
    repeated = f" table:number-rows-repeated='{times}'" if times > 1 else ""
    made = "".join(cell if cell.startswith("<") else TEXT.format(cell) for cell in cells)
    return f"<table:table-row{repeated}>{made}</table:table-row>"


def blank(times: int) -> str:
    """Make blank cells."""
    return f"<table:table-cell table:number-columns-repeated='{times}'/>"


def written(content: bytes, *rows: RowBack, sheet: str = "Orders", heading_row: int = 1) -> bytes:
    """Write results into a workbook."""
    target = io.BytesIO()
    write_back_ods(io.BytesIO(content), target, sheet=sheet, heading_row=heading_row, rows=rows)
    with zipfile.ZipFile(target) as archive:
        assert archive.testzip() is None
    return target.getvalue()


def cells_of(content: bytes, *, sheet: str = "Orders") -> list[list[str]]:
    """Return the cells as two readers see them, which must agree on the texts."""
    found = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_name(sheet).to_python()
    seen = [[str(cell) for cell in line] for line in found]
    table = Document(io.BytesIO(content)).body.get_table(name=sheet)
    assert table is not None
    for number, line in enumerate(seen):
        for column, cell in enumerate(line):
            assert str(table.get_value((column, number)) or "") == cell
    return seen


def content_of(content: bytes) -> str:
    """Return the content part."""
    return unzipped(content)["content.xml"].decode()


DONE = (back(2, "unchanged", final_name="12 Elm"), back(3, renamed_at=MOMENT))


@pytest.mark.parametrize(
    "cells",
    [
        pytest.param(row("order_id", "new_name") + row("a1", "12 Elm") + row("a2", "b") + REST, id="short rows"),
        pytest.param(
            row("order_id", "new_name", blank(1022)) + row("a1", "12 Elm", blank(1022)) + row("a2", "b", blank(9)),
            id="long rows",
        ),
        pytest.param(
            row("order_id", "new_name") + "<table:table-header-rows/>" + row("a1", "b", times=2) + REST,
            id="equal rows",
        ),
        pytest.param(
            "<table:table-column/>"
            + row("order_id", "new_name")
            + "<table:table-row-group>"
            + row("a1", "b")
            + row("a2", "b")
            + "</table:table-row-group>",
            id="a group of rows",
        ),
    ],
)
def test_the_columns_are_put_in(cells: str) -> None:
    """The only part that changes is the content; written again, the same columns change."""
    before = ods(cells)
    after = written(before, *DONE)
    assert changed_parts(before, after) == {"content.xml"}
    found = cells_of(after)
    assert found[0][:6] == ["order_id", "new_name", *HEADINGS]
    assert found[1][2:6] == ["unchanged", "", "12 Elm", ""]
    assert found[2][2] == "renamed"
    assert found[2][5].startswith("2026-03-04")
    assert written(after, *DONE) == after
    changed = cells_of(written(after, back(2, "failed", "No."), back(3, "failed")))
    assert [line[2:4] for line in changed[1:3]] == [["failed", "No."], ["failed", ""]]


def test_a_million_equal_rows_stay_one_element() -> None:
    """Only the row that changes is spelt out."""
    cells = row("order_id", "new_name") + row("a1", "b", times=1_000_000)
    after = content_of(written(ods(cells), back(500_000, "failed")))
    assert len(after) < len(content_of(ods(cells))) + 1_000
    assert "number-rows-repeated='499998'" in after
    assert "number-rows-repeated='500001'" in after


def test_what_is_not_ours_stays_byte_for_byte() -> None:
    """Formulas, comments and formats are the same bytes, in front of the results and behind them."""
    formula = "<table:table-cell table:formula='of:=[.A1]' office:value-type='float' office:value='1'/>"
    comment = "<table:table-cell><office:annotation><text:p>result</text:p></office:annotation></table:table-cell>"
    own = formula + comment + blank(4) + TEXT.format("behind")
    before = row("order_id", "new_name", "note") + row("a1", "b", own)
    after = content_of(written(ods(before), back(2, "failed", "A &lt; B", final_name="  a\n\tb  c\x07")))
    assert formula + comment in after
    assert TEXT.format("behind") in after
    paragraphs = "<text:p><text:s/><text:s/>a</text:p><text:p><text:tab/>b <text:s/>c\\x07</text:p>"
    assert paragraphs in after
    assert "A &amp;lt; B" in after


def test_columns_that_are_taken_are_passed_over() -> None:
    """A cell far below the headings, or one that is merged with others, is not written over."""
    merged = "<table:table-cell table:number-columns-spanned='2'/><table:covered-table-cell/>"
    cells = row("order_id", "new_name") + row("a1", "b") + row(blank(3), "note") + row(blank(7), merged)
    found = cells_of(written(ods(cells), back(2, "failed")))
    assert found[0][9:13] == HEADINGS
    assert found[1][9] == "failed"


def test_the_look_of_the_columns() -> None:
    """They get widths and a format for times once, the look of the headings, and the filter on those."""
    styles = (
        "<office:document-content xmlns:style='urn:oasis:names:tc:opendocument:xmlns:style:1.0'"
        " xmlns:number='urn:oasis:names:tc:opendocument:xmlns:datastyle:1.0'"
    )
    heading = TEXT.format("new_name").replace("<table:table-cell", "<table:table-cell table:style-name='bold'")
    cells = "<table:table-column table:number-columns-repeated='9'/>" + row("order_id", heading) + row("a1", "b")
    parts = unzipped(ods(cells + row("a2", "b")))
    content = parts["content.xml"].decode().replace("<office:document-content", styles)
    content = content.replace("<office:body>", "<office:automatic-styles/><office:body>")
    filtered = "<table:database-range table:target-range-address='Orders.A1:Orders.B3'/></office:spreadsheet>"
    book = zipped({**parts, "content.xml": content.replace("</office:spreadsheet>", filtered)})
    after = content_of(first := written(book, *DONE))
    assert "table:target-range-address='Orders.A1:Orders.F3'" in after
    assert after.count('table:style-name="bold" office:value-type="string"><text:p>re') == 3
    assert 'style:column-width="90mm"' in after
    assert "<table:table-column table:number-columns-repeated='2'/>" in after
    assert "<table:table-column table:number-columns-repeated='3'/>" in after
    assert 'table:style-name="batch-renamer-time" office:value-type="date"' in after
    assert content_of(written(first, *DONE)) == after


@pytest.mark.parametrize(
    ("content", "why"),
    [
        pytest.param(ods(row("order_id", "new_name"), name="Other"), 'no sheet "Orders"', id="another sheet"),
        pytest.param(ods(row("", "")), "has no headings any more", id="no headings"),
        pytest.param(ods(row("order_id", "new_name")), "ends before row 2", id="fewer rows"),
        pytest.param(ods(row(blank(16_381), "order_id")), "no four free columns", id="a full sheet"),
        pytest.param(ods("<table:table-row>"), "damaged", id="no XML"),
        pytest.param(zipped({"mimetype": "", "content.xml": "<!DOCTYPE a><a/>"}), "damaged", id="a document type"),
        pytest.param(zipped({"mimetype": ""}), "damaged", id="no content"),
    ],
)
def test_what_can_not_be_written_into_is_refused(content: bytes, why: str) -> None:
    """Each with a sentence."""
    with pytest.raises(WriteBackError, match=why):
        written(content, *DONE)
