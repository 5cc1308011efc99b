"""Rows of the same order, and rows that give the same name: repeats are settled, and warnings are added.

The same (id, name) twice is sent once; the same id with two names, or two different guards, sends neither, and each of
the rows names the others. The same new name for two orders is a warning, or refused where the user wants that.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from batch_renamer.model import HERE, Result
from batch_renamer.text import name_key

__all__ = ["settle_repeats", "settle_same_orders"]

_MOST_NAMED = 5

_REPEATED = """
    SELECT order_key FROM rows WHERE run = ? AND result IS NULL AND order_key > ?
    GROUP BY order_key HAVING COUNT(*) > 1 ORDER BY order_key LIMIT 500
"""
# Without the hint SQLite would use the primary key, which sorts by row already, and read the whole run for each id.
_ROWS_OF_ORDER = """
    SELECT row, new_name || CHAR(10) || COALESCE(name_rule, ''), guard FROM rows INDEXED BY rows_by_order
    WHERE run = ? AND order_key = ? AND result IS NULL ORDER BY row
"""
_WITHOUT_ID = """
    SELECT row, new_name || CHAR(10) || COALESCE(name_rule, ''), guard FROM rows INDEXED BY rows_by_order
    WHERE run = ? AND order_key = '' AND result IS NULL AND guard IS NOT NULL ORDER BY row
"""
_WHICH = """
    FROM (SELECT new_name, COUNT(*) AS orders, MIN(row) AS first FROM rows
          WHERE run = :run AND result IS NULL AND name_rule IS NULL GROUP BY new_name HAVING COUNT(*) > 1) AS same
    WHERE rows.run = :run AND rows.result IS NULL AND rows.name_rule IS NULL AND rows.new_name = same.new_name
"""
_OF_THEM = "same.orders || ' of them, the first in row ' || same.first || '.'"
_SAME_NAME = {
    "warn": f"""
    UPDATE rows SET warning = LTRIM(warning || CHAR(10), CHAR(10))
        || 'Several orders are given the same new name: ' || {_OF_THEM}{_WHICH}""",  # noqa: S608 - constants
    "refuse": f"""
    UPDATE rows SET result = 'invalid', reason =
        'Several orders are given the same new name: give each its own.{HERE}' || {_OF_THEM}{_WHICH}""",  # noqa: S608 - constants
}


def settle_repeats(connection: sqlite3.Connection, run: int, *, same_name: str = "warn") -> None:
    """Settle the repeats of a run whose rows are all loaded; called within a transaction.

    Rows without an id are about the same order if they give the same current name. ``same_name`` says what becomes of
    rows that give the same new name: ``warn``, ``refuse``, or anything else for nothing.
    """
    settle_same_orders(connection, run)
    by_name: dict[str, list[tuple[int, str, str]]] = {}
    for row in connection.execute(_WITHOUT_ID, (run,)):
        by_name.setdefault(name_key(row[2]), []).append(row)
    for same in by_name.values():
        if len(same) > 1:
            _settle(connection, run, same)
    if statement := _SAME_NAME.get(same_name):
        connection.execute(statement, {"run": run})


def settle_same_orders(connection: sqlite3.Connection, run: int) -> None:
    """Settle the rows that have the same id; called within a transaction."""
    last = ""  # which is no id, so rows without one are passed over
    while keys := [order_key for (order_key,) in connection.execute(_REPEATED, (run, last))]:
        for order_key in keys:
            _settle(connection, run, connection.execute(_ROWS_OF_ORDER, (run, order_key)).fetchall())
        last = keys[-1]


def _settle(connection: sqlite3.Connection, run: int, same: Sequence[tuple[int, str, str | None]]) -> None:
    numbers = [row for row, _, _ in same]
    names = {name for _, name, _ in same}
    guards = {name_key(guard) for _, _, guard in same if guard is not None}
    if len(names) > 1 or len(guards) > 1:
        what = "new names" if len(names) > 1 else "current names"
        reason = f"Several rows give this order different {what}: keep one of them.{HERE}{_named(numbers)}."
        settled = [(Result.INVALID, reason, run, row) for row in numbers]
    else:
        kept = next((row for row, _, guard in same if guard is not None), numbers[0])
        reason = f"An exact repeat of another row, which is sent once.{HERE}row {kept}."
        settled = [(Result.SKIPPED, reason, run, row) for row in numbers if row != kept]
    connection.executemany("UPDATE rows SET result = ?, reason = ? WHERE run = ? AND row = ?", settled)


def _named(numbers: list[int]) -> str:
    shown = [str(number) for number in numbers[:_MOST_NAMED]]
    if len(numbers) > _MOST_NAMED:
        return f"rows {', '.join(shown)} and {len(numbers) - _MOST_NAMED} more"
    return f"rows {', '.join(shown[:-1])} and {shown[-1]}"
