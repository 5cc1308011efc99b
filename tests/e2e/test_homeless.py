"""No home: a user whom the machine doesn't know, and no HOME; what needs none works, the rest says what to give."""

from __future__ import annotations

import json
import sys

import pytest

from tests.e2e.bench import Bench, Ran

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="users are known by their profile there")

UNKNOWN = """
import pwd, sys

def getpwuid(number):
    raise KeyError(f"getpwuid(): uid not found: {number}")

pwd.getpwuid = getpwuid
from batch_renamer.cli.main import main
sys.argv[0] = "batch-renamer"
main()
"""


async def ran(bench: Bench, *words: str, home: str | None = None) -> Ran:
    """Run a command as such a user."""
    unset = ["env", "-u", "HOME", "-u", "XDG_STATE_HOME", "-u", "USERPROFILE", "-u", "LOCALAPPDATA"]
    given = [] if home is None else [f"HOME={home}"]
    async with bench.start(*words, program=(*unset, *given, sys.executable, "-c", UNKNOWN)) as started:
        return await started.ended()


async def test_check_needs_no_home(bench: Bench) -> None:
    """Nothing of it is kept."""
    checked = await ran(bench, "check", str(bench.sheet([("order-1", "New")])), "--json")
    assert (checked.code, checked.results) == (0, ["planned"])


async def test_a_state_directory_is_all_that_is_needed(bench: Bench) -> None:
    """With one a run is like any other."""
    words = bench.at_this_api("apply", bench.sheet(bench.seed(2)), "--json", "--state-dir", "state")
    applied = await ran(bench, *words)
    assert (applied.code, applied.results) == (0, ["renamed", "renamed"])
    shown = await ran(bench, "show", applied.result["run_id"], "--state-dir", "state")
    assert shown.code == 0


@pytest.mark.parametrize("home", [None, "relative"], ids=["no home", "a relative home"])
@pytest.mark.parametrize(
    "command", ["plan", "apply", "runs", "undo", "apply --sandbox", "plan --sandbox --sandbox-reset"]
)
async def test_without_one_it_is_asked_for_in_one_sentence(bench: Bench, command: str, home: str | None) -> None:
    """Nothing is sent, and no folder by the name of ~ is made."""
    name, *options = command.split()
    sheet = bench.sheet(bench.seed(2))
    if name in ("plan", "apply"):
        options = [str(sheet), *(options or ["--base-url", bench.base_url])]
    if name in ("apply", "undo"):
        options.append("--yes")
    refused = await ran(bench, name, *options, home=home)
    assert refused.code == 2
    assert refused.err.startswith("There is no home folder to keep the journal in: HOME is not set")
    assert "--state-dir" in refused.err
    assert bench.requests == []
    assert {path.name for path in bench.folder.iterdir()} <= {"orders.csv", "home"}


async def test_a_home_that_is_asked_for_is_told_not_to_be_known(bench: Bench) -> None:
    """A path that begins with ~ can't be found."""
    refused = await ran(bench, "check", str(bench.sheet([("order-1", "New")])), "--log-file", "~/log", "--json")
    assert refused.code == 2
    assert "home folder" in json.loads(refused.out)["error"]
