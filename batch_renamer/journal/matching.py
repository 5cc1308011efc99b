"""Rows of a sheet without ids, for which the orders are found by their current names."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass

from batch_renamer.journal import later
from batch_renamer.journal.database import Database
from batch_renamer.journal.record import RunRecord
from batch_renamer.journal.repeats import settle_same_orders
from batch_renamer.model import Result
from batch_renamer.text import name_key, order_key

__all__ = ["DoneBefore", "MatchTable"]

_WITHOUT_ID = (
    "SELECT row, guard FROM rows INDEXED BY rows_by_order WHERE run = ? AND order_key = '' AND guard IS NOT NULL"
)
_WITH_NEW_NAMES = f"{_WITHOUT_ID.replace('guard', 'guard, new_name', 1)} AND result IS NULL"
_EARLIER = """
    SELECT earlier.number, earlier.content IS NOT NULL AND earlier.content = own.content
    FROM runs AS own JOIN runs AS earlier ON earlier.account = own.account
        AND earlier.base_url = own.base_url AND earlier.number != own.number
    WHERE own.number = ? AND earlier.command = 'apply' AND earlier.committed_at IS NOT NULL ORDER BY earlier.active
"""
_DONE = """
    SELECT guard, new_name, order_id, name_rule IS '' FROM rows WHERE run = ? AND guard IS NOT NULL AND order_id != ''
    AND (result IN ('renamed', 'unchanged', 'unknown') OR handed_out)
"""


@dataclass(frozen=True, slots=True)
class DoneBefore:
    """What earlier runs have done of the rows that have no order yet.

    ``orders`` are the ids of the orders that they renamed for these rows, by row. ``given`` are the names that these
    rows gave to orders, by the key of the order: it is not the order that another row means by this name.
    """

    orders: Mapping[int, str]
    given: Mapping[str, frozenset[str]]

    def gave(self, order_id: str, name: str) -> bool:
        """Tell whether an order has this name because one of these rows was carried out before."""
        return name_key(name) in self.given.get(order_key(order_id), ())


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

    def done_before(self, run: RunRecord) -> DoneBefore:
        """Return what earlier runs have done of the unmatched rows, in this sheet or in another one with such rows."""
        mine = self._database.select(_WITH_NEW_NAMES, (run.number,))
        rows = {(name_key(str(guard)), str(new_name)): int(str(row)) for row, guard, new_name in mine}
        orders: dict[int, str] = {}
        given: dict[str, frozenset[str]] = {}
        for earlier, is_same in self._database.select(_EARLIER, (run.number,)):
            for guard, new_name, order_id, is_made in self._database.select(_DONE, (earlier,)):
                # With the same rules, a name that was made then is made again now: no row has it yet.
                row = rows.get((name_key(str(guard)), "" if is_same and is_made else str(new_name)))
                if row is not None:
                    orders[row] = str(order_id)
                    key = order_key(str(order_id))
                    given[key] = given.get(key, frozenset()) | {name_key(str(new_name))}
        return DoneBefore(orders, given)

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
