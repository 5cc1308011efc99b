"""What the log of the nights says: one line for each end, whatever it was, and everything that needs a person."""

from __future__ import annotations

import json
import re
import signal
import sys
from pathlib import Path
from typing import Any

import pytest

from batch_renamer.sandbox import Fault, FaultKind, FaultPlan, Rule
from tests.e2e.test_exit_codes import BROKEN_PLANNER
from tests.e2e.trouble import OutageByCount
from tests.support.command import KEY
from tests.support.gate import Gate
from tests.support.served import Command


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """Where the log will be."""
    return tmp_path / "night.jsonl"


def lines(log: Path) -> list[dict[str, Any]]:
    """Read the log back."""
    return [json.loads(line) for line in log.read_text("utf-8").splitlines()] if log.exists() else []


def ends(log: Path) -> list[dict[str, Any]]:
    """Return the lines about an end."""
    return [line for line in lines(log) if "exit_code" in line]


async def test_end_is_one_line_with_its_figures(renamer: Command, log: Path) -> None:
    """Found by its run or its sheet, and summed up without reading the message."""
    sheet = renamer.sheet([*renamer.seed(2), ("", "No id")])
    ran = await renamer.apply(sheet, "--json", "--log-file", log, "--report", renamer.folder / "out.csv")
    [end] = ends(log)
    assert end == end | {
        "level": "warning",
        "command": "apply",
        "run_id": ran.result["run_id"],
        "sheet": str(sheet),
        "exit_code": 1,
        "counts": {"renamed": 2, "invalid": 1},
        "reports": [str(renamer.folder / "out.csv")],
        "throttled": 0,
    }
    assert 0 <= end["seconds"] < 60  # rounded to tenths: a quick run takes 0.0 s
    assert end["requests"] >= 3


async def test_every_invalid_row_is_logged(renamer: Command, log: Path) -> None:
    """Those that are bad by themselves and those that contradict one another; verbosely they are on the screen, too."""
    sheet = renamer.sheet([*renamer.seed(1), ("", "No id"), ("order-9", "One"), ("order-9", "Another")])
    ran = await renamer.check(sheet, "--log-file", log, "--verbose")
    rows = [(line["row"], line["order_id"], line["result"]) for line in lines(log) if "row" in line]
    assert rows == [(3, "", "invalid"), (4, "order-9", "invalid"), (5, "order-9", "invalid")]
    assert all(f"row {number} is invalid: " in ran.err for number in (3, 4, 5))


async def test_every_line_of_a_run_names_the_run(renamer: Command, log: Path) -> None:
    """Also those of rows that the spreadsheet itself makes bad, and those of rows that the API refuses."""
    sheet = renamer.sheet([*renamer.seed(1), ("", "No id"), ("order-9", "No such order")])
    ran = await renamer.apply(sheet, "--json", "--log-file", log)
    first, *others = lines(log)
    assert first["message"].startswith("apply begins")
    assert {line["command"] for line in lines(log)} == {"apply"}
    assert {line.get("run_id") for line in others} == {ran.result["run_id"]}
    assert {3, 4} <= {line.get("row") for line in others}


async def test_check_is_no_run(renamer: Command, log: Path) -> None:
    """Nothing of it is kept, so its end names no id that could be looked for."""
    await renamer.check(renamer.sheet(renamer.seed(1)), "--log-file", log)
    [end] = ends(log)
    assert (end["message"], "run_id" in end) == ("check ended (exit code 0): 1 planned", False)


async def test_report_that_could_not_be_written_is_in_the_log(renamer: Command, log: Path) -> None:
    """4 there as well as outside, and the reason."""
    rows = renamer.seed(1)
    gate = renamer.sandbox.sleep = Gate()
    renamer.sandbox.faults = FaultPlan(rules=[Rule(fault=Fault(kind=FaultKind.SLOW), method="PATCH", times=None)])
    (place := renamer.folder / "reports").mkdir()
    words = renamer.line("apply", renamer.sheet(rows), "--log-file", log, "--report", place / "report.csv")
    async with renamer.start(*words) as started:
        await gate.until_waiting(1)
        place.rmdir()
        gate.open()
        ran = await started.ended()
    [end] = ends(log)
    assert (ran.code, end["exit_code"], end["level"]) == (4, 4, "error")
    assert "report.csv" in end["error"]


@pytest.mark.parametrize(
    ("words", "env", "code"),
    [
        pytest.param(["apply", "orders.csv", "--yes", "--rate", "fast"], {}, 2, id="a wrong setting"),
        pytest.param(["apply", "orders.csv", "--yes"], {"BATCH_RENAMER_RAET": "1"}, 2, id="a misspelled variable"),
        pytest.param(["apply", "orders.csv"], {}, 2, id="no terminal to ask on"),
        pytest.param(["apply", "missing.csv", "--yes"], {}, 2, id="no spreadsheet"),
        pytest.param(["undo", "k3", "--yes"], {}, 2, id="no such run"),
    ],
)
async def test_refused_night_is_in_the_log(
    renamer: Command, log: Path, words: list[str], env: dict[str, str], code: int
) -> None:
    """The reason is there, whatever was wrong; wherever the log's own place was said."""
    renamer.sheet(renamer.seed(1))
    ran = await renamer.run(*words, env={"BATCH_RENAMER_LOG_FILE": str(log), **env})
    [end] = ends(log)
    assert (ran.code, end["exit_code"], end["level"]) == (code, code, "error")
    assert end["error"] == "\n".join(line.removeprefix("Error: ") for line in ran.err.splitlines())


@pytest.mark.parametrize(
    "words", [["show", "k3"], ["runs", "--prune", "old"], ["report", "k3"], ["check", "missing.csv"]], ids=" ".join
)
async def test_slip_in_a_command_that_only_looks_is_not_in_the_log(
    renamer: Command, log: Path, words: list[str]
) -> None:
    """A person who mistypes an id is no event of the night."""
    ran = await renamer.run(*words, "--log-file", str(log))
    assert (ran.code, ends(log)) == (2, [])


async def test_fault_is_in_the_log_and_its_file_in_the_state_directory(renamer: Command, log: Path) -> None:
    """70, the place of the traceback, and no key."""
    state = renamer.folder / "my state"
    words: list[str | Path] = ["--log-file", log, "--state-dir", state]
    ran = await renamer.apply(renamer.sheet(renamer.seed(1)), *words, prelude=BROKEN_PLANNER)
    [fault] = state.glob("fault-*.log")
    [end] = ends(log)
    assert (ran.code, end["exit_code"], str(fault) in end["error"]) == (70, 70, True)
    assert KEY not in "".join(map(Path.read_text, (log, fault)))


async def test_log_that_can_not_be_opened_keeps_no_command_from_its_work(renamer: Command) -> None:
    """It is said once: the journal, not the log, is what the work needs."""
    rows = renamer.seed(1)
    log = str(renamer.folder / "missing" / "log")
    commands = [renamer.line("apply", renamer.sheet(rows))]
    commands += [[command, "--base-url", renamer.base_url] for command in ("runs", "show", "report")]
    said = [await renamer.run(*words, "--log-file", log) for words in commands]
    assert [(ran.code, ran.err.count(f"there is no folder {renamer.folder}/missing. ")) for ran in said] == [(0, 1)] * 4
    assert renamer.sandbox.store.names() == dict(rows)


async def test_sheet_in_place_of_the_log_is_refused_in_one_line(renamer: Command) -> None:
    """Lines behind it would damage it; the sentence stands on standard error once."""
    sheet = renamer.sheet(renamer.seed(1))
    ran = await renamer.apply(sheet, "--log-file", sheet)
    assert (ran.code, ran.err.count("\n"), renamer.patched) == (2, 1, [])


async def test_outage_and_its_end_are_in_the_log(renamer: Command, log: Path) -> None:
    """With the run that was held up by it; on the screen each is said once, verbosely too."""
    renamer.sandbox.faults = OutageByCount(first=5, asked=1)
    ran = await renamer.apply(renamer.sheet(renamer.seed(60)), "--log-file", log, "--verbose")
    said = [line["message"] for line in lines(log) if line["message"].startswith("The API")]
    assert ran.code == 0, ran.err
    assert [sentence.split("(")[0].strip() for sentence in said] == [
        "The API gives no good answer",
        "The API answers again.",
    ]
    assert ran.err.count("The API answers again.") == 1


@pytest.mark.skipif(sys.platform == "win32", reason="a file's mode and signals are POSIX's")
async def test_notes_of_a_good_night_reach_the_log_the_report_and_the_result(renamer: Command, log: Path) -> None:
    """The screen of a night is not looked at: an unfinished run and an open key file are written down."""
    config, key = renamer.folder / "night.toml", renamer.folder / "office.key"
    key.write_text(KEY, encoding="utf-8")
    key.chmod(0o644)
    config.write_text('[profiles.office]\napi_key_file = "office.key"\n', encoding="utf-8")
    rows = renamer.seed(3)
    words: list[str | Path] = ["--config", config, "--profile", "office", "--log-file", log]
    gate = renamer.sandbox.sleep = Gate()
    renamer.sandbox.faults = FaultPlan(rules=[Rule(fault=Fault(kind=FaultKind.SLOW), method="PATCH", nth=1, times=1)])
    first = renamer.line("apply", renamer.sheet(rows[:2], name="first.csv"), *words, "--workers", "1")
    async with renamer.start(*first) as started:
        await gate.until_waiting(1)
        started.process.send_signal(signal.SIGTERM)
        await started.until_it_says("Stopping")
        gate.open()
        stopped = await started.ended()
    report = renamer.folder / "report.json"
    ran = await renamer.apply(renamer.sheet(rows[2:]), *words, "--json", "--report", report)
    assert (stopped.code, ran.code) == (143, 0)
    notes = ran.result["warnings"]
    assert ["can be read by others" in note or "office.key" in note for note in notes].count(True) == 1
    assert [note for note in notes if "(first.csv)" in note and "is unfinished: 1 row" in note]
    assert json.loads(report.read_text("utf-8"))["warnings"] == notes
    logged = [line["message"] for line in lines(log) if line.get("run_id") == ran.result["run_id"]]
    assert set(notes) <= set(logged)


async def test_moments_of_runs_have_their_zone(renamer: Command) -> None:
    """The log counts in UTC and people by their clock, so both say which it is."""
    await renamer.apply(renamer.sheet(renamer.seed(1)))
    ran = await renamer.run("runs", env={"TZ": "Asia/Kolkata"})
    assert re.search(r"^\w{6}  \d{4}-\d\d-\d\d \d\d:\d\d \+0530  apply", ran.out, re.MULTILINE), ran.out
