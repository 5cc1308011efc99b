"""Writes results into the user's own .xlsx or .xlsm workbook; every other part of it stays byte for byte.

The sheet's XML is not built again from a tree: `xml_scan` tells the place of each tag in the bytes, and only the bytes
of the four columns are put in. The other members of the archive are copied as they are packed.

This runs in the process of the program. It holds a piece of a part at a time, refuses document types (and so entities),
and every part has a limit, so that a hostile workbook costs at most time. The child process of the loader is there
because calamine may end its process.
"""

from __future__ import annotations

from batch_renamer.reports.own_workbook.xlsx.writer import write_back_xlsx

__all__ = ["write_back_xlsx"]
