"""Commands enter; their pages of help fit the terminal, are coloured where that is wanted, and leave nothing out."""

from __future__ import annotations

import io
import re
from pathlib import Path
from typing import Any

import pytest
import typer.main

from batch_renamer.cli.app import app
from batch_renamer.cli.help.groups import CODES, OPTION_GROUPS, OPTIONS
from batch_renamer.cli.help.help_page import Page, colour_wanted, page_of, shown, shown_start
from batch_renamer.commands import COMMANDS, SHARED_OPTIONS

PROGRAM: Any = typer.main.get_command(app)
CONTEXT = PROGRAM.make_context("batch-renamer", ["x"], resilient_parsing=True)


def page(word: str = "") -> Page:
    """Return the page of a command, or of the program."""
    if not word:
        return page_of(PROGRAM, CONTEXT)
    command = PROGRAM.commands[word]
    return page_of(command, typer.Context(command, info_name=word, parent=CONTEXT))


WORDS = ["", *PROGRAM.commands]
each_command = pytest.mark.parametrize("word", WORDS, ids=[word or "batch-renamer" for word in WORDS])


@each_command
@pytest.mark.parametrize("width", [44, 60, 80, 132])
def test_no_line_is_wider_than_the_terminal(word: str, width: int) -> None:
    """A line breaks between words; only what is to be pasted, or is one word, may be longer."""
    made = page(word)
    whole = {example.line for example in made.examples}
    too_wide = [line.strip() for line in shown(made, width=width).splitlines() if len(line) > width]
    assert [line for line in too_wide if line not in whole] == []


@each_command
def test_examples_fit_a_usual_terminal(word: str) -> None:
    """A line of 80 columns is not broken by the terminal either."""
    assert all(len(example.line) <= 76 for example in page(word).examples)


@pytest.mark.parametrize("width", [44, 80])
def test_the_first_page_fits_the_terminal(width: int) -> None:
    """It is seen by people who have not chosen a wide window for it."""
    assert max(map(len, shown_start(width=width).splitlines())) <= width


@pytest.mark.parametrize("word", ["", "check", "apply", "undo", "sandbox"])
def test_a_wide_terminal_is_used(word: str) -> None:
    """More room makes fewer lines, never other words."""
    wide, usual = (shown(page(word), width=width) for width in (132, 80))
    assert wide.split() == usual.split()
    assert len(wide.splitlines()) < len(usual.splitlines())


@each_command
def test_colours_add_nothing_but_colours(word: str) -> None:
    """Without its escape sequences the coloured page is the plain one."""
    coloured = shown(page(word), width=80, colour=True)
    assert "\x1b[" in coloured
    assert re.sub(r"\x1b\[\d+m", "", coloured) == shown(page(word), width=80)


@pytest.mark.parametrize("word", sorted({command.word for command in COMMANDS.values()}))
def test_shared_options_stand_under_a_heading(word: str) -> None:
    """Each shared option says which group of the help it belongs to."""
    grouped = {section.title: section.entries for section in page(word).sections}
    ungrouped = {entry.term.split()[0].strip("-").replace("-", "_") for entry in grouped.get(OPTIONS, ())}
    assert ungrouped & SHARED_OPTIONS == set()
    assert list(grouped) == [title for title in OPTION_GROUPS if title in grouped]


@pytest.mark.parametrize("word", PROGRAM.commands)
def test_every_command_and_option_is_explained(word: str) -> None:
    """A command has a sentence and an example, an option a sentence."""
    made = page(word)
    assert made.about.endswith(".")
    assert made.examples
    assert [entry.term for section in made.sections for entry in section.entries if not entry.text.endswith(".")] == []


def test_a_default_of_zero_is_shown() -> None:
    """It is a value like any other; a switch that is off has none."""
    entries = {entry.term: entry.default for section in page("sandbox").sections for entry in section.entries}
    assert (entries["--port N"], entries["--orders N"], entries["-h, --help"]) == ("0", "25", "")


def test_exit_codes_are_those_of_the_readme() -> None:
    """The help has them in few words, the README in more; neither leaves one out."""
    readme = (Path(__file__).parents[3] / "README.md").read_text("utf-8")
    table = readme.partition("| exit code | meaning |")[2].partition("\n\n")[0]
    [codes] = [section for section in page().sections if section.title == CODES]
    assert [entry.term for entry in codes.entries] == re.findall(r"^\| ([\d, ]+) \|", table, re.MULTILINE)


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("stream", "environ", "wanted"),
    [
        pytest.param(_Terminal(), {}, True, id="terminal"),
        pytest.param(_Terminal(), {"TERM": "dumb"}, False, id="a terminal without colours"),
        pytest.param(_Terminal(), {"NO_COLOR": "1"}, False, id="NO_COLOR"),
        pytest.param(_Terminal(), {"NO_COLOR": ""}, True, id="NO_COLOR left empty"),
        pytest.param(io.StringIO(), {}, False, id="pipe"),
        pytest.param(io.StringIO(), {"FORCE_COLOR": "1"}, True, id="FORCE_COLOR in a pipe"),
        pytest.param(_Terminal(), {"FORCE_COLOR": "1", "TERM": "dumb"}, True, id="FORCE_COLOR against TERM"),
    ],
)
def test_colours_where_they_are_wanted(stream: io.StringIO, environ: dict[str, str], wanted: bool) -> None:
    """A person's wish goes before what the terminal says of itself."""
    assert colour_wanted(stream, environ) is wanted
