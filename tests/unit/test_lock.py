"""One writing run at a time in an account: who holds the lock is named, and whoever died doesn't hold it."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from batch_renamer.errors import LockedError
from batch_renamer.lock import writing_lock

HOLDER = """
import sys
from pathlib import Path
from batch_renamer.lock import writing_lock
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
    said = rf"Run k3f9ab \(process {os.getpid()}, since \d{{4}}-\d\d-\d\d \d\d:\d\d:\d\d\) is at work in this account"
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
        with pytest.raises(LockedError, match="Run k3f9ab"), writing_lock(tmp_path, account="office", run_id="other"):
            pass
        holder.send_signal(signal.SIGKILL)
        holder.wait()
        with writing_lock(tmp_path, account="office", run_id="other"):
            pass


def test_what_cannot_be_told_does_not_matter(tmp_path: Path) -> None:
    """On a full disk, say: the lock holds, and whoever meets it learns less."""
    with writing_lock(tmp_path, account="office", run_id="k3f9ab"):
        [card] = (tmp_path / "locks").glob("*.json")
        card.unlink()
        card.mkdir()  # nothing can be written there
        with pytest.raises(LockedError, match="Another run"), writing_lock(tmp_path, account="office", run_id="other"):
            pass
        card.rmdir()
        with writing_lock(tmp_path, account="home", run_id="other"):
            pass
