"""Removes what is older than the user wants to keep: reports and pages, finished spreadsheets, and runs.

Files are removed only from folders with a date for a name, and only those that a night has put there: spreadsheets that
the journal has moved and that are unchanged, reports by their names, and pages by their first lines. Nothing is ever
removed from the folder of problems. Old logs are removed where the log is rotated.
"""

from __future__ import annotations

import datetime
import logging
import re
import shutil
import stat
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from batch_renamer.errors import BatchRenamerError
from batch_renamer.files import digest_of, same_place
from batch_renamer.journal import Journal, Move, Stays
from batch_renamer.nightly.own_names import own_name
from batch_renamer.nightly.pages import is_page
from batch_renamer.settings import NightlySettings
from batch_renamer.temporary import cause
from batch_renamer.text import counted

__all__ = ["Removed", "remove_leftovers", "remove_old"]

log = logging.getLogger("batch_renamer")

_DAY_S = 86_400.0
_LEFT_BEHIND_S = 3_600.0
_LEFTOVER = re.compile(r"\.batch-renamer-[0-9a-f]{8}-[0-9a-z_]{8}(?:\.tmp)?")
"""The names of `temporary`: a prefix of a process, and a name of their own."""

_UNFINISHED = frozenset({Stays.IN_USE, Stays.UNFINISHED, Stays.BEGUN_TODAY})


@dataclass(frozen=True, slots=True, kw_only=True)
class Removed:
    """How much was removed because of its age; ``troubles`` are sentences about what could not be removed.

    Example:
        >>> str(Removed(spreadsheets=1, reports=2))
        'Removed because of their age: 1 finished spreadsheet, 2 reports and pages.'
    """

    spreadsheets: int = 0
    reports: int = 0
    runs: int = 0
    troubles: tuple[str, ...] = ()

    def __str__(self) -> str:
        said = [
            (self.spreadsheets, counted(self.spreadsheets, "finished spreadsheet")),
            (self.reports, f"{self.reports:,} reports and pages"),
            (self.runs, counted(self.runs, "run")),
        ]
        parts = [text for count, text in said if count]
        return f"Removed because of their age: {', '.join(parts)}." if parts else ""


def remove_old(journal: Journal, nightly: NightlySettings, *, today: datetime.date) -> Removed:
    """Remove what is older than the settings ``keep_reports_days``, ``keep_done_days`` and ``keep_runs_days`` want.

    What belongs to a run that is not finished stays, and so does a run whose failed rows may be tried again. What can't
    be removed is tried again the next night.
    """
    troubles: list[str] = []
    old = _OldFiles(journal, nightly, troubles)
    reports = spreadsheets = beside = runs = 0
    try:
        reports = old.remove_reports(today)
        spreadsheets, beside = old.remove_done(today)
        runs = _remove_runs(journal, nightly)
    except BatchRenamerError as error:
        troubles.append(f"What is old can't be removed. {error}")
    removed = Removed(spreadsheets=spreadsheets, reports=reports + beside, runs=runs, troubles=tuple(troubles))
    if said := str(removed):
        log.info("%s", said)
    return removed


def remove_leftovers(reports: Path, *, now: float) -> None:
    """Remove unfinished reports and pages that a killed night has left in the folder of reports, an hour old or older.

    ``now`` is in seconds since the epoch. What can't be removed stays: nothing needs that room at once.
    """
    for folder in (reports, *reports.glob("????-??-??")):
        for path in folder.glob(".batch-renamer-*"):
            with suppress(OSError):
                if not _LEFTOVER.fullmatch(path.name) or now - path.lstat().st_mtime < _LEFT_BEHIND_S:
                    continue  # another night may be at work there
                if path.is_dir() and not path.is_symlink():
                    shutil.rmtree(path)
                else:
                    path.unlink()


class _OldFiles:
    """The files of nights in dated folders."""

    def __init__(self, journal: Journal, nightly: NightlySettings, troubles: list[str]) -> None:
        self._journal, self._nightly, self._troubles = journal, nightly, troubles
        self._needed: frozenset[str] | None = None

    def remove_reports(self, today: datetime.date) -> int:
        """Remove old reports and pages; return how many."""
        return sum(
            len(self._remove(folder, lambda path: self._is_own(path, kind="report") or is_page(path)))
            for folder in self._dated("reports", self._nightly.keep_reports_days, today)
        )

    def remove_done(self, today: datetime.date) -> tuple[int, int]:
        """Remove old finished spreadsheets and the reports beside them; return how many of each."""
        spreadsheets = reports = 0
        for folder in self._dated("done", self._nightly.keep_done_days, today):
            moves = self._journal.moves.into(folder)
            gone = self._remove(folder, partial(_is_as_moved, moves=moves))
            self._journal.moves.forget([moves[path.name] for path in gone])
            spreadsheets += len(gone)
            reports += len(self._remove(folder, self._is_own))
        return spreadsheets, reports

    def _dated(self, name: str, days: int | None, today: datetime.date) -> Iterator[Path]:
        """Yield the folders whose date is more than so many days ago, the oldest first."""
        if days is None:
            return
        parent = self._nightly.folder(name)
        if same_place(parent, self._nightly.folder("problems")):
            return  # what a person must look at is never removed
        try:
            folders = sorted(parent.iterdir())
        except (FileNotFoundError, NotADirectoryError):
            return  # no night has put anything there
        except OSError as error:
            self._troubles.append(f"What is old in {parent} can't be found: {cause(error)}.")
            return
        for folder in folders:
            date = _date_of(folder)
            if date is not None and (today - date).days > days:
                yield folder

    def _remove(self, folder: Path, is_ours: Callable[[Path], bool]) -> list[Path]:
        """Remove the files that are ours, and the folder if nothing else is in it; return the files."""
        removed: list[Path] = []
        try:
            for path in sorted(folder.iterdir()):
                if stat.S_ISREG(path.lstat().st_mode) and is_ours(path):
                    path.unlink()
                    removed.append(path)
        except FileNotFoundError:
            return removed  # the folder went with its last file
        except OSError as error:
            self._troubles.append(f"Old files in {folder} can't be removed: {cause(error)}.")
        with suppress(OSError):  # there is something else in it
            folder.rmdir()
        return removed

    def _is_own(self, path: Path, *, kind: str = "") -> bool:
        """Tell whether a file is a report, a backup or a written-back copy of a run that is not at work any more."""
        own = own_name(path.name)
        return own is not None and kind in ("", own.kind) and own.run_id not in self._unfinished()

    def _unfinished(self) -> frozenset[str]:
        """Return the ids of the runs that are at work or can be resumed; found when the first file asks for it."""
        if self._needed is None:
            stays = self._journal.runs.prunable(older_than_s=0.0).stays
            self._needed = frozenset(run_id for run_id, why in stays if why in _UNFINISHED)
        return self._needed


def _date_of(folder: Path) -> datetime.date | None:
    """Return the date that is the name of a real folder; None for anything else."""
    try:
        date = datetime.date.fromisoformat(folder.name)
    except ValueError:
        return None
    is_dated = date.isoformat() == folder.name and folder.is_dir() and not folder.is_symlink()
    return date if is_dated else None


def _is_as_moved(path: Path, *, moves: Mapping[str, Move]) -> bool:
    """Tell whether a file is a spreadsheet that was moved here and was not changed since."""
    move = moves.get(path.name)
    return move is not None and digest_of(path) == move.digest


def _remove_runs(journal: Journal, nightly: NightlySettings) -> int:
    """Forget old runs; return how many.

    Raises:
        JournalError: they can't be removed.
    """
    if nightly.keep_runs_days is None:
        return 0
    days = max(nightly.keep_runs_days, nightly.retry_nights + 1)
    return journal.runs.prune(older_than_s=days * _DAY_S)
