"""Runs born of runs: the rows of one run enter, the rows of another, or of the same one taken up again, leave.

A kept plan is adopted by the run that commits it; a run is reversed by its undo and rechecked by an audit; an
interrupted run is reopened. All of it happens within the journal: no row passes through the program.
"""

from __future__ import annotations

import sqlite3

__all__ = [
    "CHANGED",
    "CHANGED_OTHERWISE",
    "count_undoable",
    "load_plan",
    "plan_audit",
    "plan_undo",
    "reopen_unfinished",
]

_NO_NAME_BEFORE = "The order had no name before that run, so there is none to give back."

# Of a failed row: the server made another name of the one that was sent.
CHANGED_OTHERWISE = """(
    result = 'failed' AND attempts AND final_name IS NOT NULL AND final_name IS NOT COALESCE(old_name, ''))"""
# The rows whose orders a run has changed, or may have: all that were sent, but such as are known to be deleted. A
# refusal counts as well: the server may have applied it, then or a little later. An order without a name that still has
# none is left out: there is nothing to give back.
CHANGED = """(
    result IN ('renamed', 'unknown') OR (handed_out AND (result IS NULL OR result IN ('planned', 'drifted')))
    OR (result = 'failed' AND (attempts OR handed_out = 2) AND is_deleted IS NOT 1
        AND (COALESCE(old_name, '') != '' OR final_name IS NOT '')))"""
# The name that a run gave, as far as is known: the one that the server was seen to make of it, or else the one sent. A
# third name on an ``unknown`` row may be another hand's.
_LEFT = f"""
    CASE WHEN result = 'renamed' OR {CHANGED_OTHERWISE} THEN COALESCE(final_name, new_name)
    WHEN result = 'drifted' THEN COALESCE(expected, new_name) ELSE new_name END"""
# The name that an audit expects: of a refused row it is the old one, as its report says.
_TOLD = f"CASE WHEN result = 'failed' AND final_name IS COALESCE(old_name, '') THEN final_name ELSE {_LEFT} END"

_ADOPT = """
    INSERT INTO rows (run, row, order_id, new_name, guard, skip, warning, result, reason, old_name, final_name,
        status, is_processing, is_merging, is_deleted, total_images, last_updated_at, http_status)
    SELECT :run, row, order_id, new_name,
        CASE result WHEN 'unchanged' THEN new_name WHEN 'planned' THEN COALESCE(old_name, '') ELSE guard END, skip,
        warning, CASE WHEN result IN ('planned', 'unchanged') THEN NULL ELSE result END, reason, old_name, final_name,
        status, is_processing, is_merging, is_deleted, total_images, last_updated_at, http_status
    FROM rows WHERE run = :parent
"""
_REVERSE = f"""
    INSERT INTO rows (run, row, order_id, new_name, guard, skip, warning, result, reason)
    SELECT :run, row, order_id, COALESCE(name_before, old_name, ''), {_LEFT}, '', '',
        CASE COALESCE(name_before, old_name, '') WHEN '' THEN 'invalid' END,
        CASE COALESCE(name_before, old_name, '') WHEN '' THEN :no_name ELSE '' END
    FROM rows WHERE run = :parent AND {CHANGED}
"""  # noqa: S608 - constants
_RECHECK = f"""
    INSERT INTO rows (run, row, order_id, new_name, guard, skip, warning)
    SELECT :run, row, order_id, {_TOLD}, {_TOLD}, '', ''
    FROM rows WHERE run = :parent AND ({CHANGED} OR result = 'unchanged')
"""  # noqa: S608 - constants
_COUNT = "UPDATE runs SET sheet_rows = (SELECT COUNT(*) FROM rows WHERE run = :run) WHERE number = :run"


def load_plan(connection: sqlite3.Connection, *, run: int, plan: int) -> None:
    """Give a run the rows of a kept plan; each order is looked at again, guarded by the name that the plan saw.

    An order that had its new name already is expected to have it still.
    """
    connection.execute(_ADOPT, {"run": run, "parent": plan})
    # The plan's own number, not a new count: a row that it has lost is to be missed.
    connection.execute(
        "UPDATE runs SET sheet_rows = (SELECT sheet_rows FROM runs WHERE number = ?) WHERE number = ?", (plan, run)
    )


def plan_undo(connection: sqlite3.Connection, *, run: int, undone: int) -> None:
    """Give a run the way back of another: old names for new ones, guarded by the name that run left.

    What may have been changed counts, too; an order that still has its old name comes out ``unchanged``.
    """
    connection.execute(_REVERSE, {"run": run, "parent": undone, "no_name": _NO_NAME_BEFORE})
    connection.execute(_COUNT, {"run": run})


def count_undoable(connection: sqlite3.Connection, *, undone: int) -> int:
    """Return how many rows the way back of a run has now."""
    count: int = connection.execute(
        f"SELECT COUNT(*) FROM rows WHERE run = ? AND {CHANGED}",  # noqa: S608 - a constant
        (undone,),
    ).fetchone()[0]
    return count


def plan_audit(connection: sqlite3.Connection, *, run: int, audited: int) -> None:
    """Give a run the names that another one left, to be compared with what the orders have now."""
    connection.execute(_RECHECK, {"run": run, "parent": audited})
    connection.execute(_COUNT, {"run": run})


def reopen_unfinished(connection: sqlite3.Connection, *, run: int, failed: bool) -> None:
    """Open the rows of a run that are not done: each order will be looked at again before anything is sent.

    What was handed out and never came back, or is ``unknown``, may have been applied: if the order has the new name by
    now, the row is ``renamed``. That stays noted (2), however often the run is stopped before it looks. With
    ``failed``, rows that failed are planned afresh.
    """
    # An undo calls a row unknown without having sent anything: such a row is decided afresh.
    connection.execute(
        "UPDATE rows SET result = NULL, reason = '', final_name = NULL"
        " WHERE run = ? AND result = 'unknown' AND NOT handed_out AND NOT attempts",
        (run,),
    )
    connection.execute(
        "UPDATE rows SET handed_out = 2 WHERE run = ? AND (result = 'unknown' OR (result = 'planned' AND handed_out))",
        (run,),
    )
    connection.execute(
        "UPDATE rows SET result = 'planned', reason = '', final_name = NULL, read_at = 0"
        " WHERE run = ? AND result IN ('planned', 'unknown')",
        (run,),
    )
    if failed:
        connection.execute(
            "UPDATE rows SET result = NULL, reason = '', final_name = NULL,"
            " handed_out = CASE WHEN attempts THEN 2 ELSE handed_out END WHERE run = ? AND result = 'failed'",
            (run,),
        )
