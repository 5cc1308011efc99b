"""No home: a user whom the machine doesn't know, and no HOME; what needs none works, the rest says what to give."""

from __future__ import annotations

import json
import sys

import pytest

from tests.support.command import Ended
from tests.support.served import Command

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="users are known by their profile there")

UNKNOWN = """
import os, pwd

def getpwuid(number):
    raise KeyError(f"getpwuid(): uid not found: {number}")

pwd.getpwuid = getpwuid
for name in ("HOME", "XDG_STATE_HOME", "USERPROFILE", "LOCALAPPDATA"):
    del os.environ[name]
"""


async def ran(renamer: Command, *words: str, home: str | None = None) -> Ended:
    """Run a command as such a user."""
    given = "" if home is None else f"os.environ['HOME'] = {home!r}"
    return await renamer.run(*words, prelude=UNKNOWN + given)


async def test_check_needs_no_home(renamer: Command) -> None:
    """Nothing of it is kept."""
    checked = await ran(renamer, "check", str(renamer.sheet([("order-1", "New")])), "--json")
    assert (checked.code, checked.results) == (0, ["planned"])


async def test_a_state_directory_is_all_that_is_needed(renamer: Command) -> None:
    """With one a run is like any other."""
    words = renamer.line("apply", renamer.sheet(renamer.seed(2)), "--json", "--state-dir", "state")
    applied = await ran(renamer, *words)
    assert (applied.code, applied.results) == (0, ["renamed", "renamed"])
    shown = await ran(renamer, "show", applied.result["run_id"], "--state-dir", "state")
    assert shown.code == 0


@pytest.mark.parametrize("home", [None, "relative"], ids=["no home", "a relative home"])
@pytest.mark.parametrize(
    "command", ["plan", "apply", "runs", "undo", "apply --sandbox", "plan --sandbox --sandbox-reset"]
)
async def test_without_one_it_is_asked_for_in_one_sentence(renamer: Command, command: str, home: str | None) -> None:
    """Nothing is sent, and no folder by the name of ~ is made."""
    name, *options = command.split()
    sheet = renamer.sheet(renamer.seed(2))
    if name in ("plan", "apply"):
        options = [str(sheet), *(options or ["--base-url", renamer.base_url])]
    if name in ("apply", "undo"):
        options.append("--yes")
    refused = await ran(renamer, name, *options, home=home)
    assert refused.code == 2
    assert refused.err.startswith("Error: There is no home folder to keep the journal in: HOME is not set")
    assert "--state-dir" in refused.err
    assert renamer.requests == []
    assert {path.name for path in renamer.folder.iterdir()} <= {"orders.csv", "home"}


async def test_a_home_that_is_asked_for_is_told_not_to_be_known(renamer: Command) -> None:
    """A path that begins with ~ can't be found."""
    refused = await ran(renamer, "check", str(renamer.sheet([("order-1", "New")])), "--log-file", "~/log", "--json")
    assert refused.code == 2
    assert "home folder" in json.loads(refused.out)["error"]
