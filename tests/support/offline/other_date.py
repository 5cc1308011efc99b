"""Seconds enter, and this process lives that much later: its clock, its dates, and the times of the files it writes.

A child process that has ``TESTS_SHIFT_S`` in its environment begins so (`sitecustomize`, `fork_server`). The monotonic
clock stays, so timeouts and the pace of requests are real.

The machine gives a file that is written its own time. A file of the last hour therefore looks as if it were written at
the shifted time; any other file has the time that it has, and a test that wants a file to be a day old sets that with
`os.utime`. `settle` gives the files of a night the shifted time for good, before the next night is another shift away.
"""

from __future__ import annotations

import datetime
import os
import time
from collections.abc import Callable
from functools import wraps
from pathlib import Path

__all__ = ["SHIFT", "begin", "settle"]

SHIFT = "TESTS_SHIFT_S"
"""The variable with the seconds."""

_RECENT_NS = 3_600 * 10**9


def begin(shift_s: float) -> None:
    """Live ``shift_s`` seconds later from now on, at least two hours away from the machine's own time.

    Raises:
        ValueError: fewer than 7200 seconds; a file could not be told from one of the shifted time.
    """
    import time_machine  # noqa: PLC0415 - only children of such tests need it

    if abs(shift_s) < 7_200:
        raise ValueError(f"{SHIFT}={shift_s}: at least 7200 seconds away from the machine's own time")
    began_ns = time.time_ns()
    there = datetime.datetime.fromtimestamp(began_ns / 10**9 + shift_s, datetime.UTC)
    for name in ("stat", "lstat", "fstat"):
        setattr(os, name, _shifted(getattr(os, name), began_ns=began_ns, shift_ns=round(shift_s * 10**9)))
    time_machine.travel(there, tick=True).start()


def settle(folder: Path, *, now_s: float, shift_s: float) -> None:
    """Give all files of the last hour in this folder, and below, the time that they had for the shifted process."""
    for path in [folder, *folder.rglob("*")]:
        found = path.lstat()
        if abs(found.st_mtime - now_s) < _RECENT_NS / 10**9 and not path.is_symlink():
            os.utime(path, ns=(found.st_atime_ns, found.st_mtime_ns + round(shift_s * 10**9)))


def _shifted(stat: Callable[..., os.stat_result], *, began_ns: int, shift_ns: int) -> Callable[..., os.stat_result]:
    @wraps(stat)
    def shifted(*args: object, **options: object) -> os.stat_result:
        found = stat(*args, **options)
        if abs(found.st_mtime_ns - began_ns) > _RECENT_NS:
            return found
        parts: tuple[tuple[int, ...], dict[str, float]] = found.__reduce__()[1]  # type: ignore[assignment]
        numbers, named = parts  # only the first ten fields have a place
        at_ns = found.st_mtime_ns + shift_ns
        named = {**named, "st_mtime": at_ns / 10**9, "st_mtime_ns": at_ns}
        return os.stat_result((*numbers[:8], at_ns // 10**9, *numbers[9:]), named)

    return shifted
