"""The rotation of the log: one file a day where days are kept, nothing lost, and nothing touched that is not ours."""

from __future__ import annotations

import fcntl
import logging
import multiprocessing
import os
from datetime import datetime
from pathlib import Path

import pytest

from batch_renamer.progress import log_rotation
from batch_renamer.progress.log_rotation import rotate_log
from batch_renamer.progress.logs import logging_to

TODAY = datetime(2026, 11, 26, 3, 30).astimezone()
NOW = TODAY.timestamp()
DAY_S = 86_400
LINE = '{"time": "2026-11-25T03:30:00.000+00:00", "level": "info", "message": "night"}\n'


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A log that was last written yesterday."""
    return written(tmp_path / "nightly.jsonl", days_ago=1)


def written(path: Path, *, days_ago: int) -> Path:
    """Write a log whose last line is so many days old."""
    path.write_text(LINE, encoding="utf-8")
    path.chmod(0o600)
    os.utime(path, (NOW - days_ago * DAY_S,) * 2)
    return path


def names(path: Path) -> list[str]:
    """Return what is in the folder of the log."""
    return sorted(one.name for one in path.parent.iterdir())


def test_the_first_command_of_a_day_gives_the_lines_before_it_a_file_of_their_day(path: Path) -> None:
    """Nothing of them is lost, and they stay private."""
    rotate_log(path, keep_days=30, now=NOW)
    assert names(path) == ["nightly.jsonl", "nightly.jsonl.2026-11-25"]
    old = path.with_name("nightly.jsonl.2026-11-25")
    assert (path.read_text(), old.read_text()) == ("", LINE)
    assert [one.stat().st_mode & 0o777 for one in (path, old)] == [0o600, 0o600]


def test_a_program_that_may_read_the_log_may_read_the_next_one(path: Path) -> None:
    """The user has let a log collector read it."""
    path.chmod(0o640)
    rotate_log(path, keep_days=30, now=NOW)
    assert path.stat().st_mode & 0o777 == 0o640


def test_a_log_of_another_user_is_not_rotated(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The new file would be root's, and the nights could not write it any more."""
    monkeypatch.setattr(os, "geteuid", lambda: path.stat().st_uid + 1)
    rotate_log(path, keep_days=30, now=NOW)
    assert names(path) == ["nightly.jsonl"]


@pytest.mark.parametrize(("keep_days", "days_ago"), [(None, 1), (30, 0)], ids=["no days are kept", "written to today"])
def test_a_log_that_is_not_due_stays(path: Path, keep_days: int | None, days_ago: int) -> None:
    """Without days the file is one for ever, as a user of logrotate expects it."""
    written(path, days_ago=days_ago)
    rotate_log(path, keep_days=keep_days, now=NOW)
    assert names(path) == ["nightly.jsonl"]


def test_a_log_that_is_very_large_is_rotated_in_any_case(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Several times a day, too: each has a number."""
    monkeypatch.setattr(log_rotation, "_LARGEST_BYTES", 10)
    for _ in range(3):
        rotate_log(written(path, days_ago=0), keep_days=None, now=NOW)
    days = ["nightly.jsonl.2026-11-26", "nightly.jsonl.2026-11-26-2", "nightly.jsonl.2026-11-26-3"]
    assert names(path) == ["nightly.jsonl", *days]


def test_only_logs_that_are_too_old_are_removed(path: Path) -> None:
    """What logrotate or a user has named, and links, are left alone."""
    others = ["nightly.jsonl.1", "nightly.jsonl-20250101", "nightly.jsonl.2025-01-01.gz", "other.jsonl.2025-01-01"]
    for name in (*others, "nightly.jsonl.2026-10-26", "nightly.jsonl.2026-10-27", "nightly.jsonl.2026-10-26-2"):
        path.with_name(name).touch()
    path.with_name("nightly.jsonl.2025-01-02").symlink_to(path)
    rotate_log(written(path, days_ago=0), keep_days=30, now=NOW)
    kept = [*others, "nightly.jsonl", "nightly.jsonl.2025-01-02", "nightly.jsonl.2026-10-27"]
    assert names(path) == sorted(kept)


def test_a_link_to_a_log_stays_a_link(path: Path, tmp_path: Path) -> None:
    """The file that it points to is rotated, in its own folder."""
    (elsewhere := tmp_path / "links").mkdir()
    (link := elsewhere / "log").symlink_to(path)
    rotate_log(link, keep_days=1, now=NOW)
    assert (names(link), link.is_symlink()) == (["log"], True)
    assert path.with_name("nightly.jsonl.2026-11-25").exists()


@pytest.mark.parametrize("name", ["missing", "empty", "device"])
def test_what_holds_no_lines_is_left_alone(tmp_path: Path, name: str) -> None:
    """No file, an empty one, or a device."""
    path = Path("/dev/null") if name == "device" else tmp_path / name
    if name == "empty":
        path.touch()
        os.utime(path, (0, 0))
    rotate_log(path, keep_days=1, now=NOW)
    assert [one.name for one in tmp_path.iterdir()] == (["empty"] if name == "empty" else [])


def test_a_log_that_another_process_rotates_is_left_to_it(path: Path) -> None:
    """Two commands that begin at the same moment make one file of a day."""
    with path.open("a") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        rotate_log(path, keep_days=30, now=NOW)
        assert names(path) == ["nightly.jsonl"]
    rotate_log(path, keep_days=30, now=NOW)
    assert names(path) == ["nightly.jsonl", "nightly.jsonl.2026-11-25"]


def write_lines(path: Path, which: int) -> None:
    """Open a log as a command does, and write to it."""
    for number in range(20):
        with logging_to(path, verbose=False, secrets=[], keep_days=3_000):
            logging.getLogger("batch_renamer").info("%d.%d", which, number)


def test_no_line_is_lost_when_several_processes_rotate_and_write(path: Path) -> None:
    """Every line is in one of the files, once."""
    processes = [
        multiprocessing.get_context("fork").Process(target=write_lines, args=(path, each)) for each in range(4)
    ]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    every = [line for name in names(path) for line in path.with_name(name).read_text().splitlines()]
    assert len(every) == len(set(every)) == 1 + 4 * 20
    assert {"nightly.jsonl", "nightly.jsonl.2026-11-25"} <= set(names(path))  # one more if midnight came in between


def test_a_log_that_can_not_be_renamed_is_still_written(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The folder may be another user's; it is said, in the log as well."""

    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "rename", refuse)
    with logging_to(path, verbose=False, secrets=[], keep_days=1) as troubles:
        pass
    said = f"The log file {path} can't be rotated: Permission denied. It grows until that is repaired."
    assert troubles == [said]
    assert said in path.read_text()
