"""Makes a workbook with nearly everything that a spreadsheet program keeps in a file, to see that a change keeps it."""

from __future__ import annotations

import io
import re
import struct
import zlib
from typing import TYPE_CHECKING, Any

import xlsxwriter

from tests.support.workbooks import rezipped

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["RICH_HEADINGS", "rich_workbook"]

RICH_HEADINGS = ("Order ID", "New name", "Photos", "Price", "Share", "Done", "Trend")
ROWS = 24


def rich_workbook(folder: Path, *, table: bool = True, macros: bool = False) -> bytes:
    """Make a workbook whose sheet ``Orders`` has 24 orders below headings in row 3.

    Charts, pictures beside, in and behind cells, sparklines, data bars, validations, comments, tick boxes, a button,
    frozen panes, hidden rows and columns, merged cells, formulas, rich texts, several sheets, document properties.
    ``table`` puts a table over the orders, else a filter. ``macros`` adds the parts of an .xlsm. ``folder`` is for
    files that XlsxWriter reads.
    """
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file)
    picture = io.BytesIO(_png())
    sheet = book.add_worksheet("Orders")
    other = book.add_worksheet("Totals & more")
    book.add_worksheet("Put away").hide()
    _fill_orders(book, sheet, picture)
    if table:
        columns = [{"header": heading} for heading in RICH_HEADINGS]
        sheet.add_table(2, 0, 2 + ROWS, 6, {"name": "Orders1", "columns": columns, "style": "Table Style Medium 4"})
    else:
        sheet.autofilter(2, 0, 2 + ROWS, 6)
        sheet.filter_column("C", "x > 3")
    _fill_totals(book, other, picture)
    book.set_properties({"title": "Orders of May", "author": "J. Doe", "comments": "kept"})
    book.set_custom_property("Checked by", "J. Doe")
    book.define_name("Prices", "=Orders!$D$4:$D$27")
    if macros:
        project = folder / "vbaProject.bin"
        project.write_bytes(bytes(range(256)) * 8)
        book.add_vba_project(str(project))
    book.close()
    return _with_habits_of_excel(file.getvalue())


def _fill_orders(book: Any, sheet: Any, picture: io.BytesIO) -> None:
    """Put everything into the sheet that is written to."""
    bold = book.add_format({"bold": True, "bg_color": "#DDEBF7", "bottom": 1})
    money, red = book.add_format({"num_format": "#,##0.00 €"}), book.add_format({"font_color": "red"})
    sheet.merge_range("A1:H1", "Orders of May", book.add_format({"bold": True, "align": "center"}))
    for column, heading in enumerate(RICH_HEADINGS):
        sheet.write(2, column, heading, bold)
    for row in range(3, 3 + ROWS):
        sheet.write_string(row, 0, f"order-{row}")
        sheet.write_rich_string(row, 1, f"{row} ", red, "Elm", " Street") if row % 5 == 0 else sheet.write_string(
            row, 1, f"{row} Elm Street"
        )
        sheet.write_number(row, 2, row % 7)
        sheet.write_formula(row, 3, f"=C{row + 1}*49", money, (row % 7) * 49)
        sheet.write_number(row, 4, row / 30)
        sheet.insert_checkbox(row, 5, row % 2 == 0)
        sheet.add_sparkline(row, 6, {"range": f"Orders!C{row + 1}:E{row + 1}"})
    sheet.write_dynamic_array_formula("Z4:Z6", "=SORT(C4:C6)", None, 1)
    sheet.write_url("Z8", "https://example.com/a?b=1&c=2", string="a link")
    sheet.conditional_format("E4:E27", {"type": "data_bar", "data_bar_2010": True})
    sheet.conditional_format("A4:K27", {"type": "formula", "criteria": "=$C4=0", "format": red})
    sheet.data_validation("F4:F27", {"validate": "list", "source": ["yes", "no"]})
    sheet.write_comment("B4", "the corner house", {"author": "J. Doe"})
    sheet.insert_button("Y1", {"macro": "sync", "caption": "Send"})
    sheet.insert_image("N2", "logo.png", {"image_data": picture})
    sheet.embed_image("Z20", "photo.png", {"image_data": picture})
    sheet.set_header("&L&G&RPage &P", {"image_left": "head.png", "image_data_left": picture})
    chart = book.add_chart({"type": "column"})
    chart.add_series({"categories": "=Orders!$A$4:$A$9", "values": "=Orders!$C$4:$C$9"})
    sheet.insert_chart("N10", chart)
    sheet.set_column("A:A", 30)
    sheet.set_column("C:E", 9, None, {"level": 1})
    sheet.set_row(9, None, None, {"hidden": True})
    sheet.set_row(12, 40, book.add_format({"italic": True}))
    sheet.freeze_panes(3, 1)
    sheet.set_landscape()
    sheet.print_area("A1:G27")
    sheet.repeat_rows(2)
    sheet.protect("", {"format_cells": True})
    sheet.ignore_errors({"number_stored_as_text": "A1:B99"})


def _fill_totals(book: Any, sheet: Any, picture: io.BytesIO) -> None:
    sheet.write_formula("A1", "=SUM(Orders!C4:C27)", None, 70)
    sheet.set_background(picture)
    sheet.insert_textbox("C3", "Ask Jane")
    pie = book.add_chart({"type": "pie"})
    pie.add_series({"values": "=Orders!$C$4:$C$9"})
    sheet.insert_chart("C9", pie)


def _with_habits_of_excel(content: bytes) -> bytes:
    """Add what XlsxWriter does not write: ignorable prefixes, shared formulas, foreign parts."""

    def sheet(xml: bytes) -> bytes:
        own = b'xmlns:xr="http://schemas.microsoft.com/office/spreadsheetml/2014/revision" xr:uid="{0-0}" '
        xml = xml.replace(b"<worksheet ", b"<worksheet " + own, 1)
        xml = xml.replace(b'mc:Ignorable="x14ac"', b'mc:Ignorable="x14ac xr"', 1)
        xml = xml.replace(b"<f>C4*49</f>", b'<f t="shared" ref="D4:D27" si="0">C4*49</f>')
        return re.sub(rb"<f>C[0-9]+\*49</f>", b'<f t="shared" si="0"/>', xml)

    return rezipped(content, {"xl/worksheets/sheet1.xml": sheet}, extra={"customXml/item1.xml": b"<a>\r\n</a>"})


def _png() -> bytes:
    """Make a red picture of 8 by 8 points."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = b"".join(b"\0" + b"\xc0\x20\x20" * 8 for _ in range(8))
    head = struct.pack(">IIBBBBB", 8, 8, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
