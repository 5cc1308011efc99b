"""Rows of a sheet without ids, for which the orders are found by their current names."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping

from batch_renamer.journal import later
from batch_renamer.journal.database import Database
from batch_renamer.journal.record import RunRecord
from batch_renamer.journal.repeats import settle_same_orders
from batch_renamer.model import Result
from batch_renamer.text import name_key

__all__ = ["MatchTable"]

_WITHOUT_ID = (
    "SELECT row, guard FROM rows INDEXED BY rows_by_order WHERE run = ? AND order_key = '' AND guard IS NOT NULL"
)
# A run that commits a kept plan has the rows of the plan.
_EARLIER = """
    SELECT earlier.number FROM runs AS own JOIN runs AS earlier ON earlier.account = own.account
        AND earlier.base_url = own.base_url AND earlier.number != own.number AND own.content = COALESCE(
        earlier.content, (SELECT plan.content FROM runs AS plan WHERE plan.number = earlier.parent))
    WHERE own.number = ? AND earlier.command = 'apply' AND earlier.committed_at IS NOT NULL ORDER BY earlier.active
"""
_KNOWN = """
    SELECT mine.row, mine.guard, theirs.guard, theirs.order_id FROM rows AS mine INDEXED BY rows_by_order
    JOIN rows AS theirs ON theirs.run = ? AND theirs.row = mine.row AND theirs.new_name = mine.new_name
    WHERE mine.run = ? AND mine.order_key = '' AND mine.result IS NULL
        AND theirs.guard IS NOT NULL AND theirs.order_id != '' AND theirs.result IN ('renamed', 'unchanged')
"""


class MatchTable:
    """The rows of a journal's runs that have no order yet."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def unmatched(self, run: RunRecord) -> dict[int, str]:
        """Return the current names of the undecided rows without an id, by row."""
        return self._names(f"{_WITHOUT_ID} AND result IS NULL ORDER BY row", run)

    def skipped(self, run: RunRecord) -> dict[int, str]:
        """Return the current names of the skipped rows without an id, by row; reports show which orders they mean."""
        return self._names(f"{_WITHOUT_ID} AND result = 'skipped' ORDER BY row", run)

    def _names(self, query: str, run: RunRecord) -> dict[int, str]:
        return {int(str(row)): str(guard) for row, guard in self._database.select(query, (run.number,))}

    def known_before(self, run: RunRecord) -> dict[int, str]:
        """Return the ids of the orders that earlier runs of the same rows have renamed for unmatched rows, by row."""
        known: dict[int, str] = {}
        for (earlier,) in self._database.select(_EARLIER, (run.number,)):
            found = self._database.select(_KNOWN, (earlier, run.number))
            known |= {
                int(str(row)): str(order_id)
                for row, mine, theirs, order_id in found
                if name_key(str(mine)) == name_key(str(theirs))
            }
        return known

    def settle(
        self, run: RunRecord, found: Mapping[int, str], problems: Mapping[int, str], *, renames_again: bool
    ) -> None:
        """Give rows their orders, and settle those without one; ``problems`` are the reasons of these.

        Then no row is unmatched. Unless the user ``renames_again``, orders must have the names that earlier runs of
        these rows gave them.
        """
        # In one transaction: a run that is killed has all of its orders or none.
        with self._database.transaction() as connection:
            _give_ids(connection, run.number, found)
            connection.executemany(
                "UPDATE rows SET result = ?, reason = ? WHERE run = ? AND row = ?",
                [(Result.INVALID, reason, run.number, row) for row, reason in problems.items()],
            )
            settle_same_orders(connection, run.number)
            if not renames_again:
                later.expect_what_was_finished(connection, run.number)


def _give_ids(connection: sqlite3.Connection, run: int, found: Mapping[int, str]) -> None:
    connection.executemany(
        "UPDATE rows SET order_id = ? WHERE run = ? AND row = ?",
        [(order_id, run, row) for row, order_id in found.items()],
    )
