"""The exit codes that scripts are built on; what was refused has sent nothing."""

from __future__ import annotations

import stat
import sys
from pathlib import Path

import pytest

from batch_renamer.sandbox import Fault, FaultKind, FaultPlan, Rule
from tests.e2e.bench import KEY, Bench, environment
from tests.support import offline
from tests.support.gate import Gate

always_full = pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")

# Breaks the program from within; the guard against other machines is the module that this one replaces.
SABOTAGE = """
import os, runpy
runpy.run_path({guard!r})
{how}
"""
BROKEN_PLANNER = """
import batch_renamer.jobs.stages.decisions as decisions
def broken(*_, **__):
    raise RuntimeError("with " + os.environ["AUTOENHANCE_API_KEY"])
decisions.decide = broken
"""
LOST_ROW = """
from batch_renamer.journal.rows import RowTable
settle = RowTable.settle_repeats
def lose_a_row(rows, run):
    settle(rows, run)
    with rows._database.transaction() as connection:
        connection.execute("DELETE FROM rows WHERE row = 3")
RowTable.settle_repeats = lose_a_row
"""


def sabotage(bench: Bench, how: str) -> dict[str, str]:
    """Return the environment in which the program is broken."""
    folder = bench.folder / "sabotage"
    folder.mkdir()
    guard = str(Path(offline.__path__[0]) / "sitecustomize.py")
    (folder / "sitecustomize.py").write_text(SABOTAGE.format(guard=guard, how=how), encoding="utf-8")
    path = environment(bench.folder)["PYTHONPATH"]
    return {"PYTHONPATH": f"{folder}{':' if sys.platform != 'win32' else ';'}{path}"}


async def test_a_bad_row(bench: Bench) -> None:
    """1: finished, and a row needs a look; the last line is the command that tries it again."""
    rows = [*bench.seed(2), ("nobody", "New")]
    ran = await bench.apply(bench.sheet(rows), "--json")
    assert ran.code == 1
    assert ran.last_line.startswith(f"batch-renamer resume {ran.result['run_id']} --failed ")
    assert bench.patches == ["order-1", "order-2"]


async def test_refused_by_the_plan(bench: Bench) -> None:
    """2: one sentence says what is wrong, and no order was touched."""
    ran = await bench.apply(bench.sheet(bench.seed(2)), "--json", "--max-renames", "1")
    assert (ran.code, bench.patches) == (2, [])
    assert ran.result.keys() == {"command", "exit_code", "error"}
    assert ran.result["exit_code"] == 2
    assert "--max-renames 1" in ran.result["error"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        pytest.param(["--strict"], "--strict", id="strict"),
        pytest.param(["--report", "no-such-folder/report.csv"], "no folder", id="report"),
    ],
)
async def test_what_can_be_known_beforehand_costs_no_request(bench: Bench, words: list[str], said: str) -> None:
    """2: the API is not even asked whether the key is good."""
    ran = await bench.apply(bench.sheet([*bench.seed(2), ("", "no id")]), "--json", *words)
    assert (ran.code, bench.requests) == (2, [])
    assert said in ran.result["error"]


async def test_no_spreadsheet(bench: Bench) -> None:
    """2: without a traceback, in one line that names the file."""
    ran = await bench.apply(bench.folder / "missing.csv")
    assert (ran.code, ran.out, bench.requests) == (2, "", [])
    assert "missing.csv" in ran.err.splitlines()[-1]
    assert "Traceback" not in ran.err


@pytest.mark.parametrize("command", ["plan", "apply"])
async def test_a_wrong_key(bench: Bench, command: str) -> None:
    """3: one request, and every row is pending."""
    words = bench.at_this_api(command, bench.sheet(bench.seed(3)), "--json")
    ran = await bench.run(*words, key="sk-somebody-elses")
    assert (ran.code, ran.results) == (3, ["pending"] * 3)
    assert bench.requests == [("GET", "/v3/orders/?per_page=1")]
    assert "sk-somebody-elses" not in ran.out + ran.err


async def test_no_key(bench: Bench) -> None:
    """2: nothing is sent, and the ways to give one are named."""
    ran = await bench.run(*bench.at_this_api("apply", bench.sheet(bench.seed(1))), key=None)
    assert (ran.code, bench.requests) == (2, [])
    assert "AUTOENHANCE_API_KEY" in ran.err


async def test_a_fault_in_the_program(bench: Bench) -> None:
    """70: one line names the file with the traceback, which is private and doesn't have the key."""
    ran = await bench.apply(bench.sheet(bench.seed(2)), env=sabotage(bench, BROKEN_PLANNER))
    assert (ran.code, bench.patches) == (70, [])
    (log,) = bench.state.glob("fault-*.log")
    assert str(log) in ran.err.splitlines()[-1]
    assert "Traceback" not in ran.err
    assert "RuntimeError: with ********" in log.read_text("utf-8")
    assert KEY not in log.read_text("utf-8") + ran.err + ran.out
    if sys.platform != "win32":
        assert stat.S_IMODE(log.stat().st_mode) == 0o600


async def test_totals_that_do_not_add_up(bench: Bench) -> None:
    """70: a row that got lost on the way is not passed over in silence."""
    ran = await bench.apply(bench.sheet(bench.seed(3)), env=sabotage(bench, LOST_ROW))
    assert ran.code == 70
    assert "do not add up: 3 rows were read, 2 have a result." in ran.out


async def test_a_report_that_can_no_longer_be_written(bench: Bench) -> None:
    """4: its folder has gone in mid-run; what was done is said all the same, and is done."""
    rows = bench.seed(2)
    gate = bench.sandbox.sleep = Gate()
    bench.sandbox.faults = FaultPlan(rules=[Rule(fault=Fault(kind=FaultKind.SLOW), method="PATCH", times=None)])
    (place := bench.folder / "reports").mkdir()
    words = bench.at_this_api("apply", bench.sheet(rows), "--json", "--report", place / "report.csv")
    async with bench.start(*words) as started:
        await gate.until_waiting(2)
        place.rmdir()
        gate.open()
        ran = await started.ended()
    assert (ran.code, ran.results) == (4, ["renamed", "renamed"])
    assert "report.csv" in ran.err


@always_full
async def test_a_result_that_nobody_takes(bench: Bench) -> None:
    """4: what was done is done and reported, but whoever asked for the JSON didn't get it."""
    rows = bench.seed(2)
    words = bench.at_this_api("apply", bench.sheet(rows), "--json", "--report", bench.folder / "report.json")
    ran = await bench.run("-c", 'exec "$@" >/dev/full', "sh", "batch-renamer", *words, program=["/bin/sh"])
    assert ran.code == 4
    assert "could not be written to standard output" in ran.err
    assert "Traceback" not in ran.err
    assert bench.sandbox.store.names() == dict(rows)
    assert (bench.folder / "report.json").is_file()


@always_full
async def test_a_check_that_nobody_reads(bench: Bench) -> None:
    """4: what it shows is all that it does."""
    words = ["check", str(bench.sheet(bench.seed(2))), "--quiet"]
    ran = await bench.run("-c", 'exec "$@" >/dev/full', "sh", "batch-renamer", *words, program=["/bin/sh"])
    assert (ran.code, "could not be written to standard output" in ran.err) == (4, True)


@always_full
async def test_a_summary_that_nobody_reads(bench: Bench) -> None:
    """0: a closed pipe behind the text for people is no reason to fail where there is a report; it is said."""
    rows = bench.seed(2)
    words = bench.at_this_api("apply", bench.sheet(rows))
    ran = await bench.run("-c", 'exec "$@" >/dev/full', "sh", "batch-renamer", *words, program=["/bin/sh"])
    assert (ran.code, bench.sandbox.store.names()) == (0, dict(rows))
    assert "Exception" not in ran.err
    assert "could not be written to standard output" in ran.err
