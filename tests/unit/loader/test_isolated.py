"""What runs in the reading process, looked at from inside this one."""

from __future__ import annotations

import contextlib
import io
import json
import struct
import sys
import zipfile
from pathlib import Path
from typing import Any
from xml.parsers import expat

import pytest
from hypothesis import given
from hypothesis import strategies as st

from batch_renamer.loader.isolated import child
from batch_renamer.loader.isolated.compound import workbook_stream
from batch_renamer.loader.isolated.container import Parts, kind_of
from batch_renamer.loader.isolated.marks import Mark
from batch_renamer.loader.isolated.refusal import Refusal
from batch_renamer.loader.isolated.xls_marks import xls_marks
from batch_renamer.loader.isolated.xlsb_marks import xlsb_marks
from batch_renamer.loader.isolated.xlsx_marks import xlsx_marks
from batch_renamer.loader.isolated.xml_parsing import parse
from tests.support.workbooks import ods, xls, xls_formula, xlsb, xlsx, xlsx_row, zipped


def serve(monkeypatch: pytest.MonkeyPatch, path: Path, *commands: dict[str, Any]) -> list[dict[str, Any]]:
    """Run the process's work here, without its limits."""
    monkeypatch.setattr(child, "_limit_resources", lambda: None)
    monkeypatch.setattr(child, "_limit_memory", lambda _: None)
    monkeypatch.setattr(sys, "stdin", io.StringIO("".join(json.dumps(command) + "\n" for command in commands)))
    monkeypatch.setattr(sys, "stdout", io.StringIO())
    child.main(str(path))
    written = sys.stdout
    assert isinstance(written, io.StringIO)
    return [json.loads(line) for line in written.getvalue().splitlines()]


def marks_of_xlsx(content: bytes, position: int = 0) -> dict[int, dict[int, Mark]]:
    """Look a second time into an .xlsx."""
    return xlsx_marks(Parts(io.BytesIO(content)), position).cells


ODS_ERROR = "<table:table-row><table:table-cell calcext:value-type='error'/></table:table-row>"
BOOK = xlsx(
    {
        "May": xlsx_row(2, "id", "x" * 300, first_column="B")
        + xlsx_row(4, "<c><v>5</v></c>", "<c s='1'><v>45413</v></c>", "<c><f>A1</f></c>", first_column="B")
        + xlsx_row(6, "y" * 100_001, first_column="B"),
        "Old": xlsx_row(1, "z"),
    },
    hidden=["Old"],
)


def test_conversation(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Sheets first, then heads and rows as asked; rows and columns count from the sheet's own corner."""
    (tmp_path / "book").write_bytes(BOOK)
    answers = serve(
        monkeypatch,
        tmp_path / "book",
        {"head": 1, "rows": 20},
        {"head": 0, "rows": 4},
        {"read": 0, "after": 2, "columns": [1, 2, 3, 25], "headings": 26, "name": 2},
    )
    assert answers == [
        {"sheets": [["May", True], ["Old", False]]},
        {"head": [["z"]]},
        {
            "head": [
                ["", "", ""],
                ["", "id", "x" * 200],
                ["", "", ""],
                ["", 5.0, ["date", "2024-05-01"], ["formula", ""]],
            ]
        },
        {
            "rows": [
                [4, 5.0, ["date", "2024-05-01"], ["formula", ""], ""],
                [6, ["long text", "100001 characters"], "", "", ""],
            ],
            "hidden": [],
            "beside": [],
            "split": [],
        },
        {"end": True},
    ]


def test_rows_come_in_batches(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No line grows with the sheet."""
    (tmp_path / "book").write_bytes(xlsx({"A": "".join(xlsx_row(n, "x" * 1000) for n in range(1, 1001))}))
    answers = serve(monkeypatch, tmp_path / "book", {"read": 0, "after": 0, "columns": [0], "headings": 1, "name": 0})
    lengths = [len(answer["rows"]) for answer in answers[1:-1]]
    assert sum(lengths) == 1000
    assert max(lengths) < 300


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"PK\x03\x04", "damaged"),
        (zipped({"word/document.xml": ""}), "foreign"),
        (xls({}, before=[(0x2F, b"")]), "password"),
        (xls({(0, 0): "x"})[:1400], "damaged"),
    ],
    ids=["damaged", "foreign", "password", "cut off"],
)
def test_refusals_are_codes(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, content: bytes, code: str) -> None:
    """The other process words them."""
    (tmp_path / "book").write_bytes(content)
    assert serve(monkeypatch, tmp_path / "book")[0]["refused"] == code


def test_lack_of_memory_ends_without_a_word(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """It is not taken for a damaged file."""

    def run_out(_: object) -> None:
        raise MemoryError

    (tmp_path / "book").write_bytes(BOOK)
    monkeypatch.setattr(child, "_serve", run_out)
    with pytest.raises(SystemExit):
        serve(monkeypatch, tmp_path / "book")


def test_limits_are_set_where_there_are_any(monkeypatch: pytest.MonkeyPatch) -> None:
    """Memory, time, and no core dump of a spreadsheet."""
    resource = pytest.importorskip("resource")
    limits: dict[int, tuple[int, int]] = {}
    monkeypatch.setattr(resource, "setrlimit", limits.__setitem__)
    child._limit_resources()
    assert limits == {
        resource.RLIMIT_CORE: (0, 0),
        resource.RLIMIT_CPU: (60, 60),
        resource.RLIMIT_AS: (1 << 30, 1 << 30),
    }


def test_system_without_limits_is_no_obstacle(monkeypatch: pytest.MonkeyPatch) -> None:
    """Windows has none."""
    monkeypatch.setitem(sys.modules, "resource", None)
    child._limit_resources()


@pytest.mark.parametrize("content", [xlsx({"Orders": xlsx_row(1, "<c t='e'><v>#N/A</v></c>")}), ods(ODS_ERROR)])
def test_marks_reach_the_rows_of_zipped_kinds(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, content: bytes) -> None:
    """A sheet of nothing but an error has a first row."""
    (tmp_path / "book").write_bytes(content)
    assert serve(monkeypatch, tmp_path / "book", {"head": 0, "rows": 20})[1] == {"head": [[["error", ""]]]}


@pytest.mark.parametrize("content", [xlsb([["x", None]]), xls({(0, 0): "x", (0, 1): None})], ids=["xlsb", "xls"])
def test_marks_reach_the_rows_of_binary_kinds(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, content: bytes) -> None:
    """An error beside a text is one."""
    (tmp_path / "book").write_bytes(content)
    assert serve(monkeypatch, tmp_path / "book", {"head": 0, "rows": 20})[1] == {"head": [["x", ["error", ""]]]}


@pytest.mark.parametrize(
    ("content", "kind"), [(xlsx({"A": ""}), "xlsx"), (ods(""), "ods"), (xlsb([]), "xlsb"), (xls({}), "xls")]
)
def test_kinds_are_told_by_content(content: bytes, kind: str) -> None:
    """No ending is looked at."""
    assert kind_of(io.BytesIO(content)) == kind


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (xls({}).replace("Workbook".encode("utf-16-le"), "EncryptedPackage".encode("utf-16-le"), 1), "password"),
        (ods("", extra={"META-INF/manifest.xml": "<manifest:encryption-data/>"}), "password"),
        (zipped({"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": ""}), "foreign"),
        (zipped({"content.xml": "<x/>"}), "foreign"),
        (zipped({"xl/other.xml": ""}), "foreign"),
        (b"PK", "damaged"),
    ],
    ids=["xlsx password", "ods password", "odt", "content alone", "zip", "no archive"],
)
def test_containers_that_cannot_be_read_are_told_apart(content: bytes, code: str) -> None:
    """Each by what it has or lacks."""
    with pytest.raises(Refusal, match=code):
        kind_of(io.BytesIO(content))


def test_spreadsheet_without_a_mimetype_is_known_by_its_content() -> None:
    """Some writers leave the type out; the document itself names it."""
    with zipfile.ZipFile(io.BytesIO(ods(""))) as archive:
        content = archive.read("content.xml")
    assert kind_of(io.BytesIO(zipped({"content.xml": content}))) == "ods"


def test_regular_sheet_costs_no_parsing() -> None:
    """What is written as programs write it is never parsed: this would break the parser."""
    broken = "<worksheet><sheetData>" + xlsx_row(1, "x").replace("</c>", "</c>&") + "</sheetData></worksheet>"
    assert marks_of_xlsx(xlsx({"A": ""}, extra={"xl/worksheets/sheet1.xml": broken})) == {}


def test_tell_tale_across_a_border_is_seen() -> None:
    """Pieces of the file overlap."""
    for shift in range(12):
        body = " " * ((1 << 18) - 120 - shift) + xlsx_row(1, "<c t='e'><v>#N/A</v></c>")
        assert marks_of_xlsx(xlsx({"A": body})) == {0: {0: "error"}}


def test_prefixed_elements_are_understood() -> None:
    """A writer may call the namespace what it likes."""
    sheet = (
        "<x:worksheet xmlns:x='http://schemas.openxmlformats.org/spreadsheetml/2006/main'><x:sheetData>"
        "<x:row r='3'><x:c r='AB3' t='e'><x:v>#N/A</x:v></x:c><x:c r='AC3'><x:f>A1</x:f></x:c></x:row>"
        "</x:sheetData></x:worksheet>"
    )
    content = xlsx({"A": ""}, extra={"xl/worksheets/sheet1.xml": sheet})
    assert marks_of_xlsx(content) == {2: {27: "error", 28: "formula"}}


def test_very_long_tag_far_into_a_part_is_read() -> None:
    """A parser that waits for the rest of a tag tells no place meanwhile, which is no tag without end."""
    cells = b"<c>%b</c>" % (b"x" * 9_000_000) + b'<c note="%b"/>' % (b"n" * 700_000)
    ended: list[str] = []
    parse(io.BytesIO(b"<row>%b</row>" % cells), lambda *_: None, ended.append)
    assert ended == ["c", "c", "row"]


def test_lack_of_memory_of_the_parser_is_too_much(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is no damage of the file."""

    class Exhausted:
        def Parse(self, *_: object) -> None:  # noqa: N802 - its name in the library
            error = expat.ExpatError("out of memory")
            error.code = expat.errors.codes[expat.errors.XML_ERROR_NO_MEMORY]
            raise error

    monkeypatch.setattr(expat, "ParserCreate", lambda *_: Exhausted())
    with pytest.raises(Refusal, match="too much"):
        parse(io.BytesIO(b"<a/>"), lambda *_: None)


def test_document_type_is_refused() -> None:
    """And with it every entity."""
    content = xlsx({"A": ""}, extra={"xl/workbook.xml": "<!DOCTYPE x><workbook/>"})
    with pytest.raises(Refusal, match="damaged"):
        marks_of_xlsx(content)


def test_only_the_table_asked_for_is_read(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Tables of a document stand one after the other; those without a name are not counted."""
    (tmp_path / "book").write_bytes(
        ods(f"</table:table><table:table/><table:table table:name='B'>{ODS_ERROR * 2}", name="A")
    )
    answers = serve(monkeypatch, tmp_path / "book", {"head": 0, "rows": 20}, {"head": 1, "rows": 20})
    assert answers == [{"sheets": [["A", True], ["B", True]]}, {"head": []}, {"head": [[["error", ""]]] * 2}]


def test_small_xls_streams_are_found() -> None:
    """Streams under 4096 bytes lie in sectors of 64 bytes."""
    content = bytearray(xls({(0, 0): None}))
    stream = workbook_stream(bytes(content))
    length = len(stream.rstrip(b"\0")) + 2
    sectors = -(-length // 64)
    free, end = 0xFFFFFFFF, 0xFFFFFFFE
    table = struct.pack("<128I", *range(1, sectors), end, *([free] * (128 - sectors)))
    body = content[512 + 1024 :]
    following = struct.pack("<I", len(body) // 512 + 2)  # the small table comes after everything else
    content[60:68] = following + struct.pack("<I", 1)
    root, entry = 512 + 512 + 116, 512 + 512 + 128 + 116
    content[root : root + 12] = struct.pack("<IQ", 2, len(body))
    content[entry : entry + 12] = struct.pack("<IQ", 0, length)
    content += table
    small = workbook_stream(bytes(content))
    assert small == stream[:length]
    assert xls_marks(small, 0).cells == {0: {0: "error"}}


def test_long_sector_tables_are_followed() -> None:
    """Workbooks over 7 MB list their sector tables outside the header."""
    content = bytearray(xls({(0, 0): None}))
    expected = workbook_stream(bytes(content))
    outside = (len(content) - 512) // 512
    content[68:76] = struct.pack("<II", outside, 1)
    content[76:80] = struct.pack("<I", 0xFFFFFFFF)
    content += struct.pack("<128I", 0, *([0xFFFFFFFF] * 126), 0xFFFFFFFE)
    assert workbook_stream(bytes(content)) == expected


def test_xls_without_a_workbook_is_foreign() -> None:
    """A .doc or a .msg is packed the same way."""
    content = xls({}).replace("Workbook".encode("utf-16-le"), "WordDocu".encode("utf-16-le"))
    with pytest.raises(Refusal, match="foreign"):
        kind_of(io.BytesIO(content))


def test_xls_records_inside_other_parts_are_passed_over() -> None:
    """A chart within a sheet has cells of its own."""
    chart = struct.pack("<HHHHHHII", 0x809, 16, 0x600, 0x20, 0, 0, 0, 0)
    inner = struct.pack("<HHHHHBB", 0x205, 8, 9, 9, 0, 42, 1)
    cell = chart + inner + struct.pack("<HH", 0x0A, 0)
    assert xls_marks(workbook_stream(xls({(0, 0): cell, (1, 1): None})), 0).cells == {1: {1: "error"}}


def test_xlsb_errors_are_found_by_absolute_place() -> None:
    """Rows and columns count from the corner of the sheet."""
    content = xlsb([["x", None]], first_row=300, first_column=2)
    assert xlsb_marks(Parts(io.BytesIO(content)), 0).cells == {300: {3: "error"}}


DAMAGE = st.lists(st.tuples(st.integers(0, 1 << 16), st.integers(0, 255)), min_size=1, max_size=8)


@given(DAMAGE, st.integers(0, 1 << 16))
def test_damaged_xls_ends(damage: list[tuple[int, int]], length: int) -> None:
    """Whatever the bytes say, the walk through them ends, with an answer or an ordinary error."""
    content = bytearray(xls({(0, 0): "x", (1, 0): None, (2, 0): xls_formula(2, 0, b"\0\0\0\0\0\0\xff\xff")}))
    for place, byte in damage:
        content[place % len(content)] = byte
    del content[max(length, 600) :]
    with contextlib.suppress(Refusal, struct.error, LookupError, ValueError):
        xls_marks(workbook_stream(bytes(content)), 0)


@given(DAMAGE)
def test_damaged_xlsb_ends(damage: list[tuple[int, int]]) -> None:
    """The same for the records of .xlsb."""
    with zipfile.ZipFile(io.BytesIO(xlsb([["x", None]] * 3))) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    sheet = bytearray(parts["xl/worksheets/sheet1.bin"])
    for place, byte in damage:
        sheet[place % len(sheet)] = byte
    with contextlib.suppress(Refusal, struct.error, LookupError, ValueError):
        xlsb_marks(Parts(io.BytesIO(zipped({**parts, "xl/worksheets/sheet1.bin": bytes(sheet)}))), 0)
