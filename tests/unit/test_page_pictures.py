"""The pictures of the page in the README: they are there, they are small, and making them small changes no dot."""

from __future__ import annotations

import re
import struct
import zlib
from pathlib import Path

from tests.support.browsing.small_png import with_few_colours
from tests.support.page_pictures import PICTURES

_MOST_BYTES = 120_000
_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_WIDTH, _HEIGHT = 7, 5
_COLOURS = ((255, 255, 255), (12, 93, 84), (200, 10, 10))


def test_pictures_of_the_readme_are_there_and_small() -> None:
    """Each one that it names is in the repository, with at most 120,000 bytes."""
    readme = (PICTURES.parent / "README.md").read_text("utf-8")
    named = re.findall(r"\.github/page-[\w-]+\.png", readme)
    assert named
    assert {Path(name).name for name in named} == {file.name for file in PICTURES.glob("page-*.png")}
    assert all((PICTURES.parent / name).stat().st_size <= _MOST_BYTES for name in named)


def test_a_picture_of_few_colours_keeps_every_dot() -> None:
    """Whichever of the five filters a line was written with (PNG, section 9)."""
    dots = [[_COLOURS[(x * y + x) % 3] for x in range(_WIDTH)] for y in range(_HEIGHT)]
    lines = [bytes(value for dot in line for value in dot) for line in dots]
    above = [bytes(_WIDTH * 3), *lines]
    filtered = b"".join(bytes([kind]) + bytes(_filtered(kind, line, above[kind])) for kind, line in enumerate(lines))
    header = struct.pack(">IIBBBBB", _WIDTH, _HEIGHT, 8, 2, 0, 0, 0)
    small = with_few_colours(
        _SIGNATURE + _chunk(b"IHDR", header) + _chunk(b"IDAT", zlib.compress(filtered)) + _chunk(b"IEND", b"")
    )
    assert _dots(small) == dots


def _filtered(kind: int, line: bytes, above: bytes) -> list[int]:
    guessed = []
    for at, up in enumerate(above):
        left, corner = (line[at - 3], above[at - 3]) if at >= 3 else (0, 0)
        nearest = min((left, up, corner), key=lambda value: abs(left + up - corner - value))
        guessed.append((0, left, up, (left + up) // 2, nearest)[kind])
    return [(value - guess) % 256 for value, guess in zip(line, guessed, strict=True)]


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _dots(png: bytes) -> list[list[tuple[int, int, int]]]:
    parts = {}
    at = len(_SIGNATURE)
    while at < len(png):
        (length,) = struct.unpack_from(">I", png, at)
        parts[png[at + 4 : at + 8]] = png[at + 8 : at + 8 + length]
        at += 12 + length
    palette = list(struct.iter_unpack("BBB", parts[b"PLTE"]))
    lines = zlib.decompress(parts[b"IDAT"])
    width = _WIDTH + 1
    return [[palette[place] for place in lines[y * width + 1 : (y + 1) * width]] for y in range(_HEIGHT)]
