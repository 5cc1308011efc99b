"""One writing run at a time: an account and a run enter, a held lock leaves, or the sentence that names who holds it.

The lock is the operating system's, on a file of the state directory: it goes with its process, however that ends. What
stands beside it only tells people who holds it.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from filelock import FileLock, Timeout

from batch_renamer.errors import JournalError, LockedError

__all__ = ["writing_lock"]

log = logging.getLogger("batch_renamer")


@contextmanager
def writing_lock(state_dir: Path, *, account: str, run_id: str) -> Iterator[None]:
    """Hold the lock of an account in this state directory.

    Raises:
        LockedError: another run holds it.
        JournalError: the lock's file can't be made.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder, writing_lock(Path(folder), account="docs", run_id="k3f9"):
        ...     "nobody else renames in this account"
        'nobody else renames in this account'
    """
    place = state_dir / "locks" / f"{hashlib.blake2b(account.encode(), digest_size=8).hexdigest()}.lock"
    try:
        place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        # Released by the system when the process dies; a soft lock, which stays behind, is no substitute.
        lock = FileLock(place, timeout=0, mode=0o600, thread_local=False, fallback_to_soft=False)
        lock.acquire()
    except Timeout:
        raise LockedError(_held_by(place)) from None
    except OSError as error:
        msg = f"The lock {place} can't be taken: {error.strerror}."
        raise JournalError(msg) from None
    try:
        _tell(place, run_id)
        yield
    finally:
        _card(place).unlink(missing_ok=True)
        lock.release()


def _card(place: Path) -> Path:
    return place.with_suffix(".json")


def _tell(place: Path, run_id: str) -> None:
    holder = {"run": run_id, "process": os.getpid(), "since": time.time()}
    try:
        card = os.open(_card(place), os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600)
        with os.fdopen(card, "w", encoding="utf-8") as file:
            json.dump(holder, file)
    except OSError as error:
        # A full disk, perhaps. The lock holds without it; whoever meets it only learns less.
        log.warning("who holds the lock could not be noted: %s", error)


def _held_by(place: Path) -> str:
    try:
        holder = json.loads(_card(place).read_text(encoding="utf-8"))
        since = datetime.fromtimestamp(holder["since"]).astimezone().strftime("%Y-%m-%d %H:%M:%S")
        return f"Run {holder['run']} (process {holder['process']}, since {since})"
    except (OSError, ValueError, KeyError, TypeError):
        # The holder has just begun, or just ended.
        return "Another run"
