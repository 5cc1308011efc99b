"""Looks at a journal without writing: says how many runs it has, or what is wrong with it."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from batch_renamer.errors import JournalError
from batch_renamer.journal.schema import STEPS

__all__ = ["count_runs_if_whole", "uri_to_read"]


def uri_to_read(path: Path) -> str:
    """Return the address by which SQLite reads a journal without making files beside it.

    SQLite makes them where they are missing, unless a journal that is not in use is called immutable.

    Raises:
        OSError: the folder can't be read.
    """
    in_use = Path(f"{path}-wal").exists() and Path(f"{path}-wal").stat().st_size > 0
    return f"{path.absolute().as_uri()}?{'mode=ro' if in_use else 'immutable=1'}"


def count_runs_if_whole(path: Path) -> int:
    """Read a whole journal and return how many runs it has.

    Raises:
        JournalError: it can't be read, is damaged, or a newer program wrote it.
    """
    try:
        with closing(sqlite3.connect(uri_to_read(path), uri=True)) as connection:
            [version] = connection.execute("PRAGMA user_version").fetchone()
            if version > len(STEPS):
                raise JournalError(f"The journal {path} was written by a newer version of batch-renamer.")
            [said] = connection.execute("PRAGMA quick_check(1)").fetchone()
            if said != "ok":
                raise JournalError(f"The journal {path} is damaged ({said}).")
            [runs] = connection.execute("SELECT count(*) FROM runs").fetchone() if version else (0,)
            return int(runs)
    except (sqlite3.Error, OSError) as error:
        raise JournalError(f"The journal {path} can't be read ({error}).") from None
