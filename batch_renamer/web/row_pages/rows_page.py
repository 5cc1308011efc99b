"""The values of the table of rows: its filter, its columns, its rows, and the ways to other pages of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple

from batch_renamer.jobs import broken_off, merely_planned
from batch_renamer.journal import Chosen, FoundRows, Journal, RunRecord, SortKey
from batch_renamer.model import ReportRow, Result
from batch_renamer.settings import order_pages
from batch_renamer.text import counted
from batch_renamer.web.row_pages.query import RowsQuery
from batch_renamer.web.row_pages.shown_row import ShownRow, other_cells, shown_row

__all__ = ["ROWS_PER_PAGE", "Column", "ResultChip", "RowsPage", "rows_page"]

ROWS_PER_PAGE = 100


class Column(NamedTuple):
    """A column: the name of its cells in the template, its heading, and what it is sorted by (None: it is not)."""

    name: str
    title: str
    sort: SortKey | None = None


_CHECK = Column("check", "Rename")
_ROW = Column("row", "Row", SortKey.ROW)
_ORDER = Column("order", "Order", SortKey.ORDER_ID)
_OLD = Column("old", "Old name", SortKey.OLD_NAME)
_NEW = Column("new", "New name", SortKey.NEW_NAME)
_RESULT = Column("result", "Result", SortKey.RESULT)
_NAMES = (_ROW, _ORDER, _OLD, _NEW)
_TITLES_TO_PUT_BACK = {_CHECK: "Put back", _OLD: "Name now", _NEW: "Name to put back"}
_TITLES_PUT_BACK = {_OLD: "Name taken back", _NEW: "Name put back"}
"""In an undo the old name is the one that was new to the reader."""

_CHIPS = sorted(Result, key=lambda result: result is not Result.PLANNED)
"""The order of results on the page: what a plan would do comes first."""

_OF_PLAN = (_CHECK, *_NAMES, _RESULT)
_OF_RESULT = (*_NAMES, _RESULT)


@dataclass(frozen=True, slots=True)
class ResultChip:
    """A result that can be asked for: how many rows of the run have it, and whether it is asked for."""

    result: Result
    count: int
    pressed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RowsPage:
    """A page of the rows of a run.

    ``chips`` are the results that the run has. ``total`` is the number of its rows, ``found`` of those that the filter
    finds, and ``renames`` of the planned renames among these. ``chosen`` are the renames that are wanted, of a plan
    that can be committed; None for any other run. ``puts_back``: the run is an undo, or the plan of one.
    ``has_others``: the spreadsheet had columns that the program does not use.
    """

    run_id: str
    query: RowsQuery
    columns: tuple[Column, ...]
    chips: tuple[ResultChip, ...]
    rows: tuple[ShownRow, ...]
    found: int
    total: int
    chosen: Chosen | None
    renames: int
    puts_back: bool
    has_others: bool

    @property
    def choice_path(self) -> str:
        """The address that takes what is checked or unchecked."""
        return f"/actions/runs/{self.run_id}/choice"

    @property
    def path(self) -> str:
        """The address of the table alone, without its query."""
        return f"/pages/runs/{self.run_id}/rows"

    @property
    def address(self) -> str:
        """The address of this page of the table."""
        return self.path + self.query.address(page=self.query.page)

    @property
    def first(self) -> int:
        """The place of the first row that is shown, from 1 on; 0 if there is none."""
        return (self.query.page - 1) * ROWS_PER_PAGE + 1 if self.rows else 0

    @property
    def last(self) -> int:
        """The place of the last row that is shown."""
        return self.first + len(self.rows) - 1 if self.rows else 0

    @property
    def pages(self) -> int:
        """The number of pages."""
        return _pages(self.found)

    @property
    def in_words(self) -> str:
        """Which rows are shown, of how many."""
        if not self.found:
            return "No row is like this." if self.total else "There are no rows."
        found = "" if self.found == self.total else " found"
        if self.found == 1:
            return f"{counted(1, 'row')}{found}"
        of_them = f"{self.found:,}{found}"
        if self.first == self.last:
            return f"Row {self.first:,} of {of_them}"
        return f"Rows {self.first:,}–{self.last:,} of {of_them}"

    def sorted_by(self, column: Column) -> str:
        """Return the address of these rows sorted by a column."""
        return "" if column.sort is None else self.path + self.query.address(order=self.query.sorted_by(column.sort))

    def direction(self, column: Column) -> str:
        """Return ``ascending`` or ``descending`` if the rows are sorted by a column; "" otherwise."""
        if column.sort is not self.query.order.key:
            return ""
        return "descending" if self.query.order.descending else "ascending"

    def page_address(self, page: int) -> str:
        """Return the address of a page; "" if it is the one shown, or there is none of this number."""
        if page == self.query.page or not 1 <= page <= self.pages:
            return ""
        return self.path + self.query.address(page=page)

    @property
    def has_boxes(self) -> bool:
        """Whether any row of this page can be checked or unchecked."""
        return any(row.checked is not None for row in self.rows)

    @property
    def all_checked(self) -> bool:
        """Whether every rename that is shown is wanted."""
        return all(row.checked is not False for row in self.rows)


def rows_page(
    journal: Journal,
    run: RunRecord,
    query: RowsQuery,
    *,
    can_choose: bool | None = None,
    alone: bool = False,
) -> RowsPage:
    """Return a page of the rows of a run; a page beyond the last is the last one.

    ``can_choose``: its renames can be checked and unchecked (None: if it is a kept plan). ``alone``: only the table is
    made, so there are no chips. Must not be called in the event loop.
    """
    found, query = _found(journal, run, query)
    # A search counts the rows that have its text; the chips count all of them.
    is_counted = alone or not query.wanted.text
    counts = found.counts if is_counted else journal.results.counts(run, over=broken_off(run))
    can_choose = merely_planned(run) if can_choose is None else can_choose
    chosen = journal.unchecked.chosen(run) if can_choose else None
    pictures = journal.results.with_images(run, [row.row for row in found.rows])
    return RowsPage(
        run_id=run.id,
        query=query,
        columns=_columns(can_choose=can_choose, puts_back=run.spec.puts_back),
        chips=() if alone else tuple(_chips(counts, query)),
        rows=tuple(
            shown_row(
                line.row,
                checked=_checked(line.row, chosen),
                order_pages=order_pages(run.base_url),
                picture=f"/pictures/runs/{run.id}/{line.row.row}" if line.row.row in pictures else "",
                others=tuple(other_cells(line, run.other_headings, query.wanted, with_all=query.with_others)),
            )
            for line in found.lines
        ),
        found=found.found,
        total=run.sheet_rows,
        chosen=chosen,
        renames=_renames(found, query),
        puts_back=run.spec.puts_back,
        has_others=bool(run.other_headings),
    )


def _columns(*, can_choose: bool, puts_back: bool) -> tuple[Column, ...]:
    columns = _OF_PLAN if can_choose else _OF_RESULT
    if not puts_back:
        return columns
    titles = _TITLES_TO_PUT_BACK if can_choose else _TITLES_PUT_BACK
    return tuple(column._replace(title=titles.get(column, column.title)) for column in columns)


def _chips(counts: Mapping[Result, int], query: RowsQuery) -> Iterator[ResultChip]:
    for result in _CHIPS:
        if result in counts:
            yield ResultChip(result, counts[result], result in query.wanted.results)


def _found(journal: Journal, run: RunRecord, query: RowsQuery) -> tuple[FoundRows, RowsQuery]:
    found = _at(journal, run, query)
    if not found.rows and query.page > 1:
        query = replace(query, page=_pages(found.found))
        found = _at(journal, run, query)
    return found, query


def _at(journal: Journal, run: RunRecord, query: RowsQuery) -> FoundRows:
    return journal.row_search.find(
        run,
        query.wanted,
        order=query.order,
        offset=(query.page - 1) * ROWS_PER_PAGE,
        limit=ROWS_PER_PAGE,
        over=broken_off(run),
    )


def _pages(found: int) -> int:
    return max(-(-found // ROWS_PER_PAGE), 1)


def _checked(row: ReportRow, chosen: Chosen | None) -> bool | None:
    return None if chosen is None or row.result is not Result.PLANNED else row.row in chosen


def _renames(found: FoundRows, query: RowsQuery) -> int:
    if query.wanted.results and Result.PLANNED not in query.wanted.results:
        return 0
    return found.unchecked if query.wanted.unchecked else found.counts.get(Result.PLANNED, 0)
