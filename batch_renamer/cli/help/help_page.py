"""A page of help: what a command takes, in groups, for a terminal of any width, coloured or not.

The same pages are the manual's (`manual`). What the options are is in `options`, the examples are in `examples`.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from typing import Any, TextIO

from batch_renamer.cli.at_words import at_words
from batch_renamer.cli.help.examples import EXAMPLES, START, Example
from batch_renamer.cli.help.exit_codes import EXIT_CODES
from batch_renamer.cli.help.groups import ARGUMENTS, CODES, COMMAND_GROUPS, OPTION_GROUPS, OPTIONS

__all__ = ["Entry", "Page", "Section", "colour_wanted", "page_of", "shown", "shown_start"]

_ORDER = (*COMMAND_GROUPS, *OPTION_GROUPS, CODES)

_NARROW = 60
"""Below this width a text stands under its option instead of beside it."""

_WIDEST_TERM = 28
_HEADING, _TERM, _PLAIN = "\x1b[1m", "\x1b[36m", "\x1b[0m"


@dataclass(frozen=True, slots=True)
class Entry:
    """One option, argument or command, and what is said about it; ``default`` is shown in brackets."""

    term: str
    text: str
    default: str = ""

    @property
    def sentence(self) -> str:
        """The text with the default."""
        return f"{self.text} [default: {self.default}]" if self.default else self.text


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and its entries."""

    title: str
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """All that the help of one command says."""

    name: str
    usage: str
    about: str
    sections: tuple[Section, ...]
    examples: tuple[Example, ...]


def page_of(command: Any, context: Any) -> Page:
    """Return the page of a command, or of the program with all its commands."""
    name = context.command_path
    entries: dict[str, list[Entry]] = {}
    for param in command.get_params(context):
        is_argument = param.param_type_name == "argument"
        title = ARGUMENTS if is_argument else param.rich_help_panel or OPTIONS
        if not param.hidden:
            entries.setdefault(title, []).append(Entry(_term(param), param.help or "", _default(param)))
    if commands := getattr(command, "commands", {}):
        entries[CODES] = [Entry(*row) for row in EXIT_CODES]
    for word, one in commands.items():
        if not one.hidden:
            entries.setdefault(one.rich_help_panel, []).append(Entry(word, one.help))
    return Page(
        name=name,
        usage=" ".join([name, *(piece.strip("{}") for piece in command.collect_usage_pieces(context))]),
        about=command.help or "",
        sections=tuple(Section(title, tuple(entries[title])) for title in sorted(entries, key=_ORDER.index)),
        examples=EXAMPLES.get(command.name, ()),
    )


def _term(param: Any) -> str:
    if param.param_type_name == "argument":
        return str(param.metavar)
    flags = ", ".join(sorted(param.opts, key=len))
    return flags if param.is_flag else f"{flags} {param.metavar}"


def _default(param: Any) -> str:
    if isinstance(param.show_default, str):
        return param.show_default
    shown_at_all = param.show_default and param.default is not None and param.default is not False
    return str(param.default) if shown_at_all else ""


def colour_wanted(stream: TextIO, environ: Mapping[str, str] = os.environ) -> bool:
    """Tell whether to colour what a stream gets (https://no-color.org, https://force-color.org, 2026-11).

    Example:
        >>> import io
        >>> colour_wanted(io.StringIO(), {}), colour_wanted(io.StringIO(), {"FORCE_COLOR": "1"})
        (False, True)
        >>> colour_wanted(io.StringIO(), {"FORCE_COLOR": "1", "NO_COLOR": "1"})
        False
    """
    if environ.get("NO_COLOR"):
        return False
    if environ.get("FORCE_COLOR"):
        return True
    return stream.isatty() and environ.get("TERM") != "dumb"


def shown(page: Page, *, width: int, colour: bool = False) -> str:
    """Return the page as lines of at most ``width`` columns, as far as its words allow."""
    return "\n".join(_lines(page, width, colour=colour)) + "\n"


def shown_start(*, width: int, colour: bool = False) -> str:
    """Return what the program says when it is started without arguments."""
    blocks: list[Iterator[str]] = []
    for block in START:
        if isinstance(block, str):
            blocks.append(iter(at_words(block, width)))
        else:
            entries = [Entry(*pair) for pair in block]
            beside = _room_for(entries, width)
            blocks.append(chain.from_iterable(_entry_lines(one, width, beside, colour=colour) for one in entries))
    return "\n\n".join("\n".join(lines) for lines in blocks) + "\n"


def _room_for(entries: Iterable[Entry], width: int) -> int:
    """Return the column at which texts stand beside their terms; 0: they stand under them."""
    return 0 if width < _NARROW else min(max(len(entry.term) for entry in entries), _WIDEST_TERM) + 4


def _lines(page: Page, width: int, *, colour: bool) -> Iterator[str]:
    for line in at_words(f"Usage: {page.usage}", width, indent="       "):
        yield line.replace("Usage:", _styled("Usage:", _HEADING, colour), 1)
    yield ""
    yield from at_words(f"  {page.about}", width, indent="  ")
    beside = _room_for(chain.from_iterable(section.entries for section in page.sections), width)
    for section in page.sections:
        yield ""
        yield _styled(f"{section.title}:", _HEADING, colour)
        for entry in section.entries:
            yield from _entry_lines(entry, width, beside, colour=colour)
    if page.examples:
        yield ""
        yield _styled("Examples:", _HEADING, colour)
        for example in page.examples:
            yield from at_words(f"  {example.purpose}", width, indent="  ")
            yield f"    {_styled(example.line, _TERM, colour)}"  # never broken: it is to be pasted


def _entry_lines(entry: Entry, width: int, beside: int, *, colour: bool) -> Iterator[str]:
    term = _styled(entry.term, _TERM, colour)
    indent = " " * (beside or 6)
    lines = at_words(indent + entry.sentence, width, indent=indent)
    if lines and beside and len(entry.term) + 4 <= beside:
        yield f"  {term}{' ' * (beside - 2 - len(entry.term))}{lines.pop(0).lstrip()}"
    else:
        yield f"  {term}"
    yield from lines


def _styled(text: str, style: str, colour: bool) -> str:
    return f"{style}{text}{_PLAIN}" if colour else text
