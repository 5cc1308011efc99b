"""Lines broken at words, so that a narrow terminal doesn't break them anywhere; what is to be copied stays whole."""

from __future__ import annotations

import re
from collections.abc import Iterator

from batch_renamer.progress.cutting import cells_of
from batch_renamer.progress.spans import Line, Span

__all__ = ["wrapped"]

_WHOLE = frozenset({"command", "path"})
_PIECE = re.compile(r"\s+|(?:`[^`]*`|\S)+?(?=[\s`]|$)|`[^`]*`")


def wrapped(line: Line, width: int) -> Iterator[Line]:
    """Yield the line in parts of at most ``width`` columns, broken at spaces; later parts begin where its text does.

    A command line and a path are never broken, be they longer than that: the terminal does it, and a copy has it whole.

    Example:
        >>> ["".join(span.text for span in part) for part in wrapped((Span("Took  a long time"),), 12)]
        ['Took  a long', '      time']
    """
    if sum(cells_of(span.text) for span in line) <= width:
        yield line
        return
    indent, part, used = _indent(line, width), list[Span](), 0
    for gap, word in _words(line):
        gap_cells, word_cells = cells_of(gap.text), sum(cells_of(piece.text) for piece in word)
        if part and used + gap_cells + word_cells > width:
            yield tuple(part)
            part, used = ([Span(" " * indent)] if indent else []), indent
        elif gap.text:
            part.append(gap)
            used += gap_cells
        part += word
        used += word_cells
    yield tuple(part)


def _words(line: Line) -> Iterator[tuple[Span, Line]]:
    """Yield each word in its pieces, and the space before it."""
    gap, word = Span(""), list[Span]()
    for span in line:
        for text in [span.text] if span.style in _WHOLE else _PIECE.findall(span.text):
            if span.style not in _WHOLE and text.isspace():
                if word:
                    yield gap, tuple(word)
                    gap, word = Span(""), []
                gap = Span(gap.text + text)
            else:
                word.append(Span(text, span.style))
    if word:
        yield gap, tuple(word)


def _indent(line: Line, width: int) -> int:
    """Return the column of the last text that follows a gap of several spaces, if it is in the left half."""
    text = "".join(span.text for span in line)
    columns = [cells_of(text[: gap.end()]) for gap in re.finditer(r"^ +|\s{2,}(?=\S)", text)]
    return max((column for column in columns if column <= width // 2), default=0)
