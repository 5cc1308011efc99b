"""The table of messages: what people were last told of an inbox, so that the same is not told each night."""

from __future__ import annotations

import json
from dataclasses import asdict

from batch_renamer.journal.database import Database
from batch_renamer.model import Delivery, NoticeKind, Told
from batch_renamer.text import storable

__all__ = ["MessageTable"]


class MessageTable:
    """The messages of a journal."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, told: Told, *, inbox: str) -> None:
        """Keep what was told of a night of an inbox ("": it is not known which)."""
        deliveries = json.dumps([asdict(one) for one in told.deliveries])
        with self._database.transaction() as connection:
            connection.execute(
                "INSERT INTO messages (inbox, date, told_at, kind, causes, deliveries) VALUES (?, ?, ?, ?, ?, ?)",
                (
                    storable(inbox),
                    told.date,
                    told.told_at,
                    told.kind.value,
                    json.dumps(sorted(map(storable, told.causes))),
                    deliveries,
                ),
            )

    def last(self, *, inbox: str) -> Told | None:
        """Return the last message about an inbox; a message about no known inbox counts for all, and "" finds any."""
        found = self._database.select(
            "SELECT date, told_at, kind, causes, deliveries FROM messages WHERE inbox IN (?, '') OR ? = ''"
            " ORDER BY number DESC LIMIT 1",
            (storable(inbox), inbox),
        )
        if not found:
            return None
        date, told_at, kind, causes, deliveries = map(str, found[0])
        return Told(
            date=date,
            told_at=float(told_at),
            kind=NoticeKind(kind),
            causes=frozenset(json.loads(causes)),
            deliveries=tuple(Delivery(**one) for one in json.loads(deliveries)),
        )
