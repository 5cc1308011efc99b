"""`status`: a monitoring system runs it every few minutes; it reads the journal and leaves no trace."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from batch_renamer.journal import Journal, inbox_lock, writing_lock
from batch_renamer.journal.schema import STEPS
from batch_renamer.model import Delivery, FileEnd, Night, NightFile, NoticeKind, Told
from tests.support.command import COLD, environment
from tests.support.schemas import wrong_with
from tests.support.served import Command

HOUR_S = 3_600.0
HEAVY = ("aiohttp", "anyio._backends", "jinja2", "lxml", "numpy", "openpyxl", "pandas", "regex", "rich", "xlsxwriter")
"""What a status has no use for; each takes longer to import than the status itself."""


def noted(state: Path, *, ago_h: float, inbox: str = "/srv/orders", exit_code: int | None = 0) -> Night:
    """Note a night that ended so many hours ago; without an exit code it has not ended."""
    ended_at = time.time() - ago_h * HOUR_S
    with Journal.open(state / "journal.sqlite3") as journal:
        begun = journal.nights.begin(Night(date="2026-11-26", began_at=ended_at - 60, inbox=inbox, begun=True))
        file = NightFile(name="orders.csv", end=FileEnd.PROBLEMS if exit_code else FileEnd.DONE, counts={"renamed": 4})
        journal.nights.note_file(begun, 0, file)
        if exit_code is not None:
            journal.nights.end(replace(begun, ended_at=ended_at, exit_code=exit_code))
    return begun


def traces(folder: Path) -> dict[str, tuple[int, int]]:
    """Return every file with its size and time."""
    found = {path: path.stat() for path in folder.rglob("*") if path.is_file()}
    return {str(path.relative_to(folder)): (stat.st_size, stat.st_mtime_ns) for path, stat in found.items()}


async def test_a_good_night_is_ok(renamer: Command) -> None:
    """One line, exit code 0, and the folder as it was: not even SQLite's own files are made for a moment."""
    noted(renamer.state, ago_h=4)
    before = traces(renamer.folder)
    ran = await renamer.run("status")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.startswith("BATCH-RENAMER OK - The night of 2026-11-26 ended well, 4 h ago. Files: 1 done. | age=14")
    assert ran.out.count("\n") == 1
    assert traces(renamer.folder) == before


@pytest.mark.parametrize(
    ("ago_h", "exit_code", "words", "code"),
    [
        pytest.param(4, 1, [], 1, id="a night with problems"),
        pytest.param(30, 0, [], 2, id="no night since yesterday"),
        pytest.param(30, 0, ["--max-age", "2d"], 0, id="a longer age"),
        pytest.param(4, 0, ["--max-age", "4x"], 3, id="no age"),
        pytest.param(4, 0, ["--inbox", "/srv/others"], 3, id="another inbox"),
        pytest.param(4, 0, ["--config", "missing.toml"], 3, id="no configuration"),
        pytest.param(4, 0, ["--state-dir", "elsewhere"], 3, id="no journal"),
        pytest.param(4, 0, ["--profile", "office"], 3, id="no such profile"),
        pytest.param(4, 0, ["--sandbox"], 3, id="the sandbox has no journal"),
    ],
)
async def test_the_exit_code_is_the_state(
    renamer: Command, ago_h: float, exit_code: int, words: list[str], code: int
) -> None:
    """Also for what keeps it from knowing: 2 would be critical there, and 1 a warning."""
    noted(renamer.state, ago_h=ago_h, exit_code=exit_code)
    ran = await renamer.run("status", *words)
    name = ("OK", "WARNING", "CRITICAL", "UNKNOWN")[code]
    assert (ran.code, ran.out.startswith(f"BATCH-RENAMER {name} - ")) == (code, True)
    as_json = await renamer.run("status", *words, "--json")
    assert (as_json.code, as_json.result["exit_code"], wrong_with(as_json.result, "status")) == (code, code, [])


async def test_a_night_at_work_is_told_from_one_that_was_killed(renamer: Command) -> None:
    """The lock that it holds shows it, and `status` does not take that lock."""
    night = noted(renamer.state, ago_h=1, exit_code=None)
    with writing_lock(renamer.state, account=inbox_lock(night.inbox), run_id=night.id):
        ran = await renamer.run("status")
    assert (ran.code, "A night has been at work for 61 min." in ran.out) == (0, True)
    ran = await renamer.run("status")
    assert (ran.code, "was cut off" in ran.out) == (1, True)


async def test_a_run_that_was_killed_is_mentioned(renamer: Command) -> None:
    """It is no alarm: the next night finishes it. One at work is none."""
    gate = renamer.hold_renames(after=True)
    async with renamer.start(*renamer.line("apply", renamer.sheet(renamer.seed(3)))) as started:
        await gate.until_waiting(1)
        noted(renamer.state, ago_h=4)
        at_work = await renamer.run("status", "--json")
        started.process.kill()
        await started.ended()
    killed = await renamer.run("status", "--json")
    assert (at_work.code, at_work.result["interrupted"]) == (0, [])
    [run_id] = killed.result["interrupted"]
    assert (killed.code, killed.result["said"][-1]) == (0, f"Run {run_id} was interrupted; `resume` goes on.")
    assert wrong_with(killed.result, "status") == []


async def test_wrong_words_are_unknown_too(renamer: Command) -> None:
    """2, as everywhere else, would be critical."""
    for words in (["--max-aeg", "26h"], ["extra"]):
        ran = await renamer.run("status", *words)
        assert (ran.code, ran.out) == (3, "")


@pytest.mark.parametrize(("told_h", "code"), [(4, 1), (28, 0)], ids=["last night", "the night before"])
async def test_a_message_that_was_not_delivered_is_a_warning(renamer: Command, told_h: float, code: int) -> None:
    """The person who would be told does not know of the night otherwise; an older message is no news."""
    night = noted(renamer.state, ago_h=4)
    deliveries = (Delivery(address="Slack", delivered=False, said="no answer"),)
    told = Told(date=night.date, told_at=time.time() - told_h * HOUR_S, kind=NoticeKind.GOOD, deliveries=deliveries)
    with Journal.open(renamer.state / "journal.sqlite3") as journal:
        journal.messages.add(told, inbox=night.inbox)
    ran = await renamer.run("status")
    said = "1 message of the last night was not delivered." in ran.out
    assert (ran.code, said) == (code, bool(code))


async def test_two_inboxes_must_be_told_apart(renamer: Command) -> None:
    """The good night of one would hide the silence of the other."""
    noted(renamer.state, ago_h=40, inbox="/srv/first")
    noted(renamer.state, ago_h=4, inbox="/srv/second")
    assert (await renamer.run("status")).code == 3
    assert (await renamer.run("status", "--inbox", "/srv/first")).code == 2
    (config := renamer.folder / "nightly.toml").write_text('[nightly]\ninbox = "/srv/second"\n')
    assert (await renamer.run("status", "--config", str(config))).code == 0


@contextmanager
def only_readable(folder: Path) -> Iterator[None]:
    """Make a folder and its files read-only."""
    paths = [folder, *folder.rglob("*")]
    modes = {path: path.stat().st_mode for path in paths}
    for path in paths:
        path.chmod(0o555 if path.is_dir() else 0o444)
    try:
        yield
    finally:
        for path, mode in modes.items():
            path.chmod(mode)


async def test_a_journal_that_can_not_be_written_is_read(renamer: Command) -> None:
    """A file system that is mounted to be read only, such as after a fault of the disk."""
    noted(renamer.state, ago_h=4)
    with only_readable(renamer.state):
        ran = await renamer.run("status")
    assert ran.code == 0


async def test_a_journal_that_is_being_written_is_read(renamer: Command) -> None:
    """As in the middle of a night."""
    noted(renamer.state, ago_h=40)
    with Journal.open(renamer.state / "journal.sqlite3") as journal, journal.transaction():
        noted_before = await renamer.run("status")
    assert noted_before.code == 2


async def test_a_journal_of_an_older_version_is_read_and_left_as_it_is(renamer: Command) -> None:
    """An upgrade in between: the next night brings it to the new form, not the monitoring."""
    renamer.state.mkdir(parents=True)
    with closing(sqlite3.connect(renamer.state / "journal.sqlite3")) as old:
        for statement in (statement for step in STEPS[:11] for statement in step):
            old.execute(statement)
        old.execute("PRAGMA user_version = 11")
        old.commit()
    before = traces(renamer.folder)
    ran = await renamer.run("status")
    assert (ran.code, ran.out) == (3, "BATCH-RENAMER UNKNOWN - No night is known yet.\n")
    assert traces(renamer.folder) == before


async def test_a_damaged_journal_is_said_and_left_where_it_is(renamer: Command) -> None:
    """The next run sets it aside; a command that only looks moves nothing."""
    renamer.state.mkdir(parents=True)
    (renamer.state / "journal.sqlite3").write_bytes(b"nonsense" * 1_000)
    ran = await renamer.run("status")
    assert (ran.code, "is damaged" in ran.out) == (3, True)
    assert [path.name for path in renamer.state.iterdir()] == ["journal.sqlite3"]


def test_nothing_heavy_is_imported(tmp_path: Path) -> None:
    """It is started every few minutes, on a machine that has other work."""
    noted(tmp_path, ago_h=4)
    words = [sys.executable, "-X", "importtime", *COLD[1:], "status", "--state-dir", str(tmp_path)]
    ran = subprocess.run(words, env=environment(tmp_path), capture_output=True, text=True, check=True)
    imported = {line.rpartition("|")[2].strip() for line in ran.stderr.splitlines()}
    assert "batch_renamer.cli.commands.status" in imported
    assert {module for module in imported if module.startswith(HEAVY)} == set()
    assert os.path.lexists(tmp_path / "journal.sqlite3")
