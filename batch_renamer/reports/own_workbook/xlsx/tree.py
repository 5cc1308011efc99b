"""A small part of a workbook as a tree in which each element knows its place, and the changes to the part's bytes."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from batch_renamer.errors import WriteBackError
from batch_renamer.reports.own_workbook.archive import Archive, damaged
from batch_renamer.reports.own_workbook.xml_scan import Handlers, NewBytes, Scan, is_empty_tag, tag_at

__all__ = ["Element", "Part", "read_part"]

_MOST_PART_BYTES = 16 << 20
"""Of a part that is held in memory whole: styles, a table, the list of sheets."""

_MOST_ELEMENTS = 500_000


@dataclass(slots=True)
class Element:
    """An element with its places: of its ``<``, after its start tag, before its end tag, and after it.

    ``name`` and the names of attributes are without namespace.
    """

    name: str
    attributes: dict[str, str]
    start: int
    inner_start: int
    inner_end: int = 0
    end: int = 0
    children: list[Element] = field(default_factory=list)

    def all(self, *path: str) -> Iterator[Element]:
        """Yield the elements at a path of names below this one."""
        for child in self.children:
            if child.name == path[0]:
                if path[1:]:
                    yield from child.all(*path[1:])
                else:
                    yield child

    def first(self, *path: str) -> Element | None:
        """Return the first element at a path of names below this one."""
        return next(self.all(*path), None)


@dataclass(frozen=True, slots=True)
class Part:
    """A part in bytes, and its elements."""

    content: bytes
    root: Element

    def tag(self, element: Element) -> bytes:
        """Return an element's start tag."""
        return self.content[element.start : element.inner_start]

    def inside(self, element: Element) -> bytes:
        """Return what is between an element's tags."""
        return self.content[element.inner_start : element.inner_end]

    def changed(self, changes: Iterable[NewBytes]) -> bytes:
        """Return the part with changes, which don't overlap; those at one place keep their order."""
        pieces = []
        position = 0
        for change in sorted(changes, key=lambda change: change.start):
            pieces += [self.content[position : change.start], change.content]
            position = change.end
        return b"".join([*pieces, self.content[position:]])


def read_part(archive: Archive, name: str) -> Part:
    """Read a small part.

    Raises:
        WriteBackError: It isn't there, or is longer than the program reads.
        Exception: One of `BROKEN_ARCHIVE` and `BROKEN_XML`.
    """
    with archive.open(name) as stream:
        content = stream.read(_MOST_PART_BYTES + 1)
    if len(content) > _MOST_PART_BYTES:
        raise WriteBackError(f"The workbook's part {name} is longer than {_MOST_PART_BYTES >> 20} MB.")
    scan = Scan(io.BytesIO(content))
    builder = _Builder(content, scan)
    for known in scan.pieces(builder):
        scan.release(known)
    if builder.root is None:
        raise damaged()
    return Part(content, builder.root)


class _Builder(Handlers):
    """Builds the tree."""

    def __init__(self, content: bytes, scan: Scan) -> None:
        self.root: Element | None = None
        self._content = content
        self._scan = scan
        self._open: list[Element] = []
        self._count = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self._count += 1
        if self._count > _MOST_ELEMENTS:
            raise WriteBackError("A part of the workbook has more elements than any program writes.")
        place = self._scan.place
        plain = {key.rpartition(" ")[2]: value for key, value in attributes.items()}
        element = Element(name.rpartition(" ")[2], plain, place, place + len(tag_at(self._content, place)))
        if self._open:
            self._open[-1].children.append(element)
        else:
            self.root = element
        self._open.append(element)

    def end(self, name: str) -> None:
        element = self._open.pop()
        place = self._scan.place
        element.inner_end = element.end = place
        if not is_empty_tag(self._content[element.start : element.inner_start]):
            element.end += len(tag_at(self._content, place))
