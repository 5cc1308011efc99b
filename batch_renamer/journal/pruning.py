"""Forgetting old runs: runs that can't be needed any more are removed from the journal.

A run is kept as long as it changes what another kept run would say or do.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum

__all__ = ["Prunable", "Stays", "examine", "forget"]


class Stays(StrEnum):
    """Why a run stays although it is old enough to be forgotten."""

    IN_USE = "a command is using it"
    UNFINISHED = "it can still be resumed"
    BEGUN_TODAY = "it began less than a day ago and may be at work"
    NEEDED = "a run that stays was made from it, was undone by it, or is superseded by it"


@dataclass(frozen=True, slots=True)
class Prunable:
    """What forgetting would do: the ids of the runs that would go, and of the other old ones with the reason."""

    gone: tuple[str, ...] = ()
    stays: tuple[tuple[str, Stays], ...] = ()


_LEFT_BEHIND_S = 86_400.0
# A run that was never committed is at work or was left behind. Which of the two is unknown, so it is kept for a day.
_OVER = """
    CASE WHEN committed_at IS NULL THEN finished_at IS NOT NULL OR created_at < :left_behind
    ELSE reported_at IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM rows WHERE run = number AND (result IS NULL OR result IN ('planned', 'pending', 'unknown'))
    ) END"""
# With each run stay: the one whose rows it took over; the runs that have undone it, for an interrupted run that was
# undone is never continued; and the newest of the same spreadsheet or plan, for only the newest is ever continued.
_KEPT = f"""
    (WITH RECURSIVE kept (number) AS (
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

_OLD = f"""
    SELECT id, number IN {_KEPT}, id IN ({{in_use}}), {_OVER}, committed_at IS NOT NULL FROM runs WHERE {{which}}
    ORDER BY active DESC, number DESC"""  # noqa: S608 - constants


def examine(
    connection: sqlite3.Connection, *, in_use: Sequence[str], older_than_s: float | None = None, keep: int | None = None
) -> Prunable:
    """Return which runs `forget` would forget, the newest first, and why it would keep others that are as old."""
    query, values = _filled(_OLD, in_use=in_use, older_than_s=older_than_s, keep=keep)
    gone, stays = [], []
    for run_id, kept, used, over, committed in connection.execute(query, values):
        if not kept:
            gone.append(str(run_id))
        elif used:
            stays.append((str(run_id), Stays.IN_USE))
        elif over:
            stays.append((str(run_id), Stays.NEEDED))
        else:
            stays.append((str(run_id), Stays.UNFINISHED if committed else Stays.BEGUN_TODAY))
    return Prunable(tuple(gone), tuple(stays))


def forget(
    connection: sqlite3.Connection,
    *,
    in_use: Sequence[str],
    older_than_s: float | None = None,
    keep: int | None = None,
    only: Collection[str] | None = None,
) -> int:
    """Forget runs older than that many seconds, or all but the newest ``keep``; return how many.

    ``in_use`` are the ids of the runs that some process works on or reads. With ``only``, no other runs are forgotten
    than those that are named there.
    """
    gone = examine(connection, in_use=in_use, older_than_s=older_than_s, keep=keep).gone
    chosen = [(run_id,) for run_id in gone if only is None or run_id in only]
    connection.executemany("DELETE FROM runs WHERE id = ?", chosen)
    return len(chosen)


def _filled(
    query: str, *, in_use: Sequence[str], older_than_s: float | None, keep: int | None
) -> tuple[str, dict[str, object]]:
    """Return the query with the condition for old runs filled in, and its values."""
    now = time.time()
    if older_than_s is not None:
        which, value = "created_at < :value", now - older_than_s
    else:
        which, value = "number NOT IN (SELECT number FROM runs ORDER BY number DESC LIMIT :value)", keep or 0
    used = {f"used{number}": run_id for number, run_id in enumerate(in_use)}
    filled = query.format(which=which, in_use=", ".join(f":{name}" for name in used))
    return filled, {"value": value, "left_behind": now - _LEFT_BEHIND_S, **used}
