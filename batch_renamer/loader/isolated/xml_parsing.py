"""Parses the XML of a workbook part with bounded memory, and calls handlers for its elements and texts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import IO
from xml.parsers import expat

from .refusal import Refusal

__all__ = ["BROKEN_XML", "Enough", "local_attributes", "local_name", "parse", "parsed_pieces"]

BROKEN_XML = expat.ExpatError

_NO_MEMORY = expat.errors.codes[expat.errors.XML_ERROR_NO_MEMORY]
_PIECE_BYTES = 1 << 18
_LONGEST_TAG = 8 << 20
"""A tag and its attributes are held in memory whole, several times. No program writes one of megabytes."""


class Enough(Exception):  # noqa: N818 - a signal from a handler, not an error
    """Raised by a handler to end the parsing before the end of the part."""


def parse(
    stream: IO[bytes],
    start: Callable[[str, dict[str, str]], None],
    end: Callable[[str], None] | None = None,
    text: Callable[[str], None] | None = None,
    *,
    namespaces: bool = False,
) -> None:
    """Parse a part to its end, or until a handler raises `Enough`.

    Raises:
        Refusal: ``damaged`` for a document type, ``too much`` for a tag without end, or one that needs too much memory.
        ExpatError: it is no XML.
    """
    for _ in parsed_pieces(stream, start, end, text, namespaces=namespaces):
        pass


def parsed_pieces(
    stream: IO[bytes],
    start: Callable[[str, dict[str, str]], None],
    end: Callable[[str], None] | None = None,
    text: Callable[[str], None] | None = None,
    *,
    namespaces: bool = False,
) -> Iterator[None]:
    """Parse a part like `parse`, and yield after each piece, so that the caller can use what the handlers collected.

    With ``namespaces``, names are given as ``namespace-URI name``. Document types, and with them all entities, are
    refused.
    """
    parser = expat.ParserCreate(None, " " if namespaces else None)
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _refuse_doctype
    parser.StartElementHandler = start
    if end is not None:
        parser.EndElementHandler = end
    if text is not None:
        parser.CharacterDataHandler = text
    fed = known = 0
    try:
        while piece := stream.read(_PIECE_BYTES):
            parser.Parse(piece, False)
            fed += len(piece)
            known = max(known, parser.CurrentByteIndex)  # -1 while a long tag waits for more of it (Expat 2.6)
            if fed - known > _LONGEST_TAG:
                raise Refusal("too much")
            yield
        parser.Parse(b"", True)
        yield
    except Enough:
        return
    except expat.ExpatError as error:
        if error.code == _NO_MEMORY:
            raise Refusal("too much") from None
        raise


def _refuse_doctype(*_: object) -> None:
    raise Refusal("damaged")


def local_name(name: str) -> str:
    """Return a name without its namespace prefix, which writers choose freely."""
    return name.rpartition(":")[2]


def local_attributes(attributes: dict[str, str]) -> dict[str, str]:
    """Return the attributes without the prefixes of their names."""
    return {key.rpartition(":")[2]: value for key, value in attributes.items()}
