"""The table of limits: how many requests per second each account was last found to allow."""

from __future__ import annotations

import time

from batch_renamer.journal.database import Database

__all__ = ["LimitTable"]


class LimitTable:
    """The limits that a journal's runs have found."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def keep(self, account: str, per_s: float) -> None:
        """Keep the limit that an account was found to have, in requests per second."""
        with self._database.transaction() as connection:
            connection.execute("INSERT OR REPLACE INTO limits VALUES (?, ?, ?)", (account, per_s, time.time()))

    def known(self, account: str) -> float | None:
        """Return the limit that the account was last found to have, in requests per second."""
        found = self._database.select("SELECT per_s FROM limits WHERE account = ?", (account,))
        return float(str(found[0][0])) if found else None
