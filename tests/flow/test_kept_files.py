"""The commands and the files around them: what is not theirs stays as it is, and past runs can be read anywhere."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from batch_renamer.cli.commands.apply import apply, plan
from batch_renamer.cli.commands.check import check
from batch_renamer.cli.commands.report import report_again
from batch_renamer.cli.commands.runs import list_runs
from batch_renamer.cli.commands.show import show_one
from batch_renamer.jobs.state import open_journal
from batch_renamer.journal.lock import writing_lock
from batch_renamer.settings import Settings

SHEET = "order_id,new_name\na1,12 Elm Street\na2,14 Elm Street\n"


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, object]:
    """Give a sheet in a working directory, and options that keep everything in a folder of the test's own."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "in.csv").write_text(SHEET, encoding="utf-8")
    return {"sandbox": True, "yes": True, "quiet": True, "state_dir": str(tmp_path / "state")}


@pytest.mark.parametrize("report", ["nofolder/../in.csv", "in.csv", "./in.csv"])
def test_the_spreadsheet_is_not_replaced_by_the_report(
    tmp_path: Path, here: dict[str, object], report: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit 2, whatever the spelling, and the spreadsheet is as it was."""
    assert apply(Path("in.csv"), here | {"report": [report]}) == 2
    said = capsys.readouterr().err
    assert "exists and is no report" in said or "overwrite the spreadsheet" in said
    assert (tmp_path / "in.csv").read_text(encoding="utf-8") == SHEET


@pytest.mark.parametrize("log", ["in.csv", "state/sandbox/journal.sqlite3", "state/account.salt"])
def test_the_log_is_not_appended_to_what_is_no_log(tmp_path: Path, here: dict[str, object], log: str) -> None:
    """Exit 2; spreadsheet, journal and an old salt are as they were."""
    assert apply(Path("in.csv"), here) == 0
    (tmp_path / "state" / "account.salt").write_bytes(bytes(range(32)))
    before = (tmp_path / log).read_bytes()
    assert apply(Path("in.csv"), here | {"log_file": log}) == 2
    assert (tmp_path / log).read_bytes() == before


def test_report_and_log_in_one_file_are_refused(
    tmp_path: Path, here: dict[str, object], capsys: pytest.CaptureFixture[str]
) -> None:
    """Before anything is sent, also when neither is there yet."""
    assert apply(Path("in.csv"), here | {"report": ["night.json"], "log_file": "./night.json"}) == 2
    assert 'The report "night.json" would overwrite the log' in capsys.readouterr().err
    assert not (tmp_path / "state").exists()


def test_a_second_report_is_written_where_the_first_fails(
    tmp_path: Path, here: dict[str, object], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit 4, with the reason; the second is whole."""
    replace = Path.replace

    def refusing(path: Path, target: Path) -> Path:
        if target.name == "one.csv":
            raise OSError(28, "No space left on device")
        return replace(path, target)

    monkeypatch.setattr(Path, "replace", refusing)
    assert apply(Path("in.csv"), here | {"report": ["one.csv", "two.json"]}) == 4
    assert "one.csv" in (said := capsys.readouterr()).out + said.err
    assert len(json.loads((tmp_path / "two.json").read_text(encoding="utf-8"))["rows"]) == 2
    assert report_again(None, here | {"report": ["one.csv", "three.json"]}) == 4
    said = capsys.readouterr()
    assert (said.out, "No space left" in said.err) == ("three.json\n", True)


def test_the_sandbox_of_a_run_at_work_is_not_reset(
    tmp_path: Path, here: dict[str, object], capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit 5, and nothing is removed: neither while a run holds the lock, nor when one has only just begun."""
    assert apply(Path("in.csv"), here) == 0
    journal = tmp_path / "state" / "sandbox" / "journal.sqlite3"
    found = journal.stat().st_ino
    for account in ("sandbox", "sandbox's orders"):
        with writing_lock(tmp_path / "state", account=account, run_id="k3f9ab"):
            assert plan(Path("in.csv"), here | {"sandbox_reset": True}) == 5
        assert "run k3f9ab" in capsys.readouterr().err
    with open_journal(Settings(state_dir=tmp_path / "state", sandbox=True)):
        assert list_runs(here | {"sandbox_reset": True}, prune=None) == 5
    assert "another command in the sandbox is at work" in capsys.readouterr().err
    assert journal.stat().st_ino == found
    assert plan(Path("in.csv"), here | {"sandbox_reset": True}) == 0
    with open_journal(Settings(state_dir=tmp_path / "state", sandbox=True)) as opened:
        assert [run.command for run in opened.runs.find()] == ["plan"]


def test_past_runs_are_shown_on_a_state_directory_that_can_only_be_read(
    tmp_path: Path, here: dict[str, object], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """``runs``, ``show`` and ``report`` only look; nothing there changes."""
    assert apply(Path("in.csv"), here) == 0
    before = {path: path.stat().st_mtime_ns for path in (tmp_path / "state").rglob("*")}
    access = os.access
    monkeypatch.setattr(os, "access", lambda path, mode: mode != os.W_OK and access(path, mode))
    capsys.readouterr()
    assert (list_runs(here, prune=None), show_one(None, here), report_again(None, here | {"report": ["r.csv"]})) == (
        0,
        0,
        0,
    )
    assert "2 renamed" in capsys.readouterr().out
    assert {path: path.stat().st_mtime_ns for path in (tmp_path / "state").rglob("*")} == before


def test_a_check_needs_no_folder_at_all(
    tmp_path: Path, here: dict[str, object], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Neither a temporary one nor a state directory: a CSV file is only read."""

    def nowhere() -> str:
        raise FileNotFoundError(2, "No usable temporary directory found")

    monkeypatch.setattr("tempfile.gettempdir", nowhere)
    monkeypatch.setattr("tempfile.mkdtemp", lambda *_, **__: nowhere())
    assert check(Path("in.csv"), {"state_dir": "/nowhere/state"}) == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in.csv"]
