"""The commands about a run of the past, in this process: what they say to a person, and to a program."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import NamedTuple

import pytest

from batch_renamer.cli.commands.apply import apply, plan
from batch_renamer.cli.commands.report import report_again
from batch_renamer.cli.commands.resume import resume
from batch_renamer.cli.commands.runs import Chosen, list_runs
from batch_renamer.cli.commands.show import show_one

YES: dict[str, object] = {"yes": True}
SHEET = "order_id,new_name\na1,12 Elm Street\na2,14 Elm Street\n"


class Past(NamedTuple):
    """What is given to every command, and the id of the one run that was made."""

    given: dict[str, object]
    run_id: str


@pytest.fixture
def past(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Past:
    """Rename two orders, and one row in vain, in the sandbox."""
    monkeypatch.setenv("COLUMNS", "1000")
    sheet = tmp_path / "Houses.csv"
    sheet.write_text(f"{SHEET},16 Elm Street\n", encoding="utf-8")
    given: dict[str, object] = {"sandbox": True, "state_dir": str(tmp_path / "state")}
    assert apply(sheet, given | {"yes": True, "json": True, "quiet": True, "max_failures": "3"}) == 1
    return Past(given, json.loads(capsys.readouterr().out)["run_id"])


@pytest.mark.parametrize(
    ("chosen", "said"),
    [
        (Chosen(), ""),
        (Chosen(limit="1"), ""),
        (Chosen(file="houses"), ""),
        (Chosen(order="a1"), ""),
        (Chosen(order="b9"), "No run had the order b9."),
        (Chosen(file="flats"), "No run was of a spreadsheet with flats in its name."),
        (
            Chosen(order="b9", file="flats"),
            "No run had the order b9 and was of a spreadsheet with flats in its name.",
        ),
    ],
    ids=["all", "newest", "file", "order", "no such order", "no such file", "neither"],
)
def test_runs_that_were_chosen_are_listed(
    past: Past, capsys: pytest.CaptureFixture[str], chosen: Chosen, said: str
) -> None:
    """Where none is found, what was looked for is said, and that is no error."""
    assert list_runs(past.given, prune=None, chosen=chosen) == 0
    shown = capsys.readouterr()
    assert (past.run_id in shown.out) is not bool(said)
    assert said in shown.err


@pytest.mark.parametrize("limit", ["0", "-1", "many", "²"])
def test_a_limit_that_is_no_number_of_runs_is_refused(
    past: Past, capsys: pytest.CaptureFixture[str], limit: str
) -> None:
    """2, with what was typed."""
    assert list_runs(past.given, prune=None, chosen=Chosen(limit=limit)) == 2
    assert capsys.readouterr() == ("", f"Error: --limit {limit}: must be a number of runs, such as 20.\n")


def test_a_run_that_is_over_can_not_be_dismissed(past: Past, capsys: pytest.CaptureFixture[str]) -> None:
    """2, and nothing is listed."""
    assert list_runs(past.given, prune=None, dismiss=past.run_id) == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    assert f"Run {past.run_id} is " in shown.err
    assert "not interrupted: there is nothing to dismiss." in shown.err


def test_a_run_is_shown_with_what_to_look_at(past: Past, capsys: pytest.CaptureFixture[str]) -> None:
    """Its line as in the list, what became of its rows, and where all of them are."""
    assert show_one(None, past.given) == 0
    shown = capsys.readouterr().out
    assert past.run_id in shown.splitlines()[0]
    assert "2 renamed" in shown
    assert "1 invalid" in shown
    assert f"Houses.report-{past.run_id}.xlsx" in shown


def test_a_run_is_shown_to_a_program_with_the_code_that_it_had(past: Past, capsys: pytest.CaptureFixture[str]) -> None:
    """What was counted while it was at work was noted at its end."""
    assert show_one(past.run_id, past.given | {"json": True}) == 0
    answer = json.loads(capsys.readouterr().out)
    assert (answer["command"], answer["run_id"], answer["exit_code"]) == ("show", past.run_id, 1)
    assert [row["result"] for row in answer["rows"]] == ["renamed", "renamed", "invalid"]
    assert (answer["requests"] > 0, answer["throttled"]) == (True, 0)


def test_a_kept_plan_is_shown_with_its_names(past: Past, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing of it was done yet; the last line is the command that does it."""
    (tmp_path / "next.csv").write_text("order_id,new_name\na1,20 Oak Lane\n", encoding="utf-8")
    assert plan(tmp_path / "next.csv", past.given | {"json": True, "quiet": True}) == 0
    planned = json.loads(capsys.readouterr().out)["run_id"]
    assert show_one(planned, past.given) == 0
    shown = capsys.readouterr().out
    assert "12 Elm Street" in shown
    assert "20 Oak Lane" in shown
    assert f"apply --plan {planned}" in shown.rstrip().splitlines()[-1]


@pytest.mark.parametrize("as_json", [False, True], ids=["path", "json"])
def test_a_report_is_written_again(
    past: Past, tmp_path: Path, capsys: pytest.CaptureFixture[str], as_json: bool
) -> None:
    """Its path is what is printed."""
    target = tmp_path / "again.csv"
    assert report_again(past.run_id, past.given | {"report": [str(target)], "json": as_json}) == 0
    shown = capsys.readouterr().out
    if as_json:
        assert json.loads(shown) == {
            "command": "report",
            "run_id": past.run_id,
            "exit_code": 0,
            "reports": [str(target)],
        }
    else:
        assert shown == f"{target}\n"
    rows = csv.DictReader(io.StringIO(target.read_text("utf-8-sig")))
    assert [row["result"] for row in rows] == ["renamed", "renamed", "invalid"]


@pytest.mark.parametrize("command", ["report", "resume"])
def test_rows_on_standard_output_are_csv_and_nothing_else(
    past: Past, capsys: pytest.CaptureFixture[str], command: str
) -> None:
    """What is said to a person goes to standard error."""
    given = past.given | {"report": ["-"]}
    code = report_again(past.run_id, given) if command == "report" else resume(past.run_id, given | YES, failed=False)
    assert code == (0 if command == "report" else 1)
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out.removeprefix("\ufeff"))))
    assert [row["order_id"] for row in rows] == ["a1", "a2", ""]


@pytest.mark.parametrize("as_json", [False, True], ids=["words", "json"])
def test_a_run_with_nothing_left_is_not_resumed(past: Past, capsys: pytest.CaptureFixture[str], as_json: bool) -> None:
    """It says what its bad rows want, and ends with the code that the run had."""
    assert resume(past.run_id, past.given | YES | {"json": as_json}, failed=False) == 1
    shown = capsys.readouterr()
    said = f"Run {past.run_id} has nothing left to finish."
    assert said in (shown.err if as_json else shown.out)
    assert "repair the spreadsheet and apply it again." in shown.out + shown.err
    if as_json:
        answer = json.loads(shown.out)
        assert (answer["command"], answer["exit_code"]) == ("resume", 1)
