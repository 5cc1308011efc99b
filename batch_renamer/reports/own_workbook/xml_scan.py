"""Parses XML and tells the place of each tag in the bytes, so that a part can be changed without being built again."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import IO
from xml.parsers import expat

from batch_renamer.errors import WriteBackError
from batch_renamer.reports.own_workbook.archive import damaged

__all__ = [
    "BROKEN_XML",
    "Enough",
    "Handlers",
    "NewBytes",
    "Scan",
    "attributes_of",
    "escaped_attribute",
    "is_empty_tag",
    "prefix_of",
    "tag_at",
    "with_attribute",
    "without_attribute",
]

BROKEN_XML = expat.ExpatError

_PIECE_BYTES = 1 << 18
_MOST_BYTES = 1 << 30
"""Of a part; the child process that reads workbooks has as much memory."""

_LONGEST_HELD = 8 << 20
"""A tag or a cell is held in memory whole. No program writes one of megabytes."""

_TAG = re.compile(rb"""<[^"'>]*(?:"[^"]*"[^"'>]*|'[^']*'[^"'>]*)*>""")
_ATTRIBUTE = re.compile(rb"""\s+([^\s=/>]+)\s*=\s*("[^"]*"|'[^']*')""")
_TAG_NAME = re.compile(rb"</?([^\s/>]+)")


@dataclass(frozen=True, slots=True)
class NewBytes:
    """New bytes for those from ``start`` up to ``end``."""

    start: int
    end: int
    content: bytes


class Handlers:
    """What is called for the tags of a part; names are ``namespace-URI name``."""

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Handle a start tag."""

    def end(self, name: str) -> None:
        """Handle an end tag; that of an empty element too."""


class Enough(Exception):  # noqa: N818 - a signal from a handler, not an error
    """Raised by a handler to end the pass before the end of the part."""


class Scan:
    """One pass through a part. The bytes from ``base`` on have not been released yet."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self._parser = expat.ParserCreate(None, " ")
        self._parser.buffer_text = True
        self._parser.StartDoctypeDeclHandler = _refuse_doctype
        self._parser.XmlDeclHandler = _refuse_other_encodings
        self._window = bytearray()
        self.base = 0

    def pieces(self, handlers: Handlers) -> Iterator[int]:
        """Parse piece by piece; after each, yield the place up to which the tags are known.

        Raises:
            WriteBackError: A document type, another encoding than UTF-8, a tag without end.
            ExpatError: It is no XML.
        """
        self._parser.StartElementHandler, self._parser.EndElementHandler = handlers.start, handlers.end
        try:
            yield from self._parsed()
        except Enough:
            return

    def listen(self, text: Callable[[str], None] | None) -> None:
        """Have a function called for the texts that follow, or none."""
        self._parser.CharacterDataHandler = text

    def _parsed(self) -> Iterator[int]:
        parser, known = self._parser, 0
        while piece := self._stream.read(_PIECE_BYTES):
            if not self.base and not self._window and piece[:2] in {b"\xff\xfe", b"\xfe\xff"}:
                raise _other_encoding()
            self._window += piece
            if self.base + len(self._window) > _MOST_BYTES:
                raise WriteBackError("A part of the workbook is longer than 1 GB: save it as CSV.")
            parser.Parse(piece, False)
            known = max(known, parser.CurrentByteIndex)  # -1 while a long tag waits for more of it (Expat 2.6)
            yield known
            if len(self._window) > _LONGEST_HELD + _PIECE_BYTES:
                raise WriteBackError("A cell of the sheet is longer than any program writes.")
        parser.Parse(b"", True)
        yield self.base + len(self._window)

    @property
    def place(self) -> int:
        """The place of the tag that is handled: of its ``<``; at the end of an empty element, what follows it."""
        return self._parser.CurrentByteIndex

    def tag(self, place: int) -> bytes:
        """Return the tag at a place; it must not have been released."""
        return tag_at(self._window, place - self.base)

    def between(self, start: int, end: int) -> bytes:
        """Return the bytes of a stretch; it must not have been released."""
        return bytes(self._window[start - self.base : end - self.base])

    def tag_end(self, place: int) -> int:
        """Return the place after the end tag at a place."""
        return self.base + self._window.index(b">", place - self.base) + 1

    def release(self, until: int) -> bytes:
        """Give up the bytes before a place, and return them."""
        length = until - self.base
        released = bytes(self._window[:length])
        del self._window[:length]
        self.base = until
        return released


def tag_at(content: bytes | bytearray, place: int) -> bytes:
    """Return the tag at a place.

    Example:
        >>> tag_at(b"<row r='>'><c/>", 0)
        b"<row r='>'>"
    """
    found = _TAG.match(content, place)
    if found is None:
        raise damaged()
    return found[0]


def is_empty_tag(tag: bytes) -> bool:
    """Tell whether a tag is a whole element, as ``<c/>`` is."""
    return tag.endswith(b"/>")


def prefix_of(tag: bytes) -> str:
    """Return the prefix of the name in a tag, with its colon.

    Example:
        >>> prefix_of(b"<x:row r='1'>"), prefix_of(b"</row>")
        ('x:', '')
    """
    found = _TAG_NAME.match(tag)
    before, colon, _ = found[1].rpartition(b":") if found else (b"", b"", b"")
    return (before + colon).decode()


def with_attribute(tag: bytes, name: str, value: str) -> bytes:
    """Return a tag in which an attribute has this value; one that is not there is added at the end.

    Example:
        >>> with_attribute(b"<row r='1' spans='1:4'/>", "spans", "1:8"), with_attribute(b"<c>", "s", "3")
        (b"<row r='1' spans='1:8'/>", b'<c s="3">')
    """
    text = escaped_attribute(value)
    found = _attribute(tag, name)
    if found is not None:
        return tag[: found.start(2) + 1] + text + tag[found.end(2) - 1 :]
    end = len(tag) - (2 if is_empty_tag(tag) else 1)
    return b'%b %b="%b"%b' % (tag[:end].rstrip(), name.encode(), text, tag[end:])


def attributes_of(tag: bytes) -> dict[str, str]:
    """Return the attributes in a tag.

    Example:
        >>> attributes_of(b"<row r='2' x:name='a &amp; b'/>")
        {'r': '2', 'x:name': 'a & b'}
    """
    return {name.decode(): html.unescape(value[1:-1].decode()) for name, value in _ATTRIBUTE.findall(tag)}


def without_attribute(tag: bytes, name: str) -> bytes:
    """Return a tag without an attribute.

    Example:
        >>> without_attribute(b"<col min='1' hidden='1'/>", "hidden")
        b"<col min='1'/>"
    """
    found = _attribute(tag, name)
    return tag if found is None else tag[: found.start()] + tag[found.end() :]


def _attribute(tag: bytes, name: str) -> re.Match[bytes] | None:
    """Find an attribute; a text within another one's value does not count."""
    for found in _ATTRIBUTE.finditer(tag):
        if found[1] == name.encode():
            return found
    return None


def escaped_attribute(value: str) -> bytes:
    """Return a text as it stands in an attribute."""
    for sign, entity in (("&", "&amp;"), ("<", "&lt;"), ('"', "&quot;"), ("'", "&apos;")):
        value = value.replace(sign, entity)
    return value.encode()


def _refuse_doctype(*_: object) -> None:
    raise damaged()


def _refuse_other_encodings(_version: str, encoding: str | None, _standalone: int) -> None:
    if encoding is not None and encoding.lower() not in {"utf-8", "us-ascii"}:
        raise _other_encoding()


def _other_encoding() -> WriteBackError:
    return WriteBackError(
        "The workbook's XML is not in UTF-8: open it in a spreadsheet program, save it, and try again."
    )
