"""Cells enter; small workbook files leave, written byte by byte so that tests can break them on purpose."""

from __future__ import annotations

import io
import struct
import zipfile
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape, quoteattr

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

__all__ = [
    "Value",
    "column_letters",
    "ods",
    "rezipped",
    "unzipped",
    "xls",
    "xls_formats",
    "xls_formula",
    "xls_number",
    "xls_numbers",
    "xls_row",
    "xls_string",
    "xlsb",
    "xlsx",
    "xlsx_row",
    "zipped",
]

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_FIRST_OWN_FORMAT = 164
_ODF = "urn:oasis:names:tc:opendocument:xmlns"


def zipped(parts: Mapping[str, str | bytes]) -> bytes:
    """Pack parts into an archive; it has no date, so that the same parts are the same bytes in every process."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return packed.getvalue()


def unzipped(content: bytes) -> dict[str, bytes]:
    """Take the parts out of an archive, to pack them differently."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def rezipped(
    content: bytes,
    edits: Mapping[str, Callable[[bytes], bytes]],
    *,
    extra: Mapping[str, bytes] | None = None,
) -> bytes:
    """Pack an archive again with some parts edited, and others added at its end."""
    parts = unzipped(content)
    changed = {name: edits[name](part) if name in edits else part for name, part in parts.items()}
    return zipped({**changed, **(extra or {})})


def column_letters(column: int) -> str:
    """Return the letters of a column up to ZZ, counted from 1."""
    before, letter = divmod(column - 1, 26)
    return (chr(ord("A") + before - 1) if before else "") + chr(ord("A") + letter)


def xlsx_row(number: int, *cells: str, first_column: str = "A") -> str:
    """Write one row: a text becomes a text cell, what starts with ``<c`` is taken as it is, "" is left out."""
    written = []
    for place, cell in enumerate(cells):
        at = f"{chr(ord(first_column) + place)}{number}"
        if cell.startswith("<c"):
            written.append(cell.replace("<c", f'<c r="{at}"', 1))
        elif cell:
            written.append(f'<c r="{at}" t="inlineStr"><is><t xml:space="preserve">{escape(cell)}</t></is></c>')
    return f'<row r="{number}">{"".join(written)}</row>'


def xlsx(
    sheets: Mapping[str, str],
    *,
    hidden: Sequence[str] = (),
    formats: Sequence[str | int] = (),
    extra: Mapping[str, str | bytes] | None = None,
) -> bytes:
    """Write a workbook whose sheets are given as their rows in XML; style 1 is a date, from 2 on come ``formats``.

    A format is its code, or the number of one that a file needn't spell out.
    """
    names = list(sheets)
    entries = "".join(
        f"<sheet name={quoteattr(name)} sheetId='{i}' r:id='rId{i}'{_hidden(name in hidden)}/>"
        for i, name in enumerate(names, 1)
    )
    relations = "".join(
        f"<Relationship Id='rId{i}' Type='{_RELATIONS}/worksheet' Target='worksheets/sheet{i}.xml'/>"
        for i in range(1, len(names) + 1)
    )
    parts: dict[str, str | bytes] = {
        "[Content_Types].xml": f"<Types xmlns='{_PACKAGE}/content-types'/>",
        "_rels/.rels": f"<Relationships xmlns='{_PACKAGE}/relationships'><Relationship Id='r' "
        f"Type='{_RELATIONS}/officeDocument' Target='xl/workbook.xml'/></Relationships>",
        "xl/workbook.xml": f"<workbook xmlns='{_MAIN}' xmlns:r='{_RELATIONS}'><sheets>{entries}</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": f"<Relationships xmlns='{_PACKAGE}/relationships'>{relations}"
        f"<Relationship Id='s' Type='{_RELATIONS}/styles' Target='styles.xml'/></Relationships>",
        "xl/styles.xml": _styles(formats),
    }
    for i, rows in enumerate(sheets.values(), 1):
        parts[f"xl/worksheets/sheet{i}.xml"] = f"<worksheet xmlns='{_MAIN}'><sheetData>{rows}</sheetData></worksheet>"
    return zipped({**parts, **(extra or {})})


def _styles(formats: Sequence[str | int]) -> str:
    codes = "".join(
        f"<numFmt numFmtId='{number}' formatCode={quoteattr(code)}/>"
        for number, code in enumerate(formats, _FIRST_OWN_FORMAT)
        if isinstance(code, str)
    )
    styles = "".join(
        f"<xf numFmtId='{number if isinstance(code, str) else code}'/>"
        for number, code in enumerate(formats, _FIRST_OWN_FORMAT)
    )
    return (
        f"<styleSheet xmlns='{_MAIN}'><numFmts>{codes}</numFmts><cellStyleXfs><xf numFmtId='4'/></cellStyleXfs>"
        f"<cellXfs><xf numFmtId='0'/><xf numFmtId='14'/>{styles}</cellXfs></styleSheet>"
    )


def _hidden(is_hidden: bool) -> str:
    return " state='hidden'" if is_hidden else ""


def ods(rows: str, *, name: str = "Orders", extra: Mapping[str, str | bytes] | None = None) -> bytes:
    """Write an OpenDocument spreadsheet whose one table is given as its rows in XML."""
    spaces = " ".join(
        f"xmlns:{prefix}='{uri}'"
        for prefix, uri in {
            "office": f"{_ODF}:office:1.0",
            "table": f"{_ODF}:table:1.0",
            "text": f"{_ODF}:text:1.0",
            "calcext": "urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0",
        }.items()
    )
    content = (
        f"<office:document-content {spaces}><office:body><office:spreadsheet>"
        f"<table:table table:name={quoteattr(name)}>{rows}</table:table>"
        "</office:spreadsheet></office:body></office:document-content>"
    )
    parts: dict[str, str | bytes] = {
        "mimetype": "application/vnd.oasis.opendocument.spreadsheet",
        "META-INF/manifest.xml": f"<manifest:manifest xmlns:manifest='{_ODF}:manifest:1.0'/>",
        "content.xml": content,
    }
    return zipped({**parts, **(extra or {})})


Value = str | float | bool | tuple[float, int] | None
"""What a cell of a binary workbook may hold; ``None`` stands for an error, a pair for a number and its style."""


def xls(
    cells: Mapping[tuple[int, int], bytes | Value], *, before: Sequence[tuple[int, bytes]] = (), rows: bytes = b""
) -> bytes:
    """Write an Excel 97 workbook with one sheet, ``Orders``; a cell given as bytes is written as these records.

    ``before`` are records at the start of the workbook: (number, body); ``rows`` are records about rows.
    """
    sheet = _biff(0x809, struct.pack("<HHHHII", 0x600, 0x10, 0, 0, 0, 0))
    if cells:
        last_row, last_column = max(row for row, _ in cells), max(column for _, column in cells)
        sheet += _biff(0x200, struct.pack("<IIHHH", 0, last_row + 1, 0, last_column + 1, 0))
    sheet += (
        rows + b"".join(_xls_cell(row, column, value) for (row, column), value in sorted(cells.items())) + _biff(0x0A)
    )
    start = _biff(0x809, struct.pack("<HHHHII", 0x600, 0x05, 0, 0, 0, 0)) + b"".join(
        _biff(*record) for record in before
    )
    name = b"Orders"
    length = len(start) + 4 + 8 + len(name) + 4
    bound = _biff(0x85, struct.pack("<IBBBB", length, 0, 0, len(name), 0) + name)
    return _compound("Workbook", start + bound + _biff(0x0A) + sheet)


def _xls_cell(row: int, column: int, value: bytes | Value) -> bytes:
    at = struct.pack("<HHH", row, column, 0)
    match value:
        case bytes():
            return value
        case None:
            return _biff(0x205, at + b"\x2a\x01")
        case bool():
            return _biff(0x205, at + bytes([value, 0]))
        case (number, style):
            return xls_number(row, column, number, style)
        case str():
            return _biff(0x204, at + struct.pack("<HB", len(value), 1) + value.encode("utf-16-le"))
    return xls_number(row, column, value, 0)


def xls_formula(row: int, column: int, result: bytes) -> bytes:
    """Write a formula cell with its eight bytes of result."""
    return _biff(0x06, struct.pack("<HHH", row, column, 0) + result + struct.pack("<HIH", 0, 0, 3) + b"\x1e\x01\x00")


def xls_formats(*codes: str) -> list[tuple[int, bytes]]:
    """Write the records of formats and styles: style 0 is plain, from 1 on come ``codes``."""
    formats = [
        (0x41E, struct.pack("<HHB", number, len(code), 1) + code.encode("utf-16-le"))
        for number, code in enumerate(codes, _FIRST_OWN_FORMAT)
    ]
    numbers = [0, *range(_FIRST_OWN_FORMAT, _FIRST_OWN_FORMAT + len(codes))]
    return [*formats, *((0xE0, struct.pack("<HH16x", 0, number)) for number in numbers)]


def xls_number(row: int, column: int, value: float, style: int) -> bytes:
    """Write a number with a style."""
    return _biff(0x203, struct.pack("<HHHd", row, column, style, value))


def xls_numbers(row: int, column: int, *values: tuple[int, int]) -> bytes:
    """Write whole numbers side by side, each with a style, as the record that programs use for them."""
    cells = b"".join(struct.pack("<HI", style, value << 2 | 2) for value, style in values)
    return _biff(0xBD, struct.pack("<HH", row, column) + cells + struct.pack("<H", column + len(values) - 1))


def xls_row(row: int, *, hidden: bool) -> bytes:
    """Write the record that says how a row looks."""
    return _biff(0x208, struct.pack("<HHHHIHH", row, 0, 9, 300, 0, 0x20 if hidden else 0, 0x0F))


def xls_string(text: str) -> bytes:
    """Write the record that holds the text a formula resulted in."""
    return _biff(0x207, struct.pack("<HB", len(text), 1) + text.encode("utf-16-le"))


def _biff(number: int, body: bytes = b"") -> bytes:
    return struct.pack("<HH", number, len(body)) + body


def _compound(name: str, stream: bytes) -> bytes:
    """Wrap a stream into the small file system of old Office files: header, table, directory, stream."""
    stream = stream.ljust(max(4096, -len(stream) // 512 * -512), b"\0")
    sectors = len(stream) // 512
    end, free = 0xFFFFFFFE, 0xFFFFFFFF
    table = [0xFFFFFFFD, end, *range(3, 2 + sectors), end]
    directory = _entry("Root Entry", 5, end, 0, child=1) + _entry(name, 2, 2, len(stream))
    header = struct.pack(
        "<8s16xHHHHH6xIIIIIIIIII",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        0x3E,
        3,
        0xFFFE,
        9,
        6,
        0,
        1,
        1,
        0,
        4096,
        end,
        0,
        end,
        0,
        0,
    )
    header = header[:76] + struct.pack("<109I", 0, *([free] * 108))
    table += [free] * (128 - len(table))
    return header + struct.pack("<128I", *table) + directory.ljust(512, b"\0") + stream


def _entry(name: str, kind: int, start: int, length: int, *, child: int = 0xFFFFFFFF) -> bytes:
    named = name.encode("utf-16-le") + b"\0\0"
    return struct.pack("<64sHBBIII36xIQ", named, len(named), kind, 1, 0xFFFFFFFF, 0xFFFFFFFF, child, start, length)


def xlsb(
    rows: Iterable[Sequence[Value]],
    *,
    first_row: int = 0,
    first_column: int = 0,
    formats: Sequence[str] = (),
    hidden: Sequence[int] = (),
    numbers: Sequence[int] = (),
) -> bytes:
    """Write a binary workbook (.xlsb) with one sheet, ``Orders``; ``None`` is an error, "" is left out.

    Style 0 is plain, from 1 on come ``formats``; ``hidden`` are rows, from 0 on; ``numbers`` may
    number the rows otherwise than by their order.
    """
    rows = list(rows)
    cells = []
    for place, row in zip(numbers or range(first_row, first_row + len(rows)), rows, strict=True):
        cells.append(_brt(0, struct.pack("<IIHBBBI", place, 0, 300, 0, 0x10 * (place in hidden), 0, 0)))
        cells += [_xlsb_cell(first_column + column, value) for column, value in enumerate(row) if value != ""]
    width = max(map(len, rows), default=1)
    dimension = struct.pack(
        "<IIII", first_row, first_row + max(len(rows), 1) - 1, first_column, first_column + width - 1
    )
    sheet = _brt(129) + _brt(148, dimension) + _brt(145) + b"".join(cells) + _brt(146) + _brt(130)
    book = (
        _brt(131)
        + _brt(143)
        + _brt(156, struct.pack("<II", 0, 1) + _wide("rId1") + _wide("Orders"))
        + _brt(144)
        + _brt(132)
    )
    return zipped(
        {
            "[Content_Types].xml": f"<Types xmlns='{_PACKAGE}/content-types'/>",
            "xl/workbook.bin": book,
            "xl/_rels/workbook.bin.rels": f"<Relationships xmlns='{_PACKAGE}/relationships'>"
            f"<Relationship Id='rId1' Type='{_RELATIONS}/worksheet' Target='worksheets/sheet1.bin'/></Relationships>",
            "xl/worksheets/sheet1.bin": sheet,
            "xl/styles.bin": _xlsb_styles(formats),
        }
    )


def _xlsb_styles(formats: Sequence[str]) -> bytes:
    numbers = [0, *range(_FIRST_OWN_FORMAT, _FIRST_OWN_FORMAT + len(formats))]
    codes = [
        _brt(44, struct.pack("<H", number) + _wide(code)) for number, code in zip(numbers[1:], formats, strict=True)
    ]
    styles = [_brt(47, struct.pack("<HH12x", 0, number)) for number in numbers]
    return b"".join(
        [
            *(_brt(278), _brt(615, struct.pack("<I", len(codes))), *codes, _brt(616)),
            *(_brt(626, struct.pack("<I", 1)), _brt(47, struct.pack("<HH12x", 0xFFFF, 4)), _brt(627)),
            *(_brt(617, struct.pack("<I", len(styles))), *styles, _brt(618), _brt(279)),
        ]
    )


def _xlsb_cell(column: int, value: Value) -> bytes:
    at = struct.pack("<II", column, 0)
    match value:
        case (number, style):
            return _brt(5, struct.pack("<IId", column, style, number))
        case None:
            return _brt(3, at + b"\x2a")
        case bool():
            return _brt(4, at + bytes([value]))
        case str():
            return _brt(6, at + _wide(value))
    return _brt(5, at + struct.pack("<d", value))


def _wide(text: str) -> bytes:
    return struct.pack("<I", len(text)) + text.encode("utf-16-le")


def _brt(number: int, body: bytes = b"") -> bytes:
    kind = bytes([number]) if number < 0x80 else bytes([number & 0x7F | 0x80, number >> 7])
    length = bytearray()
    rest = len(body)
    while rest >= 0x80:
        length.append(rest & 0x7F | 0x80)
        rest >>= 7
    length.append(rest)
    return kind + bytes(length) + body
