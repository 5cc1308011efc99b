"""Forgetting old runs: runs that can't be needed any more are removed from the journal.

A run is kept as long as a run that stays would say or do something else without it.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Sequence

__all__ = ["forget"]

_LEFT_BEHIND_S = 86_400.0
# A run that was never committed is at work or was left behind. Which of the two is unknown, so it is kept for a day.
_OVER = """
    CASE WHEN committed_at IS NULL THEN finished_at IS NOT NULL OR created_at < :left_behind
    ELSE reported_at IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM rows WHERE run = number AND (result IS NULL OR result IN ('planned', 'unknown'))
    ) END"""
# With each run stay: the one whose rows it took over; the runs that have undone it, for an interrupted run that was
# undone is never continued; and the newest of the same spreadsheet or plan, for only the newest is ever continued.
_PRUNE = f"""
    DELETE FROM runs WHERE number NOT IN (WITH RECURSIVE kept (number) AS (
        SELECT number FROM runs WHERE NOT ({{which}} AND {_OVER}) OR id IN ({{in_use}})
        UNION SELECT own.parent FROM kept JOIN runs AS own ON own.number = kept.number
            WHERE own.parent IS NOT NULL
        UNION SELECT undo.number FROM kept JOIN runs AS undo ON undo.parent = kept.number
            WHERE undo.command = 'undo' AND undo.committed_at IS NOT NULL
        UNION SELECT newer.number FROM kept JOIN runs AS own ON own.number = kept.number
            JOIN runs AS newer ON newer.number = (
                SELECT MAX(number) FROM runs WHERE digest = own.digest AND account = own.account
                AND base_url = own.base_url AND command = 'apply' AND committed_at IS NOT NULL)
        UNION SELECT newer.number FROM kept JOIN runs AS own ON own.number = kept.number
            JOIN runs AS newer ON newer.number = (
                SELECT MAX(number) FROM runs WHERE parent = own.number AND command = 'apply'
                AND committed_at IS NOT NULL)
    ) SELECT number FROM kept)"""  # noqa: S608 - constants


def forget(
    connection: sqlite3.Connection, *, in_use: Sequence[str], older_than_s: float | None = None, keep: int | None = None
) -> int:
    """Forget runs older than that many seconds, or all but the newest ``keep``; return how many.

    ``in_use`` are the ids of the runs that some process works on or reads.
    """
    now = time.time()
    if older_than_s is not None:
        which, value = "created_at < :value", now - older_than_s
    else:
        which, value = "number NOT IN (SELECT number FROM runs ORDER BY number DESC LIMIT :value)", keep or 0
    used = {f"used{number}": run_id for number, run_id in enumerate(in_use)}
    return connection.execute(
        _PRUNE.format(which=which, in_use=", ".join(f":{name}" for name in used)),
        {"value": value, "left_behind": now - _LEFT_BEHIND_S, **used},
    ).rowcount
