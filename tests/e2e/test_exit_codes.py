"""The exit codes that scripts are built on; what was refused has sent nothing."""

from __future__ import annotations

import os
import stat
import sys
from pathlib import Path

import pytest

from batch_renamer.sandbox import Fault, FaultKind, FaultPlan, Rule
from tests.support.command import KEY, Ended
from tests.support.gate import Gate
from tests.support.served import Command

always_full = pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")

# Each breaks the program from within before it begins.
BROKEN_PLANNER = """
import os
import batch_renamer.jobs.stages.decisions as decisions
def broken(*_, **__):
    raise RuntimeError("with " + os.environ["AUTOENHANCE_API_KEY"])
decisions.decide = broken
"""
LOST_ROW = """
import os, sqlite3
from batch_renamer.journal.rows import RowTable
settle = RowTable.settle_repeats
def lose_a_row(rows, run, **how):
    settle(rows, run, **how)
    with sqlite3.connect(os.environ["XDG_STATE_HOME"] + "/batch-renamer/journal.sqlite3") as connection:
        connection.execute("DELETE FROM rows WHERE row = 3")
    connection.close()
RowTable.settle_repeats = lose_a_row
"""


async def into_a_full_disk(renamer: Command, *words: str) -> Ended:
    """Run a command whose standard output goes to a full disk."""
    full = os.open("/dev/full", os.O_WRONLY)
    try:
        return await renamer.run(*words, stdout=full)
    finally:
        os.close(full)


async def test_a_bad_row(renamer: Command) -> None:
    """1: finished, and a row needs a look; no command repairs it, so a sentence says what to do."""
    rows = [*renamer.seed(2), ("missing", "New")]
    ran = await renamer.apply(renamer.sheet(rows), "--json")
    assert ran.code == 1
    assert "1 order is not in this account: repair the spreadsheet and apply it again." in ran.err.splitlines()
    assert sorted(map(str, renamer.patched)) == ["order-1", "order-2"]


async def test_refused_by_the_plan(renamer: Command) -> None:
    """2: one sentence says what is wrong, and no order was touched."""
    ran = await renamer.apply(renamer.sheet(renamer.seed(2)), "--json", "--max-renames", "1")
    assert (ran.code, renamer.patched) == (2, [])
    assert ran.result.keys() == {"command", "run_id", "exit_code", "error"}
    assert ran.result["exit_code"] == 2
    assert "--max-renames 1" in ran.result["error"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        pytest.param(["--strict"], "--strict", id="strict"),
        pytest.param(["--report", "no-such-folder/report.csv"], "no folder", id="report"),
    ],
)
async def test_what_can_be_known_beforehand_costs_no_request(renamer: Command, words: list[str], said: str) -> None:
    """2: the API is not even asked whether the key is good."""
    ran = await renamer.apply(renamer.sheet([*renamer.seed(2), ("", "no id")]), "--json", *words)
    assert (ran.code, renamer.requests) == (2, [])
    assert said in ran.result["error"]


async def test_no_spreadsheet(renamer: Command) -> None:
    """2: without a traceback, in one line that names the file."""
    ran = await renamer.apply(renamer.folder / "missing.csv")
    assert (ran.code, ran.out, renamer.requests) == (2, "", [])
    assert "missing.csv" in ran.err.splitlines()[-1]
    assert "Traceback" not in ran.err


@pytest.mark.parametrize("command", ["plan", "apply"])
async def test_a_wrong_key(renamer: Command, command: str) -> None:
    """3: one request, and every row is pending."""
    words = renamer.line(command, renamer.sheet(renamer.seed(3)), "--json")
    ran = await renamer.run(*words, key="sk-of-another-account")
    assert (ran.code, ran.results) == (3, ["pending"] * 3)
    assert renamer.requests == [("GET", "/v3/orders/?per_page=1")]
    assert "sk-of-another-account" not in ran.out + ran.err


async def test_no_key(renamer: Command) -> None:
    """2: nothing is sent, and the ways to give one are named."""
    ran = await renamer.run(*renamer.line("apply", renamer.sheet(renamer.seed(1))), key=None)
    assert (ran.code, renamer.requests) == (2, [])
    assert "AUTOENHANCE_API_KEY" in ran.err


async def test_a_fault_in_the_program(renamer: Command) -> None:
    """70: one line names the file with the traceback, which is private and doesn't have the key."""
    ran = await renamer.apply(renamer.sheet(renamer.seed(2)), prelude=BROKEN_PLANNER)
    assert (ran.code, renamer.patched) == (70, [])
    (log,) = renamer.state.glob("fault-*.log")
    assert str(log) in ran.err.splitlines()[-1]
    assert "Traceback" not in ran.err
    assert "RuntimeError: with ********" in log.read_text("utf-8")
    assert KEY not in log.read_text("utf-8") + ran.err + ran.out
    if sys.platform != "win32":
        assert stat.S_IMODE(log.stat().st_mode) == 0o600


async def test_totals_that_do_not_add_up(renamer: Command) -> None:
    """70: a row that got lost on the way is not passed over in silence."""
    ran = await renamer.apply(renamer.sheet(renamer.seed(3)), prelude=LOST_ROW)
    assert ran.code == 70
    assert "do not add up: 3 rows were read, 2 have a result." in ran.out


async def test_a_report_that_can_no_longer_be_written(renamer: Command) -> None:
    """4: its folder has gone in mid-run; what was done is said all the same, and is done."""
    rows = renamer.seed(2)
    gate = renamer.sandbox.sleep = Gate()
    renamer.sandbox.faults = FaultPlan(rules=[Rule(fault=Fault(kind=FaultKind.SLOW), method="PATCH", times=None)])
    (place := renamer.folder / "reports").mkdir()
    words = renamer.line("apply", renamer.sheet(rows), "--json", "--report", place / "report.csv")
    async with renamer.start(*words) as started:
        await gate.until_waiting(2)
        place.rmdir()
        gate.open()
        ran = await started.ended()
    assert (ran.code, ran.results) == (4, ["renamed", "renamed"])
    assert "report.csv" in ran.err


@always_full
async def test_a_result_that_is_not_taken(renamer: Command) -> None:
    """4: what was done is done and reported, but the program that asked for the JSON didn't get it."""
    rows = renamer.seed(2)
    words = renamer.line("apply", renamer.sheet(rows), "--json", "--report", renamer.folder / "report.json")
    ran = await into_a_full_disk(renamer, *words)
    assert ran.code == 4
    assert "could not be written to standard output" in ran.err
    assert "Traceback" not in ran.err
    assert renamer.sandbox.store.names() == dict(rows)
    assert (renamer.folder / "report.json").is_file()


@always_full
async def test_a_check_that_is_not_read(renamer: Command) -> None:
    """4: what it shows is all that it does."""
    words = ["check", str(renamer.sheet(renamer.seed(2))), "--quiet"]
    ran = await into_a_full_disk(renamer, *words)
    assert (ran.code, "could not be written to standard output" in ran.err) == (4, True)


@always_full
async def test_a_summary_that_is_not_read(renamer: Command) -> None:
    """0: a closed pipe behind the text for people is no reason to fail where there is a report; it is said."""
    rows = renamer.seed(2)
    words = renamer.line("apply", renamer.sheet(rows))
    ran = await into_a_full_disk(renamer, *words)
    assert (ran.code, renamer.sandbox.store.names()) == (0, dict(rows))
    assert "Exception" not in ran.err
    assert "could not be written to standard output" in ran.err


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        pytest.param([("order-1", "New")], 10, id="changes"),
        pytest.param([("order-1", "Old name 1")], 0, id="nothing to do"),
        pytest.param([("order-1", "New"), ("missing", "New")], 1, id="changes and a bad row"),
    ],
)
async def test_a_plan_can_tell_a_script_whether_there_is_anything_to_do(
    renamer: Command, rows: list[tuple[str, str]], code: int
) -> None:
    """10: only where it was asked for, and only where nothing is wrong."""
    renamer.seed(1)
    sheet = renamer.sheet(rows)
    asked = await renamer.plan(sheet, "--exit-code", "--json")
    assert (asked.code, asked.result["exit_code"]) == (code, code)
    assert (await renamer.plan(sheet)).code == (1 if code == 1 else 0)
