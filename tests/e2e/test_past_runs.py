"""Past runs as a person looks for them: the newest, those of an order or a spreadsheet, and old ones to forget."""

from __future__ import annotations

import sys

import pytest

from tests.e2e.terminal import terminal
from tests.support.served import Command

on_a_terminal = pytest.mark.skipif(sys.platform == "win32", reason="pseudo-terminals are POSIX's")


def ids(listed: dict[str, list[dict[str, str]]]) -> list[str]:
    """Return the ids of the runs, as they are listed."""
    return [run["run_id"] for run in listed["runs"]]


async def test_latest_is_the_newest_run_that_fits(renamer: Command) -> None:
    """The word does what no id does; in place of a plan's id it is the newest plan that waits."""
    sheet = renamer.sheet(renamer.seed(2))
    assert (await renamer.run("plan", str(sheet), "--base-url", renamer.base_url)).code == 0
    committed = await renamer.run("apply", "--plan", "latest", "--base-url", renamer.base_url, "--yes", "--json")
    assert (committed.code, committed.result["counts"]) == (0, {"renamed": 2})
    run = committed.result["run_id"]
    for command in ("show", "report"):
        named = await renamer.run(command, "LATEST", "--base-url", renamer.base_url, "--json")
        assert (named.code, named.result["run_id"]) == (0, run)
    assert "the order still has that name" in (await renamer.run("audit", "latest", "--base-url", renamer.base_url)).out
    undone = await renamer.run("undo", "latest", "--base-url", renamer.base_url, "--yes", "--json")
    assert undone.result["counts"] == {"renamed": 2}


async def test_runs_are_found_by_order_spreadsheet_and_number(renamer: Command) -> None:
    """A person knows the order or the file, seldom the id of the run."""
    renamer.begin_with({"o1": "One", "o2": "Two"})
    both = renamer.sheet([("o1", "1 Elm"), ("o2", "2 Elm")])
    assert (await renamer.apply(both)).code == 0
    both.rename(renamer.folder / "Both.csv")
    assert (await renamer.apply(renamer.sheet([("o2", "2 Oak")]))).code == 0
    listed = (await renamer.run("runs", "--json")).result
    newer, older = ids(listed)
    of_account = (await renamer.run("runs", "--json", "--base-url", renamer.base_url)).result
    assert [run["latest"] for run in of_account["runs"]] == [True, False]
    assert ids((await renamer.run("runs", "--limit", "1", "--json")).result) == [newer]
    of_order = (await renamer.run("runs", "--order", "o1", "--json")).result
    assert ids(of_order) == [older]
    assert [(row["row"], row["final_name"]) for row in of_order["runs"][0]["rows"]] == [(2, "1 Elm")]
    assert "renamed: 2 Elm → 2 Oak" in (await renamer.run("runs", "--order", "o2", "--limit", "1")).out
    assert (await renamer.run("runs", "--order", "o3")).err == "No run had the order o3.\n"
    assert (await renamer.run("runs", "--limit", "0")).code == 2


@on_a_terminal
@pytest.mark.parametrize(("answer", "left"), [("n", 2), ("y", 1)], ids=["no", "yes"])
async def test_old_runs_are_forgotten_only_after_a_yes(renamer: Command, answer: str, left: int) -> None:
    """What would go is shown, and so is what stays and why."""
    plan = ["plan", str(renamer.sheet(renamer.seed(2))), "--base-url", renamer.base_url, "--json"]
    old = (await renamer.run(*plan)).result["run_id"]
    killed = await renamer.apply(renamer.sheet(renamer.seed(2)), failpoint="send:1:after")
    assert killed.code == -9
    stays = ids((await renamer.run("runs", "--json")).result)[0]
    async with terminal(renamer, "runs", "--prune", "0") as shown:
        await shown.until_shown("[y/N]")
        assert f"To be forgotten: {old}." in shown.shown
        assert f"Kept, because it began less than a day ago and may be at work: {stays}." in shown.shown
        shown.type(f"{answer}\n".encode())
        assert await shown.ended() == 0
    assert len(ids((await renamer.run("runs", "--json")).result)) == left


@on_a_terminal
async def test_with_yes_nothing_is_asked(renamer: Command) -> None:
    """A script on a terminal goes through."""
    assert (await renamer.apply(renamer.sheet(renamer.seed(1)))).code == 0
    async with terminal(renamer, "runs", "--prune", "0", "--yes") as shown:
        assert await shown.ended() == 0
    assert "1 run forgotten." in shown.shown
    assert "[y/N]" not in shown.shown
