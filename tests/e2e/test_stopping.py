"""The command is asked to stop in mid-run: what is in flight is finished, and the last line says how to go on."""

from __future__ import annotations

import asyncio
import json
import os
import shlex
import signal
import sys

import pytest

from batch_renamer.sandbox import Fault, FaultKind, FaultPlan, NamedBy, Rule
from tests.e2e.bench import PROGRAM, Bench, environment
from tests.e2e.test_exit_codes import sabotage
from tests.support.gate import Gate

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="sends POSIX signals")

STOPS = [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)]
WORKERS = 2


def hold_renames(bench: Bench, *, kind: FaultKind, first: int) -> Gate:
    """Let the PATCHes from the ``first`` one on wait at a gate, before or after they are carried out."""
    gate = bench.sandbox.sleep = Gate()
    rule = Rule(fault=Fault(kind=kind), method="PATCH", nth=first, times=None)
    bench.sandbox.faults = FaultPlan(rules=[rule])
    return gate


@pytest.mark.parametrize(("number", "code"), STOPS, ids=lambda value: getattr(value, "name", None))
async def test_a_signal_lets_requests_in_flight_finish(bench: Bench, number: signal.Signals, code: int) -> None:
    """Three rows were renamed, two are in flight and are renamed too; nothing is sent for the other five."""
    rows = bench.seed(10)
    gate = hold_renames(bench, kind=FaultKind.SLOW, first=4)
    sheet, report = bench.sheet(rows), bench.folder / "report.json"
    words = bench.at_this_api("apply", sheet, "--workers", str(WORKERS), "--report", report)
    async with bench.start(*words) as started:
        await gate.until_waiting(WORKERS)
        started.process.send_signal(number)
        await started.until_it_says("Stopping")
        gate.open()
        ran = await started.ended()
    results = [row["result"] for row in json.loads(report.read_text("utf-8"))["rows"]]
    assert (ran.code, results) == (code, ["renamed"] * 5 + ["pending"] * 5)
    assert bench.patches == [order_id for order_id, _ in rows[:5]]
    assert shlex.split(ran.last_line)[:2] == ["batch-renamer", "resume"]


async def test_the_command_that_is_shown_finishes_the_run(bench: Bench) -> None:
    """Pasted into a shell, it renames what was pending; what is done is not sent again."""
    rows = bench.seed(6)
    gate = hold_renames(bench, kind=FaultKind.SLOW, first=3)
    async with bench.start(*bench.at_this_api("apply", bench.sheet(rows), "--workers", "1")) as started:
        await gate.until_waiting(1)
        started.process.send_signal(signal.SIGTERM)
        await started.until_it_says("Stopping")
        gate.open()
        stopped = await started.ended()
    again = await bench.run("-c", stopped.last_line, program=["/bin/sh"])
    assert (stopped.code, again.code) == (143, 0)
    assert bench.patches == [order_id for order_id, _ in rows]
    assert bench.sandbox.store.names() == dict(rows)
    given = {name.by for history in bench.sandbox.store.histories().values() for name in history[1:]}
    assert given == {NamedBy.RENAME}


async def test_the_command_that_is_shown_works_in_another_shell(bench: Bench) -> None:
    """Settings that came from the environment are flags of it, and the program is named by its place."""
    rows = bench.seed(4)
    state, log = bench.folder / "my state", bench.folder / "night.jsonl"
    settings = {
        "BATCH_RENAMER_BASE_URL": bench.base_url,
        "BATCH_RENAMER_STATE_DIR": str(state),
        "BATCH_RENAMER_LOG_FILE": str(log),
        "BATCH_RENAMER_WORKERS": "1",
        "PATH": "/usr/bin:/bin",
    }
    gate = hold_renames(bench, kind=FaultKind.SLOW, first=2)
    words = ["apply", str(bench.sheet(rows)), "--yes"]
    async with bench.start(*words, env=settings) as started:
        await gate.until_waiting(1)
        started.process.send_signal(signal.SIGTERM)
        await started.until_it_says("Stopping")
        gate.open()
        stopped = await started.ended()
    again = await bench.run("-c", stopped.last_line, program=["/bin/sh"], env={"PATH": "/usr/bin:/bin"})
    assert (stopped.code, again.code) == (143, 0), again.err
    assert bench.sandbox.store.names() == dict(rows)
    assert shlex.split(stopped.last_line)[0].startswith("/")
    assert {"--log-file", str(log), "--state-dir", str(state), "--base-url"} <= set(shlex.split(stopped.last_line))


async def test_a_second_signal_ends_at_once(bench: Bench) -> None:
    """What was in flight then may have been applied, so it is unknown; the report is written all the same."""
    rows = bench.seed(5)
    gate = hold_renames(bench, kind=FaultKind.SLOW_AFTER, first=2)
    report = bench.folder / "report.json"
    words = bench.at_this_api("apply", bench.sheet(rows), "--workers", "1", "--report", report)
    async with bench.start(*words) as started:
        await gate.until_waiting(1)
        started.process.send_signal(signal.SIGINT)
        await started.until_it_says("Stopping")
        started.process.send_signal(signal.SIGINT)
        ran = await started.ended()
    results = [row["result"] for row in json.loads(report.read_text("utf-8"))["rows"]]
    assert (ran.code, results) == (130, ["renamed", "unknown", "pending", "pending", "pending"])
    assert ran.seconds < 9  # a request in flight would have been given 10 s


async def test_a_signal_while_names_are_read_renames_nothing(bench: Bench) -> None:
    """No row was sent, so every row is pending."""
    rows = bench.seed(5)
    gate = bench.sandbox.sleep = Gate()
    rule = Rule(fault=Fault(kind=FaultKind.SLOW), method="GET", nth=2, times=None)
    bench.sandbox.faults = FaultPlan(rules=[rule])
    async with bench.start(*bench.at_this_api("apply", bench.sheet(rows), "--workers", "1", "--json")) as started:
        await gate.until_waiting(1)
        started.process.send_signal(signal.SIGINT)
        await started.until_it_says("Stopping")
        gate.open()
        ran = await started.ended()
    assert (ran.code, set(ran.results), bench.patches) == (130, {"pending"}, [])


async def test_a_closed_terminal_counts_once(bench: Bench) -> None:
    """Its shell and the system both send a hang-up; what is in flight is finished all the same."""
    rows = bench.seed(4)
    gate = hold_renames(bench, kind=FaultKind.SLOW, first=2)
    report = bench.folder / "report.json"
    words = bench.at_this_api("apply", bench.sheet(rows), "--workers", "1", "--report", report)
    async with bench.start(*words) as started:
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
import batch_renamer.reports.rows as rows
import batch_renamer.reports.xlsx_format as xlsx
fast = rows.row_as_texts
def slow(row):
    if row.row == 2:
        sys.stderr.write("WRITING\\n")
        sys.stderr.flush()
    time.sleep(0.05)
    return fast(row)
xlsx.row_as_texts = slow
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
async def test_ctrl_c_three_times_ends_the_writing_of_a_report(bench: Bench, how: str) -> None:
    """130 within seconds; every order is renamed, no half report is left, and the last line writes a whole one."""
    rows = bench.seed(400)
    words = bench.at_this_api("apply", bench.sheet(rows), "--report", bench.folder / "report.xlsx")
    async with bench.start(*words, env=sabotage(bench, how)) as started:
        await started.until_it_says("WRITING")
        for said in ("Stopping: the report is being written.", "Stopping at once."):
            started.process.send_signal(signal.SIGINT)
            await started.until_it_says(said)
        started.process.send_signal(signal.SIGINT)
        ran = await started.ended()
    assert (ran.code, "Traceback" in ran.err) == (130, False)
    assert bench.sandbox.store.names() == dict(rows)
    assert [
        path.name for path in bench.folder.iterdir() if "report" in path.name or ".batch-renamer" in path.name
    ] == []
    last = (ran.out or ran.err).rstrip("\n").rpartition("\n")[2]
    again = await bench.run("-c", last, program=["/bin/sh"])
    assert (again.code, (bench.folder / "report.xlsx").is_file()) == (0, True), again.err


@pytest.mark.parametrize("number", [number for number, _ in STOPS], ids=lambda number: number.name)
async def test_a_signal_while_the_result_is_written_cuts_nothing(bench: Bench, number: signal.Signals) -> None:
    """The run is done: the one JSON object is whole, and the exit code is the run's own."""
    rows = bench.seed(300)
    reader, writer = os.pipe()
    started = await _with_output_to(bench, writer, *bench.at_this_api("apply", bench.sheet(rows), "--json"))
    begin = await asyncio.to_thread(os.read, reader, 1)  # it is being written, and there is no room for all of it
    started.send_signal(number)
    written = json.loads(begin + await asyncio.to_thread(_rest_of, reader))
    assert (await started.wait(), written["exit_code"], len(written["rows"])) == (0, 0, 300)


async def test_a_second_signal_ends_a_command_whose_result_is_not_read(bench: Bench) -> None:
    """The reader waits for ever; the last line shows the result elsewhere."""
    rows = bench.seed(300)
    reader, writer = os.pipe()
    started = await _with_output_to(bench, writer, *bench.at_this_api("apply", bench.sheet(rows), "--json"))
    await asyncio.to_thread(os.read, reader, 1)
    started.send_signal(signal.SIGINT)
    started.send_signal(signal.SIGTERM)
    _, err = await started.communicate()
    os.close(reader)
    assert started.returncode in (130, 143)  # two that wait at the same time may be taken in either order
    last = shlex.split(err.decode().splitlines()[-1])
    assert last[:2] == ["batch-renamer", "show"]
    assert json.loads((await bench.run(*last[1:], "--json")).out)["exit_code"] == 0


def _rest_of(reader: int) -> bytes:
    with os.fdopen(reader, "rb") as output:
        return output.read()


async def _with_output_to(bench: Bench, writer: int, *words: str) -> asyncio.subprocess.Process:
    (home := bench.folder / "home").mkdir(exist_ok=True)
    try:
        return await asyncio.create_subprocess_exec(
            *PROGRAM,
            *words,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=writer,
            stderr=asyncio.subprocess.PIPE,
            cwd=bench.folder,
            env=environment(home),
        )
    finally:
        os.close(writer)
