"""Names of orders enter; spreadsheets as people save them leave."""

from __future__ import annotations

import csv
import datetime
import io
from collections.abc import Mapping, Sequence

import xlsxwriter

__all__ = ["csv_of", "excel_owner", "libreoffice_owner", "xlsx_of"]

_HEADINGS = ("order_id", "new_name")


def csv_of(names: Mapping[str, str], *, headings: Sequence[str] = _HEADINGS) -> bytes:
    """Return a CSV file that gives orders these names."""
    text = io.StringIO()
    csv.writer(text).writerows([headings, *names.items()])
    return text.getvalue().encode()


def xlsx_of(names: Mapping[str, str], *, saved: int = 1) -> bytes:
    """Return a workbook with these names; each time that it is ``saved``, it has other bytes and the same cells."""
    content = io.BytesIO()
    with xlsxwriter.Workbook(content) as book:
        book.set_properties({"created": datetime.datetime(2027, 1, saved, tzinfo=datetime.UTC)})
        sheet = book.add_worksheet("Orders")
        for number, row in enumerate((_HEADINGS, *names.items())):
            for column, cell in enumerate(row):
                sheet.write_string(number, column, cell)
    return content.getvalue()


def excel_owner(name: str) -> bytes:
    """Return the file that Excel keeps beside an open workbook: who has it open, in two encodings."""
    narrow, wide = name.encode("cp1252"), name.ljust(54).encode("utf-16-le")
    return bytes([len(narrow)]) + narrow.ljust(54) + len(name).to_bytes(2, "little") + wide


def libreoffice_owner(name: str, *, host: str = "front-desk") -> bytes:
    """Return the file that LibreOffice keeps beside an open document."""
    return f",{name.lower()},{host},15.03.2027 17:40,file:///home/{name.lower()}/.config/libreoffice/4;".encode()
