"""The key opens one door and is found nowhere else: on no screen, in no file, no list of processes, at no stranger's.

What the command leaves behind is searched byte by byte.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from batch_renamer.sandbox import Fault, FaultKind, FaultPlan, Rule, Sandbox, running, script
from tests.e2e.trouble import forbidding
from tests.support.command import COLD, KEY
from tests.support.gate import Gate
from tests.support.served import Command


def files_with_the_key(folder: Path) -> list[Path]:
    """Return every file below a folder that has the key in it, in any of the encodings files are written in."""
    written = [KEY.encode(encoding) for encoding in ("utf-8", "utf-16-le")]
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert files
    return [path for path in files if any(text in path.read_bytes() for text in written)]


async def test_the_key_is_in_nothing_that_is_left_behind(renamer: Command) -> None:
    """With everything said and logged that can be, and with troubles on the way that could tempt to say more."""
    rows = [*renamer.seed(12), ("missing", "New")]
    kinds = ["500", "reset-before", "reset-after", "malformed", "502-html", "wrong-name", "cut-off", "redirect"]
    rules = [rule for n, kind in enumerate(kinds, 1) for rule in script(kind, order_id=f"order-{n}")]
    renamer.sandbox.faults = FaultPlan(rules=rules)
    reports = [word for ending in ("csv", "xlsx", "json") for word in ("--report", f"report.{ending}")]
    words = ["--verbose", "--log-file", "log.jsonl", *reports]
    ran = await renamer.apply(renamer.sheet(rows), *words)
    assert ran.code == 1
    assert KEY not in ran.out + ran.err
    assert files_with_the_key(renamer.folder) == []
    names = {path.name for path in renamer.folder.rglob("*")}
    assert {"journal.sqlite3", "log.jsonl", "report.csv", "report.xlsx", "report.json"} <= names


def command_line_of(process_id: int) -> bytes:
    """Return what every user of the machine can read of a running command."""
    return Path("/proc", str(process_id), "cmdline").read_bytes()


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
async def test_the_key_is_in_no_list_of_processes_and_no_open_journal(renamer: Command) -> None:
    """In mid-run: neither the command line nor the journal's write-ahead file has it."""
    gate = renamer.sandbox.sleep = Gate()
    renamer.sandbox.faults = FaultPlan(rules=[Rule(fault=Fault(kind=FaultKind.SLOW), method="PATCH", times=None)])
    words = renamer.line("apply", renamer.sheet(renamer.seed(2)), "--verbose")
    async with renamer.start(*words, program=COLD) as started:
        await gate.until_waiting(2)
        command_line = command_line_of(started.process.pid)
        with_the_key = files_with_the_key(renamer.folder)
        files = {path.name for path in renamer.state.iterdir()}
        gate.open()
        await started.ended()
    assert b"apply" in command_line
    assert KEY.encode() not in command_line
    assert (with_the_key, "journal.sqlite3-wal" in files) == ([], True)


async def test_a_redirect_is_not_followed(renamer: Command) -> None:
    """The other origin is not asked anything, with or without the key, and the row has failed."""
    rows = renamer.seed(2)
    async with running(stranger := Sandbox()) as other:
        away = Fault(kind=FaultKind.REDIRECT, text=f"{other}/v3/orders/order-1")
        renamer.sandbox.faults = FaultPlan(rules=script(away, order_id="order-1"))
        ran = await renamer.apply(renamer.sheet(rows), "--json")
    assert (ran.code, ran.results, stranger.log.total) == (1, ["failed", "renamed"], 0)
    assert "redirect" in ran.rows[0]["reason"]


async def test_a_server_that_repeats_the_key_is_not_quoted(renamer: Command) -> None:
    """The server's own words reach report, log and screen, but not the key among them."""
    async with forbidding() as base_url:
        sheet = renamer.sheet([("order-1", "New")])
        words = ["apply", str(sheet), "--base-url", base_url, "--yes", "--verbose", "--log-file", "log.jsonl"]
        ran = await renamer.run(*words, "--report", "report.json")
    (row,) = json.loads((renamer.folder / "report.json").read_text("utf-8"))["rows"]
    assert (ran.code, row["result"]) == (1, "failed")
    assert "may not" in row["reason"]
    assert KEY not in ran.out + ran.err
    assert files_with_the_key(renamer.folder) == []
