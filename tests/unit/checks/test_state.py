"""A state directory enters; each check says whether a run can use it, and leaves it as it was."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from batch_renamer.checks import Verdict
from batch_renamer.checks.state import check_disk, check_journal, check_other_runs, check_state_dir, room_of
from batch_renamer.journal import Journal, writing_lock
from batch_renamer.settings import Settings, resolve_settings

posix_only = pytest.mark.skipif(os.name != "posix", reason="permission bits mean this only on POSIX")
MB = 1_000_000


def settings_in(folder: Path) -> Settings:
    """Return settings with this state directory."""
    return resolve_settings({"state_dir": folder, "config": "none"}, environ={})


def test_a_folder_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    """The first run makes it."""
    finding = check_state_dir(settings_in(tmp_path / "a" / "b"))
    assert (finding.verdict, finding.said) == (Verdict.OK, f"{tmp_path / 'a' / 'b'} (the first run makes it)")
    assert list(tmp_path.iterdir()) == []


def test_a_file_in_the_place_of_the_folder_is_a_problem(tmp_path: Path) -> None:
    """No journal could be kept below it."""
    (tmp_path / "state").write_text("", encoding="utf-8")
    finding = check_state_dir(settings_in(tmp_path / "state" / "deeper"))
    assert (finding.verdict, finding.exit_code) == (Verdict.PROBLEM, 2)
    assert "--state-dir" in finding.repair


@posix_only
def test_a_folder_that_others_can_change_is_warned_about(tmp_path: Path) -> None:
    """With the command that closes it."""
    tmp_path.chmod(0o777)
    finding = check_state_dir(settings_in(tmp_path))
    assert (finding.verdict, finding.repair) == (Verdict.WARNING, f"Run: chmod go-w {tmp_path}")


def test_a_user_without_a_home_is_told_what_to_give(tmp_path: Path) -> None:
    """As a run would tell."""
    settings = settings_in(Path(os.devnull) / "no home folder")
    finding = check_state_dir(settings)
    assert (finding.verdict, finding.repair) == (Verdict.PROBLEM, "Give --state-dir DIR, or set HOME.")
    assert check_disk(settings_in(tmp_path)).verdict is not Verdict.NOT_CHECKED


@pytest.mark.parametrize(
    ("free", "verdict", "said"),
    [
        (9 * MB, Verdict.PROBLEM, "9 MB free"),
        (199 * MB, Verdict.WARNING, "199 MB free"),
        (200 * MB, Verdict.OK, "200 MB free"),
        (83_600 * MB, Verdict.OK, "83.6 GB free"),
    ],
    ids=["full", "nearly full", "enough", "plenty"],
)
def test_the_room_on_the_disk(free: int, verdict: Verdict, said: str) -> None:
    """A journal needs little; a full disk stops a run in its middle."""
    finding = room_of(free)
    assert (finding.verdict, finding.said) == (verdict, said)


def test_a_journal_is_counted_and_left_as_it_is(tmp_path: Path) -> None:
    """No file is made beside it, and it is not changed."""
    path = tmp_path / "journal.sqlite3"
    assert check_journal(path).said == "none yet; the first run makes it"
    Journal.open(path).close()
    before = {one.name: one.read_bytes() for one in tmp_path.iterdir()}
    finding = check_journal(path)
    assert (finding.verdict, finding.said) == (Verdict.OK, "whole, with 0 runs")
    assert {one.name: one.read_bytes() for one in tmp_path.iterdir()} == before


def test_a_journal_in_use_can_be_looked_at(tmp_path: Path) -> None:
    """What another process has just written is seen."""
    path = tmp_path / "journal.sqlite3"
    with Journal.open(path):
        assert check_journal(path).said == "whole, with 0 runs"


def test_a_damaged_journal_is_a_problem_and_stays(tmp_path: Path) -> None:
    """A check sets nothing aside."""
    path = tmp_path / "journal.sqlite3"
    path.write_bytes(b"not a database at all" * 100)
    finding = check_journal(path)
    assert (finding.verdict, finding.exit_code) == (Verdict.PROBLEM, 2)
    assert [one.name for one in tmp_path.iterdir()] == ["journal.sqlite3"]


@posix_only
def test_a_journal_that_others_can_use_is_warned_about(tmp_path: Path) -> None:
    """It has names and ids of orders."""
    path = tmp_path / "journal.sqlite3"
    Journal.open(path).close()
    path.chmod(0o644)
    assert check_journal(path).repair == f"Run: chmod 600 {path}"


def test_a_journal_in_a_folder_of_another_user_is_not_checked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The finding about the folder says what is wrong."""

    def closed(_: Path) -> bool:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "is_file", closed)
    assert check_journal(tmp_path / "journal.sqlite3").verdict is Verdict.NOT_CHECKED


def test_a_run_at_work_is_named(tmp_path: Path) -> None:
    """A run that would begin beside it would have to wait."""
    settings = settings_in(tmp_path)
    with writing_lock(tmp_path, account="key 1", run_id="k3f9ab"):
        finding = check_other_runs(settings, ("key 2", "key 1"))
    assert finding.verdict is Verdict.WARNING
    assert "Run k3f9ab (process" in finding.said
    assert check_other_runs(settings, ("key 1",)).verdict is Verdict.OK
    assert check_other_runs(settings, ()).verdict is Verdict.NOT_CHECKED


def test_what_a_killed_run_left_is_no_run_at_work(tmp_path: Path) -> None:
    """A note stays behind, the lock does not."""
    with writing_lock(tmp_path, account="key 1", run_id="k3f9ab"):
        left = {one: one.read_bytes() for one in (tmp_path / "locks").iterdir()}
    for path, content in left.items():
        path.write_bytes(content)
    assert check_other_runs(settings_in(tmp_path), ("key 1",)).verdict is Verdict.OK
