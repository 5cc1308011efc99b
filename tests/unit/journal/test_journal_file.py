"""The journal as a file: where it may be, what is copied with it, and what becomes of it under a run's hands."""

from __future__ import annotations

import os
import shutil
import sqlite3
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from batch_renamer.errors import JournalError
from batch_renamer.jobs.state import open_journal, protect_state
from batch_renamer.journal import Journal, NewRun
from batch_renamer.journal.salt import OLD_FILE
from batch_renamer.model import RenameRequest
from batch_renamer.settings import Settings
from tests.support.connections import connections

posix = pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX permissions")


def _begun(path: Path) -> str:
    with Journal.open(path) as journal:
        return journal.runs.begin(NewRun(command="apply", base_url="http://127.0.0.1:1", account="docs")).id


def test_the_salt_is_made_once_and_copied_with_the_journal(tmp_path: Path) -> None:
    """One file is all that has to be copied; another journal has another salt."""
    with Journal.open(tmp_path / "journal.sqlite3") as journal:
        salt = journal.salt()
        assert (len(salt), journal.salt()) == (32, salt)
    (tmp_path / "copy").mkdir()
    shutil.copy(tmp_path / "journal.sqlite3", tmp_path / "copy")
    with Journal.open(tmp_path / "copy" / "journal.sqlite3") as copy, Journal.open(tmp_path / "new.sqlite3") as new:
        assert copy.salt() == salt != new.salt()


def test_the_salt_of_an_earlier_version_is_taken_over(tmp_path: Path) -> None:
    """The runs of that time still belong to their keys; the old file is not needed any more."""
    (tmp_path / OLD_FILE).write_bytes(old := bytes(range(32)))
    for _ in range(2):
        with Journal.open(tmp_path / "journal.sqlite3") as journal:
            assert journal.salt() == old
    assert not (tmp_path / OLD_FILE).exists()


@pytest.mark.parametrize("left", [b"", b"short", b"x" * 33])
def test_a_salt_that_was_cut_is_replaced(tmp_path: Path, left: bytes) -> None:
    """A disk that was full at the very first start is no damage for ever."""
    (tmp_path / OLD_FILE).write_bytes(left)
    with Journal.open(tmp_path / "journal.sqlite3") as journal:
        assert len(journal.salt()) == 32


def test_an_old_sqlite_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """STRICT tables came with 3.37; the sentence says which version there is and what helps."""
    monkeypatch.setattr(sqlite3, "sqlite_version_info", (3, 36, 0))
    monkeypatch.setattr(sqlite3, "sqlite_version", "3.36.0")
    said = r"has SQLite 3\.36\.0, and the journal needs 3\.37 or newer: use a newer Python"
    with pytest.raises(JournalError, match=said):
        Journal.open(tmp_path / "journal.sqlite3")
    with pytest.raises(JournalError, match=said):
        Journal.temporary()


def test_a_temporary_journal_needs_no_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An offline check works where nothing can be written."""
    monkeypatch.chdir(tmp_path)
    with Journal.temporary() as journal:
        run = journal.runs.begin(NewRun(command="check", base_url="", account=""))
        assert journal.runs.get(run.id) == run
        assert (journal.runs.at_work(), journal.is_in_place()) == (frozenset(), True)
    assert list(tmp_path.iterdir()) == []


def test_no_room_for_a_temporary_journal_names_tmpdir() -> None:
    """It has no path that could be named, and no state directory would help."""
    with connections() as made, Journal.temporary() as journal:
        run = journal.runs.begin(NewRun(command="check", base_url="", account=""))
        made[0].execute("PRAGMA max_page_count = 1")
        with pytest.raises(JournalError, match="or name a folder that has some in TMPDIR"):
            journal.rows.add(run, [RenameRequest(row=row, order_id=f"a{row}", new_name="b" * 99) for row in range(999)])


def test_a_journal_that_was_replaced_is_noticed(tmp_path: Path) -> None:
    """Removed, or another one in its place."""
    _begun(path := tmp_path / "journal.sqlite3")
    _begun(other := tmp_path / "other.sqlite3")
    with Journal.open(path) as journal:
        assert journal.is_in_place()
        other.replace(path)
        assert not journal.is_in_place()
        path.unlink()
        assert not journal.is_in_place()


def _read_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let nothing be writable, by any user."""
    access = os.access
    monkeypatch.setattr(os, "access", lambda path, mode: mode != os.W_OK and access(path, mode))


def test_past_runs_are_read_where_nothing_can_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a killed process left in the write-ahead log is read as well, and nothing is made there."""
    settings = Settings(state_dir=tmp_path)
    with Journal.open(tmp_path / "journal.sqlite3") as other:
        run = other.runs.begin(NewRun(command="apply", base_url="http://127.0.0.1:1", account="docs"))
        before = sorted(tmp_path.iterdir())
        _read_only(monkeypatch)
        with open_journal(settings, only_read=True) as journal:
            assert journal.runs.get(run.id).id == run.id
            copy = journal.path.parent
        assert (sorted(tmp_path.iterdir()), copy.exists()) == (before, False)


def test_no_runs_where_there_is_no_journal_and_none_can_be_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """There were none, and that is the answer."""
    _read_only(monkeypatch)
    with open_journal(Settings(state_dir=tmp_path / "state"), only_read=True) as journal:
        assert journal.runs.find() == []
    assert list(tmp_path.iterdir()) == []


@posix
def test_a_journal_that_others_can_use_is_closed_to_them(tmp_path: Path) -> None:
    """Once, with a sentence; what belongs to it too."""
    _begun(tmp_path / "journal.sqlite3")
    for name in ("journal.sqlite3", "journal.sqlite3-wal"):
        (tmp_path / name).touch()
        (tmp_path / name).chmod(0o666)
    settings = Settings(state_dir=tmp_path)
    assert protect_state(settings) == [
        f"The journal {tmp_path / 'journal.sqlite3'} could be used by other users; it is for you alone now."
    ]
    assert {stat.S_IMODE(path.stat().st_mode) for path in tmp_path.glob("journal*")} == {0o600}
    assert protect_state(settings) == []


@posix
def test_a_state_directory_that_others_can_change_is_told(tmp_path: Path) -> None:
    """It may be one that the user made for more than this, so only the command that closes it is given."""
    tmp_path.chmod(0o777)
    [said] = protect_state(Settings(state_dir=tmp_path))
    assert said.endswith(f"run: chmod go-w {tmp_path}")
    assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o777
    assert protect_state(Settings(state_dir=tmp_path / "not made yet")) == []


def test_a_journal_that_is_opened_twice_in_one_process_stays_whole(tmp_path: Path) -> None:
    """Another process that opens and closes it meanwhile doesn't take itself for the last one, and takes nothing away.

    When a process closes a descriptor of a file, POSIX drops all its locks on that file; SQLite guards against that, as
    long as nothing else opens the file.
    """
    path = tmp_path / "journal.sqlite3"
    other = "import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); print(*c.execute('SELECT id FROM runs')); c.close()"

    def seen_by_another_process() -> str:
        return subprocess.run(
            [sys.executable, "-c", other, str(path)], check=True, capture_output=True, text=True
        ).stdout

    with Journal.open(path) as journal:
        first = journal.runs.begin(NewRun(command="apply", base_url="http://127.0.0.1:1", account="docs")).id
        Journal.open(path).close()
        assert first in seen_by_another_process()
        second = journal.runs.begin(NewRun(command="apply", base_url="http://127.0.0.1:1", account="docs")).id
        assert second in seen_by_another_process()
    with Journal.open(path) as journal:
        assert {run.id for run in journal.runs.find()} == {first, second}
