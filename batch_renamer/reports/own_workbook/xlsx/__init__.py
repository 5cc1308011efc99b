"""Writes results into the user's own .xlsx or .xlsm workbook; every other part of it stays byte for byte.

The sheet's XML is not built again from a tree: `xml_scan` tells the place of each tag in the bytes, and only the bytes
of the four columns are put in. The other members of the archive are copied as they are packed.

This runs in the process of the program. It holds a piece of a part at a time, refuses document types (and so entities),
and every part has a limit, so that a hostile workbook costs at most time. The child process of the loader is there
because calamine may end its process.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import BinaryIO

from batch_renamer.reports.own_workbook.columns import RowBack

__all__ = ["write_back_xlsx"]


def write_back_xlsx(
    source: BinaryIO, target: BinaryIO, *, sheet: str, heading_row: int, rows: Iterable[RowBack]
) -> None:
    """Write the workbook with the rows' results in four columns of one sheet; both files stay open.

    The columns are those of an earlier write-back, or the first free ones on the right of the headings. Rows that are
    not given keep what they have there. ``source`` can be read at any place. If this raises, ``target`` is of no use.

    Raises:
        WriteBackError: The workbook can't be written into; the text says why.
        ValueError: A row is given twice, or is not below the headings.
        OSError: The disk is full, or the file can't be read or written for another reason.
    """
    from batch_renamer.reports.own_workbook.xlsx.writer import write_results  # noqa: PLC0415 - few runs need it

    write_results(source, target, sheet=sheet, heading_row=heading_row, rows=rows)
