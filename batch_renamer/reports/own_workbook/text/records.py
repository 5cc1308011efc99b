"""Splits a text file into its records without a change: joined again they are the same text.

`csv.reader` decides where a record ends, as in the loader; it does not keep the text that it read.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TextIO

__all__ = ["TextRecord", "records_in"]

_LINE_END = re.compile(r"(?:\r\n|\r|\n)\Z")
_BOM = "\ufeff"


@dataclass(frozen=True, slots=True)
class TextRecord:
    """One record: its cells as a reader sees them, and its text, of which ``end`` is the line end ("" at the end)."""

    cells: list[str]
    text: str
    end: str

    @property
    def body(self) -> str:
        """The text without the line end."""
        return self.text[: len(self.text) - len(self.end)]


def records_in(stream: TextIO, delimiter: str) -> Iterator[TextRecord]:
    r"""Yield the records of a stream that was opened without a translation of line ends.

    Raises:
        csv.Error: a cell is too long for a reader.

    Example:
        >>> import io
        >>> [record.text for record in records_in(io.StringIO('a,"b\nc"\nd', newline=""), ",")]
        ['a,"b\nc"\n', 'd']
    """
    lines: list[str] = []
    for cells in csv.reader(_noting(stream, lines), delimiter=delimiter):
        text = "".join(lines)
        lines.clear()
        found = _LINE_END.search(text)
        yield TextRecord(cells, text, found[0] if found else "")


def _noting(stream: TextIO, lines: list[str]) -> Iterator[str]:
    """Yield the lines without a BOM, as the loader sees them, and collect them as they are."""
    for line in stream:
        lines.append(line)
        yield line.lstrip(_BOM) if line.startswith(_BOM) else line
