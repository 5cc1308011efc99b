"""The examples of the help enter; the command line takes each of them."""

from __future__ import annotations

import re
import shlex
from typing import Any

import pytest
import typer.main

from batch_renamer.cli.app import app
from batch_renamer.cli.help.examples import EXAMPLES

PROGRAM: Any = typer.main.get_command(app)
LINES = sorted({one.line for examples in EXAMPLES.values() for one in examples})


@pytest.mark.parametrize("line", LINES)
def test_an_example_is_understood(line: str) -> None:
    """Its command and options exist, and no word is left over before the shell's own part."""
    program, word, *rest = shlex.split(re.split(r" (?:>>?|\|) ", line)[0])
    assert program == "batch-renamer"
    words = [one for one in rest if one != "--help"]  # which would print the help here
    context = PROGRAM.commands[word].make_context(word, words)
    assert context.args == []


def test_every_command_has_examples_and_no_other_has() -> None:
    """A command that is renamed takes its examples with it."""
    assert {*PROGRAM.commands, PROGRAM.name} == set(EXAMPLES)


@pytest.mark.parametrize("word", EXAMPLES)
def test_examples_are_those_of_the_command(word: str) -> None:
    """What stands on a command's page is about this command."""
    of_the_program = word == PROGRAM.name
    assert all(of_the_program or shlex.split(one.line)[1] == word for one in EXAMPLES[word])
