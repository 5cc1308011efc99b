"""Private copies of settled files."""

from __future__ import annotations

import datetime
import errno
import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from batch_renamer.errors import StoppedEarlyError
from batch_renamer.files import digest_of
from batch_renamer.journal import Journal, Look
from batch_renamer.nightly.filing.moving import file_away
from batch_renamer.nightly.inbox import SettledFile, Snapshot, Snapshots, WaitingFile

WHOLE = b"order_id,new_name\na1,12 Elm St\n"


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    """The journal of the nights."""
    with Journal.open(tmp_path / "state" / "journal.sqlite3") as opened:
        yield opened


@pytest.fixture
def file(tmp_path: Path) -> SettledFile:
    """A file that has settled."""
    path = tmp_path / "in" / "orders.csv"
    path.parent.mkdir()
    path.write_bytes(WHOLE)
    path.chmod(0o644)
    os.utime(path, (1_700_000_000, 1_700_000_000))
    found = path.stat()
    look = Look(
        size=found.st_size, mtime_ns=found.st_mtime_ns, digest=digest_of(path), unchanged_since=0.0, known_since=7.0
    )
    return SettledFile(path=path, look=look)


@pytest.fixture
def copies(tmp_path: Path) -> Snapshots:
    """The snapshots of the inbox."""
    return Snapshots(tmp_path / "state", tmp_path / "in")


def test_a_snapshot_is_a_private_copy(file: SettledFile, copies: Snapshots) -> None:
    """It has the name, the content and the time of the file; nobody else can read it."""
    taken = copies.take(file)
    assert isinstance(taken, Snapshot)
    assert (taken.path.name, taken.path.read_bytes(), taken.path.stat().st_mtime) == (
        "orders.csv",
        WHOLE,
        1_700_000_000,
    )
    assert stat.S_IMODE(taken.path.stat().st_mode) == 0o600
    assert [stat.S_IMODE(folder.stat().st_mode) for folder in (taken.path.parent, copies.folder)] == [0o700, 0o700]
    assert (taken.digest, taken.mode, taken.inbox_path) == (file.look.digest, 0o644, file.path)


def test_a_file_that_has_gone_is_left_out(file: SettledFile, copies: Snapshots) -> None:
    """A person has taken it back in time: nothing of it stays in the inbox, and no night waits for it."""
    file.path.unlink()
    assert copies.take(file) is None


@pytest.mark.parametrize("change", ["content", "time", "link"])
def test_a_file_that_is_not_what_the_look_has_shown_waits(file: SettledFile, copies: Snapshots, change: str) -> None:
    """It is never read half: another look comes first."""
    match change:
        case "content":
            file.path.write_bytes(WHOLE.swapcase())
            os.utime(file.path, (1_700_000_000, 1_700_000_000))
        case "time":
            os.utime(file.path, (1_700_000_001, 1_700_000_001))
        case "link":
            file.path.rename(file.path.with_name("other.csv"))
            file.path.symlink_to("other.csv")
    taken = copies.take(file)
    assert isinstance(taken, WaitingFile)
    assert taken.since == 7.0
    assert "It stays in the inbox, and the next night looks at it again." in taken.sentence


def test_a_file_that_can_not_be_read_to_its_end_waits(
    file: SettledFile, copies: Snapshots, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The sentence has the cause."""

    class Broken:
        def __init__(self, *_: object) -> None:
            pass

        def __enter__(self) -> Broken:
            return self

        def __exit__(self, *_: object) -> None:
            pass

        def fileno(self) -> int:
            return 0

        def read(self, _: int) -> bytes:
            raise OSError(errno.EIO, os.strerror(errno.EIO))

    fdopen = os.fdopen
    monkeypatch.setattr(os, "fdopen", lambda fd, mode: Broken() if mode == "rb" else fdopen(fd, mode))
    taken = copies.take(file)
    assert isinstance(taken, WaitingFile)
    assert taken.sentence.startswith('"orders.csv" can\'t be read: Input/output error.')


def test_a_full_disk_stops_the_night(file: SettledFile, copies: Snapshots, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing was sent; the sentence names the folder."""

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StoppedEarlyError, match=r"can't be written to .*: No space left on device"):
        copies.take(file)


def test_snapshots_are_removed_but_those_of_unfinished_moves(
    file: SettledFile, copies: Snapshots, journal: Journal, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """What a move may still need stays until it is finished."""
    copies.clear(journal.moves)
    needed, other = copies.take(file), copies.take(file)
    assert isinstance(needed, Snapshot)
    assert isinstance(other, Snapshot)

    def refuse(*_: object) -> None:
        raise OSError(errno.EROFS, os.strerror(errno.EROFS))

    with monkeypatch.context() as patch:
        patch.setattr(Path, "rename", refuse)
        file_away(needed, tmp_path / "done", date=datetime.date(2026, 11, 26), reports=[], moves=journal.moves)
    copies.clear(journal.moves)
    assert (needed.path.exists(), other.path.exists()) == (True, False)
