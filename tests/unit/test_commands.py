"""The table of commands enters; it must agree with the command line, the stages and the settings."""

from __future__ import annotations

import ast
from dataclasses import fields
from pathlib import Path

import pytest

from batch_renamer.cli.app import app
from batch_renamer.commands import CARRIED_OPTIONS, COMMANDS, SHARED_OPTIONS, Command
from batch_renamer.jobs.stage_table import STAGES, Online
from batch_renamer.jobs.stages import rename
from batch_renamer.settings import Settings

PACKAGE = Path(__file__).parents[2] / "batch_renamer"
JOBS = [command for command in COMMANDS.values() if command.has_run]


def test_the_table_has_every_command_of_the_command_line() -> None:
    """The sandbox, completion and the manual have no run and no settings; every other command has its line."""
    typed = {info.callback.__name__ for info in app.registered_commands if info.callback is not None}
    assert {command.word for command in COMMANDS.values()} == typed - {"sandbox", "completion", "man"}


def test_every_command_that_is_a_job_has_stages() -> None:
    """What only shows past runs, or has no run, has none."""
    assert set(STAGES) == set(JOBS)


@pytest.mark.parametrize("command", JOBS, ids=str)
def test_a_command_writes_if_it_comes_to_renaming(command: Command) -> None:
    """A dry run, an audit and a check have no stage that sends a new name."""
    assert command.writes == (Online(rename) in STAGES[command].online)
    assert not (command.writes and command.dry)


@pytest.mark.parametrize("command", [command for command in JOBS if command.dry], ids=str)
def test_a_plan_is_done_by_a_command_that_writes(command: Command) -> None:
    """Its warning names the command that would refuse the plan."""
    assert COMMANDS[command.done_by].writes


def test_what_the_journal_records_is_in_the_table() -> None:
    """Runs are read back by the name that they were recorded with."""
    assert {command.recorded_as for command in COMMANDS.values()} <= set(COMMANDS)


def test_options_are_settings() -> None:
    """A printed command repeats only what commands take."""
    assert {field.name for field in fields(Settings)} >= SHARED_OPTIONS >= CARRIED_OPTIONS


def _names_compared(path: Path) -> list[str]:
    """Return the places of a module where something called a command is compared with a text or a group of texts."""
    found = []
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if not isinstance(node, ast.Compare):
            continue
        sides = [node.left, *node.comparators]
        about_command = any(ast.unparse(side).endswith("command") for side in sides)
        texts = {one.value for side in sides for one in ast.walk(side) if isinstance(one, ast.Constant)}
        if about_command and texts & set(COMMANDS):
            found.append(f"{path.relative_to(PACKAGE)}:{node.lineno}")
    return found


def test_code_asks_what_a_command_does_and_not_what_it_is_called() -> None:
    """A new command is one line in the table and its stages; no other module knows the names."""
    assert [place for path in sorted(PACKAGE.rglob("*.py")) for place in _names_compared(path)] == []
