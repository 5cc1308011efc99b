"""The manual page: the pages of help of all commands as one page of roff for `man`.

An option that several commands have is explained once; each command names those that it takes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from batch_renamer.cli.help.exit_codes import EXIT_CODES
from batch_renamer.cli.help.groups import HELP, OPTION_GROUPS
from batch_renamer.cli.help.help_page import Entry, Page, page_of
from batch_renamer.version import __version__

__all__ = ["manual"]

_ESCAPES = str.maketrans(
    {"\\": r"\e", "-": r"\-", "'": r"\(aq", '"': r"\(dq", "`": r"\(ga", "^": r"\(ha", "~": r"\(ti"}
)
_ENVIRONMENT = (
    Entry("AUTOENHANCE_API_KEY", "The API key. A file can hold it instead; the configuration file names it."),
    Entry(
        "BATCH_RENAMER_...", "An option in capital letters, such as BATCH_RENAMER_RATE; the option itself goes first."
    ),
    Entry("NO_COLOR, FORCE_COLOR", "No colours, or colours in a pipe too."),
)


def manual(program: Any, context: Any) -> str:
    """Return the page of the program, with its commands, in roff (man macros)."""
    about = page_of(program, context)
    pages = []
    for name, command in program.commands.items():
        if not command.hidden:
            with context.__class__(command, info_name=name, parent=context) as inner:
                pages.append(page_of(command, inner))
    return "".join(f"{line}\n" for line in _lines(about, pages))


def _lines(program: Page, pages: Sequence[Page]) -> Iterator[str]:
    yield f'.TH BATCH\\-RENAMER 1 "" "batch\\-renamer {_text(__version__)}" "User Commands"'
    yield ".ad l"  # a line is not filled up with blanks
    yield ".SH NAME"
    yield f"batch\\-renamer \\- {_text(program.about[0].lower() + program.about[1:].rstrip('.'))}"
    yield ".SH SYNOPSIS"
    yield _bold(program.usage)
    yield ".SH DESCRIPTION"
    yield _text(program.about)
    yield from _examples(program)
    yield ".SH COMMANDS"
    often = Counter(entry for page in pages for section in page.sections for entry in section.entries)
    shared = {entry for entry, times in often.items() if times > 1}
    for page in pages:
        yield from _command(page, shared)
    yield ".SH OPTIONS"
    for title in OPTION_GROUPS:
        named = [section for page in pages for section in page.sections if section.title == title]
        entries = dict.fromkeys(entry for section in named for entry in section.entries if entry in shared)
        if entries:
            yield f".SS {_text(title)}"
            yield from _entries(entries)
    yield ".SH ENVIRONMENT"
    yield from _entries(_ENVIRONMENT)
    yield ".SH EXIT STATUS"
    yield from _entries(Entry(*row) for row in EXIT_CODES)


def _command(page: Page, shared: set[Entry]) -> Iterator[str]:
    yield f".SS {_text(page.usage)}"
    yield _text(page.about)
    entries = [entry for section in page.sections if section.title != HELP for entry in section.entries]
    yield from _entries(entry for entry in entries if entry not in shared)
    if also := [entry.term.split()[0] for entry in entries if entry in shared and entry.term.startswith("-")]:
        yield ".PP"
        yield f"Options: {', '.join(map(_whole, also))}."
    yield from _examples(page)


def _entries(entries: Iterable[Entry]) -> Iterator[str]:
    for entry in entries:
        yield ".TP"
        yield _bold(entry.term)
        yield _text(entry.sentence)


def _examples(page: Page) -> Iterator[str]:
    for example in page.examples:
        yield from (".PP", _text(example.purpose), ".PP", ".RS 4", ".EX", _text(example.line), ".EE", ".RE")


def _bold(text: str) -> str:
    return rf"\fB{_text(text)}\fR"


def _whole(word: str) -> str:
    """Return a word that is never broken at the end of a line."""
    return rf"\%{_text(word)}"


def _text(text: str) -> str:
    r"""Return a text as roff reads it: what is typed keeps its signs, and no line is taken for a request.

    Example:
        >>> print(_text(".csv, 'a-b' and c:\\d"))
        \&.csv, \(aqa\-b\(aq and c:\ed
    """
    escaped = text.translate(_ESCAPES)
    return rf"\&{escaped}" if escaped.startswith(".") else escaped
