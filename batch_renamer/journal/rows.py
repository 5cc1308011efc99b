"""The table of rows: each stage writes what it decided, and reads what the stage before wrote."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from typing import NamedTuple

from batch_renamer.journal import activity
from batch_renamer.journal.codec import loaded, planned, settled, unsettled
from batch_renamer.journal.database import Database
from batch_renamer.journal.record import RunRecord
from batch_renamer.journal.repeats import settle_repeats
from batch_renamer.journal.settling import SETTLE_OUTCOME, SETTLE_PLANNED
from batch_renamer.journal.unrecorded import keep_in_memory
from batch_renamer.model import Change, Order, Outcome, RenameRequest, RowProblem, SettledRow, Unsettled
from batch_renamer.text import order_key

__all__ = ["MadeName", "RowTable"]

_PAGE = 1_000
_AFTER_FIRST = "Left out: --first "
_OTHER_NAME = "The order no longer has the name from which its new name was made; it was left alone."
_REQUEST = f"""
    row, order_id, new_name, COALESCE(expected, guard),
    CASE WHEN expected IS NOT NULL THEN expected_why WHEN name_rule = '' THEN '{_OTHER_NAME}' END,
    NULLIF(name_rule, ''), made_before"""


_MADE = """
    UPDATE rows SET new_name = ?, guard = ?, warning = trim(warning || char(10) || ?, char(10)),
        made_rule = COALESCE(NULLIF(name_rule, ''), made_rule), name_rule = ''
    WHERE run = ? AND row = ?"""


class MadeName(NamedTuple):
    """A new name that was made by a rule, the name from which it was made, and the warning about it ("")."""

    row: int
    new_name: str
    old_name: str
    warning: str = ""


class RowTable:
    """The rows of a journal's runs, for the stages that decide what becomes of each."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, run: RunRecord, rows: Sequence[RenameRequest | RowProblem]) -> None:
        """Add loaded rows; the bad ones and those marked to be skipped are settled at once."""
        with self._database.transaction() as connection:
            connection.executemany(
                "INSERT INTO rows (run, row, order_id, new_name, guard, skip, warning, result, reason, other_cells,"
                " name_rule)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                [loaded(run.number, row) for row in rows],
            )
            connection.execute("UPDATE runs SET sheet_rows = sheet_rows + ? WHERE number = ?", (len(rows), run.number))

    def settle_repeats(self, run: RunRecord, *, same_name: str = "warn") -> None:
        """Settle the rows that repeat or contradict one another, and warn of names given twice, or refuse them."""
        with self._database.transaction() as connection:
            settle_repeats(connection, run.number, same_name=same_name)

    def settle(self, run: RunRecord, rows: Mapping[int, SettledRow]) -> None:
        """Settle rows because of rows elsewhere; those that were sent, or have an outcome, stay as they are."""
        if not rows:
            return
        with self._database.transaction() as connection:
            connection.executemany(
                "UPDATE rows SET result = ?, reason = ?, skip = COALESCE(NULLIF(?, ''), skip) WHERE run = ? AND row = ?"
                " AND NOT handed_out AND (result IS NULL OR result IN ('planned', 'pending'))",
                [(one.result, one.reason, one.mark, run.number, row) for row, one in rows.items()],
            )

    def undecided(
        self, run: RunRecord, *, after_row: float, limit: int, backwards: bool = False
    ) -> list[RenameRequest]:
        """Return the next undecided rows after a row, in sheet order or against it."""
        side, order = ("<", "DESC") if backwards else (">", "ASC")
        rows = self._database.select(
            f"SELECT {_REQUEST} FROM rows"  # noqa: S608 - constants
            f" WHERE run = ? AND row {side} ? AND result IS NULL ORDER BY row {order} LIMIT ?",
            (run.number, after_row, limit),
        )
        return [_request(row) for row in rows]

    def undecided_for(self, run: RunRecord, order_ids: Sequence[str]) -> list[RenameRequest]:
        """Return the undecided rows for these orders; a UUID is the same id in any case."""
        marks = ", ".join("?" for _ in order_ids)
        rows = self._database.select(
            f"SELECT {_REQUEST} FROM rows INDEXED BY rows_by_order"  # noqa: S608 - marks
            f" WHERE run = ? AND order_key IN ({marks}) AND result IS NULL",
            (run.number, *map(order_key, order_ids)),
        )
        return [_request(row) for row in rows]

    def changes(self, run: RunRecord, *, after_row: int, limit: int) -> list[Change]:
        """Return the next planned renames, in sheet order.

        Their orders have an id and a name: the rest of what was read stays in the journal, for no rename needs it.
        """
        rows = self._database.select(
            "SELECT row, new_name, read_at, handed_out, order_id, old_name,"
            " COALESCE(expected, guard) IS NOT NULL FROM rows"
            " WHERE run = ? AND row > ? AND result = 'planned' ORDER BY row LIMIT ?",
            (run.number, after_row, limit),
        )
        return [
            Change(
                row=row,  # type: ignore[arg-type]  # STRICT columns
                new_name=new_name,  # type: ignore[arg-type]  # STRICT columns
                read_at=read_at,  # type: ignore[arg-type]  # STRICT columns
                dispatched=bool(handed_out),
                guarded=bool(guarded),
                order=Order(order_id=order_id, name=old_name),  # type: ignore[arg-type]  # STRICT columns
            )
            for row, new_name, read_at, handed_out, order_id, old_name, guarded in rows
        ]

    def unsettled(self, run: RunRecord, rows: Sequence[int]) -> list[Unsettled]:
        """Return these rows with the outcomes that they have so far; their ``attempts`` are left out."""
        marks = ", ".join("?" for _ in rows)
        found = self._database.select(
            "SELECT row, order_id, new_name, result, reason, old_name, final_name, http_status, started_at, seconds"  # noqa: S608 - marks
            f" FROM rows WHERE run = ? AND row IN ({marks})",
            (run.number, *rows),
        )
        return [unsettled(row) for row in found]

    def mark_dispatched(self, run: RunRecord, changes: Sequence[Change]) -> None:
        """Note that these changes, neighbours in the sheet, are about to be sent.

        When the run is resumed after a crash, this tells which orders may have their new name because of it.
        """
        # On disk before the first of them is sent: even after a power cut, the run knows the names that it gave.
        with self._database.transaction(durable=True) as connection:
            position = activity.noted(connection, run.number, sent=True)
            connection.execute(
                "UPDATE rows SET handed_out = MAX(handed_out, 1), sent = ?"
                " WHERE run = ? AND row BETWEEN ? AND ? AND result = 'planned'",
                (position, run.number, changes[0].row, changes[-1].row),
            )

    def record(self, run: RunRecord, decisions: Sequence[Change | Outcome], *, made: Sequence[MadeName] = ()) -> None:
        """Write what planning or renaming has decided of rows, in one transaction.

        ``made`` are the new names that were made when their orders were read. From then on they are like typed ones,
        and hold for the name that the order had.
        """
        changes = [planned(run.number, decision) for decision in decisions if isinstance(decision, Change)]
        outcomes = [settled(run.number, decision) for decision in decisions if isinstance(decision, Outcome)]
        with self._database.transaction() as connection:
            connection.executemany(_MADE, [(*one[1:], run.number, one.row) for one in made])
            for sql, values in chain(SETTLE_PLANNED.statements(changes), SETTLE_OUTCOME.statements(outcomes)):
                connection.execute(sql, values)
            if any(isinstance(decision, Outcome) and decision.attempts for decision in decisions):
                activity.noted(connection, run.number, sent=True)

    def keep_in_memory(self, run: RunRecord, outcomes: Sequence[Outcome]) -> None:
        """Keep outcomes that the file does not take, for what this process still has to say of the run."""
        with self._database.in_memory() as connection:
            keep_in_memory(connection, run.number, outcomes)

    def mark_not_sent(self, run: RunRecord) -> None:
        """Note that dispatched changes without an outcome were not sent, because the run ends in order.

        What the run may have sent before it was resumed stays noted.
        """
        with self._database.transaction() as connection:
            connection.execute(
                "UPDATE rows SET handed_out = 0 WHERE run = ? AND result = 'planned' AND handed_out = 1", (run.number,)
            )

    def skip_after_first(self, run: RunRecord, first: int) -> None:
        """Leave out every undecided row, and every planned one after the ``first``.

        They get a skip mark, so that they stay left out when the report is used as a spreadsheet.
        """
        with self._database.transaction() as connection:
            connection.execute(
                "UPDATE rows SET result = 'skipped', reason = :reason, skip = :mark WHERE run = :run AND"
                " (result IS NULL OR (result = 'planned' AND row NOT IN"
                " (SELECT row FROM rows WHERE run = :run AND result = 'planned' ORDER BY row LIMIT :first)))",
                {
                    "run": run.number,
                    "first": first,
                    "reason": f"{_AFTER_FIRST}{first} was asked for.",
                    "mark": f"after the first {first}",
                },
            )

    def count_after_first(self, run: RunRecord) -> int:
        """Return how many rows were left out because only the first few renames were asked for."""
        query = "SELECT COUNT(*) FROM rows WHERE run = ? AND result = 'skipped' AND substr(reason, 1, ?) = ?"
        return self._database.count(query, (run.number, len(_AFTER_FIRST), _AFTER_FIRST))

    # How much there is, and of what orders

    def count_undecided(self, run: RunRecord) -> int:
        """Return how many rows are undecided."""
        return self._database.count("SELECT COUNT(*) FROM rows WHERE run = ? AND result IS NULL", (run.number,))

    def count_unguarded(self, run: RunRecord) -> int:
        """Return how many undecided rows do not depend on the name that their order has."""
        query = "SELECT COUNT(*) FROM rows WHERE run = ? AND result IS NULL AND guard IS NULL AND name_rule IS NULL"
        return self._database.count(query, (run.number,))

    def middle_row(self, run: RunRecord) -> float:
        """Return the mean of the undecided rows; 0 if there are none."""
        [[mean]] = self._database.select("SELECT AVG(row) FROM rows WHERE run = ? AND result IS NULL", (run.number,))
        return 0.0 if mean is None else float(str(mean))

    def first_row(self, run: RunRecord) -> int:
        """Return the number of the run's first row; 1 if it has none."""
        return self._database.count("SELECT COALESCE(MIN(row), 1) FROM rows WHERE run = ?", (run.number,))

    def count_planned(self, run: RunRecord) -> int:
        """Return how many renames are planned and were not sent."""
        return self._database.count("SELECT COUNT(*) FROM rows WHERE run = ? AND result = 'planned'", (run.number,))

    def order_ids(self, run: RunRecord, rows: Sequence[int]) -> dict[int, str]:
        """Return the order ids of these rows, by row."""
        marks = ", ".join("?" for _ in rows)
        query = f"SELECT row, order_id FROM rows WHERE run = ? AND row IN ({marks})"  # noqa: S608 - marks
        return {int(str(row)): str(order_id) for row, order_id in self._database.select(query, (run.number, *rows))}

    def order_names(self, run: RunRecord) -> Iterator[tuple[str, str | None]]:
        """Yield (order_id, current_name) of every usable row as the sheet gives them, in sheet order."""
        query = "SELECT row, order_id, guard FROM rows WHERE run = ? AND (result IS NULL OR result != 'invalid')"
        for _, order_id, guard in self.in_pages(query, run):
            yield str(order_id), None if guard is None else str(guard)

    def keys(self, run: RunRecord) -> Iterator[tuple[int, str, str | None]]:
        """Yield row, order id and current name of every row, in sheet order; the name is the one of the sheet."""
        for row, order_id, guard in self.in_pages("SELECT row, order_id, guard FROM rows WHERE run = ?", run):
            yield int(str(row)), str(order_id), None if guard is None else str(guard)

    def in_pages(self, query: str, run: RunRecord) -> Iterator[tuple[object, ...]]:
        """Yield what a query returns of a run's rows, in sheet order; its first column is the row's number."""
        after = 0
        while rows := self._database.select(f"{query} AND row > ? ORDER BY row LIMIT ?", (run.number, after, _PAGE)):
            yield from rows
            after = int(str(rows[-1][0]))


def _request(row: tuple[object, ...]) -> RenameRequest:
    number, order_id, new_name, guard, why, rule, made_before = row
    return RenameRequest(
        row=number,  # type: ignore[arg-type]  # STRICT columns
        order_id=order_id,  # type: ignore[arg-type]  # STRICT columns
        new_name=new_name,  # type: ignore[arg-type]  # STRICT columns
        current_name=guard,  # type: ignore[arg-type]  # STRICT columns
        guard_reason=why,  # type: ignore[arg-type]  # STRICT columns
        name_rule=rule,  # type: ignore[arg-type]  # STRICT columns
        made_before=made_before,  # type: ignore[arg-type]  # STRICT columns
    )
