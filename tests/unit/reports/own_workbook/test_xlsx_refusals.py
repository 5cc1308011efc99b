"""Workbooks that can't be written into enter; a sentence that says why leaves."""

from __future__ import annotations

import io
import re
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from batch_renamer.errors import WriteBackError
from batch_renamer.reports.own_workbook import xml_scan
from tests.support.workbooks import ods, rezipped, unzipped, xls, xlsb, xlsx, xlsx_row, zipped
from tests.support.written_back import back, changed_parts, written

if TYPE_CHECKING:
    from typing_extensions import Buffer

SHEET = "xl/worksheets/sheet1.xml"
BOOK = xlsx({"Orders": xlsx_row(1, "Order ID", "New name") + xlsx_row(2, "a1", "b")})
CASES = Path(__file__).parents[3] / "data" / "cases"


def _edited(edit: Callable[[bytes], bytes], *, part: str = SHEET) -> bytes:
    return rezipped(BOOK, {part: edit})


def _encrypted() -> bytes:
    """Mark every member as encrypted."""
    content = re.sub(rb"(PK\x03\x04..)\x00", b"\\1\x01", BOOK, flags=re.DOTALL)
    return re.sub(rb"(PK\x01\x02....)\x00", b"\\1\x01", content, flags=re.DOTALL)


def _twice() -> bytes:
    file = io.BytesIO(BOOK)
    with zipfile.ZipFile(file, "a") as archive:
        archive.writestr("XL\\worksheets/sheet1.xml", b"<worksheet/>")
    return file.getvalue()


def _bomb() -> bytes:
    """Make a sheet with a tag that does not end."""
    return _edited(lambda _: b"<worksheet " + b"a" * (20 << 20))


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        pytest.param(
            rezipped(BOOK, {}, extra={"_xmlsignatures/origin.sigs": b""}), "is signed, and a change", id="signed"
        ),
        pytest.param(xls({(0, 0): "Order ID"}), r"It is an \.xls workbook: save it as \.xlsx", id=".xls"),
        pytest.param(
            xls({(0, 0): "Order ID"}).replace("Workbook".encode("utf-16-le"), "EncryptedPackage".encode("utf-16-le")),
            "is protected with a password: save it without one",
            id="encrypted",
        ),
        pytest.param(xlsb([["Order ID"]]), r"It is an \.xlsb workbook: save it as \.xlsx", id=".xlsb"),
        pytest.param(ods("<table:table-row/>"), r"no \.xlsx workbook", id=".ods"),
        pytest.param(zipped({"a.txt": "a"}), r"no \.xlsx workbook", id="another archive"),
        pytest.param(_encrypted(), "is protected with a password", id="encrypted members"),
        pytest.param(b"", "is damaged", id="blank"),
        pytest.param(BOOK[: len(BOOK) // 2], "is damaged", id="cut off"),
        pytest.param(_twice(), "is damaged", id="a part twice"),
        pytest.param(_edited(lambda part: part[:-9]), "is damaged", id="cut off within a part"),
        pytest.param(_edited(lambda _: b"<chartsheet/>"), "is damaged", id="no sheet in the part"),
        pytest.param(_edited(lambda part: b'<!DOCTYPE a [<!ENTITY b "c">]>' + part), "is damaged", id="document type"),
        pytest.param(_edited(lambda part: part.decode().encode("utf-16")), "not in UTF-8", id="UTF-16"),
        pytest.param(
            _edited(lambda part: b"<?xml version='1.0' encoding='latin-1'?>" + part), "not in UTF-8", id="Latin-1"
        ),
        pytest.param(_bomb(), "longer than any program writes", id="a tag without end"),
        pytest.param(
            _edited(lambda part: part.replace(b'row r="2"', b'row r="1"')), "not in order near row 2", id="a row twice"
        ),
        pytest.param(
            _edited(lambda part: part.replace(b'"B2"', b'"A2"')), "not in order near row 2", id="a cell twice"
        ),
        pytest.param(
            _edited(lambda part: part.replace(b'"B2"', b'"B3"')), "not in order near row 2", id="a cell of another row"
        ),
        pytest.param(
            _edited(lambda part: part.replace(b"worksheet'", b"chartsheet'"), part="xl/_rels/workbook.xml.rels"),
            '"Orders" is no worksheet',
            id="a chart sheet",
        ),
        pytest.param(
            _edited(
                lambda part: part.replace(b"'Orders'", b"'Sheet1'").replace(b'"Orders"', b'"Sheet1"'),
                part="xl/workbook.xml",
            ),
            'has no sheet "Orders" any more',
            id="sheet renamed",
        ),
        pytest.param(
            _edited(lambda _: b"<worksheet xmlns='http://schemas.openxmlformats.org/spreadsheetml/2006/main'/>"),
            "Row 1 of the sheet has no headings any more",
            id="no headings",
        ),
        pytest.param(
            _edited(lambda part: part.replace(b"</row>", b"<c r='XFB1'><v>1</v></c></row>", 1)),
            "no four free columns",
            id="no room",
        ),
    ],
)
def test_a_workbook_that_cannot_be_written_into(content: bytes, sentence: str) -> None:
    """Each reason is a sentence that stands alone."""
    with pytest.raises(WriteBackError, match=sentence) as refused:
        written(content, [back(2)])
    assert str(refused.value).endswith(".")


def test_a_formula_in_our_columns_is_not_replaced() -> None:
    """A person put it there; without it, the list of formulas would be wrong too."""
    once = written(BOOK, [back(2, "failed", "why")])
    with_formula = rezipped(
        once, {SHEET: lambda part: re.sub(rb'(<c r="D2")[^>]*><is>.*?</is>', rb"\1><f>A2</f>", part)}
    )
    with pytest.raises(WriteBackError, match="Cell D2 has a formula where a result goes: clear that cell"):
        written(with_formula, [back(2)])
    assert changed_parts(with_formula, written(with_formula, [back(3)])) == {SHEET}


def test_a_part_has_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    """A few kilobytes can unpack to gigabytes."""
    monkeypatch.setattr(xml_scan, "_MOST_BYTES", 1 << 20)
    bomb = _edited(lambda part: part.replace(b"<sheetData>", b" " * (2 << 20) + b"<sheetData>"))
    with pytest.raises(WriteBackError, match="longer than 1 GB"):
        written(bomb, [back(2)])


@pytest.mark.parametrize("rows", [[2, 2], [1], [0]], ids=["twice", "the headings", "no row"])
def test_rows_that_make_no_sense_are_refused(rows: list[int]) -> None:
    """The caller has made a mistake; no workbook is written."""
    with pytest.raises(ValueError, match="each row can be written once"):
        written(BOOK, [back(row) for row in rows])


@pytest.mark.parametrize("name", ["zip-backslashes.xlsx", "zip-parts-at-the-root.xlsx"])
def test_archives_of_an_odd_make_are_written_into(name: str) -> None:
    """What the loader reads can be written into: backslashes in names, parts at the root."""
    content = (CASES / name).read_bytes()
    sheet = re.search(
        rb'sheet name="([^"]*)"',
        next(part for at, part in unzipped(content).items() if "workbook.xml" in at and "rels" not in at),
    )
    assert sheet is not None
    after = written(content, [back(2)], sheet=sheet[1].decode())
    assert len(changed_parts(content, after)) <= 2


def test_every_kept_member_keeps_its_packed_bytes() -> None:
    """Members are not packed again: odd headers, descriptors, extra fields and methods stay; so does the comment."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.comment = b"a comment"
        for number, (name, part) in enumerate(unzipped(BOOK).items()):
            info = zipfile.ZipInfo(name, date_time=(2001, 2, 3, 4, 5, 2 * number))
            info.compress_type = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)[number % 2]
            info.extra = struct.pack("<HH", 0x9999, 4) + b"abcd"
            with archive.open(info, "w", force_zip64=number == 0) as stream:
                stream.write(part)
        info = zipfile.ZipInfo("docProps/thumbnail.wmf")
        info.compress_type = zipfile.ZIP_BZIP2
        archive.writestr(info, bytes(1000))
    before = file.getvalue()
    after = written(before, [back(2)])
    assert zipfile.ZipFile(io.BytesIO(after)).comment == b"a comment"
    assert changed_parts(before, after) == {SHEET, "xl/styles.xml"}
    old, new = (zipfile.ZipFile(io.BytesIO(content)).infolist() for content in (before, after))
    for was, now in zip(old, new, strict=True):
        assert (was.extra, was.create_system, was.comment) == (now.extra, now.create_system, now.comment)
        if was.CRC == now.CRC:
            end = was.header_offset + 30 + len(was.filename) + was.compress_size
            assert before[was.header_offset : end] in after


def test_sizes_of_64_bits_become_plain_ones_where_they_fit() -> None:
    """Some programs write the long form for each member, whatever its size."""
    start = BOOK.index(b"PK\x01\x02")
    entry, name_length = BOOK[start : start + 46], int.from_bytes(BOOK[start + 28 : start + 30], "little")
    long_sizes = struct.pack("<HHQQQ", 1, 24, *struct.unpack("<I", entry[24:28]), *struct.unpack("<I", entry[20:24]), 0)
    name_end = start + 46 + name_length
    fields = entry[:20] + b"\xff" * 8 + entry[28:30] + struct.pack("<H", len(long_sizes)) + entry[32:42] + b"\xff" * 4
    directory = fields + BOOK[start + 46 : name_end] + long_sizes + BOOK[name_end:-22]
    end = BOOK[-22:-10] + struct.pack("<I", len(directory)) + BOOK[-6:]
    before = BOOK[:start] + directory + end
    assert unzipped(before) == unzipped(BOOK)
    assert changed_parts(before, written(before, [back(2)])) == {SHEET, "xl/styles.xml"}


def test_members_with_sizes_behind_their_content_are_copied() -> None:
    """Programs that write to a pipe don't know sizes beforehand."""

    class Pipe(io.RawIOBase):
        def __init__(self) -> None:
            self.content = b""

        def writable(self) -> bool:
            return True

        def write(self, data: Buffer) -> int:
            piece = bytes(data)
            self.content += piece
            return len(piece)

    pipe = Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in unzipped(BOOK).items():
            archive.writestr(name, part)
    assert changed_parts(pipe.content, written(pipe.content, [back(2)])) == {SHEET, "xl/styles.xml"}
