"""Which processes are at work: each registers under a label in a folder, and the labels of all others can be read.

A registration is a lock of the operating system on a small file, so that it ends with its process, however that ends. A
process that reads the labels tries the locks: a file whose lock is free belongs to no process.
"""

from __future__ import annotations

import logging
import os
import secrets
import stat
import time
from contextlib import suppress
from pathlib import Path
from typing import Self

from filelock import FileLock, Timeout

from batch_renamer.files import private_folder

__all__ = ["Registration", "live_registrations", "registered", "system_lock"]

log = logging.getLogger("batch_renamer")

_LEFT_BEHIND_S = 60.0
_PATIENCE_S = 1.0
"""A process that reads the labels may hold the lock of a new registration for a moment, before its owner does."""


class Registration:
    """The registration of this process under a label, until it is released. Making one may take a second.

    ``label`` holds no dash. The folder is made (0700) when it isn't there.

    Raises:
        OSError: the file can't be made or locked.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder, Registration(Path(folder), label="k3f9ab"):
        ...     registered(Path(folder))
        ['k3f9ab']
    """

    def __init__(self, folder: Path, *, label: str) -> None:
        private_folder(folder)
        self.place = folder / f"{label}-{os.getpid()}-{secrets.token_hex(4)}.lock"
        self._lock = system_lock(self.place, timeout_s=_PATIENCE_S)
        self._lock.acquire()

    def __enter__(self) -> Self:
        """Return the registration itself, to be released at the end of the block."""
        return self

    def __exit__(self, *_: object) -> None:
        """Release it."""
        self.release()

    def release(self) -> None:
        """End the registration."""
        self._lock.release()
        with suppress(OSError):  # as on a disk that became read-only: without its lock, the file stands for no process
            self.place.unlink(missing_ok=True)


def registered(folder: Path, *, but: Registration | None = None) -> list[str]:
    """Return the labels of all registered processes but ``but``; remove the files of processes that have died."""
    return [place.name.partition("-")[0] for place in live_registrations(folder, but=but)]


def live_registrations(folder: Path, *, but: Registration | None = None) -> list[Path]:
    """Return the files of all registered processes but ``but``; remove those of processes that have died."""
    live = []
    for place in folder.glob("*.lock"):
        if but is not None and place == but.place:
            continue
        try:
            found = place.lstat()
        except FileNotFoundError:
            continue
        if not stat.S_ISREG(found.st_mode):
            continue  # a link or a folder, which no process has registered by
        other = system_lock(place, timeout_s=0)
        try:
            other.acquire()
        except Timeout:
            live.append(place)
        except OSError as error:
            # It may be another user's file. A lock that can't be tried counts as held.
            log.debug("it can't be told whether %s is still in use: %s", place, error.strerror or error)
            live.append(place)
        else:
            with suppress(OSError):
                # Its owner has cleared it away meanwhile, and the attempt to lock it has made it anew.
                if place.lstat().st_ctime_ns != found.st_ctime_ns:
                    place.unlink()
            other.release()
            # Its owner may be clearing it away this very moment.
            with suppress(FileNotFoundError):
                # A new file may not be locked by its owner yet, who would then lock a file that has no name any more.
                if time.time() - place.stat().st_mtime > _LEFT_BEHIND_S:
                    place.unlink()
    return live


def system_lock(place: Path, *, timeout_s: float) -> FileLock:
    """Return a lock on a file (0600) that the system releases when its process dies; it is not held yet.

    A soft lock, which would stay behind, is no substitute.
    """
    return FileLock(place, mode=0o600, thread_local=False, fallback_to_soft=False, timeout=timeout_s)
