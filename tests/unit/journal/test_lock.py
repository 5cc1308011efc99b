"""One writing run at a time in an account: who holds the lock is named, and a process that died doesn't hold it."""

from __future__ import annotations

import errno
import os
import re
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock

from batch_renamer.errors import JournalError, LockedError, SettingsError
from batch_renamer.journal.lock import prove_locks, writing_lock

HOLDER = """
import sys
from pathlib import Path
from batch_renamer.journal.lock import writing_lock
with writing_lock(Path(sys.argv[1]), account="office", run_id="k3f9ab"):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_the_holder_is_named(tmp_path: Path) -> None:
    """Its run, its process, and since when; another account is free."""
    with writing_lock(tmp_path, account="office", run_id="k3f9ab"):
        with (
            pytest.raises(LockedError) as refused,
            writing_lock(tmp_path, account="office", run_id="other"),
        ):
            pass
        with writing_lock(tmp_path, account="home", run_id="other"):
            pass
    since = r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d"
    said = rf"Not started: run k3f9ab \(process {os.getpid()}, since {since}\) is at work in this account"
    assert re.match(said, str(refused.value))
    with writing_lock(tmp_path, account="office", run_id="other"):
        pass


@pytest.mark.skipif(sys.platform == "win32", reason="kills with a POSIX signal")
def test_a_dead_process_holds_nothing(tmp_path: Path) -> None:
    """The lock is the system's and goes with its process, however that ends."""
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        with pytest.raises(LockedError, match="run k3f9ab"), writing_lock(tmp_path, account="office", run_id="other"):
            pass
        holder.send_signal(signal.SIGKILL)
        holder.wait()
        with writing_lock(tmp_path, account="office", run_id="other"):
            pass


def test_what_cannot_be_told_does_not_matter(tmp_path: Path) -> None:
    """On a full disk, say: the lock holds, and a run that meets it learns less."""
    with writing_lock(tmp_path, account="office", run_id="k3f9ab"):
        [card] = (tmp_path / "locks").glob("*.json")
        card.unlink()
        card.mkdir()  # nothing can be written there
        with pytest.raises(LockedError, match="another run"), writing_lock(tmp_path, account="office", run_id="other"):
            pass
        card.rmdir()
        with writing_lock(tmp_path, account="home", run_id="other"):
            pass


def test_an_account_is_locked_under_all_its_names(tmp_path: Path) -> None:
    """Two runs that share one name keep each other out, and the one that is refused holds none of its names."""
    with writing_lock(tmp_path, account="office", also=("key 1",), run_id="k3f9ab"):
        for account, also in (("night", ("key 1",)), ("key 1", ()), ("office", ("key 2",))):
            with (
                pytest.raises(LockedError, match="run k3f9ab"),
                writing_lock(tmp_path, account=account, also=also, run_id="other"),
            ):
                pass
        for free in ("night", "key 2"):
            with writing_lock(tmp_path, account=free, run_id="other"):
                pass


@pytest.mark.skipif(sys.platform == "win32", reason="makes links")
def test_the_note_is_never_written_through_a_link(tmp_path: Path) -> None:
    """A foreign file stays as it is, and the lock holds without its note."""
    (tmp_path / "foreign").write_text("foreign")
    with writing_lock(tmp_path, account="office", run_id="k3f9ab"):
        [note] = (tmp_path / "locks").glob("*.json")
    note.symlink_to(tmp_path / "foreign")
    with (
        writing_lock(tmp_path, account="office", run_id="k3f9ab"),
        pytest.raises(LockedError),
        writing_lock(tmp_path, account="office", run_id="other"),
    ):
        pass
    assert (tmp_path / "foreign").read_text() == "foreign"


@pytest.mark.skipif(sys.platform == "win32", reason="makes links")
def test_a_link_in_place_of_the_locks_is_refused(tmp_path: Path) -> None:
    """Two state directories would quietly share their locks, or a stranger could hold them."""
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "locks").symlink_to(tmp_path / "elsewhere")
    with (
        pytest.raises(JournalError, match="a link to another folder; remove the link"),
        writing_lock(tmp_path, account="office", run_id="k3f9ab"),
    ):
        pass


def test_locks_that_work_are_proven_without_a_trace(tmp_path: Path) -> None:
    """The trial's own file is gone afterwards."""
    prove_locks(tmp_path)
    assert list((tmp_path / "locks").iterdir()) == []


class _Pretending(FileLock):
    """A lock as some network shares have it: every run gets it."""

    def acquire(self, *_: Any, **__: Any) -> Any:
        return None


class _Refusing(FileLock):
    """A lock of a share whose lock service is not running."""

    def acquire(self, *_: Any, **__: Any) -> Any:
        raise OSError(errno.ENOLCK, "No locks available")


@pytest.mark.parametrize("kind", [_Pretending, _Refusing])
def test_a_folder_without_working_locks_is_refused(tmp_path: Path, kind: type[FileLock]) -> None:
    """The sentence says what to do; two runs in one account would not notice each other there."""
    with pytest.raises(SettingsError, match="put --state-dir on a local disk"):
        prove_locks(tmp_path, make_lock=kind)


@pytest.mark.parametrize("name", ["file/state", "x" * 300])
def test_a_state_directory_that_cannot_be_used_is_one_sentence(tmp_path: Path, name: str) -> None:
    """Nothing has begun, so it is the option that is wrong."""
    (tmp_path / "file").touch()
    with pytest.raises(SettingsError, match=r"can't be used \(.+\)\. Choose another with --state-dir\."):
        prove_locks(tmp_path / name)
