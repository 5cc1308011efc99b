"""`resume` and `runs` in the sandbox: what is left to do, which runs are listed, and which are not mentioned again."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from batch_renamer.cli.commands.apply import plan
from batch_renamer.cli.commands.resume import resume
from batch_renamer.cli.commands.runs import Chosen, list_runs
from tests.support.practised import applied, changed, killed, practised_in
from tests.support.typed import typed

Capture = pytest.CaptureFixture[str]

ALL = Chosen()
Given = Mapping[str, object]
NONE: Given = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Office:
    """The sandbox with runs: ``practice`` are the options of every command."""

    folder: Path
    practice: dict[str, object]
    capsys: Capture

    def applied(self, sheet: str = "oak.csv", *, code: int = 0) -> str:
        """Apply a spreadsheet; return the run's id."""
        return applied(self.folder / sheet, self.practice, self.capsys, code=code)

    def resumed(self, run: str, given: Given = NONE, *, failed: bool = False) -> tuple[int, str, str]:
        """Resume a run; return the exit code, standard output and standard error."""
        code = resume(run, {**self.practice, **given}, failed=failed)
        return (code, *self.capsys.readouterr())

    def listed(self, chosen: Chosen = ALL, **given: object) -> list[dict[str, object]]:
        """Return the runs that are listed."""
        assert list_runs(self.practice | {"json": True} | given, prune=None, chosen=chosen) == 0
        runs: list[dict[str, object]] = json.loads(self.capsys.readouterr().out)["runs"]
        return runs

    def dismissed(self, run: str) -> tuple[int, str]:
        """Dismiss a run; return the exit code and what is said."""
        code = list_runs(self.practice, prune=None, dismiss=run)
        return code, self.capsys.readouterr().err


@pytest.fixture
def office(tmp_path: Path, capsys: Capture) -> Office:
    """Give a sandbox without runs, and two spreadsheets."""
    return Office(folder=tmp_path, practice=practised_in(tmp_path), capsys=capsys)


BAD = "UPDATE rows SET result = 'failed', reason = '{}' WHERE row = 2"
MISSING = BAD.format("There is no order with this id in this account.")


@pytest.mark.parametrize(
    ("statement", "code", "said"),
    [
        pytest.param("UPDATE rows SET result = 'renamed'", 0, r"Run K has nothing left to finish\.", id="done"),
        pytest.param(
            BAD.format("The API refused the name."),
            1,
            r"Run K has nothing left to finish but 1 failed row\. To try again what failed:\n"
            r"batch-renamer resume K --failed --sandbox --yes --state-dir .+",
            id="a failed row",
        ),
        pytest.param(
            MISSING,
            1,
            r"Run K has nothing left to finish\. 1 order is not in this account: "
            r"repair the spreadsheet and apply it again\.",
            id="an order that does not exist",
        ),
        pytest.param(
            "UPDATE runs SET state = 'loading', committed_at = NULL",
            0,
            r"Run K was stopped while its rows were read; nothing was sent\. Begin it again\.",
            id="stopped while its rows were read",
        ),
    ],
)
def test_a_run_with_nothing_left_says_why(office: Office, statement: str, code: int, said: str) -> None:
    """The exit code is that of the run."""
    run = office.applied()
    changed(office.practice, statement)
    ended, out, err = office.resumed(run)
    assert (ended, err) == (code, "")
    assert re.fullmatch(said.replace("K", run) + r"\n", out), out


def test_a_plan_is_not_resumed(office: Office) -> None:
    """The command that commits it is named; resume does not take it."""
    assert plan(office.folder / "oak.csv", office.practice | {"json": True}) == 0
    kept = json.loads(office.capsys.readouterr().out)["run_id"]
    code, _, err = office.resumed(kept)
    assert code == 2
    assert f"Run {kept} is a plan" in err


def test_an_apply_that_was_declined_names_the_command_that_commits_it(office: Office) -> None:
    """It was planned and never begun."""
    run = office.applied()
    changed(office.practice, "UPDATE runs SET state = 'planned', committed_at = NULL")
    code, out, _ = office.resumed(run)
    assert code == 0
    assert out.startswith(f"Run {run} was planned and never begun; `batch-renamer apply --plan {run} --sandbox --yes ")


@pytest.mark.parametrize(
    ("given", "out"),
    [
        pytest.param({"json": True}, '{"command": "resume"', id="json"),
        pytest.param({"report": ["-"]}, "row,order_id", id="a report on standard output"),
    ],
)
def test_the_result_is_written_all_the_same(office: Office, given: dict[str, object], out: str) -> None:
    """A program that resumes whatever there is gets the rows, and the sentence is on standard error."""
    run = office.applied()
    code, written, said = office.resumed(run, given)
    assert (code, said) == (0, f"Run {run} has nothing left to finish.\n")
    assert written.lstrip("\ufeff").startswith(out)
    assert all(order in written for order in ("a1", "a2", "a3"))


def test_failed_rows_are_tried_again(office: Office) -> None:
    """If they are asked for, because each try may fail in the same way."""
    run = office.applied()
    changed(office.practice, BAD.format("The API refused the name."))
    code, out, _ = office.resumed(run, failed=True)
    assert code == 0
    assert "3 of 3 rows" in out


@pytest.mark.parametrize(
    ("chosen", "sheets"),
    [
        pytest.param(Chosen(), ["elm.csv", "oak.csv"], id="all, the newest first"),
        pytest.param(Chosen(limit="1"), ["elm.csv"], id="the newest"),
        pytest.param(Chosen(order="a2"), ["oak.csv"], id="of an order"),
        pytest.param(Chosen(order="a2", limit="1"), ["oak.csv"], id="the newest of an order"),
        pytest.param(Chosen(file="OAK"), ["oak.csv"], id="of a file, in capitals"),
        pytest.param(Chosen(file="csv"), ["elm.csv", "oak.csv"], id="of files"),
        pytest.param(Chosen(file="/elm"), ["elm.csv"], id="of a path"),
        pytest.param(Chosen(file="state"), [], id="not of a folder"),
    ],
)
def test_the_runs_that_were_chosen_are_listed(office: Office, chosen: Chosen, sheets: list[str]) -> None:
    """What is asked for together must all be so."""
    office.applied()
    office.applied("elm.csv")
    assert [Path(str(run["sheet"])).name for run in office.listed(chosen)] == sheets


@pytest.mark.parametrize(
    ("chosen", "said"),
    [
        (Chosen(order="zz"), "No run had the order zz."),
        (Chosen(file="ash"), "No run was of a spreadsheet with ash in its name."),
        (Chosen(order="a1", file="elm"), "No run had the order a1 and was of a spreadsheet with elm in its name."),
    ],
    ids=["order", "file", "both"],
)
def test_none_that_was_chosen_is_said(office: Office, chosen: Chosen, said: str) -> None:
    """What was looked for is repeated; standard output stays empty."""
    office.applied()
    office.applied("elm.csv")
    assert list_runs(office.practice, prune=None, chosen=chosen) == 0
    assert office.capsys.readouterr() == ("", said + "\n")


@pytest.mark.parametrize("limit", ["0", "-1", "1.5", "all", "", "٣"])
def test_a_limit_that_is_no_number_is_refused(office: Office, limit: str) -> None:
    """Nothing is listed."""
    assert list_runs(office.practice, prune=None, chosen=Chosen(limit=limit)) == 2
    assert office.capsys.readouterr() == ("", f"Error: --limit {limit}: must be a number of runs, such as 20.\n")


def test_where_there_are_no_runs_the_other_journal_is_named(office: Office) -> None:
    """Runs of the sandbox are easily looked for at the API, and the other way round."""
    office.applied()
    state = office.practice["state_dir"]
    assert list_runs({"base_url": "http://127.0.0.1:1", "state_dir": state}, prune=None) == 0
    said = f"There are no runs yet in {state}. Runs in the sandbox are seen with --sandbox.\n"
    assert office.capsys.readouterr() == ("", said)


@pytest.mark.parametrize("named", ["by its id", "latest"])
def test_a_run_that_is_dismissed_is_not_mentioned_again(office: Office, named: str) -> None:
    """It can be finished all the same; to dismiss it twice changes nothing."""
    run = office.applied()
    killed(office.practice)
    for _ in range(2 if named == "by its id" else 1):
        code, said = office.dismissed(run if named == "by its id" else named)
        assert code == 0
        assert said.startswith(f"Run {run} will not be mentioned again. `batch-renamer resume {run} --sandbox --yes ")
    assert [one["state"] for one in office.listed()] == ["dismissed"]
    assert office.resumed(run)[0] == 0


@pytest.mark.parametrize("named", ["by its id", "latest"])
def test_a_run_that_is_done_is_not_dismissed(office: Office, named: str) -> None:
    """The sentence says what became of it."""
    run = office.applied()
    code, said = office.dismissed(run if named == "by its id" else named)
    assert code == 2
    by_id = f"Error: Run {run} is done, not interrupted: there is nothing to dismiss.\n"
    assert said == by_id if named == "by its id" else said.startswith("Error: ")


@pytest.mark.parametrize(
    ("lines", "yes", "left"),
    [("n\n", False, 1), ("y\n", False, 0), ("n\n", True, 0)],
    ids=["declined", "agreed", "not asked"],
)
def test_old_runs_are_forgotten_before_the_list(
    office: Office, monkeypatch: pytest.MonkeyPatch, lines: str, yes: bool, left: int
) -> None:
    """After a no nothing is listed, either; with ``--yes`` nothing is asked."""
    office.applied()
    with typed(lines) as stream:
        monkeypatch.setattr(sys, "stdin", stream)
        assert list_runs(office.practice, prune="0", yes=yes) == 0
    said = office.capsys.readouterr()
    assert ("Forget 1 run? [y/N]" in said.err, said.out) == (not yes, "")
    assert len(office.listed()) == left
