"""The command is asked to stop in mid-run: what is in flight is finished, and the last line says how to go on."""

from __future__ import annotations

import asyncio
import json
import os
import re
import shlex
import signal
import sys

import pytest

from batch_renamer.sandbox import Fault, FaultKind, FaultPlan, NamedBy, Rule
from tests.e2e.terminal import CTRL_C, terminal
from tests.e2e.trouble import OutageByCount
from tests.support.gate import Gate
from tests.support.served import Command

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="sends POSIX signals")

STOPS = [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)]
WORKERS = 2


@pytest.mark.parametrize(("number", "code"), STOPS, ids=lambda value: getattr(value, "name", None))
async def test_a_signal_lets_requests_in_flight_finish(renamer: Command, number: signal.Signals, code: int) -> None:
    """Three rows were renamed, two are in flight and are renamed too; nothing is sent for the other five."""
    rows = renamer.seed(10)
    gate = renamer.hold_renames(first=4)
    sheet, report = renamer.sheet(rows), renamer.folder / "report.json"
    words = renamer.line("apply", sheet, "--workers", str(WORKERS), "--report", report)
    async with renamer.start(*words) as started:
        await gate.until_waiting(WORKERS)
        started.process.send_signal(number)
        await started.until_it_says("Stopping")
        gate.open()
        ran = await started.ended()
    results = [row["result"] for row in json.loads(report.read_text("utf-8"))["rows"]]
    assert (ran.code, results) == (code, ["renamed"] * 5 + ["pending"] * 5)
    assert sorted(map(str, renamer.patched)) == [order_id for order_id, _ in rows[:5]]
    assert shlex.split(ran.last_line)[:2] == ["batch-renamer", "resume"]


async def test_the_command_that_is_shown_finishes_the_run(renamer: Command) -> None:
    """Pasted into a shell, it renames what was pending; what is done is not sent again."""
    rows = renamer.seed(6)
    gate = renamer.hold_renames(first=3)
    async with renamer.start(*renamer.line("apply", renamer.sheet(rows), "--workers", "1")) as started:
        await gate.until_waiting(1)
        started.process.send_signal(signal.SIGTERM)
        await started.until_it_says("Stopping")
        gate.open()
        stopped = await started.ended()
    again = await renamer.paste(stopped.last_line)
    assert (stopped.code, again.code) == (143, 0)
    assert ("since it was resumed" in stopped.out, " since it was resumed, " in again.out) == (False, True)
    assert " since it was resumed, " in (await renamer.run("show", "--base-url", renamer.base_url)).out
    assert renamer.patched == [order_id for order_id, _ in rows]
    assert renamer.sandbox.store.names() == dict(rows)
    store = renamer.sandbox.store
    given = {name.by for order_id in store.names() for name in store.history(order_id)[1:]}
    assert given == {NamedBy.RENAME}


async def test_the_command_that_is_shown_works_in_another_shell(renamer: Command) -> None:
    """Settings that came from the environment are flags of it, and the program is named by its place."""
    rows = renamer.seed(4)
    state, log = renamer.folder / "my state", renamer.folder / "night.jsonl"
    settings = {
        "BATCH_RENAMER_BASE_URL": renamer.base_url,
        "BATCH_RENAMER_STATE_DIR": str(state),
        "BATCH_RENAMER_LOG_FILE": str(log),
        "BATCH_RENAMER_WORKERS": "1",
        "PATH": "/usr/bin:/bin",
    }
    gate = renamer.hold_renames(first=2)
    words = ["apply", str(renamer.sheet(rows)), "--yes"]
    async with renamer.start(*words, env=settings) as started:
        await gate.until_waiting(1)
        started.process.send_signal(signal.SIGTERM)
        await started.until_it_says("Stopping")
        gate.open()
        stopped = await started.ended()
    again = await renamer.run("-c", stopped.last_line, program=["/bin/sh"], env={"PATH": "/usr/bin:/bin"})
    assert (stopped.code, again.code) == (143, 0), again.err
    assert renamer.sandbox.store.names() == dict(rows)
    assert shlex.split(stopped.last_line)[0].startswith("/")
    assert {"--log-file", str(log), "--state-dir", str(state), "--base-url"} <= set(shlex.split(stopped.last_line))


NO_END = """
from batch_renamer.cli import interrupting
interrupting.GRACE_S = 600.0
"""


async def test_a_second_signal_ends_at_once(renamer: Command) -> None:
    """What was in flight then, with ten minutes to end, may have been applied: it is unknown. The report is written."""
    rows = renamer.seed(5)
    gate = renamer.hold_renames(first=2, after=True)
    report = renamer.folder / "report.json"
    words = renamer.line("apply", renamer.sheet(rows), "--workers", "1", "--report", report)
    async with renamer.start(*words, prelude=NO_END) as started:
        await gate.until_waiting(1)
        started.process.send_signal(signal.SIGINT)
        await started.until_it_says("Stopping")
        started.process.send_signal(signal.SIGINT)
        ran = await started.ended()
    results = [row["result"] for row in json.loads(report.read_text("utf-8"))["rows"]]
    assert (ran.code, results) == (130, ["renamed", "unknown", "pending", "pending", "pending"])


async def test_a_signal_while_names_are_read_renames_nothing(renamer: Command) -> None:
    """No row was sent, so every row is pending."""
    rows = renamer.seed(5)
    gate = renamer.sandbox.sleep = Gate()
    rule = Rule(fault=Fault(kind=FaultKind.SLOW), method="GET", nth=2, times=None)
    renamer.sandbox.faults = FaultPlan(rules=[rule])
    async with renamer.start(*renamer.line("apply", renamer.sheet(rows), "--workers", "1", "--json")) as started:
        await gate.until_waiting(1)
        started.process.send_signal(signal.SIGINT)
        await started.until_it_says("Stopping")
        gate.open()
        ran = await started.ended()
    assert (ran.code, set(ran.results), renamer.patched) == (130, {"pending"}, [])


async def test_a_closed_terminal_counts_once(renamer: Command) -> None:
    """Its shell and the system both send a hang-up; what is in flight is finished all the same."""
    rows = renamer.seed(4)
    gate = renamer.hold_renames(first=2)
    report = renamer.folder / "report.json"
    words = renamer.line("apply", renamer.sheet(rows), "--workers", "1", "--report", report)
    async with renamer.start(*words) as started:
        await gate.until_waiting(1)
        for _ in range(3):
            started.process.send_signal(signal.SIGHUP)
        await started.until_it_says("Stopping")
        gate.open()
        ran = await started.ended()
    results = [row["result"] for row in json.loads(report.read_text("utf-8"))["rows"]]
    assert (ran.code, results) == (129, ["renamed", "renamed", "pending", "pending"])


STUCK_BETWEEN_ROWS = """
import sys, time
import batch_renamer.reports.xlsx.report_sheet as xlsx
fast = xlsx.row_values
def slow(row):
    if row.row == 2:
        sys.stderr.write("WRITING\\n")
        sys.stderr.flush()
    time.sleep(0.05)
    return fast(row)
xlsx.row_values = slow
"""
STUCK_AT_THE_END = """
import sys, time
import xlsxwriter
def close(book):
    sys.stderr.write("WRITING\\n")
    sys.stderr.flush()
    time.sleep(600)
xlsxwriter.Workbook.close = close
"""


@pytest.mark.parametrize("how", [STUCK_BETWEEN_ROWS, STUCK_AT_THE_END], ids=["between rows", "in one long step"])
async def test_ctrl_c_three_times_ends_the_writing_of_a_report(renamer: Command, how: str) -> None:
    """130 within seconds; every order is renamed, no half report is left, and the last line writes a whole one."""
    rows = renamer.seed(400)
    words = renamer.line("apply", renamer.sheet(rows), "--report", renamer.folder / "report.xlsx")
    async with renamer.start(*words, prelude=how) as started:
        await started.until_it_says("WRITING")
        for said in ("Stopping: the report is being written.", "Stopping at once."):
            started.process.send_signal(signal.SIGINT)
            await started.until_it_says(said)
        started.process.send_signal(signal.SIGINT)
        ran = await started.ended()
    assert (ran.code, "Traceback" in ran.err) == (130, False)
    assert renamer.sandbox.store.names() == dict(rows)
    assert [
        path.name for path in renamer.folder.iterdir() if "report" in path.name or ".batch-renamer" in path.name
    ] == []
    last = (ran.out or ran.err).rstrip("\n").rpartition("\n")[2]
    again = await renamer.paste(last)
    assert (again.code, (renamer.folder / "report.xlsx").is_file()) == (0, True), again.err


@pytest.mark.parametrize("number", [number for number, _ in STOPS], ids=lambda number: number.name)
async def test_a_signal_while_the_result_is_written_cuts_nothing(renamer: Command, number: signal.Signals) -> None:
    """The run is done: the one JSON object is whole, and the exit code is the run's own."""
    rows = renamer.seed(300)
    reader, writer = os.pipe()
    async with renamer.start(*renamer.line("apply", renamer.sheet(rows), "--json"), stdout=writer) as started:
        os.close(writer)
        begin = await asyncio.to_thread(os.read, reader, 1)  # it is being written, and there is no room for all of it
        started.process.send_signal(number)
        written = json.loads(begin + await asyncio.to_thread(_rest_of, reader))
        assert (await started.process.wait(), written["exit_code"], len(written["rows"])) == (0, 0, 300)


async def test_a_second_signal_ends_a_command_whose_result_is_not_read(renamer: Command) -> None:
    """The reader waits for ever; the last line shows the result elsewhere."""
    rows = renamer.seed(300)
    reader, writer = os.pipe()
    async with renamer.start(*renamer.line("apply", renamer.sheet(rows), "--json"), stdout=writer) as started:
        os.close(writer)
        await asyncio.to_thread(os.read, reader, 1)
        started.process.send_signal(signal.SIGINT)
        started.process.send_signal(signal.SIGTERM)
        ended = await started.ended()
    os.close(reader)
    assert ended.code in (130, 143)  # two that wait at the same time may be taken in either order
    last = shlex.split(ended.err.splitlines()[-1])
    assert last[:2] == ["batch-renamer", "show"]
    assert json.loads((await renamer.run(*last[1:], "--json")).out)["exit_code"] == 0


def _rest_of(reader: int) -> bytes:
    with os.fdopen(reader, "rb") as output:
        return output.read()


@pytest.mark.parametrize(
    ("command", "hint", "goes_on"),
    [
        ("apply", "Ctrl-C stops the run; `resume` goes on with it later.", True),
        ("plan", "Ctrl-C stops the run.", False),
    ],
)
async def test_a_terminal_says_in_an_outage_how_to_stop(
    renamer: Command, command: str, hint: str, *, goes_on: bool
) -> None:
    """And that is true: after Ctrl-C the last line is the command that goes on with an apply."""
    renamer.sandbox.faults = OutageByCount(first=3 if command == "apply" else 0)
    async with terminal(renamer, *renamer.line(command, renamer.sheet(renamer.seed(20)))) as shown:
        await shown.until_shown(hint)
        shown.type(CTRL_C)
        assert await shown.ended() == 130
    text = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", shown.shown)
    assert text.count("Ctrl-C stops the run") == 1
    assert ("batch-renamer resume" in text.strip().splitlines()[-1]) is goes_on
