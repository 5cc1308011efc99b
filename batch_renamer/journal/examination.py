"""Looks at a journal without writing: says how many runs it has, or what is wrong with it."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from batch_renamer.errors import JournalError
from batch_renamer.journal.schema import STEPS

__all__ = ["count_runs_if_whole"]


def count_runs_if_whole(path: Path) -> int:
    """Read a whole journal and return how many runs it has.

    Raises:
        JournalError: it can't be read, is damaged, or a newer program wrote it.
    """
    uri = path.absolute().as_uri()
    try:
        # SQLite creates files beside a journal to read it. For one that is not in use, ``immutable`` prevents this.
        in_use = Path(f"{path}-wal").exists() and Path(f"{path}-wal").stat().st_size > 0
        with closing(sqlite3.connect(f"{uri}?{'mode=ro' if in_use else 'immutable=1'}", uri=True)) as connection:
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
