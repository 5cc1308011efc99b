"""Images of the sandbox: the free preview is a small drawn picture, and every other address of an image is for sale.

A request to one of the latter is answered by 402, and the log counts it: no program of this project may send one.
"""

from __future__ import annotations

import re
import struct
import zlib
from functools import cache
from urllib.parse import parse_qs, unquote

__all__ = ["drawn_picture", "free_preview_of", "is_about_an_image"]

_IMAGES = "/v3/images/"
_ORIGINAL = re.compile(r"/v3/images/([^/?]+)/original\?(.*)")
_WIDTH, _HEIGHT = 160, 120
_SKY, _ROOF, _WALL, _GRASS, _DOOR = range(5)


def is_about_an_image(raw_path: str) -> bool:
    """Tell whether a path is that of an image."""
    return raw_path.startswith(_IMAGES)


def free_preview_of(raw_path: str) -> str | None:
    """Return the id of the image whose free preview a path asks for; None for any other path.

    Example:
        >>> free_preview_of("/v3/images/i1/original?preview=true&max_width=160&quality=60")
        'i1'
        >>> free_preview_of("/v3/images/i1/enhanced?preview=false"), free_preview_of("/v3/images/i1/original")
        (None, None)
    """
    found = _ORIGINAL.fullmatch(raw_path)
    if found is None or parse_qs(found[2]).get("preview") != ["true"]:
        return None
    return unquote(found[1])


def drawn_picture(image_id: str) -> bytes:
    r"""Draw a house as a PNG of 160 x 120 dots, in colours that depend on the image's id.

    Example:
        >>> drawn_picture("i1")[:4]
        b'\x89PNG'
    """
    seed = zlib.crc32(image_id.encode("utf-8", "surrogatepass"))
    wall, roof = _colour(seed), _colour(seed >> 11)
    palette = b"".join((b"\xbf\xdf\xff", roof, wall, b"\x7f\xb0\x69", b"\x5b\x43\x2f"))
    header = struct.pack(">IIBBBBB", _WIDTH, _HEIGHT, 8, 3, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"PLTE", palette), (b"IDAT", _house()), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, data) for kind, data in chunks)


@cache
def _house() -> bytes:
    """Return the dots, packed; only their colours differ from picture to picture."""
    lines = (b"\0" + bytes(_dot(x, y) for x in range(_WIDTH)) for y in range(_HEIGHT))
    return zlib.compress(b"".join(lines), 9)


def _dot(x: int, y: int) -> int:
    if 44 <= y < 96 and abs(x - 80) < 44:
        return _DOOR if y >= 68 and abs(x - 80) < 9 else _WALL
    if 16 <= y < 44 and abs(x - 80) < (y - 14) * 2:
        return _ROOF
    return _GRASS if y >= 96 else _SKY


def _colour(seed: int) -> bytes:
    return bytes(96 + (seed >> shift & 127) for shift in (0, 7, 14))


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
