"""Whether a file looks half-written: a workbook without its end, a text that stops in the middle of a line.

Only signs of it: a file that was cut between two lines looks whole. The two looks and the age of a file are what
protects from reading it too early; this keeps a copy that has stalled from being read.
"""

from __future__ import annotations

import os
from pathlib import Path

from batch_renamer.files import open_regular

__all__ = ["what_is_missing"]

_ZIP = b"PK\x03\x04"
_ZIP_END = b"PK\x05\x06"
_TAIL_BYTES = 22 + 65_535  # the end of a zip file and its longest comment
_HEAD_BYTES = 4_096
_ZEROS = bytes(16)  # more than a text in UTF-16 or UTF-32 ends with
_DELIMITERS = (b",", b";", b"\t", b"|")


def what_is_missing(path: Path) -> str:
    """Return what a half-written file lacks, as the end of a sentence; "" if nothing shows that.

    Raises:
        OSError: it can't be read.
    """
    with os.fdopen(open_regular(path, follow_links=False), "rb") as file:
        head = file.read(_HEAD_BYTES)
        file.seek(max(0, os.fstat(file.fileno()).st_size - _TAIL_BYTES))
        tail = file.read()
    if head.startswith(_ZIP):
        return "" if _ZIP_END in tail else "the end of the workbook is missing"
    if tail.endswith(_ZEROS):
        return "it ends with zeros, as space that is reserved for a copy"
    return "its last line is cut" if _is_cut(head, tail) else ""


def _is_cut(head: bytes, tail: bytes) -> bool:
    """Tell whether the last line has no end and fewer cells than the first, or a quotation mark that is not closed."""
    first, last = (text.replace(b"\0", b"").replace(b"\r", b"\n") for text in (head, tail))
    heading, line_end, _ = first.partition(b"\n")
    _, more_lines, last_line = last.rstrip(b" \x1a").rpartition(b"\n")
    if not (line_end and more_lines and last_line):
        return False
    delimiter = max(_DELIMITERS, key=heading.count)
    return last_line.count(delimiter) < heading.count(delimiter) or last_line.count(b'"') % 2 == 1
