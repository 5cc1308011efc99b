"""Writes an export as a CSV file that a spreadsheet program opens as text, never as formulas.

A text that a program would read as a formula gets a ``'`` before it. The loader removes it again, exactly, from a file
that begins with the columns of an export.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from typing import BinaryIO

from batch_renamer.text import guarded

__all__ = ["write_csv"]


def write_csv(
    file: BinaryIO, headings: Sequence[str], rows: Iterable[Sequence[str]], *, delimiter: str, bom: bool = True
) -> None:
    """Write the heading line and one line per row; the file stays open. Lines end in CR LF (RFC 4180).

    ``bom``: Excel reads anything else in the local code page; programs that read a pipe take it for part of a heading.

    Raises:
        OSError: the disk is full, or the file can't be written for another reason.
    """
    encoding = "utf-8-sig" if bom else "utf-8"
    text = io.TextIOWrapper(file, encoding=encoding, errors="backslashreplace", newline="")
    writer = csv.writer(text, delimiter=delimiter)
    writer.writerow(headings)
    # With a zero byte in it the whole file would be taken for something else than text.
    writer.writerows([guarded(cell.replace("\0", "\ufffd")) for cell in row] for row in rows)
    text.detach()
