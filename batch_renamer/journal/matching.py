"""Rows of a sheet without ids, for which the orders are found by their current names."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping

from batch_renamer.journal import later
from batch_renamer.journal.database import Database
from batch_renamer.journal.record import RunRecord
from batch_renamer.journal.repeats import settle_same_orders
from batch_renamer.model import Result

__all__ = ["MatchTable"]

_WITHOUT_ID = (
    "SELECT row, guard FROM rows INDEXED BY rows_by_order WHERE run = ? AND order_key = '' AND guard IS NOT NULL"
)
# An earlier run of the same rows has found the order, and has given it the new name since.
_KNOWN = """
    SELECT theirs.order_id FROM runs AS own
    JOIN runs AS earlier ON earlier.content = own.content AND earlier.account = own.account
        AND earlier.base_url = own.base_url AND earlier.number != own.number
    JOIN rows AS mine ON mine.run = own.number AND mine.row = ?
    JOIN rows AS theirs ON theirs.run = earlier.number AND theirs.row = mine.row
        AND theirs.guard = mine.guard AND theirs.new_name = mine.new_name
    WHERE own.number = ? AND earlier.command = 'apply' AND theirs.order_id != ''
        AND theirs.result IN ('renamed', 'unchanged')
    ORDER BY earlier.active DESC LIMIT 1
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

    def known_before(self, run: RunRecord, rows: Iterable[int]) -> dict[int, str]:
        """Return the ids of the orders that an earlier run of the same rows has renamed for these rows, by row."""
        found = ((row, self._database.select(_KNOWN, (row, run.number))) for row in rows)
        return {row: str(order_id) for row, ids in found for (order_id,) in ids}

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
