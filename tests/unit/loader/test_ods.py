"""OpenDocument cells are read as a person sees them, and hostile documents within bounds."""

from __future__ import annotations

import io
import sys
from pathlib import Path
from typing import Any

import pytest

from batch_renamer.loader.isolated.ods_book import OdsBook
from batch_renamer.loader.isolated.refusal import Refusal
from tests.support.loading import load, refusal, told
from tests.support.workbooks import ods, unzipped, zipped

SPACES = (
    "xmlns:draw='urn:oasis:names:tc:opendocument:xmlns:drawing:1.0' "
    "xmlns:dc='http://purl.org/dc/elements/1.1/' xmlns:xlink='http://www.w3.org/1999/xlink'"
)


def cell(content: str, attributes: str = "") -> str:
    """Write a text cell whose paragraphs are given as XML."""
    return f"<table:table-cell office:value-type='string' {SPACES}{attributes}>{content}</table:table-cell>"


def row(*cells: str, attributes: str = "") -> str:
    """Write a row; a text becomes a cell."""
    written = [text if text.startswith("<table") else cell(f"<text:p>{text}</text:p>") for text in cells]
    return f"<table:table-row{attributes}>{''.join(written)}</table:table-row>"


HEADINGS = row("order_id", "new_name")


def read(content: bytes) -> list[tuple[int, Any]]:
    """Read the second column of the only table, as the reading process sends it."""
    return [(row.number, row.cells[1]) for row in OdsBook(io.BytesIO(content)).rows(0, [0, 1])]


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ("<text:p>12<text:tab/>Elm</text:p>", "12\tElm"),
        ("<text:p>12<text:line-break/>Elm</text:p>", "12\nElm"),
        ("<text:p>12</text:p><text:p>Elm</text:p>", "12\nElm"),
        ("<text:p>12<text:s/>Elm</text:p>", "12 Elm"),
        ("<text:p>12 <text:s text:c='2'/>Elm</text:p>", "12   Elm"),
        ("<text:p>12<text:s text:c='x'/>Elm</text:p>", "12 Elm"),
        ("<text:p>  12 \n\t <text:span> Elm\n</text:span> Street </text:p>", "12 Elm Street"),
        ("<text:p><text:s/>12 </text:p>", " 12"),
        ("<text:p>12<text:s/></text:p>", "12 "),
        ("<text:p>12<text:tab/> Elm</text:p>", "12\t Elm"),
        ("<text:p>12 <text:a xlink:href='x'>Elm</text:a></text:p>", "12 Elm"),
        ("<text:p>12\u00a0\u00a0Elm</text:p>", "12\u00a0\u00a0Elm"),
        ("<office:annotation><dc:date>1</dc:date><text:p>Ask!</text:p></office:annotation><text:p>Elm</text:p>", "Elm"),
        ("<text:p>Elm</text:p><draw:frame><draw:text-box><text:p>box</text:p></draw:text-box></draw:frame>", "Elm"),
        ("<text:p>Elm<office:annotation><text:p>Ask!</text:p></office:annotation> Street</text:p>", "Elm Street"),
        ("<text:p>A<text:note><text:note-body><text:p>foot</text:p></text:note-body></text:note>B</text:p>", "AB"),
        ("<text:p>&amp;&lt;</text:p>", "&<"),
        ("<table:table><table:table-row><table:table-cell/></table:table-row></table:table><text:p>E</text:p>", "E"),
    ],
)
def test_text_is_read_as_it_is_shown(content: str, text: str) -> None:
    """Tabs, breaks and spaces are elements of their own; remarks and drawings are no part of the text."""
    assert read(ods(HEADINGS + row("a1", cell(content))))[1:] == [(2, text)]


def test_tabs_and_breaks_become_spaces_with_a_warning(tmp_path: Path) -> None:
    """They glued words together, and nothing was said."""
    content = ods(
        HEADINGS
        + row("a1", cell("<text:p>12<text:tab/>Elm</text:p>"))
        + row("a2", cell("<text:p>12<text:line-break/>Elm</text:p>"))
    )
    rows = load(tmp_path, content)[1]
    assert told(rows) == [(2, "a1", "12 Elm", ""), (3, "a2", "12 Elm", "")]
    assert all("became a space" in row.warning for row in rows)


def test_text_without_a_type_and_text_in_an_attribute_are_read() -> None:
    """Writers differ in where they put it; what is shown comes first."""
    untyped = "<table:table-cell><text:p>Elm</text:p></table:table-cell>"
    attribute = " office:string-value='12 Elm'"
    content = ods(
        HEADINGS
        + row("a1", untyped)
        + row("a2", cell("", attribute))
        + row("a3", cell("<text:p>E</text:p>", attribute))
    )
    assert read(content)[1:] == [(2, "Elm"), (3, "12 Elm"), (4, "E")]  # fmt: skip


def test_dates_and_truth_values_keep_their_kind() -> None:
    """What they are shown as depends on the language."""
    shown = "<table:table-cell office:value-type='{0}' office:{0}-value='{1}'><text:p>{2}</text:p></table:table-cell>"
    date, tick = shown.format("date", "2024-05-01", "1. Mai"), shown.format("boolean", "true", "WAHR")
    assert read(ods(HEADINGS + row("a1", date) + row("a2", tick)))[1:] == [(2, ["date", "2024-05-01"]), (3, True)]


def test_repeated_rows_and_cells_are_counted() -> None:
    """Each stands for many; blank ones take no time, however many they are."""
    repeated = cell("<text:p>x</text:p>", " table:number-columns-repeated='2'")
    blank = "<table:table-cell table:number-columns-repeated='16384'/>"
    content = ods(
        HEADINGS
        + row(blank, attributes=" table:number-rows-repeated='1000'")
        + row(repeated, attributes=" table:number-rows-repeated='2'")
        + row(blank, attributes=" table:number-rows-repeated='99999999999999999999'")
        + row("a9", "beyond the last row of any sheet")
    )
    assert read(content) == [(1, "new_name"), (1002, "x"), (1003, "x")]


def test_invisible_tables_are_no_visible_sheets() -> None:
    """A table's style says whether it is shown."""
    style = (
        "<office:automatic-styles xmlns:style='urn:oasis:names:tc:opendocument:xmlns:style:1.0'>"
        "<style:style style:name='ta1'><style:table-properties table:display='false'/></style:style>"
        "</office:automatic-styles><office:body>"
    )
    parts = unzipped(ods(HEADINGS))
    content = parts["content.xml"].replace(b"<office:body>", style.encode())
    parts["content.xml"] = content.replace(b"<table:table ", b"<table:table table:style-name='ta1' ")
    assert OdsBook(io.BytesIO(zipped(parts))).sheets == [("Orders", False)]


def test_long_texts_are_counted_and_not_kept() -> None:
    """Of a text without end only its length is kept."""
    content = ods(
        HEADINGS
        + row("a1", "x" * 3_000_000)
        + row("a2", cell("<text:p>" + "<text:s text:c='99999999'/>" * 50 + "</text:p>"))
    )
    assert read(content)[1:] == [
        (2, ["long text", "3000000 characters"]),
        (3, ["long text", "5000050 characters"]),
    ]


def test_tag_without_end_is_refused() -> None:
    """A parser has to keep a tag whole: an attribute of gigabytes would take all memory."""
    content = ods(HEADINGS + f"<table:table-row table:style-name='{'x' * (20 << 20)}'/>")
    with pytest.raises(Refusal, match="too much"):
        OdsBook(io.BytesIO(content))


def test_headings_without_end_are_refused(tmp_path: Path) -> None:
    """Twenty rows of all columns that there can be, each filled."""
    wide = cell(f"<text:p>{'x' * 200}</text:p>", " table:number-columns-repeated='16384'")
    assert "could not be read within" in refusal(tmp_path, ods(row(wide) * 20))


@pytest.mark.skipif(sys.platform != "linux", reason="other systems don't limit the memory of a process")
@pytest.mark.parametrize(
    "rows",
    [
        "<table:table-row><table:table-cell>" + "<text:span>" * 4_000_000,
        "</table:table>" + "<table:table table:name='t'/>" * 20_000 + "<table:table>",
    ],
    ids=["elements without end", "sheets without end"],
)
def test_hostile_documents_take_a_quarter_of_a_gigabyte_at_most(tmp_path: Path, rows: str) -> None:
    """What a parser has to remember of a document is limited, and what this process has to read of it as well."""
    assert "could not be read within" in refusal(tmp_path, ods(HEADINGS + rows))
