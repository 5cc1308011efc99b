"""Writes a text into a cell so that it is text and nothing else: no formula, no link, no markup of the format.

Control characters become the escapes of the format (``_x0007_``), which spreadsheet programs and the loader convert
back.
"""

from __future__ import annotations

from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from batch_renamer.text import storable

__all__ = ["write_text"]

_CELL_BYTES, _CHARACTER_BYTES = 100, 7  # upper bounds: the markup of a cell, and an escaped character


def write_text(sheet: Worksheet, line: int, place: int, text: str, cell_format: Format) -> int:
    """Write a text that fits into a cell; return how many bytes of XML it takes at most."""
    visible = storable(text)
    if visible.startswith("<r>") and visible.endswith("</r>"):
        # In constant-memory mode XlsxWriter 3.3.1 writes such a string into the sheet as unescaped XML. The parts of a
        # rich string are always escaped.
        sheet.write_rich_string(line, place, visible[0], cell_format, visible[1:], cell_format)
    else:
        sheet.write_string(line, place, visible, cell_format)
    return _CELL_BYTES + _CHARACTER_BYTES * len(visible)
