"""Outcomes that the file does not take, such as on a full disk, are kept in memory for this process's reports."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from batch_renamer.journal.codec import settled
from batch_renamer.journal.settling import SETTLE_OUTCOME
from batch_renamer.model import Outcome

__all__ = ["keep_in_memory"]


def keep_in_memory(connection: sqlite3.Connection, run: int, outcomes: Sequence[Outcome]) -> None:
    """Let this connection read the rows of one run from memory, with these outcomes; others read them from the file.

    A row that was dispatched and has no outcome was never sent: its process is this one. In the file such a row stays
    dispatched, so that other processes call it ``unknown``.
    """
    values = [settled(run, outcome) for outcome in outcomes]
    connection.execute("PRAGMA temp_store = MEMORY")
    connection.execute(f"CREATE TEMP TABLE rows AS SELECT * FROM main.rows WHERE run = {run:d}")  # noqa: S608 - a number
    connection.execute("CREATE UNIQUE INDEX temp.rows_in_memory ON rows (run, row)")
    for sql, parameters in SETTLE_OUTCOME.statements(values):
        connection.execute(sql, parameters)
    connection.execute("UPDATE temp.rows SET handed_out = 0 WHERE result = 'planned' AND handed_out = 1")
    connection.execute("ALTER TABLE temp.rows RENAME TO own_rows")
    connection.execute(
        "CREATE TEMP VIEW rows AS SELECT * FROM temp.own_rows"  # noqa: S608 - a number
        f" UNION ALL SELECT * FROM main.rows WHERE run != {run:d}"
    )
