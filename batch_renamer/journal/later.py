"""What other runs of the account have renamed since: notes for a row which name its order must have by the journal.

That name is ``expected``. If the order has another name when it is read, it is left alone, and the row is ``drifted``;
``expected_why`` is its reason.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from batch_renamer.journal.changed import CHANGED

__all__ = ["SINCE", "expect_what_was_finished", "look_at_done_rows_again", "protect_unread_rows", "supersede"]

SINCE = "Run {} has renamed this order since; it was left alone."
_FINISHED = (
    "An earlier run of these rows gave this order this name, and it has been renamed since. It was left alone;"
    " --again renames it again."
)
_UNDONE = "Run {} gave this order this name, and its undo took it back. It was left alone; --again renames it again."

_OTHERS = """
    SELECT number, id FROM runs WHERE number != :run AND account = :account AND base_url = :base_url
    AND sent > :since ORDER BY sent
"""
# Rows that were dispatched and have no outcome yet may have been renamed as well.
_SENT = "(rows.result = 'planned' AND rows.handed_out)"
_DONE = f"""
    UPDATE rows SET result = NULL, reason = '',
        expected = COALESCE(rows.final_name, rows.new_name), expected_why = :why,
        handed_out = CASE rows.result WHEN 'renamed' THEN 2 ELSE rows.handed_out END
    FROM (SELECT order_key FROM rows WHERE run = :other AND sent > :since AND {CHANGED}) AS theirs
    WHERE rows.run = :run AND rows.order_key = theirs.order_key
    AND (rows.result IN ('renamed', 'unchanged') OR {_SENT})
"""  # noqa: S608 - a constant
_UNREAD = f"""
    UPDATE rows SET expected = COALESCE(theirs.old_name, ''), expected_why = :why
    FROM (SELECT order_key, old_name FROM rows WHERE run = :other AND sent > :since AND {CHANGED}) AS theirs
    WHERE rows.run = :run AND rows.order_key = theirs.order_key AND rows.result IS NULL
    AND rows.guard IS NULL AND rows.expected IS NULL
"""  # noqa: S608 - a constant
# An earlier run may have sent a rename and noted no outcome. If its undo took the rename back, it had been applied.
_TAKEN_BACK = f"order_key IN (SELECT order_key FROM rows WHERE run = :undo AND {CHANGED})"  # noqa: S608 - a constant
# The same row, whose name got a number (2) that tells it from that of another order.
_NUMBERED = "substr(theirs.new_name, 1, length(rows.new_name) + 2) = rows.new_name || ' ('"
_FINISHED_ROWS = f"""
    UPDATE rows SET expected = theirs.final_name, expected_why = CASE WHEN theirs.taken_back THEN :undone ELSE :why END
    FROM (SELECT order_key, new_name, COALESCE(expected, final_name, new_name) AS final_name,
        {_TAKEN_BACK} AS taken_back FROM rows
        WHERE run = :other AND (result IN ('renamed', 'unchanged') OR (result = 'drifted' AND expected IS NOT NULL)
        OR ((result = 'unknown' OR handed_out) AND {_TAKEN_BACK}))) AS theirs
    WHERE rows.run = :run AND rows.order_key = theirs.order_key
    AND (rows.new_name = theirs.new_name OR {_NUMBERED}) AND rows.result IS NULL AND rows.expected IS NULL
"""  # noqa: S608 - a constant
# A name that is made from the current one would be made again from the result.
_MADE_BEFORE = f"""
    UPDATE rows SET new_name = theirs.new_name, made_rule = name_rule, name_rule = '', expected = theirs.final_name,
        expected_why = CASE WHEN theirs.taken_back THEN :undone ELSE :why END
    FROM (SELECT order_key, new_name, COALESCE(expected, final_name, new_name) AS final_name,
        {_TAKEN_BACK} AS taken_back FROM rows
        WHERE run = :other AND name_rule = '' AND (result = 'renamed'
        OR (result IN ('unchanged', 'drifted') AND expected IS NOT NULL)
        OR ((result = 'unknown' OR handed_out) AND {_TAKEN_BACK}))) AS theirs
    WHERE rows.run = :run AND rows.order_key = theirs.order_key AND rows.name_rule != ''
    AND rows.result IS NULL AND rows.expected IS NULL
"""  # noqa: S608 - a constant
# The same rule in other sheets. An order that still has the name that it made then is not given it once more.
_SAME_RULE = """
    SELECT earlier.number FROM runs AS own JOIN runs AS earlier ON earlier.account = own.account
        AND earlier.base_url = own.base_url AND earlier.number != own.number
        AND json_extract(earlier.naming, '$.template') IS json_extract(own.naming, '$.template')
        AND json_extract(earlier.naming, '$.replace') IS json_extract(own.naming, '$.replace')
        AND json_extract(earlier.naming, '$.replace_regex') IS json_extract(own.naming, '$.replace_regex')
    WHERE own.number = ? AND earlier.command = 'apply' AND earlier.committed_at IS NOT NULL
        AND EXISTS (SELECT 1 FROM rows WHERE run = own.number AND name_rule != '')
    ORDER BY earlier.active
"""
_MADE_IN_OTHER_SHEETS = """
    UPDATE rows SET made_before = theirs.made FROM (
        SELECT order_key, made_rule, CASE result WHEN 'renamed' THEN COALESCE(final_name, new_name) ELSE new_name END
            AS made FROM rows
        WHERE run = :other AND made_rule IS NOT NULL AND (result IN ('renamed', 'unchanged', 'unknown') OR handed_out)
    ) AS theirs
    WHERE rows.run = :run AND rows.order_key = theirs.order_key AND rows.name_rule = theirs.made_rule
    AND rows.result IS NULL
"""
_OPEN = "(mine.result IS NULL OR mine.result IN ('planned', 'pending', 'unknown'))"
# A row whose order was never found has no id, but it is the same row of the same sheet.
_SAME_ORDER = """(theirs.order_key = mine.order_key AND mine.order_key != ''
            OR mine.order_key = '' AND theirs.row = mine.row AND theirs.guard = mine.guard)"""
_SUPERSEDE = f"""
    UPDATE runs SET closed = 'superseded', closed_by = :id
    WHERE began < :began AND account = :account AND base_url = :base_url AND command = 'apply' AND closed = ''
    AND (committed_at IS NOT NULL OR state IN ('reading', 'finished')) AND (reported_at IS NULL OR stopped != '')
    AND EXISTS (SELECT 1 FROM rows AS mine WHERE mine.run = number AND {_OPEN})
    AND NOT EXISTS (
        SELECT 1 FROM rows AS mine WHERE mine.run = number AND {_OPEN} AND NOT EXISTS (
            SELECT 1 FROM rows AS theirs WHERE theirs.run = :run AND {_SAME_ORDER}
            AND (theirs.result IS NULL OR theirs.result NOT IN ('invalid', 'skipped'))))
"""  # noqa: S608 - a constant


def _others(connection: sqlite3.Connection, run: int, *, since: int) -> Sequence[tuple[int, str]]:
    account, base_url = connection.execute("SELECT account, base_url FROM runs WHERE number = ?", (run,)).fetchone()
    values = {"run": run, "account": account, "base_url": base_url, "since": since}
    return connection.execute(_OTHERS, values).fetchall()


def look_at_done_rows_again(connection: sqlite3.Connection, run: int, *, since: int) -> None:
    """Have orders that this run has finished read again, if another run has renamed them ``since`` that position."""
    for other, other_id in _others(connection, run, since=since):
        values = {"run": run, "other": other, "since": since, "why": SINCE.format(other_id)}
        connection.execute(_DONE, values)


def protect_unread_rows(connection: sqlite3.Connection, run: int, *, since: int) -> None:
    """Note for orders that were never read the name that they had before another run renamed them ``since``."""
    for other, other_id in _others(connection, run, since=since):
        values = {"run": run, "other": other, "since": since, "why": SINCE.format(other_id)}
        connection.execute(_UNREAD, values)


def expect_what_was_finished(connection: sqlite3.Connection, run: int) -> None:
    """Note for orders that earlier runs of the same rows gave these names that they must still have them.

    For names that are made by a rule, note those that the same rule has made for other sheets.
    """
    earlier = connection.execute(
        "SELECT earlier.number, earlier.id, (SELECT MAX(undo.number) FROM runs AS undo"
        " WHERE undo.parent = earlier.number AND undo.command = 'undo' AND undo.committed_at IS NOT NULL)"
        " FROM runs AS earlier JOIN runs AS own"
        " ON own.number = ? AND earlier.content = own.content AND earlier.account = own.account"
        " AND earlier.base_url = own.base_url AND earlier.number != own.number"
        " WHERE earlier.command = 'apply' AND earlier.committed_at IS NOT NULL ORDER BY earlier.active DESC",
        (run,),
    ).fetchall()
    for other, other_id, undo in earlier:
        reasons = {"why": _FINISHED, "undone": _UNDONE.format(other_id)}
        for statement in (_FINISHED_ROWS, _MADE_BEFORE):
            connection.execute(statement, {"run": run, "other": other, "undo": undo, **reasons})
    for (other,) in connection.execute(_SAME_RULE, (run,)).fetchall():
        connection.execute(_MADE_IN_OTHER_SHEETS, {"run": run, "other": other})


def supersede(connection: sqlite3.Connection, run: int) -> None:
    """Close each interrupted run that began before, if this run deals with all of its open orders."""
    own = connection.execute("SELECT id, account, base_url, began FROM runs WHERE number = ?", (run,)).fetchone()
    values = dict(zip(("id", "account", "base_url", "began"), own, strict=True))
    connection.execute(_SUPERSEDE, {"run": run, **values})
