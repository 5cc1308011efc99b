"""What programs read: every answer with --json is as its schema says, and has what the screen has."""

from __future__ import annotations

import json

import pytest

from tests.support.schemas import wrong_with
from tests.support.served import Command


async def test_the_answers_of_a_whole_life(renamer: Command) -> None:
    """From the check to the undo: one run after the other, each described by one schema."""
    sheet = renamer.sheet([*renamer.seed(3), ("missing", "New"), ("bad/id", "New")])
    for command in ("check", "plan"):
        ran = await renamer.do(command, sheet, "--json")
        assert (ran.code, ran.result["exit_code"], wrong_with(ran.result, "result")) == (1, 1, [])
    renamer.sandbox.log.clear()
    applied = (await renamer.apply(sheet, "--json")).result
    assert (applied["exit_code"], wrong_with(applied, "result")) == (1, [])
    [report] = applied["reports"]
    assert report.startswith(str(renamer.folder / "orders.report-"))
    assert applied["requests"] == len(renamer.requests)
    assert (applied["throttled"], applied["seconds"] > 0) == (0, True)
    for command, code in (("resume", 1), ("audit", 0), ("undo", 0)):
        ran = await renamer.do(command, "--json")
        assert (command, ran.code, wrong_with(ran.result, "result")) == (command, code, [])
    for words, name in (
        (["show"], "result"),
        (["runs"], "runs"),
        (["runs", "--order", "order-1"], "runs"),
        (["report"], "report"),
    ):
        ran = await renamer.do(*words, "--json")
        assert (words, ran.code, wrong_with(ran.result, name)) == (words, 0, [])


@pytest.mark.parametrize(
    ("words", "code", "name"),
    [
        pytest.param(["--max-renames", "1"], 2, "refusal", id="refused after it was planned"),
        pytest.param(["--max-failures", "0"], 4, "result", id="stopped"),
    ],
)
async def test_a_run_that_did_not_end_well_says_why_and_which_it_was(
    renamer: Command, words: list[str], code: int, name: str
) -> None:
    """The run can be shown, and its exit code is the same there, whatever that of the command that shows it."""
    ran = await renamer.apply(renamer.sheet([*renamer.seed(3), ("missing", "New")]), *words, "--json")
    assert (ran.code, ran.result["exit_code"], wrong_with(ran.result, name)) == (code, code, [])
    shown = await renamer.do("show", ran.result["run_id"], "--json")
    assert (shown.code, shown.result["exit_code"], wrong_with(shown.result, "result")) == (0, code, [])
    assert shown.result["stopped"] == ran.result["error" if name == "refusal" else "stopped"]
    [listed] = (await renamer.run("runs", "--json")).result["runs"]
    assert (listed["exit_code"], listed["ended_at"] is not None) == (code, True)
    assert listed == shown.result["run"] | {"latest": listed["latest"]}


async def test_a_run_that_was_killed_has_no_exit_code(renamer: Command) -> None:
    """What was never noted is null; 0 would call it a success."""
    await renamer.apply(renamer.sheet(renamer.seed(30)), failpoint="send:20:after")
    shown = (await renamer.do("show", "--json")).result
    assert (shown["exit_code"], shown["seconds"], shown["run"]["ended_at"]) == (None, None, None)
    assert (shown["run"]["state"], wrong_with(shown, "result")) == ("interrupted", [])


async def test_a_json_report_is_the_same_object(renamer: Command) -> None:
    """Only where it is itself written is not known to it yet."""
    await renamer.apply(renamer.sheet(renamer.seed(2)), "--report", "report.json")
    report = json.loads((renamer.folder / "report.json").read_text("utf-8"))
    assert (report["reports"], wrong_with(report, "result")) == (None, [])


@pytest.mark.parametrize(
    ("words", "name"),
    [
        pytest.param(["show", "nosuch", "--json"], "refusal", id="no such run"),
        pytest.param(["apply", "--json"], "refusal", id="wrong words"),
        pytest.param(["nonsense", "--json"], "refusal", id="no such command"),
        pytest.param(["doctor", "--sandbox", "--json"], "doctor", id="doctor"),
        pytest.param(["nightly", "--check", "--sandbox", "--inbox", ".", "--json"], "doctor", id="nightly --check"),
        pytest.param(["runs", "--json"], "runs", id="no runs yet"),
    ],
)
async def test_answers_without_a_run(renamer: Command, words: list[str], name: str) -> None:
    """A program need not guess from words on the screen."""
    assert wrong_with((await renamer.run(*words, key=None)).result, name) == []
