"""The texts of the headings: in the sheet itself, or among the texts that all sheets share."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from batch_renamer.reports.own_workbook.archive import Archive
from batch_renamer.reports.own_workbook.xlsx.areas import whole_number
from batch_renamer.reports.own_workbook.xml_scan import Enough, Handlers, Scan

__all__ = ["Heading", "HeadingText", "shared_text_of"]

_LONGEST = 200
"""Of a heading; only short ones are looked for. A piece of text that begins before this length is kept whole."""


@dataclass(slots=True)
class Heading:
    """A cell of the heading row. ``shared`` is the number of its text among the shared texts."""

    style: str | None
    text: str = ""
    shared: int | None = None


class HeadingText:
    """Collects the text of one heading."""

    def __init__(self) -> None:
        self.begin({})

    def begin(self, attributes: dict[str, str]) -> None:
        """Begin with a cell."""
        self._kind = attributes.get("t", "n")
        self._style = attributes.get("s")
        self._text = ""
        self._inside: list[str] = []

    def start(self, name: str) -> None:
        """Go into an element of the cell."""
        self._inside.append(name.rpartition(" ")[2])

    def end(self) -> None:
        """Leave an element of the cell."""
        self._inside.pop()

    def add(self, text: str) -> None:
        """Take a text, if it is a part of what the cell shows; how it is pronounced (``rPh``) is not."""
        if self._inside and self._inside[-1] in {"t", "v"} and "rPh" not in self._inside and len(self._text) < _LONGEST:
            self._text += text

    def finished(self) -> Heading:
        """Return the cell at its end."""
        if self._kind == "s":
            return Heading(self._style, shared=whole_number(self._text.strip()))
        return Heading(self._style, self._text)


class _SharedTexts(Handlers):
    """Collects the shared texts of some numbers."""

    def __init__(self, scan: Scan, wanted: Collection[int]) -> None:
        self.texts: dict[int, str] = {}
        self._scan = scan
        self._wanted = wanted
        self._number = -1
        self._inside: list[str] = []

    def start(self, name: str, attributes: dict[str, str]) -> None:
        plain = name.rpartition(" ")[2]
        self._inside.append(plain)
        if plain == "si" and len(self._inside) == 2:
            self._number += 1
            if self._number in self._wanted:
                self.texts[self._number] = ""
                self._scan.listen(self._add)

    def end(self, name: str) -> None:
        self._inside.pop()
        if len(self._inside) == 1 and self._number in self._wanted:
            self._scan.listen(None)
            if len(self.texts) == len(self._wanted):
                raise Enough

    def _add(self, text: str) -> None:
        known = self.texts[self._number]
        if self._inside[-1] == "t" and "rPh" not in self._inside and len(known) < _LONGEST:
            self.texts[self._number] = known + text


def shared_text_of(archive: Archive, part: str, wanted: Collection[int]) -> dict[int, str]:
    """Return the shared texts of some numbers; the part is read as far as they need it."""
    with archive.open(part) as stream:
        scan = Scan(stream)
        reader = _SharedTexts(scan, wanted)
        for known in scan.pieces(reader):
            scan.release(known)
    return reader.texts
