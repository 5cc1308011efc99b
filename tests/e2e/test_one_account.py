"""One run at a time in an account, however it is reached; and what is taken from under a run at work."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.support.command import KEY
from tests.support.crashing import OPTIONS
from tests.support.served import Command, rows_of, served

ORDERS = {f"o{number}": f"Old {number}" for number in range(1, 7)}


@pytest.fixture
async def renamer(tmp_path: Path) -> AsyncIterator[Command]:
    """Serve six orders, with a sheet that renames them and a profile or two for the same key."""
    (tmp_path / "office.key").write_text(KEY)
    (tmp_path / "office.key").chmod(0o600)
    profile = 'api_key_file = "office.key"\n'
    (tmp_path / "renamer.toml").write_text(f"[profiles.office]\n{profile}[profiles.night]\n{profile}")
    async with served(tmp_path, options=OPTIONS) as made:
        made.begin_with(dict(ORDERS))
        made.sheet((order, f"New {order[1:]}") for order in ORDERS)
        (tmp_path / "other.csv").write_text("order_id,new_name\no6,Other\n", "utf-8")
        yield made


async def test_a_second_run_is_kept_out_by_any_spelling(renamer: Command) -> None:
    """By the environment's key, by two profiles that hold it, by another name of this machine: exit 5, nothing sent."""
    gate = renamer.hold_renames(first=1)
    office = ("--config", "renamer.toml", "--profile", "office")
    night = ("--config", "renamer.toml", "--profile", "night")
    elsewhere = ("--base-url", renamer.base_url.replace("127.0.0.1", "localhost") + "/")
    async with renamer.start(*renamer.line("apply", "orders.csv", *office)) as first:
        await gate.until_waiting(1)
        for words in ((), elsewhere, night, (*night, *elsewhere), (*office, *elsewhere)):
            async with renamer.start(*renamer.line("apply", "other.csv", *words)) as second:
                refused = await second.ended()
            assert (refused.code, "is at work in this account" in refused.out + refused.err) == (5, True), words
        gate.open()
        assert (await first.ended()).code == 0
    assert renamer.names == {order: f"New {order[1:]}" for order in ORDERS}


@pytest.mark.parametrize("lost", [".", "journal.sqlite3", "locks"])
async def test_a_run_whose_state_is_removed_stops(renamer: Command, lost: str) -> None:
    """Exit 4 with what to do, nothing more is sent, and the report has every row as it is on the server."""
    gate = renamer.hold_renames(first=3)
    async with renamer.start(*renamer.line("apply", "orders.csv", "--report", "r.json", "--verbose")) as run:
        await gate.until_waiting(2)
        remove(renamer.state / lost)
        await run.until_it_says("was removed or replaced while the run was at work")
        gate.open()
        stopped = await run.ended()
    assert (stopped.code, "was removed or replaced while the run was at work" in stopped.out) == (4, True)
    # Where the journal is still there, the run can be taken up; else there is nothing to take it up from.
    known = lost == "locks"
    assert ("Keep its report" in stopped.out, " resume " in stopped.last_line) == (not known, known)
    assert len(renamer.patched) == 4
    results = {}
    for _, order, _, new, final, result in rows_of(renamer.folder / "r.json"):
        results[order] = result
        if result == "renamed":
            assert renamer.names[str(order)] == new == final
    assert list(results.values()) == ["renamed"] * 4 + ["pending"] * 2


async def test_a_run_that_ends_right_after_is_not_called_done(renamer: Command) -> None:
    """Nothing is left to be stopped, but there is no undo, and that is said."""
    gate = renamer.hold_renames(first=6)
    async with renamer.start(*renamer.line("apply", "orders.csv", "--report", "r.json")) as run:
        await gate.until_waiting(1)
        remove(renamer.state)
        gate.open()
        stopped = await run.ended()
    assert (stopped.code, "Keep its report" in stopped.out, " undo " in stopped.last_line) == (4, True, False)
    assert {row[-1] for row in rows_of(renamer.folder / "r.json")} == {"renamed"}


def remove(path: Path) -> None:
    """Remove a file, or a folder with all that is in it."""
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink()
