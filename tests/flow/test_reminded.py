"""What commands say about one another: whose undo it is, which run is unfinished, and how to go on with it."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from batch_renamer.cli.commands.apply import apply, plan
from batch_renamer.cli.commands.audit import audit
from batch_renamer.cli.commands.check import check
from batch_renamer.cli.commands.report import report_again
from batch_renamer.cli.commands.resume import resume
from batch_renamer.cli.commands.runs import list_runs
from batch_renamer.cli.commands.show import show_one
from batch_renamer.cli.commands.undo import undo
from batch_renamer.journal.lock import writing_lock
from batch_renamer.settings import Settings, account
from tests.support.practised import applied, killed, practised_in

Capture = pytest.CaptureFixture[str]


OF_SHEETS = {"check": check, "plan": plan, "apply": apply}


@pytest.fixture
def practice(tmp_path: Path) -> dict[str, object]:
    """Give the options that keep everything in a folder of the test's own, and two spreadsheets."""
    return practised_in(tmp_path)


def test_an_undo_names_the_run_and_its_spreadsheet(
    tmp_path: Path, practice: dict[str, object], capsys: Capture
) -> None:
    """So do its dry run, an audit, and the list of runs."""
    run = applied(tmp_path / "oak.csv", practice, capsys)
    said = []
    for dry_run in (True, False):
        assert undo(run, practice, dry_run=dry_run) == 0
        said.append(capsys.readouterr().out.splitlines()[0])
    assert audit(run, practice) == 1
    said.append(capsys.readouterr().out.splitlines()[0])
    assert said == [
        f"Dry run, to undo run {run} (oak.csv): 3 of 3 names would be put back. Nothing was sent.",
        f"Undid run {run} (oak.csv): 3 of 3 names put back.",
        f"0 of 3 orders still have the names of run {run} (oak.csv).",
    ]
    list_runs(practice, prune=None)
    listed = [line.split("  ")[2].strip() for line in capsys.readouterr().out.splitlines()[1:]]
    assert listed == [f"audit of {run}", f"undo of {run}", f"undo --dry-run of {run}", "apply"]


def test_an_undo_of_an_undo_says_so(tmp_path: Path, practice: dict[str, object], capsys: Capture) -> None:
    """A second undo without an id says what it does; one that names the undo does not."""
    applied(tmp_path / "oak.csv", practice, capsys)
    assert undo(None, practice | {"json": True}, dry_run=False) == 0
    first = json.loads(capsys.readouterr().out)["run_id"]
    for run_id, warned in ((first, False), (None, True)):
        assert undo(run_id, practice, dry_run=True) == 0
        said = capsys.readouterr().out
        assert (f"Run {first} is itself an undo: this renames the orders again." in said) is warned
        assert "would get the name back that it had before that run" in said


@pytest.mark.parametrize("command", ["plan", "apply"])
def test_an_unfinished_run_is_recalled(
    tmp_path: Path, practice: dict[str, object], capsys: Capture, command: str
) -> None:
    """One line at the end of the next night's run, with the command that finishes it; none once that is done."""
    run = applied(tmp_path / "oak.csv", practice, capsys)
    killed(practice)
    assert OF_SHEETS[command](tmp_path / "elm.csv", practice) == 0
    [note] = [line for line in capsys.readouterr().out.splitlines() if line.startswith("Note: Run ")]
    assert note.startswith(f"Note: Run {run} of 20")
    assert f" (oak.csv) is unfinished: 2 rows; `batch-renamer resume {run} --sandbox --yes --state-dir " in note
    assert resume(run, practice, failed=False) == 0
    assert "is unfinished" not in capsys.readouterr().out
    assert OF_SHEETS[command](tmp_path / "elm.csv", practice) == 0
    assert "is unfinished" not in capsys.readouterr().out


@pytest.mark.parametrize("while_reading", [False, True], ids=["while renaming", "while reading"])
def test_an_interrupted_run_is_shown_with_the_command_that_goes_on(
    tmp_path: Path, practice: dict[str, object], capsys: Capture, while_reading: bool
) -> None:
    """What it did not come to is not called a plan, and a report that was not written is not named."""
    run = applied(tmp_path / "oak.csv", practice, capsys)
    assert show_one(run, practice) == 0
    whole = capsys.readouterr().out
    assert ("Report  " in whole, "resume" in whole) == (True, False)
    killed(practice, while_reading=while_reading)
    assert show_one(run, practice) == 0
    shown = capsys.readouterr().out
    assert shown.splitlines()[-1].startswith(f"batch-renamer resume {run} ")
    left = "3  pending    not reached; nothing was sent" if while_reading else "2  unknown    may have been renamed"
    assert left in shown
    assert ("Report  " in shown, "would be renamed" in shown) == (False, False)


ABOUT_PAST: dict[str, Callable[[dict[str, object]], int]] = {
    "runs": lambda given: list_runs(given, prune=None),
    "show": lambda given: show_one(None, given),
    "report": lambda given: report_again(None, given),
}


def taking_no_more(monkeypatch: pytest.MonkeyPatch, error: OSError) -> None:
    """Let standard output refuse every write."""

    def refuse(_: object) -> int:
        raise error

    monkeypatch.setattr(sys.stdout, "write", refuse)
    monkeypatch.setattr(sys.stdout, "writelines", refuse)


@pytest.mark.parametrize("name", ABOUT_PAST)
def test_head_ends_a_command_that_only_shows(
    tmp_path: Path, practice: dict[str, object], capsys: Capture, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """Quietly, with the exit code of other tools."""
    applied(tmp_path / "oak.csv", practice, capsys)
    taking_no_more(monkeypatch, BrokenPipeError(32, "Broken pipe"))
    assert (ABOUT_PAST[name](practice), capsys.readouterr().err) == (141, "")


@pytest.mark.parametrize("name", ABOUT_PAST)
def test_a_full_disk_behind_standard_output_is_no_fault(
    tmp_path: Path, practice: dict[str, object], capsys: Capture, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """It is said in a sentence."""
    applied(tmp_path / "oak.csv", practice, capsys)
    taking_no_more(monkeypatch, OSError(28, "No space"))
    assert ABOUT_PAST[name](practice) == 4
    assert capsys.readouterr().err.strip().endswith("The result could not be written to standard output: No space.")


def test_a_result_that_can_not_be_read_is_no_success(
    tmp_path: Path, practice: dict[str, object], capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A check whose answer went into a full disk exits 4."""
    taking_no_more(monkeypatch, OSError(28, "No space"))
    assert check(tmp_path / "oak.csv", {"quiet": True, "state_dir": practice["state_dir"]}) == 4
    assert "could not be written to standard output: No space" in capsys.readouterr().err


def test_the_sandbox_is_one_runs_at_a_time(tmp_path: Path, practice: dict[str, object], capsys: Capture) -> None:
    """The second run exits 5 and names the first, as in a real account; its orders' file is not called damaged."""
    state = Path(str(practice["state_dir"]))
    here = account(Settings(state_dir=state, sandbox=True), key=None)
    with writing_lock(state, account=f"{here}'s orders", run_id="k3f9ab"):
        assert apply(tmp_path / "oak.csv", practice) == 5
    assert "run k3f9ab (process" in capsys.readouterr().out
