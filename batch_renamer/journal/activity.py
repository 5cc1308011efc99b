"""In which order things happened: each event of a run gets a position among all events.

The journal counts the positions itself. A clock can't tell whether another run has renamed since, because clocks can be
set back.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection

__all__ = ["begun", "next_position", "noted"]


def next_position(connection: sqlite3.Connection) -> int:
    """Return the position of the event that is about to be noted, in the transaction that is under way."""
    position: int = connection.execute("SELECT COALESCE(MAX(active), 0) + 1 FROM runs").fetchone()[0]
    return position


def noted(connection: sqlite3.Connection, run: int, *, sent: bool = False) -> int:
    """Note that a run did something, or that it ``sent`` renames; return the position."""
    position = next_position(connection)
    connection.execute(
        "UPDATE runs SET active = :position, sent = CASE WHEN :sent THEN :position ELSE sent END WHERE number = :run",
        {"position": position, "sent": sent, "run": run},
    )
    return position


def begun(connection: sqlite3.Connection, run: int, *, at_work: Collection[str]) -> None:
    """Note that a run began. Runs ``at_work`` that are renaming count as having sent after that."""
    position = next_position(connection)
    connection.execute("UPDATE runs SET began = ?, active = ? WHERE number = ?", (position, position, run))
    connection.executemany(
        "UPDATE runs SET active = :after, sent = :after"
        " WHERE id = :id AND committed_at IS NOT NULL AND finished_at IS NULL",
        [{"after": position + 1, "id": run_id} for run_id in at_work],
    )
