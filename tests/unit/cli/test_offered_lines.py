"""Every command line that can be printed is one that the program reads, whatever the names and values in it."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Any

import pytest
import typer
from hypothesis import given
from hypothesis import strategies as st

from batch_renamer.cli.app import app
from batch_renamer.command_line import command_line
from batch_renamer.commands import APPLY, APPLY_PLAN, CARRIED_OPTIONS, COMMANDS, Command

PROGRAM: Any = typer.main.get_command(app)
SWITCHES = frozenset({"sandbox", "yes"})
FROM_FILE = frozenset({"check", "plan", "apply"})
texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=30)


def read(line: str) -> dict[str, Any]:
    """Return what the program makes of a line: its arguments and options by their names."""
    _, word, *words = shlex.split(line)
    context = PROGRAM.commands[word].make_context(word, words)
    assert context.args == []
    return dict(context.params)


@pytest.mark.parametrize("command", COMMANDS.values(), ids=str)
def test_a_line_with_every_carried_option_is_read(command: Command) -> None:
    """What a command does not take is left out, and what it takes arrives."""
    options: dict[str, object] = {name: True if name in SWITCHES else "1" for name in sorted(CARRIED_OPTIONS)}
    plan = {"plan": "k3f9ab"} if command is APPLY_PLAN else {}
    arguments = [Path("a.csv")] if command.name in FROM_FILE else []
    found = read(command_line(command, arguments, {**plan, **options}, program=["batch-renamer"]))
    taken = CARRIED_OPTIONS & set(command.options)
    assert {name: str(found[name]) for name in taken} == {name: str(options[name]) for name in taken}


@given(file=texts, profile=texts, sheet=texts)
def test_names_of_any_kind_arrive_as_they_are(file: str, profile: str, sheet: str) -> None:
    """Quotation marks, line ends, dashes and spaces are no matter."""
    line = command_line(APPLY, [Path(file)], {"profile": profile, "sheet": sheet}, program=["batch-renamer"])
    found = read(line)
    assert (str(found["file"]), found["profile"], found["sheet"]) == (str(Path(file).absolute()), profile, sheet)
