"""Rows of a run: what is decided of them, page by page, and what a report says of each."""

from __future__ import annotations

import math
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from batch_renamer.errors import AccountingError
from batch_renamer.journal import Journal
from batch_renamer.journal.schema import migrate
from batch_renamer.model import Change, Order, Outcome, ReportRow, Result, RowProblem
from tests.unit.journal.sample_rows import begun, change, request, with_rows


def test_bad_and_skipped_rows_are_settled_when_they_are_added(journal: Journal) -> None:
    """What the sheet itself decides needs no API."""
    run = begun(journal)
    journal.rows.add(run, [
        request(2, current_name="guard", warning="odd"),
        RowProblem(row=3, order_id="", new_name="n", reason="The order id is blank.", skip="x", warning="w"),
        request(5, skip="x"),
    ])  # fmt: skip
    assert list(journal.results.report_rows(run)) == [
        ReportRow(row=2, order_id="id2", old_name="guard", new_name="name 2", result=Result.PENDING, warning="odd"),
        ReportRow(row=3, order_id="", new_name="n", skip="x", result=Result.INVALID, reason="The order id is blank.",
                  warning="w"),
        ReportRow(row=5, order_id="id5", new_name="name 5", skip="x", result=Result.SKIPPED,
                  reason="Left out: the spreadsheet marks this row to be skipped."),
    ]  # fmt: skip
    assert journal.rows.undecided(run, after_row=0, limit=9) == [request(2, current_name="guard")]
    assert (journal.rows.count_undecided(run), journal.runs.get(run.id).sheet_rows) == (1, 3)


@contextmanager
def in_memory() -> Iterator[Journal]:
    """Open a journal that is gone at the end: for the many of a property."""
    connection = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
    migrate(connection)
    with Journal(connection, Path("in-memory")) as journal:
        yield journal


@given(st.lists(st.integers(1, 40), unique=True), st.integers(1, 7), st.booleans())
def test_pages_hold_every_undecided_row_once_in_order(rows: list[int], limit: int, backwards: bool) -> None:
    """However the rows arrive, however large a page is, and from whichever end they are read."""
    with in_memory() as journal:
        run = begun(journal)
        for row in rows:
            journal.rows.add(run, [request(row)])
        seen: list[int] = []
        start = math.inf if backwards else 0
        while page := journal.rows.undecided(
            run, after_row=seen[-1] if seen else start, limit=limit, backwards=backwards
        ):
            assert len(page) <= limit
            seen += [request.row for request in page]
    assert seen == sorted(rows, reverse=backwards)


def test_who_reads_does_not_wait_for_who_writes(journal: Journal) -> None:
    """A run is shown while another command holds a transaction, however long."""
    run = with_rows(journal, 1)
    with closing(sqlite3.connect(journal.path, isolation_level=None)) as writer:
        writer.execute("BEGIN IMMEDIATE")
        with journal.runs.pin(run, to_read=True):
            assert [row.row for row in journal.results.report_rows(run)] == [2]
        writer.execute("ROLLBACK")


def test_the_middle_is_that_of_what_is_left(journal: Journal) -> None:
    """Rows that were decided don't count."""
    run = with_rows(journal, 7)
    middle = journal.rows.middle_row(run)
    for half in journal.rows.undecided(run, after_row=0, limit=3):
        journal.rows.record(run, [Outcome(row=half.row, result=Result.UNCHANGED)])
    assert journal.rows.middle_row(run) == middle + 1.5


def test_pages_go_on_while_their_rows_are_settled(journal: Journal) -> None:
    """What was decided doesn't move the page that comes next."""
    run = with_rows(journal, 7)
    seen: list[int] = []
    while page := journal.rows.undecided(run, after_row=seen[-1] if seen else 0, limit=2):
        seen += [request.row for request in page]
        journal.rows.record(run, [change(request.row) for request in page])
    assert seen == list(range(2, 9))
    assert journal.rows.changes(run, after_row=3, limit=2) == [change(4), change(5)]
    assert journal.rows.changes(run, after_row=8, limit=2) == []


@pytest.mark.parametrize("name", ["old", "", None], ids=repr)
def test_planned_rename_comes_back_as_it_was_planned(journal: Journal, name: str | None) -> None:
    """Its order's state stays in the journal, for the report."""
    run = with_rows(journal, 1)
    state = Order(
        order_id="id2",
        name=name,
        status="odd",
        is_processing=True,
        is_merging=False,
        is_deleted=None,
        total_images=2.5,
        last_updated_at="2026-01-01T00:00:00Z",
    )
    planned = Change(row=2, new_name="name 2", order=state, read_at=1_234.5)
    journal.rows.record(run, [planned])
    assert journal.rows.changes(run, after_row=0, limit=9) == [replace(planned, order=Order(order_id="id2", name=name))]
    [row] = journal.results.report_rows(run)
    assert (row.status, row.is_processing, row.is_merging, row.is_deleted) == ("odd", True, False, None)
    assert (row.total_images, row.last_updated_at) == (2.5, "2026-01-01T00:00:00Z")


def test_a_row_that_was_lost_is_missed(journal: Journal) -> None:
    """What is decided of it doesn't bring it back."""
    run = with_rows(journal, 3)
    with journal.transaction() as connection:
        connection.execute("DELETE FROM rows WHERE row = 3")
    journal.rows.record(run, [Outcome(row=row, result=Result.RENAMED, final_name="new") for row in (2, 3, 4)])
    with pytest.raises(AccountingError, match="3 rows were read, 2 have a result"):
        journal.results.checked_counts(run)


def test_runs_do_not_mix(journal: Journal) -> None:
    """Rows of the same number in two runs are two rows."""
    first, second = with_rows(journal, 2), with_rows(journal, 3)
    journal.rows.record(first, [change(2), Outcome(row=3, result=Result.FAILED, reason="no")])
    assert journal.results.counts(second) == {Result.PENDING: 3}
    assert journal.rows.changes(second, after_row=0, limit=9) == []
    assert journal.results.reasons(second, [Result.FAILED]) == []


def test_row_is_reported_as_it_ended(journal: Journal) -> None:
    """Plan and outcome together are the line of the report."""
    run = with_rows(journal, 1)
    order = Order(order_id="id2", name="old", status="waiting", is_deleted=False, total_images=4)
    journal.rows.record(run, [Change(row=2, new_name="name 2", order=order, read_at=1.0)])
    after = Order(order_id="id2", name="name 2", status="processed", is_processing=True, last_updated_at="now")
    journal.rows.record(run, [
        Outcome(row=2, result=Result.RENAMED, reason="", old_name="old", final_name="name 2", order=after, attempts=2,
                http_status=200, started_at=1_767_225_600.1239, seconds=0.25)
    ])  # fmt: skip
    assert list(journal.results.report_rows(run)) == [
        ReportRow(row=2, order_id="id2", old_name="old", new_name="name 2", final_name="name 2", result=Result.RENAMED,
                  status="processed", is_processing=True, is_deleted=False, total_images=4, last_updated_at="now",
                  attempts=2, http_status=200, started_at="2026-01-01T00:00:00.123Z", seconds=0.25)
    ]  # fmt: skip


def test_outcome_that_knows_less_does_not_take_away_what_was_known(journal: Journal) -> None:
    """The old name and the state that were read stay; attempts add up."""
    run = with_rows(journal, 1)
    order = Order(order_id="id2", name="old", status="waiting", is_deleted=False)
    journal.rows.record(run, [Change(row=2, new_name="name 2", order=order, read_at=1.0)])
    for _ in range(2):
        journal.rows.record(run, [Outcome(row=2, result=Result.UNKNOWN, reason="lost", attempts=3)])
    [row] = journal.results.report_rows(run)
    assert (row.old_name, row.final_name, row.status, row.is_deleted) == ("old", None, "waiting", False)
    assert (row.result, row.reason, row.attempts) == (Result.UNKNOWN, "lost", 6)


def test_warning_of_an_outcome_is_added_to_that_of_the_row(journal: Journal) -> None:
    """What the sheet was warned about stays, and the same warning is not repeated when the row is tried again."""
    run = begun(journal)
    journal.rows.add(run, [request(2, warning="Odd."), request(3)])
    journal.rows.record(run, [change(2), change(3)])
    for _ in range(2):
        journal.rows.record(run, [Outcome(row=row, result=Result.RENAMED, warning="Kept so.") for row in (2, 3)])
    assert [row.warning for row in journal.results.report_rows(run)] == ["Odd. Kept so.", "Kept so."]


def test_failed_rows_with_a_third_name_are_counted(journal: Journal) -> None:
    """Only those that this run has sent and that ended with a name that is neither unknown nor the old one."""
    run = with_rows(journal, 5)
    journal.rows.record(run, [change(row) for row in range(2, 7)])
    failed = Outcome(row=2, result=Result.FAILED, old_name="old", final_name="NAME 2", attempts=1)
    others = [
        replace(failed, row=3, final_name="old"),
        replace(failed, row=4, final_name=None),
        replace(failed, row=5, attempts=0),
        replace(failed, row=6, result=Result.UNKNOWN),
    ]
    journal.rows.record(run, [failed, *others])
    assert journal.results.changed_otherwise(run) == 1


def test_change_of_a_row_with_a_guard_says_so(journal: Journal) -> None:
    """The pool reads such an order again before it sends anything."""
    run = begun(journal)
    journal.rows.add(run, [request(2, current_name="old"), request(3), request(4, current_name="")])
    journal.rows.record(run, [change(2), change(3), change(4)])
    assert [one.guarded for one in journal.rows.changes(run, after_row=0, limit=9)] == [True, False, True]


def test_drifted_row_shows_the_name_expected_and_the_one_found(journal: Journal) -> None:
    """Both names are there for a person to judge."""
    run = begun(journal)
    journal.rows.add(run, [request(2, current_name="expected")])
    found = Order(order_id="id2", name="found")
    journal.rows.record(
        run, [Outcome(row=2, result=Result.DRIFTED, reason="no", old_name="expected", final_name="found", order=found)]
    )
    [row] = journal.results.report_rows(run)
    assert (row.old_name, row.final_name) == ("expected", "found")


def test_guard_of_a_row_that_was_never_read_stays_in_the_report(journal: Journal) -> None:
    """A report that is fed back in is as careful as the sheet was; a name that was read goes before the guard."""
    run = begun(journal)
    journal.rows.add(run, [request(row, current_name=" as typed") for row in (2, 3, 4)])
    journal.rows.record(run, [change(3, old_name="as typed"), Outcome(row=4, result=Result.FAILED, reason="gone")])
    assert [row.old_name for row in journal.results.report_rows(run)] == [" as typed", "as typed", " as typed"]


def test_report_is_in_sheet_order_however_long(journal: Journal, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is read page by page, and no row is missed or shown twice where pages meet."""
    monkeypatch.setattr("batch_renamer.journal.rows._PAGE", 3)
    run = begun(journal)
    for row in (9, 2, 30, 4, 12, 7):
        journal.rows.add(run, [request(row, current_name=f"guard {row}" if row > 5 else None)])
    assert [row.row for row in journal.results.report_rows(run)] == [2, 4, 7, 9, 12, 30]
    guards = {2: None, 4: None, 7: "guard 7", 9: "guard 9", 12: "guard 12", 30: "guard 30"}
    assert list(journal.rows.order_names(run)) == [(f"id{row}", guard) for row, guard in guards.items()]


def test_orders_of_bad_rows_are_not_named(journal: Journal) -> None:
    """What can't be sent needs no order to practise on; what is skipped has one."""
    run = begun(journal)
    journal.rows.add(
        run, [request(2), RowProblem(row=3, order_id="..", new_name="", reason="no"), request(4, skip="x")]
    )
    assert list(journal.rows.order_names(run)) == [("id2", None), ("id4", None)]


def test_first_planned_rows_are_shown(journal: Journal) -> None:
    """As many as asked for, in sheet order, nothing that isn't a rename."""
    run = with_rows(journal, 5)
    journal.rows.record(run, [change(6), Outcome(row=2, result=Result.UNCHANGED), change(4), change(3)])
    assert [(row.row, row.old_name, row.result) for row in journal.results.planned_rows(run, limit=2)] == [
        (3, "old", Result.PLANNED),
        (4, "old", Result.PLANNED),
    ]


@pytest.mark.parametrize(
    ("first", "kept", "skipped"),
    [(0, [], [2, 3, 4, 5, 7]), (1, [3], [2, 4, 5, 7]), (2, [3, 5], [2, 4, 7]), (9, [3, 5, 7], [2, 4])],
    ids=str,
)
def test_trial_leaves_out_all_but_the_first_renames(
    journal: Journal, first: int, kept: list[int], skipped: list[int]
) -> None:
    """Rows that nothing was decided of are left out too; what is settled stays."""
    run = with_rows(journal, 6)
    journal.rows.record(run, [change(7), change(3), change(5), Outcome(row=6, result=Result.FAILED, reason="no")])
    journal.rows.skip_after_first(run, first)
    rows = {row.row: row for row in journal.results.report_rows(run)}
    assert [row for row in rows if rows[row].result is Result.PLANNED] == kept
    assert [row for row in rows if rows[row].result is Result.SKIPPED] == skipped
    assert {rows[row].reason for row in skipped} == {f"Left out: --first {first} was asked for."}
    assert rows[6].result is Result.FAILED


def test_rows_of_some_orders_are_those_that_nothing_was_decided_of(journal: Journal) -> None:
    """A page of the list brings orders that are not wanted, and some that are decided already."""
    run, other = with_rows(journal, 4), with_rows(journal, 4)
    journal.rows.record(run, [change(2)])
    asked = [request(row).order_id for row in (2, 3, 5)] + ["unknown"]
    assert journal.rows.undecided_for(run, asked) == [request(3), request(5)]
    assert len(journal.rows.undecided_for(other, asked)) == 3
    assert journal.rows.undecided_for(run, []) == []


def test_order_ids_of_rows_are_found(journal: Journal) -> None:
    """Those that were asked for, of this run alone."""
    runs = [begun(journal), begun(journal)]
    for run in runs:
        journal.rows.add(run, [request(row, order_id=f"{run.number}-{row}") for row in (2, 3, 5)])
    assert journal.rows.order_ids(runs[1], [2, 5, 9]) == {2: f"{runs[1].number}-2", 5: f"{runs[1].number}-5"}
