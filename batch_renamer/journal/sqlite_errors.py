"""What SQLite says went wrong, as the error that ends a run: its sentence names the file and what to do."""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from batch_renamer.errors import JournalError

__all__ = ["BUSY_S", "NO_FILE", "kind_of", "translated"]

BUSY_S = 10.0
"""How long a journal that another process writes is waited for, in seconds."""

NO_FILE = Path(os.devnull) / "journal"
"""Stands for the path of a temporary journal: no file can be there."""


@contextmanager
def translated(path: Path, close: Callable[[], None] = lambda: None, *, only_read: bool = False) -> Iterator[None]:
    """Wrap the use of the journal at ``path``; a damaged one is closed by ``close`` and set aside.

    ``only_read``: nothing is to be changed, so a damaged one stays where it is.

    Raises:
        JournalError: it can't be used.
    """
    try:
        yield
    except sqlite3.Error as error:
        if kind_of(error) in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
            close()
            said = f"The journal {path} is damaged ({error})." if only_read else _set_aside(path, error)
            raise JournalError(said) from None
        raise JournalError(_sentence(error, path)) from None


def _set_aside(path: Path, error: sqlite3.Error) -> str:
    """Move a damaged journal out of the way, with all that belongs to it, and say so."""
    aside = path.with_name(f"{path.name}.damaged-{time.strftime('%Y%m%dT%H%M%S')}")
    try:
        for ending in ("-wal", "-shm", ""):
            part = path.with_name(path.name + ending)
            if part.exists():
                part.rename(aside.with_name(aside.name + ending))
    except OSError as failure:
        where = f"It can't be moved away ({failure.strerror}): do so yourself, or give another --state-dir."
    else:
        where = f"It was set aside as {aside}; the next command begins a new one, which knows no past runs."
    return f"The journal {path} is damaged ({error}). {where}"


def kind_of(error: sqlite3.Error) -> int:
    """Return the kind of an error, such as ``SQLITE_FULL``."""
    # The lowest byte is the kind of error, the rest its details (https://sqlite.org/rescode.html, 2026-11).
    return getattr(error, "sqlite_errorcode", 0) & 0xFF


def _sentence(error: sqlite3.Error, path: Path) -> str:
    if path == NO_FILE:
        return (
            f"A large spreadsheet needs room for temporary files, and there is none ({error}): make room, or name a "
            "folder that has some in TMPDIR."
        )
    match kind_of(error):
        case sqlite3.SQLITE_FULL:
            return f"The disk is full: the journal {path} can't be written. Make room, then go on."
        case sqlite3.SQLITE_IOERR:
            return (
                f"The journal {path} can't be read or written ({error}): is the disk full, over its quota or"
                " disconnected? Repair that, then go on."
            )
        case sqlite3.SQLITE_BUSY:
            return f"The journal {path} is held by another program for more than {BUSY_S:g} s. Try again later."
        case _:
            return f"The journal {path} can't be used: {error}. Repair that, or give another --state-dir."
