"""Rows of one run as a page shows them: those of some results that have a text, in some order, a few at a time.

It only reads. Memory holds the rows of one page, however many the run has.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple, assert_never

from batch_renamer.journal.codec import REPORT_LINE, RESULT, report_line
from batch_renamer.journal.database import Database
from batch_renamer.journal.matching_text import (
    MATCHES,
    NEW_NAME,
    OLD_NAME,
    ORDER_ID,
    add_functions,
    needle,
    place_of,
    sorted_by,
)
from batch_renamer.journal.record import RunRecord
from batch_renamer.journal.results import Results
from batch_renamer.journal.searched_texts import HAS_SEARCHED_TEXT, SearchedTexts
from batch_renamer.journal.shown import Shown
from batch_renamer.journal.unchecked import UncheckedTable, spans_of
from batch_renamer.model import ReportLine, ReportRow, Result, RowNumbers

__all__ = ["FoundRows", "RowFilter", "RowOrder", "RowSearch", "SortKey"]


class SortKey(StrEnum):
    """What rows are sorted by; its text stands in addresses of pages."""

    ROW = "row"
    ORDER_ID = "order_id"
    OLD_NAME = "old_name"
    NEW_NAME = "new_name"
    RESULT = "result"


class RowOrder(NamedTuple):
    """In which order rows come; rows that are equal in it come in sheet order."""

    key: SortKey = SortKey.ROW
    descending: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RowFilter:
    """Which rows of a run are looked for.

    ``results`` are those that a row may have; empty for any. ``text`` is in the row's order id, in one of its names,
    its reason or its warning, without regard to case and accents; or it is the row's number. ``in_other_cells``: it may
    also be in a cell of a column that the program does not use. ``unchecked``: only the renames that the reader of the
    plan does not want.

    Example:
        >>> bool(RowFilter()), bool(RowFilter(text="elm"))
        (False, True)
    """

    results: frozenset[Result] = frozenset()
    text: str = ""
    in_other_cells: bool = True
    unchecked: bool = False

    def __bool__(self) -> bool:
        return bool(self.results or needle(self.text) or self.unchecked)

    def place_in(self, text: str) -> int | None:
        """Return where about in a text without line ends the one that is looked for stands; None if it does not.

        Example:
            >>> RowFilter(text="elm").place_in("12 Elm Street"), RowFilter().place_in("12 Elm Street")
            (3, None)
        """
        wanted = needle(self.text)
        place = place_of(wanted, text) if wanted else -1
        return place if place >= 0 else None


ALL_OF_THEM = RowFilter()
IN_SHEET_ORDER = RowOrder()


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundRows:
    """A few rows of those that a filter finds, as reports show them, with their other cells.

    ``counts`` are those of all rows that have the filter's text, by result, whatever results it asks for; ``unchecked``
    is how many of them are renames that are not wanted. ``found`` is the number of rows that the whole filter finds.
    """

    lines: tuple[ReportLine, ...]
    counts: dict[Result, int]
    unchecked: int
    found: int

    @property
    def rows(self) -> tuple[ReportRow, ...]:
        """The rows without their other cells."""
        return tuple(line.row for line in self.lines)


class RowSearch:
    """Finds rows of the runs of a journal. With the ``texts`` of a run it finds them faster."""

    def __init__(self, database: Database, results: Results, unchecked: UncheckedTable) -> None:
        self._database, self._results, self._unchecked = database, results, unchecked
        self.texts = SearchedTexts(database)

    def find(
        self,
        run: RunRecord,
        wanted: RowFilter = ALL_OF_THEM,
        *,
        order: RowOrder = IN_SHEET_ORDER,
        offset: int = 0,
        limit: int = 100,
        over: bool = False,
    ) -> FoundRows:
        """Return at most ``limit`` rows from the place ``offset`` on; ``over`` is that of `Results.counts`."""
        shown, counts, places = self._results.shown(run, over=over), dict[Result, int](), dict[int, int]()
        found = unchecked = 0
        for row, result, is_unchecked in self._with_text(run, wanted, order, shown):
            counts[result] = counts.get(result, 0) + 1
            unchecked += is_unchecked
            if (not wanted.results or result in wanted.results) and (is_unchecked or not wanted.unchecked):
                if offset <= found < offset + limit:
                    places[row] = found
                found += 1
        # The columns of a page are read when it is known which rows it has: sorting would carry all of them along.
        marks = ", ".join("?" for _ in places)
        rows = self._database.select(f"{REPORT_LINE} AND row IN ({marks})", (run.number, *places))
        return FoundRows(
            lines=tuple(sorted((report_line(row, shown) for row in rows), key=lambda line: places[line.row.row])),
            counts={result: counts[result] for result in Result if result in counts},
            unchecked=unchecked,
            found=found,
        )

    def renames(self, plan: RunRecord, wanted: RowFilter) -> RowNumbers:
        """Return the numbers of the planned renames that a filter finds; a span has no other planned rename in it."""
        shown = self._results.shown(plan)
        if wanted.results and shown.planned not in wanted.results:
            return RowNumbers(spans=())
        is_unchecked = self._unchecked.test(plan)
        with self._prepared() as connection:
            has_text = self._has_text(connection, plan, wanted)
            query = f"SELECT row, {has_text} FROM rows WHERE run = :run AND result = 'planned' ORDER BY row"  # noqa: S608 - constants
            renames = connection.execute(query, _values(plan, wanted))
            return RowNumbers(
                spans=tuple(
                    spans_of(
                        (row, bool(is_like_it) and (not wanted.unchecked or is_unchecked(row)))
                        for row, is_like_it in renames
                    )
                )
            )

    def _with_text(
        self, run: RunRecord, wanted: RowFilter, order: RowOrder, shown: Shown
    ) -> Iterator[tuple[int, Result, bool]]:
        """Yield row, result and whether it is unchecked, of the rows that have a text, in an order."""
        is_unchecked = self._unchecked.test(run)
        results: dict[object, Result] = {stored: shown(stored) for stored in (None, *Result)}
        with self._prepared() as connection:
            has_text = self._has_text(connection, run, wanted)
            query = f"SELECT row, {RESULT} FROM rows WHERE run = :run AND {has_text} ORDER BY {_by(order, shown)}"  # noqa: S608 - constants
            for row, stored in connection.execute(query, _values(run, wanted)):
                yield row, results[stored], stored == "planned" and is_unchecked(row)

    def _has_text(self, connection: sqlite3.Connection, run: RunRecord, wanted: RowFilter) -> str:
        """Return the SQL that tells whether a row has the text of a filter."""
        if not needle(wanted.text):
            return "TRUE"
        are_ready = wanted.in_other_cells and self.texts.are_ready(connection, run)
        return HAS_SEARCHED_TEXT if are_ready else MATCHES

    @contextmanager
    def _prepared(self) -> Iterator[sqlite3.Connection]:
        with self._database.in_memory() as connection:
            add_functions(connection)
            yield connection


def _values(run: RunRecord, wanted: RowFilter) -> dict[str, object]:
    return {"run": run.number, "needle": needle(wanted.text), "other_cells": wanted.in_other_cells}


def _by(order: RowOrder, shown: Shown) -> str:
    direction = "DESC" if order.descending else "ASC"
    match order.key:
        case SortKey.ROW:
            return f"row {direction}"
        case SortKey.RESULT:
            return f"{_rank(shown)} {direction}, row"
        case SortKey.ORDER_ID | SortKey.OLD_NAME | SortKey.NEW_NAME as text:
            return f"{sorted_by(_TEXTS[text])} {direction}, row"
        case never:
            assert_never(never)


_TEXTS = {SortKey.ORDER_ID: ORDER_ID, SortKey.OLD_NAME: OLD_NAME, SortKey.NEW_NAME: NEW_NAME}


def _rank(shown: Shown) -> str:
    ranks = {result: rank for rank, result in enumerate(Result)}
    cases = " ".join(f"WHEN '{stored.value}' THEN {ranks[shown(stored)]}" for stored in Result)
    return f"CASE {RESULT} {cases} ELSE {ranks[shown(None)]} END"
