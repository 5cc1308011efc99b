"""Whether a file has settled: two looks show the same, and it was left alone for long enough.

A file's time can be older than the file: programs that copy keep it. So the newer of its modification time and its
change time counts (on Windows: its creation time). A time in the future says nothing; then a file is settled when it
was the same in a look of an earlier night.
"""

from __future__ import annotations

import datetime
import os
import stat
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from batch_renamer.files import digest_of
from batch_renamer.journal import Look
from batch_renamer.nightly.inbox.scanning import why_waiting
from batch_renamer.nightly.inbox.values import SettledFile, WaitingFile
from batch_renamer.nightly.inbox.wholeness import what_is_missing
from batch_renamer.nightly.wording import LOOKED_AT_AGAIN, called
from batch_renamer.temporary import cause
from batch_renamer.text import duration

__all__ = ["Looked", "Settling"]

_PAUSE_S = 3.0
"""How far apart two looks are; a copy in progress changes its file within that time, as a rule."""

_STALLED = 60
"""A file that looks half-written is left alone for that many times ``settle_s``: one hour by default."""


@dataclass(slots=True)
class Looked:
    """The files that have settled and those that wait, and the looks to be kept, by name."""

    settled: list[SettledFile] = field(default_factory=list)
    waiting: list[WaitingFile] = field(default_factory=list)
    looks: dict[str, Look] = field(default_factory=dict)


class Settling:
    """Looks at files twice, with one pause for all of them.

    ``settle_s`` is for how many seconds a file must have been left alone, ``patience_s`` how long the pause may be for
    files that only need more time. ``earlier`` are the looks that are known, by name.
    """

    def __init__(
        self,
        *,
        settle_s: float,
        patience_s: float,
        earlier: Mapping[str, Look],
        wall_clock: Callable[[], float],
        sleep: Callable[[float], None],
    ) -> None:
        self._settle_s, self._patience_s = settle_s, patience_s
        self._earlier = earlier
        self._wall_clock, self._sleep = wall_clock, sleep

    def look_at(self, paths: Iterable[Path]) -> Looked:
        """Look at each file, and once more after a pause at those for which one look is not enough.

        A file that has gone is left out.
        """
        looked = Looked()
        again: list[tuple[Path, Look]] = []
        pause_s = 0.0
        for path in paths:
            if (first := self._looked(path, looked)) is None:
                continue
            look, found = first
            now = self._wall_clock()
            unchanged_s = max(now - max(found.st_mtime, found.st_ctime), now - look.unchanged_since)
            try:
                missing = what_is_missing(path)
            except OSError as error:
                self._wait(looked, path, _unreadable(path, error))
                continue
            needed_s = self._settle_s * (_STALLED if missing else 1)
            least_s = min(_PAUSE_S, self._settle_s)
            if unchanged_s < needed_s and (missing or needed_s - unchanged_s > self._patience_s):
                self._wait(looked, path, _too_young(path, missing, found, now=now, needed_s=needed_s))
            elif unchanged_s >= needed_s and now - look.unchanged_since >= least_s > 0:
                looked.settled.append(SettledFile(path=path, look=look))  # an earlier look was the same
            else:
                again.append((path, look))
                pause_s = max(pause_s, least_s, needed_s - unchanged_s)
        if again:
            self._sleep(pause_s)
        for path, look in again:
            self._look_again(path, look, looked)
        return looked

    def _look_again(self, path: Path, first: Look, looked: Looked) -> None:
        if (second := self._looked(path, looked)) is None:
            return
        look, _ = second
        if look.shows_the_same_as(first):
            looked.settled.append(SettledFile(path=path, look=look))
        else:
            self._wait(looked, path, _changing(path))

    def _looked(self, path: Path, looked: Looked) -> tuple[Look, os.stat_result] | None:
        """Look at a file; None if it has gone or waits, which is noted then."""
        now = self._wall_clock()
        try:
            found = path.lstat()
            if not stat.S_ISREG(found.st_mode):
                return None  # something else has taken its place; the next scan says what
            sentence = why_waiting(path, found)
            look = Look(
                size=found.st_size,
                mtime_ns=found.st_mtime_ns,
                digest="" if sentence else digest_of(path),
                unchanged_since=now,
                known_since=now,
            ).after(self._earlier.get(path.name))
            looked.looks[path.name] = look
            after = path.lstat()
        except FileNotFoundError:
            looked.looks.pop(path.name, None)
            return None
        except OSError as error:
            self._wait(looked, path, _unreadable(path, error))
            return None
        if not sentence and (found.st_size, found.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
            sentence = _changing(path)
        if sentence:
            self._wait(looked, path, sentence)
            return None
        return look, found

    def _wait(self, looked: Looked, path: Path, sentence: str) -> None:
        known = looked.looks.get(path.name) or self._earlier.get(path.name)
        since = known.known_since if known is not None else self._wall_clock()
        looked.waiting.append(WaitingFile(path=path, sentence=sentence, since=since))


def _unreadable(path: Path, error: OSError) -> str:
    return f"{called(path.name)} can't be read: {cause(error)}. {LOOKED_AT_AGAIN}"


def _changing(path: Path) -> str:
    return f"{called(path.name)} is still being written: it changed while this night looked at it. {LOOKED_AT_AGAIN}"


def _too_young(path: Path, missing: str, found: os.stat_result, *, now: float, needed_s: float) -> str:
    name, needed = called(path.name), duration(needed_s, tenths=False)
    changed_at = max(found.st_mtime, found.st_ctime)
    if missing:
        return (
            f"{name} looks half-written: {missing}. If nothing is copied into it any more, copy it again. It is "
            f"taken as it is when it has not changed for {needed}. {LOOKED_AT_AGAIN}"
        )
    if changed_at > now:
        when = datetime.datetime.fromtimestamp(changed_at)  # noqa: DTZ006 - local, for the reader
        return (
            f"{name} has a time in the future ({when:%Y-%m-%d %H:%M}), so it can't be told whether it is still being "
            f"written: a clock is wrong. It is read when it is the same the next night. {LOOKED_AT_AGAIN}"
        )
    age = duration(now - changed_at, tenths=False)
    return f"{name} changed {age} ago and may still be being written: it is read after {needed}. {LOOKED_AT_AGAIN}"
