"""Checks of the state directory: who can use it, its disk, its journal, and a run at work. They create nothing."""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from pathlib import Path

from batch_renamer.checks.finding import Finding, not_checked, ok, problem, warning
from batch_renamer.errors import JournalError
from batch_renamer.files import others_may_write
from batch_renamer.journal import count_runs_if_whole, held_by
from batch_renamer.settings import Settings, lacks_state_dir
from batch_renamer.text import counted

__all__ = ["check_disk", "check_journal", "check_other_runs", "check_state_dir"]

_MB = 1_000_000
_LITTLE_ROOM = 200 * _MB
_NO_ROOM = 10 * _MB
_ELSEWHERE = "Choose another folder with --state-dir."


def check_state_dir(settings: Settings) -> Finding:
    """Check that the state directory can hold the journal, and that other users can't change it."""
    folder = settings.state_dir
    if lacks_state_dir(settings):
        return problem("State folder", "there is no home folder to keep it in", "Give --state-dir DIR, or set HOME.")
    there = nearest_folder(folder)
    if not there.is_dir():
        return problem("State folder", f"{folder}: {there} is no folder", _ELSEWHERE)
    if not os.access(there, os.W_OK | os.X_OK):
        return problem("State folder", f"{folder} can't be written to", _ELSEWHERE)
    if there != folder:
        return ok("State folder", f"{folder} (the first run makes it)")
    if others_may_write(folder):
        return warning("State folder", f"{folder} can be changed by other users", f"Run: chmod go-w {folder}")
    return ok("State folder", str(folder))


def nearest_folder(folder: Path) -> Path:
    """Return the folder, or the nearest one above it that exists."""
    while not os.path.lexists(folder) and folder != folder.parent:
        folder = folder.parent
    return folder


def check_disk(settings: Settings) -> Finding:
    """Check that there is room for the journal."""
    try:
        free = shutil.disk_usage(nearest_folder(settings.state_dir)).free
    except OSError as error:
        return not_checked("Disk", f"its room can't be told: {error.strerror}")
    return room_of(free)


def room_of(free: int) -> Finding:
    """Say whether ``free`` bytes are enough."""
    said = f"{free / 1_000 / _MB:,.1f} GB free" if free >= 1_000 * _MB else f"{free // _MB} MB free"
    if free < _NO_ROOM:
        return problem("Disk", said, f"Make room. {_ELSEWHERE}")
    if free < _LITTLE_ROOM:
        return warning("Disk", said, f"Make room. {_ELSEWHERE}")
    return ok("Disk", said)


def check_journal(path: Path) -> Finding:
    """Check that the journal is undamaged, and that other users can't use it."""
    try:
        if not path.is_file():
            return ok("Journal", "none yet; the first run makes it")
    except PermissionError:
        return not_checked("Journal", "the state folder comes first")
    try:
        runs = count_runs_if_whole(path)
    except JournalError as error:
        return problem("Journal", str(error).rstrip("."), f"Move it away: the next run begins a new one. {_ELSEWHERE}")
    if os.name == "posix" and path.stat().st_mode & 0o077:
        return warning("Journal", f"{path} can be used by other users", f"Run: chmod 600 {path}")
    return ok("Journal", f"whole, with {counted(runs, 'run')}")


def check_other_runs(settings: Settings, names: Sequence[str]) -> Finding:
    """Check whether another run is renaming in this account."""
    if not names:
        return not_checked("Other runs", "the account is known by its key")
    if who := held_by(settings.state_dir, names=names):
        return warning("Other runs", f"{who} is at work in this account", "Wait for its end, or give a run --wait 600.")
    return ok("Other runs", "none is at work in this account")
