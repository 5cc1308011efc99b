"""Commands that die: a crash abandons one at a boundary, and from then on nothing that it does has any effect.

It is as if its process were dead, but within one process, so that tests can run thousands of them.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from batch_renamer.journal import Journal, RunRecord
from batch_renamer.journal.rows import RowTable
from batch_renamer.model import Change

__all__ = ["Mishap", "MortalJournal", "Plug", "PlugPulledError"]


class PlugPulledError(BaseException):
    """The process is dead."""


@dataclass(frozen=True, slots=True)
class Mishap:
    """What happens to a command at one of its boundaries: it is killed, or (``polite``) asked to stop by Ctrl-C.

    ``renaming``: the boundaries are counted from where it begins to rename.
    """

    boundary: int
    polite: bool
    renaming: bool


class Plug:
    """Counts the boundaries of one command until its mishap; a dead command crosses none."""

    def __init__(self, mishap: Mishap | None = None, *, stop: Callable[[], None] = lambda: None) -> None:
        self._mishap = mishap
        self._stop = stop
        self._crossed = 0
        self.renaming = False
        self.pulled = False

    def boundary(self) -> None:
        """Cross one; at the chosen one the mishap happens."""
        self._crossed += self.renaming or self._mishap is None or not self._mishap.renaming
        if self._mishap is not None and self._crossed == self._mishap.boundary:
            if self._mishap.polite:
                self._stop()
            else:
                self.pulled = True
        if self.pulled:
            raise PlugPulledError


class MortalRows(RowTable):
    """A table of rows that tells the plug when renaming begins."""

    def __init__(self, journal: MortalJournal) -> None:
        super().__init__(journal)
        self._journal = journal

    def mark_dispatched(self, run: RunRecord, changes: Sequence[Change]) -> None:
        """Mark the changes; from here on the run renames."""
        self._journal.plug.renaming = True
        super().mark_dispatched(run, changes)


class MortalJournal(Journal):
    """A journal whose commits are boundaries."""

    plug: Plug

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        super().__init__(connection, path)
        self.rows = MortalRows(self)

    @contextmanager
    def transaction(self, *, durable: bool = False) -> Iterator[Any]:
        """Commit between two boundaries."""
        self.plug.boundary()
        with (
            super().transaction() as connection
        ):  # the process dies, not the machine: there is no disk to be waited for
            yield connection
            self.plug.boundary()
        self.plug.boundary()
