"""Printing: lines of spans become text on a stream, in colours on a terminal and bare anywhere else."""

from __future__ import annotations

import codecs
import io
import os
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import TYPE_CHECKING, TextIO, cast

from batch_renamer.model import ReportRow
from batch_renamer.progress.every_row import every_row_lines
from batch_renamer.progress.screen import run_lines
from batch_renamer.progress.spans import Line, Span, Style
from batch_renamer.progress.view import RunView
from batch_renamer.progress.wrapping import wrapped

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

__all__ = [
    "PLAIN_WIDTH",
    "SafeStream",
    "at_words",
    "is_live_terminal",
    "line_printer",
    "make_console",
    "plain_text",
    "print_line",
    "rich_text",
    "show_lines",
    "show_run",
]

PLAIN_WIDTH = 120
"""The columns that a log's lines may take; a terminal says for itself."""

_LOOKS: dict[Style, str] = {
    "": "",
    "strong": "bold",
    "dim": "dim",
    "good": "green",
    "bad": "red",
    "warn": "yellow",
    "removed": "red underline",  # the underlines stay where NO_COLOR takes the colours
    "added": "bold green underline",
    "command": "bold",
    "path": "",
}
_ASCII = str.maketrans({"→": "->", "…": "...", "·": "-", "━": "#", "─": "-"})


class SafeStream(io.TextIOBase):
    """A text stream to which writing never fails, because a run must not end when something can't be shown.

    Characters that the stream's encoding lacks are replaced by ASCII or escapes. Once the terminal has gone (a
    closed window, a broken pipe) nothing more is written.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._lost = False
        self.error: OSError | None = None
        name = getattr(stream, "encoding", None) or "utf-8"  # io.StringIO has none, and takes all
        self._encoding = None if codecs.lookup(name).name.startswith("utf") else name

    @property
    def encoding(self) -> str:  # type: ignore[override]  # typeshed has it as an attribute
        """The encoding of the stream behind."""
        return self._encoding or "utf-8"

    def isatty(self) -> bool:
        """Tell whether the stream behind is a terminal."""
        return not self._lost and self._stream.isatty()

    def write(self, text: str) -> int:
        """Write what the stream can hold, or nothing once it is lost."""
        if self._encoding is not None:
            text = text.translate(_ASCII).encode(self._encoding, "backslashreplace").decode(self._encoding)
        if not self._lost:
            try:
                self._stream.write(text)
                self._stream.flush()
            except (OSError, ValueError) as error:  # ValueError: the stream is closed
                self._lost = True
                self.error = error if isinstance(error, OSError) else None
        return len(text)


def is_live_terminal(stream: TextIO | SafeStream) -> bool:
    """Tell whether the stream is a terminal that can redraw a line."""
    try:
        return stream.isatty() and os.environ.get("TERM") != "dumb"
    except ValueError:  # closed
        return False


def show_run(
    view: RunView,
    stream: TextIO,
    *,
    is_terminal: bool | None = None,
    quiet: bool = False,
    rows: Iterable[ReportRow] | None = None,
) -> OSError | None:
    r"""Print the result of a run (or the plan of a dry run); the last line is the next command, if there is one.

    With ``rows`` each of them is shown, too. If ``is_terminal`` is None, the stream is asked. Returns the error, if not
    everything could be written.

    Example:
        >>> import io
        >>> from batch_renamer.model import Result, RunSummary
        >>> stream = io.StringIO()
        >>> view = RunView(summary=RunSummary(run_id="k3", command="apply", counts={Result.RENAMED: 2}))
        >>> show_run(view, stream, quiet=True)
        >>> stream.getvalue()
        'Done: 2 of 2 rows renamed.\n'
    """
    safe = SafeStream(stream)
    if is_live_terminal(stream) if is_terminal is None else is_terminal:
        console = make_console(safe)
        for line in _lines(view, rows, width=console.width, height=console.height, quiet=quiet):
            print_line(console, line)
            if safe.error is not None:
                break
    else:
        for line in _lines(view, rows, width=None, height=None, quiet=quiet):
            safe.write(plain_text(line) + "\n")
            if safe.error is not None:
                break
    return safe.error


def _lines(
    view: RunView, rows: Iterable[ReportRow] | None, *, width: int | None, height: int | None, quiet: bool
) -> Iterator[Line]:
    if rows is None:
        return run_lines(view, width=width, height=height, quiet=quiet)
    return every_row_lines(view, rows, width=width, height=height)


def show_lines(
    make: Callable[[int], Iterable[Line]], stream: TextIO, *, plain_width: int = PLAIN_WIDTH
) -> OSError | None:
    r"""Print lines that are made for a width, in columns; return the error, if not everything could be written.

    ``plain_width`` is the width where the stream is no terminal.

    Example:
        >>> import io
        >>> from batch_renamer.progress.spans import Span
        >>> stream = io.StringIO()
        >>> show_lines(lambda width: [(Span("as wide as "), Span(str(width), "strong"))], stream)
        >>> stream.getvalue()
        'as wide as 120\n'
    """
    safe = SafeStream(stream)
    if is_live_terminal(stream):
        console = make_console(safe)
        for line in make(console.width):
            print_line(console, line)
    else:
        for line in make(plain_width):
            safe.write(plain_text(line) + "\n")
    return safe.error


def make_console(stream: SafeStream, *, width: int | None = None) -> Console:
    """Return a console for a terminal that never reads names as markup, emoji codes or things to highlight."""
    from rich.console import Console  # noqa: PLC0415  # rich is imported only when something is shown

    file = cast(TextIO, stream)
    return Console(file=file, force_terminal=True, markup=False, emoji=False, highlight=False, width=width)


def print_line(console: Console, line: Line) -> None:
    """Print a line on a terminal, broken at words."""
    for part in wrapped(line, console.width):
        console.print(rich_text(part), soft_wrap=True)


def at_words(text: str, stream: TextIO) -> str:
    r"""Return a text that is to be written to the stream, with line ends where a terminal would break its words.

    Example:
        >>> import io
        >>> at_words("Rename 3 orders? [y/N] ", io.StringIO())
        'Rename 3 orders? [y/N] '
    """
    if not is_live_terminal(stream):
        return text
    width = make_console(SafeStream(stream)).width - len(" y")
    lines = [plain_text(part) for line in text.split("\n") for part in wrapped((Span(line),), width)]
    return "\n".join(lines) + text[len(text.rstrip(" ")) :]


def line_printer(stream: SafeStream, *, coloured: bool = True) -> Callable[[Line], None]:
    """Return what leaves a line on the stream for good: broken at words and coloured on a terminal, else bare."""
    console = make_console(stream) if is_live_terminal(stream) else None
    if console is not None and coloured:
        return partial(print_line, console)

    def write(line: Line) -> None:
        for part in (line,) if console is None else wrapped(line, console.width):
            stream.write(plain_text(part) + "\n")

    return write


def rich_text(line: Line) -> Text:
    """Return the line as rich shows it."""
    from rich.text import Text  # noqa: PLC0415  # rich is imported only when something is shown

    return Text.assemble(*((text, _LOOKS[style]) for text, style in line), end="")


def plain_text(line: Iterable[tuple[str, Style]]) -> str:
    """Return the line without its styles."""
    return "".join(text for text, _ in line).rstrip()
