"""A part of a workbook enters as a stream of XML; calls for its elements and texts leave, within bounds."""

from __future__ import annotations

from typing import IO, TYPE_CHECKING
from xml.parsers import expat

from .refusal import Refusal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["BROKEN_XML", "Enough", "local_attributes", "local_name", "parse", "parsed_pieces"]

BROKEN_XML = expat.ExpatError

_PIECE_BYTES = 1 << 18
_LONGEST_TAG = 8 << 20
"""A tag, its attributes with it, has to be in memory whole, many times over: no writer makes one of megabytes."""


class Enough(Exception):  # noqa: N818 - a signal from a handler, not an error
    """Ends the parsing before the end of the part."""


def parse(
    stream: IO[bytes],
    start: Callable[[str, dict[str, str]], None],
    end: Callable[[str], None] | None = None,
    text: Callable[[str], None] | None = None,
    *,
    namespaces: bool = False,
) -> None:
    """Read a part to its end, or until a handler has had enough.

    Raises:
        Refusal: ``damaged`` for a document type, ``too much`` for a tag without end.
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
    """Read a part as `parse` does, pausing after each piece so that what the handlers gathered can be taken.

    With ``namespaces`` names are given as ``address-of-the-namespace name``. Document types are refused, and with
    them all entities.
    """
    parser = expat.ParserCreate(None, " " if namespaces else None)
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _refuse_doctype
    parser.StartElementHandler = start
    if end is not None:
        parser.EndElementHandler = end
    if text is not None:
        parser.CharacterDataHandler = text
    fed = 0
    try:
        while piece := stream.read(_PIECE_BYTES):
            parser.Parse(piece, False)
            fed += len(piece)
            if fed - parser.CurrentByteIndex > _LONGEST_TAG:
                raise Refusal("too much")
            yield
        parser.Parse(b"", True)
        yield
    except Enough:
        return


def _refuse_doctype(*_: object) -> None:
    raise Refusal("damaged")


def local_name(name: str) -> str:
    """Cut the namespace's prefix off a name; writers choose prefixes freely."""
    return name.rpartition(":")[2]


def local_attributes(attributes: dict[str, str]) -> dict[str, str]:
    """Cut the prefixes off the names of attributes."""
    return {key.rpartition(":")[2]: value for key, value in attributes.items()}
