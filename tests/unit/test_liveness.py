"""Who is at work: registered while its process lives and has not released it, and no longer."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from filelock import FileLock

from batch_renamer.liveness import Registration, registered

HOLDER = """
import sys
from pathlib import Path
from batch_renamer.liveness import Registration
with Registration(Path(sys.argv[1]), label="k3f9ab"):
    print("registered", flush=True)
    sys.stdin.read()
"""


def test_who_is_at_work_is_seen_until_released(tmp_path: Path) -> None:
    """The same label may be there twice, and one's own can be left out."""
    with Registration(tmp_path, label="one") as own, Registration(tmp_path, label="two"):
        with Registration(tmp_path, label="one"):
            assert sorted(registered(tmp_path)) == ["one", "one", "two"]
            assert sorted(registered(tmp_path, but=own)) == ["one", "two"]
        assert registered(tmp_path, but=own) == ["two"]
    assert registered(tmp_path) == []
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(os.name != "posix", reason="on Windows, making a link needs a right that users don't have")
def test_what_is_no_file_is_no_registration(tmp_path: Path) -> None:
    """A process registers by a file; a link that leads to itself is no reason to fail either."""
    (tmp_path / "run-1-folder.lock").mkdir()
    (tmp_path / "run-2-link.lock").symlink_to(tmp_path / "run-2-link.lock")
    assert registered(tmp_path) == []


def test_who_was_killed_is_not_there(tmp_path: Path) -> None:
    """The system releases the lock; the file that stays says nothing, and is cleared away when it is old."""
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"registered\n"
        alive = registered(tmp_path)
        other.kill()
    [left] = tmp_path.iterdir()
    assert (alive, registered(tmp_path), left.exists()) == (["k3f9ab"], [], True)
    os.utime(left, (0, time.time() - 3600))
    assert (registered(tmp_path), left.exists()) == ([], False)


def test_a_registration_that_goes_while_it_is_looked_at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A look is not disturbed by one that is cleared away in that moment."""
    (tmp_path / "one-1-f00d.lock").touch()
    release = FileLock.release

    def gone(self: FileLock, force: bool = False) -> None:
        release(self, force)
        Path(self.lock_file).unlink(missing_ok=True)

    monkeypatch.setattr(FileLock, "release", gone)
    assert registered(tmp_path) == []
