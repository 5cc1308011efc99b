"""Where a run keeps its journal that is to keep none: a folder that goes with the run, unless it must be kept.

The folder is made in the platform's state directory and not among temporary files, which a system clears away: a run
that was stopped in the middle can still be resumed or undone from there. The locks are those of the command line
(`lock.shared_state_dir`), so that a notebook and a nightly job never rename in one account at once.
"""

from __future__ import annotations

import errno
import logging
import os
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from batch_renamer.errors import BatchRenamerError, JournalError
from batch_renamer.files import private_folder
from batch_renamer.journal import LIBRARY_RUNS, prove_locks

__all__ = ["StatePlace", "temporary_sandbox", "temporary_state"]

log = logging.getLogger("batch_renamer")


@dataclass(slots=True, kw_only=True)
class StatePlace:
    """The state directory of a run, and whether it is kept."""

    folder: Path
    keep: bool = False


@contextmanager
def temporary_sandbox() -> Iterator[StatePlace]:
    """Give a place for a sandbox of its own, removed at the end of the block unless it is to be kept by then.

    Example:
        >>> with temporary_sandbox() as place:
        ...     place.keep
        False
    """
    place = StatePlace(folder=Path(tempfile.mkdtemp(prefix="batch-renamer-")))
    try:
        yield place
    finally:
        if not place.keep:
            shutil.rmtree(place.folder, ignore_errors=True)


@contextmanager
def temporary_state(platform_state_dir: Path) -> Iterator[StatePlace]:
    """Give a place for the journal of one run, removed at the end of the block unless it is to be kept by then.

    Where the platform's state directory can't be used (a read-only home, a network share without locks), it is a folder
    among the temporary files, the same for every run of this user.

    Raises:
        JournalError: neither can be used.

    Example:
        >>> with tempfile.TemporaryDirectory() as home, temporary_state(Path(home) / "state") as place:
        ...     place.folder.parent.name
        'library-runs'
    """
    made = [folder for folder in platform_state_dir.parents if not folder.exists()]
    shared = _usable(platform_state_dir)
    place = StatePlace(folder=shared / LIBRARY_RUNS / secrets.token_hex(4))
    try:
        yield place
    finally:
        if not place.keep:
            shutil.rmtree(place.folder, ignore_errors=True)
        ours = (shared / LIBRARY_RUNS, *shared.glob("live/*"), shared / "live", shared / "locks", shared)
        for folder in (*ours, *made):
            # Only those that are empty: others may be at work there.
            with suppress(OSError):
                folder.rmdir()


def _usable(platform_state_dir: Path) -> Path:
    try:
        return _prepared(platform_state_dir)
    except (OSError, BatchRenamerError) as error:
        log.info("%s can't be used for the journal: %s", platform_state_dir, error)
    try:
        user = os.getuid() if os.name == "posix" else "own"
        return _prepared(Path(tempfile.gettempdir()) / f"batch-renamer-{user}")
    except OSError as error:
        raise JournalError(
            f"There is no place for the journal: {error.strerror}. Give state_dir, a folder that can be written."
        ) from None


def _prepared(shared: Path) -> Path:
    shared.parent.mkdir(parents=True, exist_ok=True)
    private_folder(shared)
    if os.name == "posix" and shared.stat().st_uid != os.getuid():
        raise PermissionError(errno.EPERM, "it belongs to another user", str(shared))
    prove_locks(shared)
    return shared
