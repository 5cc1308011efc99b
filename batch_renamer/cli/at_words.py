"""Text broken at words for a terminal; paths and commands are never broken, so that a copy has them whole."""

from __future__ import annotations

import shutil
import textwrap

__all__ = ["at_words", "terminal_width", "to_terminal"]

_NARROWEST = 20


def terminal_width() -> int:
    """Return how many columns the terminal has; 80 in a pipe, and COLUMNS where that is set."""
    return max(shutil.get_terminal_size().columns, _NARROWEST)


def at_words(text: str, width: int, *, indent: str = "") -> list[str]:
    """Return the lines of a text; those after the first begin with ``indent``. A blank text has none.

    Example:
        >>> at_words("--rate 20 sets the rate", 12, indent="  ")
        ['--rate 20', '  sets the', '  rate']
    """
    return textwrap.wrap(
        text, max(width, _NARROWEST // 2), subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
    )


def to_terminal(text: str) -> str:
    """Return a text of one or more lines, each broken to the width of the terminal."""
    width = max(terminal_width() - 1, _NARROWEST)
    return "\n".join("\n".join(at_words(line, width)) for line in text.split("\n"))
