"""The results of a run: its counts, and its rows as reports and people see them. It only reads."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from batch_renamer.errors import AccountingError
from batch_renamer.journal.changed import CHANGED_OTHERWISE
from batch_renamer.journal.codec import REASON, REPORT, REPORT_LINE, RESULT, as_stored, report_line, report_row
from batch_renamer.journal.database import Database
from batch_renamer.journal.record import RunRecord, RunState
from batch_renamer.journal.rows import RowTable
from batch_renamer.journal.runs import RunTable
from batch_renamer.journal.settling import STRAYS
from batch_renamer.journal.shown import Shown
from batch_renamer.model import BAD_RESULTS, HERE, ReasonGroup, ReportLine, ReportRow, Result, WarningGroup
from batch_renamer.text import order_key

__all__ = ["Results"]

_MOST_SHOWN_GROUPS = 20
_KIND = f"""CASE WHEN result IN ('invalid', 'skipped') AND instr(reason, '{HERE}')
    THEN substr(reason, 1, instr(reason, '{HERE}') - 1) ELSE {REASON} END"""


class Results:
    """The results of the runs of a journal."""

    def __init__(self, database: Database, runs: RunTable, rows: RowTable) -> None:
        self._database, self._runs, self._rows = database, runs, rows

    def shown(self, run: RunRecord, *, over: bool = False) -> Shown:
        """Return how stored results are shown: what is undecided, or was planned and not dispatched, is ``pending``.

        ``over``: the run has ended, even if that could not be noted.
        """
        run = self._runs.get(run.id)
        over = over or run.committed_at is not None or (run.state is RunState.FINISHED and not run.spec.dry)
        return Shown(
            undecided=Result.PLANNED if run.spec.offline else Result.PENDING,
            planned=Result.PENDING if over else Result.PLANNED,
        )

    def counts(self, run: RunRecord, *, over: bool = False) -> dict[Result, int]:
        """Return how many rows have each result, in the order of `Result`; rows not reached are ``pending``.

        ``over`` tells that the run has ended, even if that could not be noted.
        """
        shown = self.shown(run, over=over)
        found: dict[Result, int] = {}
        query = f"SELECT {RESULT} AS shown, COUNT(*) FROM rows WHERE run = ? GROUP BY shown"  # noqa: S608 - a constant
        for stored, count in self._database.select(query, (run.number,)):
            result = shown(stored)
            found[result] = found.get(result, 0) + int(str(count))
        return {result: found[result] for result in Result if result in found}

    def changed_otherwise(self, run: RunRecord) -> int:
        """Return how many failed rows have changed their orders to another name than the one sent."""
        query = f"SELECT COUNT(*) FROM rows WHERE run = ? AND {CHANGED_OTHERWISE}"  # noqa: S608 - a constant
        return self._database.count(query, (run.number,))

    def checked_counts(self, run: RunRecord, *, over: bool = False) -> dict[Result, int]:
        """Return the counts of the run, proven: every row that was ever added has exactly one result.

        Raises:
            AccountingError: rows are missing, or there are too many.
        """
        counts, rows = self.counts(run, over=over), self._runs.get(run.id).sheet_rows
        [[strays]] = self._database.select(STRAYS, (run.number,))
        if (total := sum(counts.values()) - int(str(strays))) != rows or strays:
            raise AccountingError(
                f"The totals of run {run.id} do not add up: {rows} rows were read, {total} have a result."
            )
        return counts

    def report_rows(self, run: RunRecord, *, over: bool = False) -> Iterator[ReportRow]:
        """Yield every row of the run, in sheet order, as reports show it; ``over`` is that of `counts`."""
        shown = self.shown(run, over=over)
        yield from (report_row(row, shown) for row in self._rows.in_pages(REPORT, run))

    def report_lines(self, run: RunRecord, *, over: bool = False) -> Iterator[ReportLine]:
        """Yield every row of the run with the cells of the sheet's other columns, in sheet order."""
        shown = self.shown(run, over=over)
        yield from (report_line(row, shown) for row in self._rows.in_pages(REPORT_LINE, run))

    def ends(self, run: RunRecord) -> Iterator[tuple[Result, float, float]]:
        """Yield the result of every row that was sent, when it was sent (seconds since the epoch), and for how long."""
        shown = self.shown(run)
        query = f"""SELECT row, {RESULT}, started_at, seconds FROM rows
            WHERE run = ? AND started_at IS NOT NULL AND seconds IS NOT NULL"""  # noqa: S608 - constants
        for _, result, started_at, seconds in self._rows.in_pages(query, run):
            yield shown(result), float(str(started_at)), float(str(seconds))

    def first_images(self, run: RunRecord, *, limit: int) -> tuple[int, list[tuple[int, str]]]:
        """Return how many orders of the run have shown an image, and of the first few a row and the image's id.

        Orders with problems come first, the others in sheet order.
        """
        bad = ", ".join(f"'{result}'" for result in sorted(BAD_RESULTS))
        found = self._database.select(
            "SELECT MIN(row), first_image FROM rows WHERE run = ? AND first_image IS NOT NULL"  # noqa: S608 - constants
            f" GROUP BY order_key ORDER BY MAX({RESULT} IN ({bad})) DESC, MIN(row) LIMIT ?",
            (run.number, limit),
        )
        query = "SELECT COUNT(DISTINCT order_key) FROM rows WHERE run = ? AND first_image IS NOT NULL"
        [[total]] = self._database.select(query, (run.number,))
        return int(str(total)), [(int(str(row)), str(image)) for row, image in found]

    def image_of(self, run: RunRecord, row: int) -> str | None:
        """Return the id of the first image of a row's order; None where none is known."""
        query = "SELECT first_image FROM rows WHERE run = ? AND row = ?"
        found = self._database.select(query, (run.number, row))
        return None if not found or found[0][0] is None else str(found[0][0])

    def with_images(self, run: RunRecord, rows: Sequence[int]) -> frozenset[int]:
        """Return those of the rows whose orders have shown an image."""
        query = (
            "SELECT row FROM rows WHERE run = ? AND first_image IS NOT NULL AND row IN (SELECT value FROM json_each(?))"
        )
        found = self._database.select(query, (run.number, json.dumps(list(rows))))
        return frozenset(int(str(row)) for (row,) in found)

    def rows_of_order(self, run: RunRecord, order_id: str, *, over: bool = False) -> list[ReportRow]:
        """Return the rows of the run that are about one order, in sheet order; ``over`` is that of `counts`."""
        shown = self.shown(run, over=over)
        query = f"{REPORT} AND order_key = ? ORDER BY row"
        return [report_row(row, shown) for row in self._database.select(query, (run.number, order_key(order_id)))]

    def invalid_rows(self, run: RunRecord) -> Iterator[tuple[int, str, str]]:
        """Yield row, order id and reason of every row that is itself bad, in sheet order."""
        query = "SELECT row, order_id, reason FROM rows WHERE run = ? AND result = 'invalid'"
        yield from (
            (int(str(row)), str(order_id), str(reason)) for row, order_id, reason in self._rows.in_pages(query, run)
        )

    def planned_rows(self, run: RunRecord, *, limit: int) -> list[ReportRow]:
        """Return the first planned renames as reports show them."""
        query = f"{REPORT} AND {RESULT} = 'planned' ORDER BY row LIMIT ?"
        return [report_row(row, as_stored) for row in self._database.select(query, (run.number, limit))]

    def reasons(
        self, run: RunRecord, results: Sequence[Result], *, rows_each: int = 3, every_row: bool = False
    ) -> list[ReasonGroup]:
        """Return the rows of these results grouped by reason, the largest group first.

        The part of a reason that is about one row alone is left out of the comparison. Only the largest groups come
        with their first rows: a sheet may have as many reasons as rows. With ``every_row`` each has all of its rows.
        """
        marks = ", ".join("?" for _ in results)
        groups = self._database.select(
            f"SELECT {RESULT} AS shown, {_KIND} AS why, COUNT(*), MIN(row) FROM rows"  # noqa: S608 - constants and marks
            f" WHERE run = ? AND {RESULT} IN ({marks}) GROUP BY shown, why ORDER BY COUNT(*) DESC, MIN(row)",
            (run.number, *results),
        )
        query = f"{REPORT} AND {RESULT} = ? AND {_KIND} = ? AND row >= ? ORDER BY row LIMIT ?"

        def first_rows(place: int, group: tuple[object, ...]) -> tuple[ReportRow, ...]:
            if place >= _MOST_SHOWN_GROUPS and not every_row:
                return ()
            result, reason, count, first = group
            # Limited to what there is: the search ends at the group's last row, not at the sheet's.
            limit = int(str(count)) if every_row else min(int(str(count)), rows_each)
            return tuple(
                report_row(row, as_stored)
                for row in self._database.select(query, (run.number, result, reason, first, limit))
            )

        return [
            ReasonGroup(
                result=Result(str(group[0])),
                reason=str(group[1]),
                count=int(str(group[2])),
                rows=first_rows(place, group),
            )
            for place, group in enumerate(groups)
        ]

    def left_out(self, run: RunRecord) -> list[ReasonGroup]:
        """Return the skipped rows grouped by reason, the largest group first, without the rows themselves."""
        return self.reasons(run, [Result.SKIPPED], rows_each=0)

    def warning_groups(self, run: RunRecord, *, rows_each: int = 3, most_numbers: int = 50) -> list[WarningGroup]:
        """Return the warnings of rows by kind, in the order of their first rows; numbers and rows are the first few."""
        numbers: dict[str, list[int]] = {}
        counts: dict[str, int] = {}
        for row, warnings in self._rows.in_pages("SELECT row, warning FROM rows WHERE run = ? AND warning != ''", run):
            for kind in dict.fromkeys(warning.partition(":")[0] for warning in str(warnings).split("\n")):
                counts[kind] = counts.get(kind, 0) + 1
                if counts[kind] <= most_numbers:
                    numbers.setdefault(kind, []).append(int(str(row)))
        return [
            WarningGroup(
                kind=kind, numbers=tuple(found), count=counts[kind], rows=self._rows_numbered(run, found[:rows_each])
            )
            for kind, found in numbers.items()
        ]

    def _rows_numbered(self, run: RunRecord, numbers: Sequence[int]) -> tuple[ReportRow, ...]:
        marks = ", ".join("?" for _ in numbers)
        query = f"{REPORT} AND row IN ({marks}) ORDER BY row"
        shown = self.shown(run, over=False)
        return tuple(report_row(row, shown) for row in self._database.select(query, (run.number, *numbers)))
