"""Seconds enter, and this process lives that much later: its clock, its dates, and the times of the files it writes.

A child process that has ``TESTS_SHIFT_S`` in its environment begins so (`sitecustomize`, `fork_server`). `time.sleep`
takes a moment there, and moves the clock on. The monotonic clock stays, so timeouts and the pace of requests are real.

The machine gives a file that is written its own time. A file of the last hour therefore looks as if it were written at
the shifted time; any other file has the time that it has, and a test that wants a file to be a day old sets that with
`os.utime`. `settle` gives the files of a night the shifted time for good, before the next night is another shift away.

A file that ``TESTS_GROWS`` names gets one line more during each skipped sleep: another program is writing it.
"""

from __future__ import annotations

import os
import time
from bisect import bisect_right
from collections.abc import Callable
from functools import wraps
from pathlib import Path

__all__ = ["GROWS", "SHIFT", "begin", "let_sleep_be_skipped", "settle"]

SHIFT = "TESTS_SHIFT_S"
"""The variable with the seconds."""

GROWS = "TESTS_GROWS"
"""The variable with the path of a file that gets one line more during each skipped sleep."""

_RECENT_NS = 3_600 * 10**9
_MOMENT_S = 0.05
_skip: list[Callable[[float], None]] = []


def let_sleep_be_skipped() -> None:
    """Let `time.sleep` be skipped once this process lives later; before anything keeps the function itself."""
    sleep = time.sleep

    @wraps(sleep)
    def skipping(seconds: float) -> None:
        sleep(min(seconds, _MOMENT_S) if _skip else seconds)
        for skip in _skip:
            skip(max(0.0, seconds - _MOMENT_S))
        if _skip and (growing := os.environ.get(GROWS)):
            with Path(growing).open("ab") as file:
                file.write(b"one-more,line\n")

    time.sleep = skipping  # type: ignore[assignment]  # the SupportsIndex of its type


def begin(shift_s: float) -> None:
    """Live ``shift_s`` seconds later from now on, at least two hours away from the machine's own time.

    Raises:
        ValueError: fewer than 7200 seconds; a file could not be told from one of the shifted time.
    """
    import time_machine  # noqa: PLC0415 - only children of such tests need it

    if abs(shift_s) < 7_200:
        raise ValueError(f"{SHIFT}={shift_s}: at least 7200 seconds away from the machine's own time")
    real_ns, shift_ns = time.time_ns(), round(shift_s * 10**9)
    shifts = _Shifts(real_ns, shift_ns)
    for name in ("stat", "lstat", "fstat"):
        setattr(os, name, shifts.shifted(getattr(os, name)))
    traveller = time_machine.travel((real_ns + shift_ns) / 10**9, tick=True).start()

    def skip(seconds: float) -> None:
        shifts.grow(round(seconds * 10**9))
        traveller.shift(seconds)

    _skip.append(skip)


def settle(folder: Path, *, now_s: float, shift_s: float) -> None:
    """Give all files of the last hour in this folder, and below, the time that they had for the shifted process."""
    for path in [folder, *folder.rglob("*")]:
        found = path.lstat()
        if abs(found.st_mtime - now_s) < _RECENT_NS / 10**9 and not path.is_symlink():
            os.utime(path, ns=(found.st_atime_ns, found.st_mtime_ns + round(shift_s * 10**9)))


class _Shifts:
    """How far each real time is shifted: a sleep that is skipped makes later ones later still."""

    def __init__(self, real_ns: int, shift_ns: int) -> None:
        self._began_ns = real_ns
        self._from_ns, self._by_ns = [0], [shift_ns]

    def grow(self, by_ns: int) -> None:
        self._from_ns.append(time.time_ns() - self._by_ns[-1])
        self._by_ns.append(self._by_ns[-1] + by_ns)

    def shifted(self, stat: Callable[..., os.stat_result]) -> Callable[..., os.stat_result]:
        @wraps(stat)
        def shifted(*args: object, **options: object) -> os.stat_result:
            found = stat(*args, **options)
            if abs(found.st_mtime_ns - self._began_ns) > _RECENT_NS:
                return found
            parts: tuple[tuple[int, ...], dict[str, float]] = found.__reduce__()[1]  # type: ignore[assignment]
            numbers, named = parts  # only the first ten fields have a place
            at_ns = found.st_mtime_ns + self._by_ns[bisect_right(self._from_ns, found.st_mtime_ns) - 1]
            named = {**named, "st_mtime": at_ns / 10**9, "st_mtime_ns": at_ns}
            return os.stat_result((*numbers[:8], at_ns // 10**9, *numbers[9:]), named)

        return shifted
