"""Runs made from runs: the run that commits a kept plan, an undo, an audit, and an interrupted run that is resumed.

All of it happens within the journal: no row passes through the program.
"""

from __future__ import annotations

from collections.abc import Sequence

from batch_renamer.journal import later
from batch_renamer.journal.changed import CHANGED, CHANGED_OTHERWISE
from batch_renamer.journal.choosing import chosen_spans, leave_out, left_out_spans, refuse_absent
from batch_renamer.journal.codec import RESULT, SENT
from batch_renamer.journal.database import Database
from batch_renamer.journal.record import RunRecord
from batch_renamer.model import ALL_ROWS, LEFT_OUT_MARK, RowChoice

__all__ = ["Lineage"]

_NO_NAME_BEFORE = "The order had no name before that run, so there is none to give back."

# The name that a run gave: the name that the API confirmed or showed, or else the one that was sent. If an ``unknown``
# row shows a third name, another person may have given it, so it does not count.
_LEFT = f"""
    CASE WHEN result = 'renamed' OR {CHANGED_OTHERWISE} THEN COALESCE(final_name, new_name)
    WHEN result = 'drifted' THEN COALESCE(expected, new_name) ELSE new_name END"""
# The name that an audit expects. For a row that was refused, this is the old name, as in the report of the run.
_TOLD = f"CASE WHEN result = 'failed' AND final_name IS COALESCE(old_name, '') THEN final_name ELSE {_LEFT} END"

_ADOPT = """
    INSERT INTO rows (run, row, order_id, new_name, guard, skip, warning, result, reason, old_name, final_name,
        status, is_processing, is_merging, is_deleted, total_images, last_updated_at, http_status, other_cells,
        name_rule, made_rule)
    SELECT :run, row, order_id, new_name,
        CASE result WHEN 'unchanged' THEN new_name WHEN 'planned' THEN COALESCE(old_name, '') ELSE guard END, skip,
        warning, CASE WHEN result IN ('planned', 'unchanged') THEN NULL ELSE result END, reason, old_name, final_name,
        status, is_processing, is_merging, is_deleted, total_images, last_updated_at, http_status, other_cells,
        CASE WHEN name_rule = '' THEN '' END, made_rule
    FROM rows WHERE run = :parent
"""
_REVERSE = f"""
    INSERT INTO rows (run, row, order_id, new_name, guard, skip, warning, result, reason, other_cells)
    SELECT :run, row, order_id, COALESCE(name_before, old_name, ''), {_LEFT}, '', '',
        CASE COALESCE(name_before, old_name, '') WHEN '' THEN 'invalid' END,
        CASE COALESCE(name_before, old_name, '') WHEN '' THEN :no_name ELSE '' END, other_cells
    FROM rows WHERE run = :parent AND {CHANGED}
"""  # noqa: S608 - constants
_RECHECK = f"""
    INSERT INTO rows (run, row, order_id, new_name, guard, skip, warning, other_cells)
    SELECT :run, row, order_id, {_TOLD}, {_TOLD}, '', '', other_cells
    FROM rows WHERE run = :parent AND ({CHANGED} OR result = 'unchanged')
"""  # noqa: S608 - constants
# Undos of runs of the same rows, with how many drifted rows have the name that the undo gave to their order. Without
# CROSS and INDEXED BY, SQLite would read all rows of the undo for each row of the run.
_PUT_BACK = f"""
    SELECT undo.id, COUNT(*) FROM runs AS own
    JOIN runs AS undone ON undone.content = own.content AND undone.account = own.account
        AND undone.base_url = own.base_url
    JOIN runs AS undo ON undo.parent = undone.number AND undo.command = 'undo' AND undo.committed_at IS NOT NULL
    JOIN (SELECT run, order_key, COALESCE(final_name, new_name) AS given FROM rows WHERE {CHANGED}) AS back
        ON back.run = undo.number
    CROSS JOIN rows INDEXED BY rows_by_order ON rows.run = own.number AND rows.order_key = back.order_key
        AND rows.final_name = back.given AND rows.result = 'drifted' AND rows.expected IS NOT NULL
    WHERE own.number = ? GROUP BY undo.number ORDER BY undo.sent DESC
"""  # noqa: S608 - a constant
_COUNT = "UPDATE runs SET sheet_rows = (SELECT COUNT(*) FROM rows WHERE run = :run) WHERE number = :run"


# Rows that a resumed run was to leave for later: planned if their orders had been read.
_REOPEN_LEFT = """
    UPDATE rows SET result = CASE WHEN read_at IS NULL THEN NULL ELSE 'planned' END
    WHERE run = ? AND result = 'pending'"""
# A row that is left for later keeps all that is known of it; one that was dispatched may have been applied.
_LEAVE_FOR_LATER = f"""
    UPDATE rows SET result = CASE WHEN handed_out THEN 'unknown' ELSE 'pending' END,
        reason = CASE WHEN handed_out THEN '{SENT}' ELSE reason END
    WHERE run = ? AND (result IS NULL OR result = 'planned') AND row BETWEEN ? AND ?"""  # noqa: S608 - a constant
# An undo may end a row as ``unknown`` without having sent anything: such a row is decided again.
_REOPEN_NOT_SENT = """
    UPDATE rows SET result = NULL, reason = '', final_name = NULL
    WHERE run = ? AND result = 'unknown' AND NOT handed_out AND NOT attempts AND row BETWEEN ? AND ?"""
_MAY_BE_APPLIED = """
    UPDATE rows SET handed_out = 2 WHERE run = ? AND (result = 'unknown' OR (result = 'planned' AND handed_out))
    AND row BETWEEN ? AND ?"""
_REOPEN_SENT = """
    UPDATE rows SET result = 'planned', reason = '', final_name = NULL, read_at = 0
    WHERE run = ? AND result IN ('planned', 'unknown') AND row BETWEEN ? AND ?"""
_REOPEN_FAILED = """
    UPDATE rows SET result = NULL, reason = '', final_name = NULL,
        handed_out = CASE WHEN attempts THEN 2 ELSE handed_out END
    WHERE run = ? AND result = 'failed' AND row BETWEEN ? AND ?"""


class Lineage:
    """What the rows of a run take from other runs, and from an earlier part of the same run."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def load_plan(self, run: RunRecord, plan: RunRecord, choice: RowChoice = ALL_ROWS) -> None:
        """Give a run the rows of a kept plan; each order is read again, guarded by the name that the plan found.

        An order that already had its new name must still have it. Rows that are not chosen are skipped.

        Raises:
            InputError: the choice names rows that the plan does not have, or leaves none.
        """
        with self._database.transaction() as connection:
            refuse_absent(connection, plan.number, plan.id, choice)
            connection.execute(_ADOPT, {"run": run.number, "parent": plan.number})
            # The plan's own number, not a new count: a row that the plan has lost makes the totals wrong. With its
            # content, a later run of the same rows knows what was done of them.
            connection.execute(
                "UPDATE runs SET (sheet_rows, content) = (SELECT sheet_rows, content FROM runs WHERE number = ?)"
                " WHERE number = ?",
                (plan.number, run.number),
            )
            leave_out(connection, run.number, choice)

    def plan_undo(self, run: RunRecord, undone: RunRecord, choice: RowChoice = ALL_ROWS) -> None:
        """Give a run the rows that undo another run: the old names, guarded by the names that the other run left.

        Rows that may have been renamed are included; if an order still has its old name, its row becomes ``unchanged``.
        Rows that are not chosen are skipped.

        Raises:
            InputError: the choice names rows that the other run does not have, or leaves none.
        """
        with self._database.transaction() as connection:
            refuse_absent(connection, undone.number, undone.id, choice)
            connection.execute(_REVERSE, {"run": run.number, "parent": undone.number, "no_name": _NO_NAME_BEFORE})
            connection.execute(_COUNT, {"run": run.number})
            leave_out(connection, run.number, choice)

    def not_undoable(self, undone: RunRecord, choice: RowChoice) -> list[int]:
        """Return the rows named alone by ``--only`` that the run has and whose orders it has not renamed."""
        singles = choice.only.singles if choice.only is not None else ()
        named = [row for row in singles if choice.leaves_out(row) is None]
        query = f"SELECT 1 FROM rows WHERE run = ? AND row = ? AND {CHANGED} IS NOT TRUE"  # noqa: S608 - a constant
        return [row for row in named if self._database.select(query, (undone.number, row))]

    def count_undoable(self, undone: RunRecord) -> int:
        """Return how many rows an undo of a run would have now."""
        query = f"SELECT COUNT(*) FROM rows WHERE run = ? AND {CHANGED}"  # noqa: S608 - a constant
        return self._database.count(query, (undone.number,))

    def unsettled_since(self, run: RunRecord, moment: float) -> frozenset[int]:
        """Return the rows that became ``unknown`` after ``moment``, in seconds since the epoch."""
        query = (
            "SELECT row FROM rows WHERE run = ? AND result = 'unknown' AND attempts"
            " AND started_at + COALESCE(seconds, 0) > ?"
        )
        return frozenset(int(str(row)) for (row,) in self._database.select(query, (run.number, moment)))

    def plan_audit(self, run: RunRecord, audited: RunRecord, choice: RowChoice = ALL_ROWS) -> None:
        """Give a run the rows that audit another run: the names that it left, to be compared with those of now.

        Rows that are not chosen are skipped.

        Raises:
            InputError: the choice names rows that the other run does not have, or leaves none.
        """
        with self._database.transaction() as connection:
            refuse_absent(connection, audited.number, audited.id, choice)
            connection.execute(_RECHECK, {"run": run.number, "parent": audited.number})
            connection.execute(_COUNT, {"run": run.number})
            leave_out(connection, run.number, choice)

    def reopen_unfinished(self, run: RunRecord, *, failed: bool = False, choice: RowChoice = ALL_ROWS) -> None:
        """Open the rows that are not done; with ``failed``, also those that failed.

        Rows that are not chosen stay as they are, for a later time: ``pending``, ``unknown`` or ``failed``.

        Each of their orders is read before anything is sent. A row that was dispatched and has no outcome, or is
        ``unknown``, may have been applied: if its order has the new name now, the row is ``renamed``. ``handed_out`` is
        2 for these rows, and stays so if the run is stopped again before it reads the order.

        If another run of the account has renamed an order since, the order is read again. A row that this run had
        finished must still have its name; an order that this run never read must have its name from before that.
        """
        with self._database.transaction() as connection:
            connection.execute("UPDATE runs SET counts = NULL WHERE number = ?", (run.number,))
            connection.execute(_REOPEN_LEFT, (run.number,))
            left = [(run.number, first, last) for first, last in left_out_spans(choice)]
            connection.executemany(_LEAVE_FOR_LATER, left)
            chosen = [(run.number, first, last) for first, last in chosen_spans(choice)]
            for statement in (_REOPEN_NOT_SENT, _MAY_BE_APPLIED, _REOPEN_SENT, *([_REOPEN_FAILED] if failed else [])):
                connection.executemany(statement, chosen)
            later.look_at_done_rows_again(connection, run.number, since=run.active)
            later.protect_unread_rows(connection, run.number, since=run.began)

    def count_unfinished(self, run: RunRecord, *, failed: bool = False, choice: RowChoice = ALL_ROWS) -> int:
        """Return how many of the chosen rows are not done; with ``failed``, those that failed count as well."""
        query = (
            f"SELECT COUNT(*) FROM rows WHERE run = ? AND row BETWEEN ? AND ? AND ({RESULT} IS NULL OR {RESULT}"  # noqa: S608 - constants
            " IN ('planned', 'pending', 'unknown', ?))"
        )
        also = "failed" if failed else "planned"
        return sum(self._database.count(query, (run.number, *span, also)) for span in chosen_spans(choice))

    def count_left_of_plan(self, run: RunRecord) -> int:
        """Return how many renames of the plan that a run commits are left, because they were not chosen."""
        query = (
            "SELECT COUNT(*) FROM rows AS mine JOIN rows AS plan"
            " ON plan.run = ? AND plan.row = mine.row AND plan.result = 'planned'"
            " WHERE mine.run = ? AND mine.result = 'skipped' AND substr(mine.skip, 1, ?) = ?"
        )
        return self._database.count(query, (run.parent, run.number, len(LEFT_OUT_MARK), LEFT_OUT_MARK))

    def refuse_absent(self, run: RunRecord, choice: RowChoice) -> None:
        """Refuse a choice with numbers that are no rows of a run.

        Raises:
            InputError: there are such numbers.
        """
        with self._database.transaction() as connection:
            refuse_absent(connection, run.number, run.id, choice)

    def expect_what_was_finished(self, run: RunRecord, content: str) -> None:
        """Note the fingerprint of the rows; their orders must have the names that earlier runs of these rows gave."""
        with self._database.transaction() as connection:
            connection.execute("UPDATE runs SET content = ? WHERE number = ?", (content, run.number))
            later.expect_what_was_finished(connection, run.number)

    def count_made_before(self, run: RunRecord) -> int:
        """Return for how many rows an earlier run of the same rows has made the new name by the same rule."""
        query = "SELECT COUNT(*) FROM rows WHERE run = ? AND name_rule = '' AND expected IS NOT NULL"
        return self._database.count(query, (run.number,))

    def renamed_since(self, run: RunRecord) -> int:
        """Return how many rows are ``drifted`` because their orders have lost the name that an earlier run gave."""
        query = "SELECT COUNT(*) FROM rows WHERE run = ? AND result = 'drifted' AND expected IS NOT NULL"
        return self._database.count(query, (run.number,))

    def put_back_since(self, run: RunRecord) -> list[tuple[str, int]]:
        """Return the ids of the undos that took those names back, the newest first, each with the number of rows."""
        return [(str(undo), int(str(count))) for undo, count in self._database.select(_PUT_BACK, (run.number,))]

    def rename_again(self, run: RunRecord) -> None:
        """Plan the rows that `renamed_since` counts: the user wants them renamed again."""
        with self._database.transaction() as connection:
            connection.execute(
                "UPDATE rows SET result = 'planned', reason = '', old_name = final_name, read_at = 0, expected = NULL"
                " WHERE run = ? AND result = 'drifted' AND expected IS NOT NULL",
                (run.number,),
            )

    def mark_stale(self, run: RunRecord) -> None:
        """Have the orders of the plan read again, if another run of the account has renamed since this one began.

        The old name of a planned row may be wrong now, and an ``unchanged`` order may have got another name.
        """
        with self._database.transaction() as connection:
            connection.execute(
                "UPDATE rows SET result = 'planned', read_at = 0 WHERE run = :run"
                " AND result IN ('planned', 'unchanged') AND EXISTS (SELECT 1 FROM runs AS own JOIN runs AS other"
                " ON other.number != own.number AND other.account = own.account AND other.base_url = own.base_url"
                " AND other.sent > own.began WHERE own.number = :run)",
                {"run": run.number},
            )

    def undone(self) -> frozenset[int]:
        """Return the numbers of the runs whose names were put back by undos that were not undone themselves.

        A run of which only some rows were undone is not among them.

        The names of a run that was resumed after its undo, and has sent renames since, are no longer put back.
        """
        undos: dict[int, list[int]] = {}
        in_part: set[int] = set()
        for parent, number, is_partial in self._database.select(
            "SELECT undo.parent, undo.number, undo.first IS NOT NULL OR undo.choice != ''"
            " FROM runs AS undo JOIN runs AS run ON run.number = undo.parent"
            " WHERE undo.command = 'undo' AND undo.sent > COALESCE(run.sent, 0) ORDER BY undo.number DESC",
            (),
        ):
            undos.setdefault(int(str(parent)), []).append(int(str(number)))
            if is_partial:
                in_part.add(int(str(number)))
        found: set[int] = set()
        for parent in sorted(undos, reverse=True):  # newest first, because an undo is newer than the run that it undoes
            stands = [undo for undo in undos[parent] if undo not in found]
            if any(undo not in in_part for undo in stands) or (stands and not self._left_by(stands, parent)):
                found.add(parent)
        return frozenset(found)

    def put_back_in_part(self, run: RunRecord) -> list[tuple[str, int]]:
        """Return the ids of the undos that gave some names of a run back, the newest first, with the number of names.

        Undos that were undone themselves are not among them.
        """
        undone = self.undone()
        found = self._database.select(
            "SELECT undo.number, undo.id, COUNT(*) FROM runs AS undo JOIN rows ON rows.run = undo.number"
            " WHERE undo.parent = ? AND undo.command = 'undo' AND rows.result = 'renamed'"
            " GROUP BY undo.number ORDER BY undo.number DESC",
            (run.number,),
        )
        return [(str(undo), int(str(count))) for number, undo, count in found if number not in undone]

    def _left_by(self, undos: Sequence[int], undone: int) -> bool:
        """Tell whether undos of some rows of a run have together left out any of them."""
        marks = ", ".join("?" for _ in undos)
        query = (
            f"SELECT 1 FROM rows WHERE run = ? AND {CHANGED} AND row NOT IN"  # noqa: S608 - a constant and marks
            f" (SELECT row FROM rows WHERE run IN ({marks}) AND result IS NOT 'skipped') LIMIT 1"
        )
        return bool(self._database.select(query, (undone, *undos)))
