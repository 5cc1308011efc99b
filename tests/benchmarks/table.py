"""Rows of figures enter; an aligned table leaves on standard output, line by line as the figures come."""

from __future__ import annotations

import sys
from collections.abc import Sequence

__all__ = ["Table", "say"]


def say(text: str = "") -> None:
    """Write a line and show it at once."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


class Table:
    """A table whose columns are as wide as their headings, or as ``width``."""

    def __init__(self, *headings: str, width: int = 9) -> None:
        self._widths = [max(len(heading), width) for heading in headings]
        self.row(*headings)

    def row(self, *cells: object) -> None:
        """Write one row."""
        texts = [f"{cell:.2f}" if isinstance(cell, float) else str(cell) for cell in cells]
        say("  ".join(self._aligned(texts)))

    def _aligned(self, texts: Sequence[str]) -> list[str]:
        return [text.rjust(width) for text, width in zip(texts, self._widths, strict=True)]
