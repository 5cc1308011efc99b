"""Orders that would have the same name when a plan is done: what is known of their names, and what became of rows.

An order whose name is planned to change gives its name up. All other names are kept: those of the sheet's other rows,
as read or as the sheet gives them, and those of orders that were only seen in the account's list.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager

from batch_renamer.journal.database import Database
from batch_renamer.journal.record import RunRecord
from batch_renamer.model import Order
from batch_renamer.text import name_key, order_key

__all__ = ["SameNames"]

_SEEN = "CREATE TEMP TABLE IF NOT EXISTS seen_orders (order_key TEXT PRIMARY KEY, order_id TEXT, name TEXT)"
# What was dispatched may have been renamed already, or may be yet: both of its names count.
_GIVES_UP = "result = 'planned' AND NOT handed_out"
_KEPT = f"""
    SELECT order_id, row, name FROM (
        SELECT order_key, order_id, row, COALESCE(final_name, old_name,
            CASE WHEN result IN ('skipped', 'invalid') THEN guard END) AS name
            FROM rows WHERE run = :run AND is_deleted IS NOT 1
        UNION ALL SELECT order_key, order_id, row, new_name FROM rows WHERE run = :run AND handed_out
        UNION ALL SELECT order_key, order_id, NULL, name FROM seen_orders
            WHERE order_key NOT IN (SELECT order_key FROM rows WHERE run = :run AND result IS NOT 'skipped')
    ) WHERE name != '' AND order_key NOT IN (SELECT order_key FROM rows WHERE run = :run AND {_GIVES_UP})
"""  # noqa: S608 - constants
_WARN_OF_KEPT = f"""
    UPDATE rows SET warning = LTRIM(warning || CHAR(10), CHAR(10)) || 'Another order keeps this name: '
        || kept.order_id || CASE WHEN kept.row IS NULL THEN '' ELSE ', row ' || kept.row END || '.'
    FROM (SELECT name_key(name) AS name_key, MIN(order_id) AS order_id, MIN(row) AS row FROM ({_KEPT})
          GROUP BY name_key(name)) AS kept
    WHERE rows.run = :run AND {_GIVES_UP} AND name_key(rows.new_name) = kept.name_key
    AND NOT instr(warning, 'Another order keeps this name: ')
"""  # noqa: S608 - constants
# Names that the sheet gives were compared when it was loaded.
_WARN_OF_MADE = """
    UPDATE rows SET warning = LTRIM(warning || CHAR(10), CHAR(10)) || 'Several orders are given the same new name: '
        || same.orders || ' of them, the first in row ' || same.first || '.'
    FROM (SELECT new_name, COUNT(*) AS orders, MIN(row) AS first FROM rows WHERE run = :run AND result = 'planned'
          GROUP BY new_name HAVING COUNT(*) > 1 AND MAX(name_rule = '')) AS same
    WHERE rows.run = :run AND rows.result = 'planned' AND rows.new_name = same.new_name
    AND NOT instr(warning, 'Several orders are given the same new name: ')
"""
_REFUSE = """
    UPDATE rows SET result = 'invalid', reason = ?, final_name = old_name
    WHERE run = ? AND row = ? AND result = 'planned'"""
_NUMBER = """
    UPDATE rows SET new_name = ?, warning = LTRIM(warning || CHAR(10), CHAR(10)) || ?,
        result = CASE WHEN old_name IS ? THEN 'unchanged' ELSE result END,
        final_name = CASE WHEN old_name IS ? THEN old_name ELSE final_name END
    WHERE run = ? AND row = ? AND result = 'planned'"""


class SameNames:
    """The names that orders would have when a run's plan is done."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def note_seen(self, orders: Sequence[Order]) -> None:
        """Note the names of orders that the account's list has shown; this is forgotten with the process."""
        seen = [(order_key(one.order_id), one.order_id, one.name) for one in orders if not one.is_deleted]
        with self._database.in_memory() as connection:
            connection.execute(_SEEN)
            connection.executemany("INSERT OR REPLACE INTO seen_orders VALUES (?, ?, ?)", seen)

    def count_seen(self, run: RunRecord) -> int:
        """Return how many orders were seen that are not in the sheet."""
        query = "SELECT COUNT(*) FROM seen_orders WHERE order_key NOT IN (SELECT order_key FROM rows WHERE run = ?)"
        with self._database.in_memory() as connection:
            connection.execute(_SEEN)
        return self._database.count(query, (run.number,))

    def warn(self, run: RunRecord) -> None:
        """Warn of each planned rename whose order would have the name of another one."""
        with self._prepared() as connection:
            for statement in (_WARN_OF_KEPT, _WARN_OF_MADE):
                connection.execute(statement, {"run": run.number})

    def kept(self, run: RunRecord) -> list[str]:
        """Return the names of all orders that keep theirs, as far as they are known."""
        with self._prepared() as connection:
            return [str(name) for _, _, name in connection.execute(_KEPT, {"run": run.number})]

    def given(self, run: RunRecord) -> list[tuple[int, str, str]]:
        """Return row, new name and present name of each planned rename, in sheet order."""
        query = f"SELECT row, new_name, COALESCE(old_name, '') FROM rows WHERE run = ? AND {_GIVES_UP} ORDER BY row"  # noqa: S608 - a constant
        return [(int(str(row)), str(new), str(old)) for row, new, old in self._database.select(query, (run.number,))]

    def settle(
        self, run: RunRecord, *, names: Mapping[int, str], warnings: Mapping[int, str], refused: Mapping[int, str]
    ) -> None:
        """Give planned rows other ``names`` with these ``warnings``, and refuse others for these reasons, by row."""
        with self._database.transaction() as connection:
            connection.executemany(_REFUSE, [(reason, run.number, row) for row, reason in refused.items()])
            numbered: Iterable[tuple[object, ...]] = (
                (name, warnings[row], name, name, run.number, row) for row, name in names.items()
            )
            connection.executemany(_NUMBER, numbered)

    @contextmanager
    def _prepared(self) -> Iterator[sqlite3.Connection]:
        with self._database.transaction() as connection:
            connection.execute(_SEEN)
            connection.create_function("name_key", 1, _name_key, deterministic=True)
            yield connection


def _name_key(name: object) -> str:
    return name_key(str(name))
