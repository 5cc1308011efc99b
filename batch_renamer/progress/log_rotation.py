"""Rotates a log file: yesterday's lines get a file of their own, named by their day, and old ones are removed.

``nightly.jsonl`` becomes ``nightly.jsonl.2026-11-25`` at the first command of the next day. A process that still writes
notices that the file has another name, and goes on in the new one (`log_handlers`). Programs such as logrotate may
rotate the file, too: the names that they give are left alone.
"""

from __future__ import annotations

import os
import re
import stat
from contextlib import suppress
from datetime import date, datetime, timedelta
from pathlib import Path

from batch_renamer.files import open_regular

try:
    import fcntl
except ImportError:  # Windows; there, a file that another process has open can't be renamed
    fcntl = None  # type: ignore[assignment]

__all__ = ["rotate_log"]

_LARGEST_BYTES = 32 * 1024 * 1024
_MOST_A_DAY = 1_000
_DAY = re.compile(r"\.(\d{4}-\d{2}-\d{2})(?:-\d+)?")


def rotate_log(file: Path, *, keep_days: int | None, now: float) -> None:
    """Rotate a log and remove those that are older than ``keep_days``; None: they are kept, and only size matters.

    A log is rotated on the first command of a day, where days are kept, or when it is larger than 32 MB. ``now`` is
    in seconds since the epoch. Left alone are a device, a file that another process rotates at this moment, and a file
    of another user: if root looks at past runs, the user of the night must still be able to write the log.

    Raises:
        OSError: it can't be renamed, or an old one can't be removed.
    """
    place = Path(os.path.realpath(file))
    if not place.is_file():
        return
    if os.name == "posix" and place.stat().st_uid != os.geteuid():
        return
    today = datetime.fromtimestamp(now).astimezone().date()
    descriptor = open_regular(place, os.O_RDWR | os.O_APPEND)
    try:
        if _is_ours_alone(descriptor) and os.path.samestat(os.fstat(descriptor), place.stat()):
            _rotate(place, os.fstat(descriptor), keep_days=keep_days, today=today)
    finally:
        os.close(descriptor)  # releases the lock
    if keep_days is not None:
        _remove_old(place, before=today - timedelta(days=keep_days))


def _is_ours_alone(descriptor: int) -> bool:
    """Take the lock of an open log for its rotation; False if another process rotates it."""
    if fcntl is None:
        return True
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        return True  # a disk without locks
    return True


def _rotate(place: Path, found: os.stat_result, *, keep_days: int | None, today: date) -> None:
    day = datetime.fromtimestamp(found.st_mtime).astimezone().date()  # that of its last line
    due = keep_days is not None and day < today
    if not found.st_size or not (due or found.st_size > _LARGEST_BYTES):
        return
    names = (f"{place.name}.{day}{f'-{number}' if number > 1 else ''}" for number in range(1, _MOST_A_DAY))
    free = next((name for name in map(place.with_name, names) if not os.path.lexists(name)), None)
    if free is None:
        return
    place.rename(free)
    with suppress(FileExistsError):  # another process has opened the log meanwhile
        # With the permissions of the old one: another program may be meant to read it.
        descriptor = os.open(place, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        try:
            if hasattr(os, "fchmod"):
                os.fchmod(descriptor, stat.S_IMODE(found.st_mode))
        finally:
            os.close(descriptor)


def _remove_old(place: Path, *, before: date) -> None:
    for old in place.parent.iterdir():
        found = _DAY.fullmatch(old.name.removeprefix(place.name)) if old.name.startswith(place.name) else None
        if found is not None and date.fromisoformat(found[1]) < before and old.is_file() and not old.is_symlink():
            old.unlink(missing_ok=True)
