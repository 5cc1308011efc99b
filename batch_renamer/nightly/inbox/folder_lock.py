"""The lock on the inbox itself: nights with other state directories, or of other users, notice each other by it.

It is the operating system's lock on the folder, so it leaves no file and ends with the process. Windows and some
network shares have none; there, two nights of one inbox only notice each other if they have one state directory.
"""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from batch_renamer.errors import LockedError

__all__ = ["locked_folder"]

log = logging.getLogger("batch_renamer")

_TRIED_AGAIN_AFTER_S = 1.0


@contextmanager
def locked_folder(folder: Path, *, wait_s: float, sleep: Callable[[float], None]) -> Iterator[None]:
    """Hold the lock of a folder for the time of the block; without one where the folder can't be locked.

    Raises:
        LockedError: another night holds it, and has not released it in ``wait_s`` seconds.

    Example:
        >>> import tempfile, time
        >>> with tempfile.TemporaryDirectory() as inbox, locked_folder(Path(inbox), wait_s=0, sleep=time.sleep):
        ...     "no other night works in this folder"
        'no other night works in this folder'
    """
    if sys.platform == "win32":
        yield
        return
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        left_s = wait_s
        while not _is_locked_now(descriptor, folder):
            if left_s <= 0:
                raise LockedError("Another night")
            sleep(min(_TRIED_AGAIN_AFTER_S, left_s))
            left_s -= _TRIED_AGAIN_AFTER_S
        yield
    finally:
        os.close(descriptor)


def _is_locked_now(descriptor: int, folder: Path) -> bool:
    """Lock an open folder; return False if another process holds it. What can't be locked at all counts as locked."""
    import fcntl  # noqa: PLC0415 - Windows has none

    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError as error:
        log.info("%s can't be locked: %s", folder, error.strerror)
    return True
