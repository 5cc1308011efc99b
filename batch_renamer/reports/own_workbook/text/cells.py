"""Turns the values of one row into cells that fit the user's text file: its encoding, its delimiter and its quotes."""

from __future__ import annotations

import re
from dataclasses import dataclass

from batch_renamer.reports.own_workbook.columns import RowBack, shown_time
from batch_renamer.text import guarded

__all__ = ["CellStyle", "texts_of"]

_BREAKS = re.compile(r"[\t\n\v\f\r\x1c-\x1e\x85\u2028\u2029]+")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")


def texts_of(row: RowBack) -> tuple[str, ...]:
    r"""Return the texts of a row's four cells; the time is that of this machine.

    A line break or a tab becomes a space and another control character a visible escape, so that a record stays as many
    lines long as it was. A text that a spreadsheet program would read as a formula gets the ``'`` of `.csv` reports.

    Example:
        >>> texts_of(RowBack(row=2, result="drifted", reason="Left.", final_name="=1\n2", renamed_at=None))
        ('drifted', 'Left.', "'=1 2", '')
    """
    moment = shown_time(row.renamed_at) if row.renamed_at is not None else ""
    return (row.result, _plain(row.reason), _plain(row.final_name or ""), moment)


def _plain(text: str) -> str:
    one_line = _BREAKS.sub(" ", text)
    return guarded(_CONTROL.sub(lambda found: f"\\x{ord(found[0]):02x}", one_line))


@dataclass(frozen=True, slots=True, kw_only=True)
class CellStyle:
    r"""How a file writes its cells; ``quotes_all``: every cell has quotation marks.

    Example:
        >>> style = CellStyle(delimiter=";", codec="cp1252", quotes_all=False)
        >>> style.cell("a;b"), style.cell("Ż"), style.cell("Elm")
        ('"a;b"', '\\u017b', 'Elm')
    """

    delimiter: str
    codec: str
    quotes_all: bool

    def cell(self, text: str) -> str:
        """Return a cell as it stands in the file; what the encoding does not have becomes a visible escape."""
        text = self.fitting(text)
        needs_quotes = text.strip() != text or any(mark in text for mark in (self.delimiter, '"'))
        if (self.quotes_all and text) or needs_quotes:
            return '"' + text.replace('"', '""') + '"'
        return text

    def fitting(self, text: str) -> str:
        """Return the text with an escape for every character that the encoding does not have."""
        return text.encode(self.codec, "backslashreplace").decode(self.codec)
