"""The commands one after the other on the sandbox's kept orders, as a careful person uses them."""

from __future__ import annotations

import datetime
import json
import re
import shlex
import sys
import unicodedata
from contextlib import closing
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from batch_renamer.cli import main
from batch_renamer.cli.commands.apply import apply, apply_plan, plan
from batch_renamer.cli.commands.audit import audit
from batch_renamer.cli.commands.check import check
from batch_renamer.cli.commands.resume import resume
from batch_renamer.cli.commands.runs import list_runs
from batch_renamer.cli.commands.show import show_one
from batch_renamer.cli.commands.undo import undo
from batch_renamer.command_line import command_line
from batch_renamer.commands import RUNS
from batch_renamer.journal import Journal, NewRun
from batch_renamer.sandbox import OrderStore

SHEET = "order_id,current_name,new_name\na1,12 Elm,12 Elm Street\na2,14 Elm,14 Elm Street\na3,16 Elm,16 Elm Street\n"


OF_SHEETS = {"check": check, "plan": plan, "apply": apply}


@pytest.fixture
def practice(tmp_path: Path) -> dict[str, object]:
    """Give the options that keep everything in a folder of the test's own."""
    (tmp_path / "orders.csv").write_text(SHEET, encoding="utf-8")
    return {"sandbox": True, "yes": True, "json": True, "quiet": True, "state_dir": str(tmp_path / "state")}


def results(capsys: pytest.CaptureFixture[str]) -> list[str]:
    """Return the results of the rows that the last command printed."""
    answer: dict[str, Any] = json.loads(capsys.readouterr().out)
    return [row["result"] for row in answer["rows"]]


def test_a_dry_run_of_an_undo_is_never_carried_out_by_resume(
    tmp_path: Path, practice: dict[str, object], capsys: pytest.CaptureFixture[str]
) -> None:
    """What was only looked at stays as it is, whatever is taken up afterwards."""
    assert apply(tmp_path / "orders.csv", practice) == 0
    assert results(capsys) == ["renamed"] * 3
    assert undo(None, practice, dry_run=True) == 0
    assert results(capsys) == ["planned"] * 3
    assert resume(None, practice, failed=False) == 0
    capsys.readouterr()
    assert audit(None, practice) == 0
    assert results(capsys) == ["unchanged"] * 3


def test_an_undo_can_be_undone_and_audited(
    tmp_path: Path, practice: dict[str, object], capsys: pytest.CaptureFixture[str]
) -> None:
    """There and back and there again; in the end every order has the name that the last run gave it."""
    assert apply(tmp_path / "orders.csv", practice) == 0
    for _ in range(2):
        assert undo(None, practice, dry_run=False) == 0
    capsys.readouterr()
    assert audit(None, practice) == 0
    assert results(capsys) == ["unchanged"] * 3


def test_a_kept_plan_finds_what_changed_since(
    tmp_path: Path, practice: dict[str, object], capsys: pytest.CaptureFixture[str]
) -> None:
    """An order that was right when the plan was made, and isn't any more, is drifted and left alone."""
    other = tmp_path / "other.csv"
    other.write_text("order_id,new_name\na1,12 Elm Street\n", encoding="utf-8")
    assert plan(tmp_path / "orders.csv", practice) == 0  # makes the orders
    assert apply(other, practice) == 0
    capsys.readouterr()
    assert plan(tmp_path / "orders.csv", practice) == 0
    planned = json.loads(capsys.readouterr().out)
    assert planned["counts"] == {"unchanged": 1, "planned": 2}
    assert undo(None, practice, dry_run=False) == 0  # a person who thinks again
    capsys.readouterr()
    assert apply_plan(planned["run_id"], practice) == 1
    assert results(capsys) == ["drifted", "renamed", "renamed"]


def test_an_audit_calls_a_name_that_only_looks_the_same_another_one(
    tmp_path: Path, practice: dict[str, object], capsys: pytest.CaptureFixture[str]
) -> None:
    """A guard passes over Unicode's forms; an audit does not, and leaves no row ``pending``."""
    (tmp_path / "one.csv").write_text("order_id,new_name\na1,Caf\u00e9\n", encoding="utf-8")
    assert apply(tmp_path / "one.csv", practice) == 0
    first = json.loads(capsys.readouterr().out)["run_id"]
    [orders] = (tmp_path / "state").rglob("orders.sqlite3")
    with closing(OrderStore(path=orders)) as store:
        store.rename("a1", unicodedata.normalize("NFD", "Caf\u00e9"))  # this program composes the names that it sends
    assert audit(first, practice) == 1
    assert results(capsys) == ["drifted"]


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_what_a_trial_left_out_stays_left_out_when_its_report_is_fed_back_in(
    tmp_path: Path, practice: dict[str, object], capsys: pytest.CaptureFixture[str], ending: str
) -> None:
    """A report is a careful sheet: what is done is unchanged, what was skipped is skipped. The sheet does the rest."""
    report = tmp_path / f"trial.{ending}"
    assert apply(tmp_path / "orders.csv", practice | {"first": "1", "report": [str(report)]}) == 0
    assert results(capsys) == ["renamed", "skipped", "skipped"]
    assert apply(report, practice) == 0
    assert results(capsys) == ["unchanged", "skipped", "skipped"]
    (tmp_path / "orders.csv").write_text(SHEET.replace("a1,12 Elm,", "a1,12 Elm Street,"), encoding="utf-8")
    assert apply(tmp_path / "orders.csv", practice) == 0
    assert results(capsys) == ["unchanged", "renamed", "renamed"]


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_what_was_no_text_stays_invalid_when_its_report_is_fed_back_in(
    tmp_path: Path, practice: dict[str, object], capsys: pytest.CaptureFixture[str], ending: str
) -> None:
    """A date never becomes a name by way of the report; typed as text there, it does."""
    sheet, report = tmp_path / "dates.xlsx", tmp_path / f"dates-report.{ending}"
    book = openpyxl.Workbook()
    assert book.active is not None
    for row in (["order_id", "new_name"], ["a1", datetime.date(2026, 3, 4)], [1.5, "14 Elm"], ["a3", "16 Elm"]):
        book.active.append(row)
    book.save(sheet)
    for source, target in ((sheet, report), (report, tmp_path / "again.csv")):
        given = practice | {"report": [str(target)], "max_failures": "3"}
        assert apply(source, given) == 1
        rows = json.loads(capsys.readouterr().out)["rows"]
        assert [row["result"] for row in rows][:2] == ["invalid", "invalid"]
        assert [(row["order_id"], row["new_name"]) for row in rows][:2] == [("a1", ""), ("", "14 Elm")]
        if source is sheet:
            assert "2026-03-04" in rows[0]["reason"]
    repaired = tmp_path / "repaired.csv"
    repaired.write_text("order_id,new_name\na1,2026-03-04\n", encoding="utf-8")
    assert apply(repaired, practice) == 0
    assert results(capsys) == ["renamed"]


def test_practice_runs_are_pointed_to(
    tmp_path: Path, practice: dict[str, object], capsys: pytest.CaptureFixture[str]
) -> None:
    """Where --sandbox was forgotten, the error says where the run is; for a mistyped id it does not."""
    assert plan(tmp_path / "orders.csv", practice) == 0
    planned = json.loads(capsys.readouterr().out)["run_id"]
    real = {"state_dir": practice["state_dir"]}
    assert (list_runs(real, prune=None), show_one(planned, real), show_one("zzzzzz", real)) == (0, 2, 2)
    how = f"`{command_line(RUNS, [], real)}` lists the runs."
    assert capsys.readouterr().err.splitlines() == [
        f"There are no runs yet in {practice['state_dir']}. Runs in the sandbox are seen with --sandbox.",
        f'Error: There is no run "{planned}" here. With --sandbox there is one. {how}',
        f'Error: There is no run "zzzzzz" here. {how}',
    ]


def test_commands_in_messages_carry_the_options_in_use(
    tmp_path: Path, practice: dict[str, object], capsys: pytest.CaptureFixture[str]
) -> None:
    """Pasted, they are about the same journal."""
    assert plan(tmp_path / "orders.csv", practice) == 0
    capsys.readouterr()
    assert show_one("zzzzzz", practice | {"json": False}) == 2
    said = capsys.readouterr().err
    pasted = shlex.split(said.partition("`")[2].partition("`")[0])
    assert pasted[-4:] == ["runs", "--sandbox", "--state-dir", str(tmp_path / "state")]


@pytest.mark.parametrize("words", [["undo"], ["resume"], ["audit"], ["apply", "--plan", "k3"]], ids=" ".join)
def test_a_command_about_a_past_run_does_not_reset_the_sandbox(
    tmp_path: Path,
    practice: dict[str, object],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    words: list[str],
) -> None:
    """A reset would remove the very run that the command is about: it is refused, and nothing is removed."""
    assert apply(tmp_path / "orders.csv", practice) == 0
    state = str(tmp_path / "state")
    given = [*words, "--sandbox", "--sandbox-reset", "--yes", "--state-dir", state]
    monkeypatch.setattr(sys, "argv", ["batch-renamer", *[one for one in given if words != ["audit"] or one != "--yes"]])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2
    assert "--sandbox-reset" in capsys.readouterr().err
    assert audit(None, practice) == 0


def test_real_runs_are_pointed_to_in_practice(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The reverse: --sandbox was given, and the run is a real one."""
    with Journal.open(tmp_path / "journal.sqlite3") as journal:
        run = journal.runs.begin(NewRun(command="apply", base_url="https://api.example.com", account="a"))
    given = {"state_dir": str(tmp_path), "sandbox": True}
    assert (list_runs(given, prune=None), show_one(run.id, given)) == (0, 2)
    assert [line.partition(".")[2] or line for line in capsys.readouterr().err.splitlines()] == [
        " Runs at the API itself are seen without --sandbox.",
        f" Without --sandbox there is one. `{command_line(RUNS, [], given)}` lists the runs.",
    ]


def test_runs_are_listed_with_their_spreadsheets(
    tmp_path: Path, practice: dict[str, object], capsys: pytest.CaptureFixture[str]
) -> None:
    """People do not know a run by its id; an undo is about the sheet of the run that it undid."""
    odd = tmp_path / "\x1b[2J.csv"
    odd.write_text("order_id,new_name\nb1,18 Elm Street\n", encoding="utf-8")
    for sheet in (odd, tmp_path / "orders.csv"):
        assert apply(sheet, practice) == 0
    assert undo(None, practice, dry_run=False) == 0
    capsys.readouterr()
    assert list_runs(practice | {"json": False}, prune=None) == 0
    sheets = [re.split("  +", line)[-2:] for line in capsys.readouterr().out.splitlines()]
    assert sheets == [
        ["FILE", "ROWS"],
        ["orders.csv", "3 renamed"],
        ["orders.csv", "3 renamed"],
        ["\\x1b[2J.csv", "1 renamed"],
    ]


@pytest.mark.parametrize(
    ("report", "cause"),
    [
        pytest.param("x.doc", "must end in one of .csv, .html, .json, .xlsx", id="unknown format"),
        pytest.param("nowhere/x.csv", "there is no folder", id="missing folder"),
    ],
)
@pytest.mark.parametrize("command", ["check", "plan", "apply"])
def test_a_hopeless_report_is_refused_before_the_sheet_is_read(
    tmp_path: Path,
    practice: dict[str, object],
    capsys: pytest.CaptureFixture[str],
    *,
    command: str,
    report: str,
    cause: str,
) -> None:
    """It is said before a long sheet is read; nothing is begun."""
    given = practice | {"report": [str(tmp_path / report)], "json": False}
    assert OF_SHEETS[command](tmp_path / "there is no such sheet.xlsx", given) == 2
    assert cause in capsys.readouterr().err
    assert not (tmp_path / "state").exists()


def test_nothing_can_be_asked_where_the_input_is_closed(
    tmp_path: Path, practice: dict[str, object], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As without a terminal: it says to give --yes, and sends nothing."""
    monkeypatch.setattr(sys, "stdin", None)
    assert apply(tmp_path / "orders.csv", practice | {"yes": None, "json": False}) == 2
    assert "give --yes" in capsys.readouterr().err


def test_a_line_of_the_log_about_a_row_names_its_order(
    tmp_path: Path, practice: dict[str, object], capsys: pytest.CaptureFixture[str]
) -> None:
    """The log of many nights has what became of each order."""
    log = tmp_path / "log.jsonl"
    assert apply(tmp_path / "orders.csv", practice) == 0
    (tmp_path / "orders.csv").write_text(SHEET.replace("14 Elm,", "15 Elm,").replace("Street", "Road"), "utf-8")
    assert apply(tmp_path / "orders.csv", practice | {"log_file": str(log)}) == 1
    lines = [json.loads(line) for line in log.read_text("utf-8").splitlines()]
    about_rows = [(line["row"], line["order_id"], line["result"]) for line in lines if "row" in line]
    assert sorted(about_rows) == [(2, "a1", "drifted"), (3, "a2", "drifted"), (4, "a3", "drifted")]
    capsys.readouterr()
