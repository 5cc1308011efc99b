"""A line as it is made before it is printed: pieces of text, and what each of them means."""

from __future__ import annotations

from typing import Final, Literal, NamedTuple

__all__ = ["NO_NAME", "Line", "Span", "Style"]

Style = Literal["", "strong", "dim", "good", "bad", "warn", "removed", "added", "command", "path"]

NO_NAME: Final = "(no name)"
"""Shown where a name is missing or empty."""


class Span(NamedTuple):
    """A piece of a line and what it means; how that looks is the printer's business."""

    text: str
    style: Style = ""


Line = tuple[Span, ...]
