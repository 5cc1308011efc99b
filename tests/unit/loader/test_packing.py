"""Workbooks that programs and calamine open are read, however they are packed."""

from __future__ import annotations

from pathlib import Path

import pytest

from batch_renamer.loader import open_sheet
from tests.support.loading import load, refusal, told
from tests.support.workbooks import ods, unzipped, xls, xlsb, xlsx, xlsx_row, zipped

CASES = Path(__file__).parents[2] / "data" / "cases"
HEADINGS = xlsx_row(1, "order_id", "new_name")
ERROR = "<c t='e'><v>#N/A</v></c>"
BOOK = xlsx(
    {"Orders": HEADINGS + xlsx_row(2, "a1", '<c s="2"><v>5</v></c>') + xlsx_row(3, "a2", ERROR)}, formats=["00"]
)
READ = [(2, "a1", "05", ""), (3, "a2", "", "The new name is an error (like #N/A or #REF!)")]
"""What the second look has to find as well: a format and an error."""

UNSEEN = "It could not be seen whether"


@pytest.mark.parametrize(
    "name", ["zip-backslashes.xlsx", "zip-parts-at-the-root.xlsx", "root-entry-named-otherwise.xls"]
)
def test_cases_are_read(name: str) -> None:
    """They were refused as foreign or damaged."""
    with open_sheet(CASES / name) as sheet:
        assert told([row for chunk in sheet.chunks() for row in chunk]) == [(2, "A-1", "12 Elm Street", "")]
        assert sheet.warnings == ()


def repacked(old: str = "", new: str = "", *, parts: dict[str, bytes] | None = None) -> bytes:
    """Pack the book with something replaced in names and contents of its parts."""
    parts = parts or unzipped(BOOK)
    return zipped({name.replace(old, new): body.replace(old.encode(), new.encode()) for name, body in parts.items()})


def moved_to_the_root() -> bytes:
    """Pack the book with its workbook in no folder."""
    parts = {name.removeprefix("xl/"): body for name, body in unzipped(BOOK).items()}
    parts["_rels/.rels"] = parts["_rels/.rels"].replace(b"xl/workbook.xml", b"workbook.xml")
    return zipped(parts)


PACKED = {
    "backslashes": zipped({name.replace("/", "\\"): body for name, body in unzipped(BOOK).items()}),
    "capitals": zipped({name.upper(): body for name, body in unzipped(BOOK).items()}),
    "at the root": moved_to_the_root(),
    "another folder": repacked("xl/", "Book/"),
    "absolute targets": repacked("Target='worksheets", "Target='/xl/worksheets"),
    "absolute workbook": repacked("Target='xl/workbook", "Target='/xl/workbook"),
    "strict": repacked(
        "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
        "http://purl.oclc.org/ooxml/officeDocument/relationships",
        parts=unzipped(
            repacked(
                "http://schemas.openxmlformats.org/spreadsheetml/2006/main",
                "http://purl.oclc.org/ooxml/spreadsheetml/main",
            )
        ),
    ),
    "byte order marks": zipped({name: b"\xef\xbb\xbf" + body for name, body in unzipped(BOOK).items()}),
    "no content types": zipped({n: body for n, body in unzipped(BOOK).items() if "Content" not in n}),
    "sheet named otherwise": repacked("worksheets/sheet1.xml", "worksheets/sheet 1 (2).XML"),
}


@pytest.mark.parametrize("packed", PACKED)
def test_every_packing_is_read_with_its_errors_and_formats(tmp_path: Path, packed: str) -> None:
    """What calamine finds, the second look finds as well."""
    sheet, rows = load(tmp_path, PACKED[packed])
    assert told(rows) == READ
    assert sheet.warnings == ()


@pytest.mark.parametrize(
    "styles",
    [b"<styleSheet>", b"\0", b"<styleSheet><cellXfs><xf numFmtId='1'/></cellXfs>&unknown;</styleSheet>"],
    ids=["cut off", "no XML", "unknown entity"],
)
def test_what_the_second_look_cannot_follow_is_read_and_said(tmp_path: Path, styles: bytes) -> None:
    """Calamine has the last word on what can be read; what is not known then is said."""
    parts = unzipped(BOOK)
    parts["xl/elsewhere.xml"] = styles
    parts["xl/_rels/workbook.xml.rels"] = parts["xl/_rels/workbook.xml.rels"].replace(b"'styles.xml", b"'elsewhere.xml")
    sheet, rows = load(tmp_path, zipped(parts))
    assert [row[0] for row in told(rows)] == [2, 3]
    assert [warning for warning in sheet.warnings if warning.startswith(UNSEEN)] == list(sheet.warnings)
    assert len(sheet.warnings) == 1


def test_xls_with_tables_that_lead_nowhere_is_left_to_calamine(tmp_path: Path) -> None:
    """It is refused because that one can't read it either, in the same words as ever."""
    content = bytearray(xls({(0, 0): "order_id"}))
    content[48:52] = b"\xff\xff\xff\x0f"
    assert "is damaged" in refusal(tmp_path, bytes(content))


@pytest.mark.parametrize("name", ["Root Entry", "R"])
@pytest.mark.parametrize("stream", ["Workbook", "Book"])
def test_xls_is_found_whatever_its_directory_calls_it(tmp_path: Path, name: str, stream: str) -> None:
    """Programs before 1997 call the stream otherwise; what the first entry is called means nothing."""
    content = xls({(0, 0): "order_id", (0, 1): "new_name", (1, 0): "a1", (1, 1): "b"})
    content = renamed(renamed(content, "Root Entry", name), "Workbook", stream)
    assert told(load(tmp_path, content)[1]) == [(2, "a1", "b", "")]


def renamed(content: bytes, old: str, new: str) -> bytes:
    """Rename an entry of the directory of an .xls."""
    at = content.index(old.encode("utf-16-le") + b"\0\0", 512)
    return content[:at] + new.encode("utf-16-le").ljust(64, b"\0") + content[at + 64 :]


def test_word_for_encryption_in_a_cell_is_no_encryption(tmp_path: Path) -> None:
    """What an encrypted workbook has as a part, a name may have as a text."""
    content = xls({(0, 0): "order_id", (0, 1): "new_name", (1, 0): "a1", (1, 1): "EncryptedPackage"})
    assert told(load(tmp_path, content)[1]) == [(2, "a1", "EncryptedPackage", "")]


def test_ods_without_manifest_is_read(tmp_path: Path) -> None:
    """The table is what is wanted of it."""
    cell = "<table:table-cell office:value-type='string'><text:p>{}</text:p></table:table-cell>"
    rows = f"<table:table-row>{cell.format('order_id')}{cell.format('new_name')}</table:table-row>"
    parts = unzipped(ods(rows + rows.replace("order_id", "a1").replace("new_name", "b")))
    del parts["META-INF/manifest.xml"]
    assert told(load(tmp_path, zipped(parts))[1]) == [(2, "a1", "b", "")]


def test_xlsb_with_a_sheet_that_is_nowhere_keeps_its_order(tmp_path: Path) -> None:
    """A sheet of a workbook is found by its place and not by its name, which two may share in capitals."""
    assert told(load(tmp_path, xlsb([["order_id", "new_name"], ["a1", (7.0, 1)]], formats=["000"]))[1]) == [
        (2, "a1", "007", "")
    ]
