"""The README's first real run is played: its commands, as they stand there, on a terminal, against a served sandbox."""

from __future__ import annotations

import re
import shlex
import sys
from pathlib import Path

import openpyxl
import pytest

from tests.e2e.terminal import Terminal, terminal
from tests.support.command import KEY
from tests.support.served import Command

README = (Path(__file__).parents[2] / "README.md").read_text("utf-8")
SECTION = README.partition("## The first real run")[2].partition("\n## ")[0]
COMMANDS = re.findall(r"^batch-renamer (.+?) +# ", SECTION, re.MULTILINE)
COUNT = 30
WORDS = ["init", "doctor", "export", "plan", "apply", "apply", "undo"]

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="pseudo-terminals are POSIX's")


async def answer_all(shown: Terminal, command: str) -> None:
    """Answer what a command asks: Enter and the key for `init`, yes where something is renamed."""
    if command == "init":
        for question, typed in (
            ("a short name for this one", ""),
            ("A folder for the reports", ""),
            ("The API key", KEY),
        ):
            await shown.until_shown(question)
            shown.type(f"{typed}\n".encode())
    elif command in ("apply", "undo"):
        await shown.until_shown("[y/N")
        shown.type(b"y\n")


def fill_in(workbook: Path, new: dict[str, str]) -> list[str]:
    """Type new names into an exported spreadsheet, as its user does; return the ids in its order."""
    book = openpyxl.load_workbook(workbook)
    order_ids = []
    for cells in book.active.iter_rows(min_row=2):
        order_ids.append(cells[0].value)
        cells[2].value = new[cells[0].value]
    book.save(workbook)
    return order_ids


async def test_the_first_real_run(renamer: Command) -> None:
    """After the commands up to `apply` all orders have their new names; after `undo` the last run's have their old."""
    new = dict(renamer.seed(COUNT))
    old = renamer.sandbox.store.names()
    names, listed = [], list[str]()
    assert [command.split()[0] for command in COMMANDS] == WORDS
    for command in COMMANDS:
        word, *words = shlex.split(command)
        # The README's is the vendor's address, which no test may call; `init` writes this one in its place.
        own = ["--base-url", renamer.base_url] if word == "init" else []
        async with terminal(renamer, word, *words, *own, key=None, env={"PAGER": "cat"}) as shown:
            await answer_all(shown, word)
            assert await shown.ended() == 0, shown.shown
        assert KEY not in shown.shown
        names.append(renamer.sandbox.store.names())
        if word == "export":
            listed = fill_in(renamer.folder / words[0], new)
    first = {order_id: new[order_id] if order_id in listed[:3] else old[order_id] for order_id in new}
    assert names == [old, old, old, old, first, new, first]


async def test_three_hundred_rows_fit_the_configuration_for_first_runs(renamer: Command) -> None:
    """A sheet of the usual size is not refused by it."""
    config = Path(__file__).parents[2] / "configs" / "first-run.toml"
    planned = await renamer.plan(renamer.sheet(renamer.seed(300)), "--config", config, "--json")
    assert (planned.code, set(planned.results)) == (0, {"planned"})
