"""Lines for a pager: whether they are longer than the screen, and how they reach the pager while they are made."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TextIO

from batch_renamer.progress.output import SafeStream, make_console, plain_text, print_line
from batch_renamer.progress.spans import Line
from batch_renamer.progress.wrapping import wrapped

__all__ = ["LinesForWidth", "longer_than_screen", "print_to_pager"]

LinesForWidth = Callable[[int], Iterable[Line]]
"""Makes the lines that are to be shown, for a screen of so many columns."""

_PROMPT_LINES = 1


def longer_than_screen(make: LinesForWidth, screen: TextIO) -> bool:
    """Tell whether the lines leave no room for a prompt on the terminal; as few are made as are needed to tell."""
    console = make_console(SafeStream(screen))
    left = console.height - _PROMPT_LINES
    for line in make(console.width):
        left -= sum(1 for _ in wrapped(line, console.width))
        if left < 0:
            return True
    return False


def print_to_pager(make: LinesForWidth, pages: TextIO, *, screen: TextIO, coloured: bool) -> None:
    r"""Print lines, made for the width of the terminal ``screen``, to a pager for as long as it takes them.

    Example:
        >>> import io
        >>> from batch_renamer.progress.spans import Span
        >>> pages = io.StringIO()
        >>> print_to_pager(lambda _: [(Span("row 2"),)], pages, screen=io.StringIO(), coloured=False)
        >>> pages.getvalue()
        'row 2\n'
    """
    safe, width = SafeStream(pages), make_console(SafeStream(screen)).width
    console = make_console(safe, width=width)
    for line in make(width):
        if coloured:
            print_line(console, line)
        else:
            for part in wrapped(line, width):
                safe.write(plain_text(part) + "\n")
        if safe.error is not None:  # the user has seen enough
            return
