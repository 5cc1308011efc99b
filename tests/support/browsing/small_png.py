"""A picture of a page enters, and leaves with at most 256 colours: a third of its size, and it looks the same.

The rarest colours are those between a letter and its ground; each becomes the nearest of the 256 most common.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

__all__ = ["with_few_colours"]

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_MOST_COLOURS = 256
_TRUE_COLOUR, _PALETTE = 2, 3
Pixels = npt.NDArray[np.uint8]


def with_few_colours(png: bytes) -> bytes:
    """Return the same picture as a PNG with a palette; it has to have 8 bits for each of red, green and blue."""
    pixels = _pixels(png)
    height, width, _ = pixels.shape
    flat = pixels.reshape(-1, 3).astype(np.int32)
    codes, place, count = np.unique(flat @ (1 << 16, 1 << 8, 1), return_inverse=True, return_counts=True)
    colours = np.stack((codes >> 16, codes >> 8 & 255, codes & 255), axis=1)
    common = colours[np.argsort(-count, kind="stable")[:_MOST_COLOURS]]
    nearest = np.array([np.argmin(((common - colour) ** 2).sum(axis=1)) for colour in colours], dtype=np.uint8)
    lines = nearest[place].reshape(height, width)
    filtered = np.hstack((np.zeros((height, 1), dtype=np.uint8), lines)).tobytes()
    header = struct.pack(">IIBBBBB", width, height, 8, _PALETTE, 0, 0, 0)
    parts = (
        (b"IHDR", header),
        (b"PLTE", common.astype(np.uint8).tobytes()),
        (b"IDAT", zlib.compress(filtered, 9)),
        (b"IEND", b""),
    )
    return _SIGNATURE + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in parts
    )


def _pixels(png: bytes) -> Pixels:
    chunks = list(_chunks(png))
    width, height, bits, kind, *_ = struct.unpack(">IIBBBBB", chunks[0][1])
    assert (bits, kind) == (8, _TRUE_COLOUR), "not a picture as the browser takes it"
    raw = np.frombuffer(zlib.decompress(b"".join(data for name, data in chunks if name == b"IDAT")), dtype=np.uint8)
    lines = raw.reshape(height, 1 + width * 3)
    shown = np.zeros((height, width, 3), dtype=np.uint8)
    above = np.zeros((width, 3), dtype=np.uint8)
    for number, line in enumerate(lines):
        above = shown[number] = _unfiltered(int(line[0]), line[1:].reshape(width, 3), above)
    return shown


def _chunks(png: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = len(_SIGNATURE)
    while at < len(png):
        (length,) = struct.unpack_from(">I", png, at)
        yield png[at + 4 : at + 8], png[at + 8 : at + 8 + length]
        at += 12 + length


def _unfiltered(kind: int, line: Pixels, above: Pixels) -> Pixels:
    """Undo the filter of one line (PNG, section 9); the bytes of a pixel are three."""
    match kind:
        case 0:
            return line
        case 1:
            return np.cumsum(line, axis=0, dtype=np.uint8)
        case 2:
            return line + above
        case _:
            return _from_the_left(kind, line.astype(np.int32), above.astype(np.int32))


def _from_the_left(kind: int, line: npt.NDArray[np.int32], above: npt.NDArray[np.int32]) -> Pixels:
    """Undo a filter in which each pixel depends on the one left of it and on those above."""
    shown = np.zeros(line.shape, dtype=np.uint8)
    for channel in range(3):
        left = corner = 0
        for at, (value, up) in enumerate(zip(line[:, channel].tolist(), above[:, channel].tolist(), strict=True)):
            guess = (left + up) // 2 if kind == 3 else _paeth(left, up, corner)
            left, corner = (value + guess) & 255, up
            shown[at, channel] = left
    return shown


def _paeth(left: int, up: int, corner: int) -> int:
    return min((left, up, corner), key=lambda value: abs(left + up - corner - value))
