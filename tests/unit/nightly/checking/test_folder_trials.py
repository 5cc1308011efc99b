"""A folder enters; whether the night can use it leaves, with the way to repair what it can't."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import pytest

from batch_renamer.checks import Finding, Verdict
from batch_renamer.nightly.checking.folder_trials import check_inbox, check_metrics_file, check_target

posix_user = pytest.mark.skipif(sys.platform == "win32", reason="modes are POSIX's")


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    """Return an inbox with a spreadsheet."""
    folder = tmp_path / "in box"
    folder.mkdir()
    (folder / "orders.xlsx").touch()
    return folder


def refuse_new_files(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    """Let nothing be made in a folder, for root as well, as on a share that is read-only."""
    really = os.open

    def open_elsewhere(path: object, *how: int) -> int:
        if Path(str(path)).parent == folder:
            raise PermissionError(13, "Permission denied")
        return really(str(path), *how)

    monkeypatch.setattr(os, "open", open_elsewhere)


def test_an_inbox_that_can_be_used(inbox: Path) -> None:
    """Nothing of the trial stays, and files that begin with a dot are no spreadsheets."""
    (inbox / ".hidden").touch()
    assert check_inbox(inbox) == Finding(name="Inbox", verdict=Verdict.OK, said=f"{inbox}, with 1 file")
    assert sorted(path.name for path in inbox.iterdir()) == [".hidden", "orders.xlsx"]


def test_an_inbox_that_is_not_there(tmp_path: Path) -> None:
    """The command that makes it is quoted for the shell."""
    found = check_inbox(tmp_path / "my inbox")
    assert (found.verdict, found.repair) == (Verdict.PROBLEM, f"Run: mkdir -p '{tmp_path}/my inbox'")


def test_an_inbox_that_is_a_file(inbox: Path) -> None:
    """A file can't have spreadsheets in it."""
    found = check_inbox(inbox / "orders.xlsx")
    assert (found.verdict, found.said) == (Verdict.PROBLEM, f"{inbox}/orders.xlsx is no folder")


def test_an_inbox_from_which_nothing_can_be_moved(inbox: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only a trial tells that on a share; modes don't."""
    refuse_new_files(monkeypatch, inbox)
    found = check_inbox(inbox)
    assert (found.verdict, found.said) == (
        Verdict.PROBLEM,
        f"nothing can be moved out of {inbox}: Permission denied",
    )


@posix_user
def test_spreadsheets_that_only_their_owner_can_move(inbox: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a folder with the sticky bit, such as /tmp, colleagues' files would stay for ever."""
    inbox.chmod(0o1777)
    monkeypatch.setattr(os, "geteuid", lambda: 12_345)
    found = check_inbox(inbox)
    assert found.verdict is Verdict.PROBLEM
    assert found.said.startswith("orders.xlsx can't be moved out of")
    assert found.repair == f"Run: chmod -t '{inbox}'"


def test_spreadsheets_that_can_not_be_read(inbox: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Three are named, the others counted; the night goes on without them."""
    for number in range(4):
        (inbox / f"a{number}.csv").touch()
    monkeypatch.setattr(os, "access", lambda _path, _mode: False)
    found = check_inbox(inbox)
    assert found.verdict is Verdict.WARNING
    assert found.said == f"a0.csv, a1.csv, a2.csv and 2 more in {inbox} can't be read by this user"


def test_a_target_that_the_first_night_makes(inbox: Path) -> None:
    """It is not made by the check."""
    found = check_target("Done", inbox / "done", inbox=inbox)
    assert (found.verdict, found.said) == (Verdict.OK, f"{inbox}/done (the first night makes it)")
    assert not (inbox / "done").exists()


def test_a_target_in_a_place_that_can_not_be_written(inbox: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The nearest folder that exists is tried, and named."""
    refuse_new_files(monkeypatch, inbox)
    found = check_target("Reports", inbox / "a" / "b", inbox=inbox)
    assert found.verdict is Verdict.PROBLEM
    assert found.said == f"nothing can be written to {inbox}/a/b: Permission denied"
    assert str(inbox) in found.repair


def test_a_target_below_a_file(inbox: Path) -> None:
    """The part of the path that is wrong is named."""
    found = check_target("Problems", inbox / "orders.xlsx" / "problems", inbox=inbox)
    assert (found.verdict, found.said) == (
        Verdict.PROBLEM,
        f"{inbox}/orders.xlsx/problems: {inbox}/orders.xlsx is no folder",
    )


@pytest.mark.skipif(not Path("/dev/shm").is_dir(), reason="there is no second file system")  # noqa: S108 - Linux has it
def test_a_target_on_another_file_system(inbox: Path) -> None:
    """Files are copied there and compared, which takes longer than a move."""
    shared = Path("/dev/shm")  # noqa: S108 - a file system in memory
    if shared.stat().st_dev == inbox.stat().st_dev:
        pytest.skip("the temporary folder is on the same file system")
    found = check_target("Done", shared / "batch-renamer-not-there", inbox=inbox)
    assert (found.verdict, "on another file system" in found.said) == (Verdict.OK, True)


def test_a_target_without_room(inbox: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Reports of a night would not be whole."""
    full = type("Usage", (), {"free": 5_000_000})
    monkeypatch.setattr(shutil, "disk_usage", lambda _: full)
    found = check_target("Reports", inbox.parent, inbox=inbox)
    assert (found.verdict, found.repair) == (Verdict.WARNING, "Make room there.")
    assert found.said.endswith("; 5 MB free")


@pytest.mark.parametrize(("name", "verdict"), [("x.prom", Verdict.OK), ("no/x.prom", Verdict.PROBLEM)], ids=str)
def test_the_file_of_figures(tmp_path: Path, name: str, verdict: Verdict) -> None:
    """Its folder is another program's, so it is not made."""
    assert check_metrics_file(tmp_path / name).verdict is verdict


def test_a_folder_that_can_not_be_reached(inbox: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As in the home folder of another user: whether it is there is not known."""
    really = Path.stat

    def closed(path: Path, **how: bool) -> os.stat_result:
        if path == inbox:
            raise PermissionError(13, "Permission denied")
        return really(path, **how)

    monkeypatch.setattr(Path, "stat", closed)
    found = check_inbox(inbox)
    assert (found.verdict, found.said) == (Verdict.PROBLEM, f"{inbox} can't be reached: Permission denied")
    assert check_metrics_file(inbox / "x.prom").verdict is Verdict.PROBLEM


def test_a_folder_that_is_the_inbox_itself(inbox: Path, tmp_path: Path) -> None:
    """The next night would read what this one has put there; a link to the inbox is no other folder."""
    link = tmp_path / "link"
    link.symlink_to(inbox)
    for folder in (inbox, link):
        found = check_target("Reports", folder, inbox=inbox)
        assert (found.verdict, found.said) == (Verdict.PROBLEM, f"{folder} is the inbox itself")
