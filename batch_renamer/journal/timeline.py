"""The table of seconds: how many requests left in each second of a run, and what became of them."""

from __future__ import annotations

from collections.abc import Sequence

from batch_renamer.journal.database import Database
from batch_renamer.journal.record import RunRecord
from batch_renamer.model import Second

__all__ = ["TimelineTable"]


class TimelineTable:
    """The seconds of the runs of a journal."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, run: RunRecord, seconds: Sequence[Second]) -> None:
        """Add counts to the seconds of a run."""
        with self._database.transaction() as connection:
            connection.executemany(
                "INSERT INTO seconds (run, at, requests, throttled, limit_per_s, outage) VALUES (?, ?, ?, ?, ?, ?)"
                " ON CONFLICT (run, at) DO UPDATE SET requests = requests + excluded.requests,"
                " throttled = throttled + excluded.throttled, limit_per_s = MAX(limit_per_s, excluded.limit_per_s),"
                " outage = MAX(outage, excluded.outage)",
                [
                    (run.number, second.at, second.requests, second.throttled, second.limit_per_s, second.outage)
                    for second in seconds
                ],
            )

    def of(self, run: RunRecord) -> list[Second]:
        """Return the seconds of a run in which anything happened, in order; a resumed run has several parts."""
        rows = self._database.select(
            "SELECT at, requests, throttled, limit_per_s, outage FROM seconds WHERE run = ? ORDER BY at", (run.number,)
        )
        return [
            Second(
                at=at,  # type: ignore[arg-type]  # STRICT columns
                requests=requests,  # type: ignore[arg-type]  # STRICT columns
                throttled=throttled,  # type: ignore[arg-type]  # STRICT columns
                limit_per_s=limit_per_s,  # type: ignore[arg-type]  # STRICT columns
                outage=bool(outage),
            )
            for at, requests, throttled, limit_per_s, outage in rows
        ]
