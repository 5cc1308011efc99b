"""The renames of a kept plan that its reader does not want: what was unchecked is left out when the plan is committed.

Only rows that would be renamed are unchecked. They are kept as spans. Nothing is between the rows of one span but rows
that are skipped anyway and numbers that the spreadsheet does not have: so a span never leaves out a bad row, which
would hide it in the result.
"""

from __future__ import annotations

import hashlib
import sqlite3
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from batch_renamer.journal.database import Database
from batch_renamer.journal.record import RunRecord
from batch_renamer.model import ALL_ROWS, RowChoice, RowNumbers

__all__ = ["Chosen", "UncheckedTable", "spans_of"]

_LAST_ROW = 2**62
_Spans = tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """The renames of a plan that are wanted: their number, of how many, and the ``spans`` of those that are not.

    Example:
        >>> Chosen(renames=2, of=4, spans=((5, 6),)).choice
        RowChoice(only=None, except_rows=RowNumbers(spans=((5, 6),), singles=()), by_hand=False)
    """

    renames: int
    of: int
    spans: _Spans = ()

    @property
    def choice(self) -> RowChoice:
        """The choice of rows by which a command leaves out what is not wanted."""
        if not self.spans:
            return ALL_ROWS
        singles = tuple(first for first, last in self.spans if first == last)
        return RowChoice(except_rows=RowNumbers(spans=self.spans, singles=singles))

    @property
    def unchecked(self) -> int:
        """How many renames are not wanted."""
        return self.of - self.renames

    @property
    def fingerprint(self) -> str:
        """A short text that is another one for another choice."""
        return hashlib.sha256(str(self.choice).encode()).hexdigest()[:16]

    def __contains__(self, row: int) -> bool:
        """Tell whether a row that would be renamed is wanted."""
        place = bisect_right(self.spans, (row, _LAST_ROW)) - 1
        return place < 0 or self.spans[place][1] < row


class UncheckedTable:
    """The unchecked renames of the kept plans of a journal."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def chosen(self, plan: RunRecord) -> Chosen:
        """Return which renames of a plan are wanted."""
        with self._database.in_memory() as connection:
            return _chosen(connection, plan)

    def test(self, plan: RunRecord) -> Callable[[int], bool]:
        """Return the function that tells of a planned rename whether it is unchecked."""
        with self._database.in_memory() as connection:
            return _within(_spans(connection, plan))

    def uncheck(self, plan: RunRecord, rows: RowNumbers) -> Chosen:
        """Uncheck the renames of these rows; return what is wanted then."""
        return self._change(plan, lambda was, row: was or row in rows)

    def check(self, plan: RunRecord, rows: RowNumbers) -> Chosen:
        """Check the renames of these rows; return what is wanted then."""
        return self._change(plan, lambda was, row: was and row not in rows)

    def check_only(self, plan: RunRecord, rows: RowNumbers) -> Chosen:
        """Check the renames of these rows, and uncheck all others; return what is wanted then."""
        return self._change(plan, lambda _, row: row not in rows)

    def check_all(self, plan: RunRecord) -> Chosen:
        """Check every rename of the plan; return what is wanted then."""
        return self._change(plan, lambda _was, _row: False)

    def _change(self, plan: RunRecord, is_unchecked: Callable[[bool, int], bool]) -> Chosen:
        """Decide of each rename whether it is unchecked, from whether it was and its row."""
        query = "SELECT row, result FROM rows WHERE run = ? AND result IS NOT 'skipped' ORDER BY row"
        renames = unchecked = 0
        with self._database.transaction() as connection:
            before = _spans(connection, plan)
            was_unchecked = _within(before)

            def marked() -> Iterator[tuple[int, bool]]:
                nonlocal renames, unchecked
                for row, result in connection.execute(query, (plan.number,)):
                    is_marked = result == "planned" and is_unchecked(was_unchecked(row), row)
                    renames += result == "planned"
                    unchecked += is_marked
                    yield row, is_marked

            spans = tuple(spans_of(marked()))
            _replace(connection, plan, before, spans)
        return Chosen(renames=renames - unchecked, of=renames, spans=spans)


def _replace(connection: sqlite3.Connection, plan: RunRecord, before: _Spans, after: _Spans) -> None:
    """Write the spans that are new, and remove those that are no more."""
    gone, new = set(before).difference(after), set(after).difference(before)
    connection.executemany("DELETE FROM unchecked WHERE run = ? AND first = ?", [(plan.number, one) for one, _ in gone])
    insert = "INSERT INTO unchecked (run, first, last) VALUES (?, ?, ?)"
    connection.executemany(insert, [(plan.number, *span) for span in sorted(new)])


def spans_of(rows: Iterable[tuple[int, bool]]) -> Iterator[tuple[int, int]]:
    """Yield first and last number of the rows that are marked; a row that is not marked parts two spans.

    Example:
        >>> list(spans_of([(2, True), (5, True), (6, False), (7, True)]))
        [(2, 5), (7, 7)]
    """
    first = last = 0
    for row, is_marked in rows:
        if is_marked:
            first, last = first or row, row
        elif first:
            yield first, last
            first = 0
    if first:
        yield first, last


def _within(spans: _Spans) -> Callable[[int], bool]:
    firsts, lasts = [first for first, _ in spans], [last for _, last in spans]

    def within(row: int) -> bool:
        place = bisect_right(firsts, row) - 1
        return place >= 0 and row <= lasts[place]

    return within


def _spans(connection: sqlite3.Connection, plan: RunRecord) -> _Spans:
    query = "SELECT first, last FROM unchecked WHERE run = ? ORDER BY first"
    return tuple((first, last) for first, last in connection.execute(query, (plan.number,)))


def _chosen(connection: sqlite3.Connection, plan: RunRecord) -> Chosen:
    [[planned]] = connection.execute("SELECT COUNT(*) FROM rows WHERE run = ? AND result = 'planned'", (plan.number,))
    [[unchecked]] = connection.execute(
        "SELECT COUNT(*) FROM unchecked CROSS JOIN rows ON rows.run = unchecked.run"
        " AND rows.row BETWEEN unchecked.first AND unchecked.last AND rows.result = 'planned' WHERE unchecked.run = ?",
        (plan.number,),
    )
    return Chosen(renames=planned - unchecked, of=planned, spans=_spans(connection, plan))
