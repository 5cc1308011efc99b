"""Rows that speak of the same order or give the same name: what is sent once, not at all, or with a warning."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from batch_renamer.journal import Journal, NewRun, RunRecord
from batch_renamer.journal.repeats import settle_repeats
from batch_renamer.journal.schema import migrate
from batch_renamer.model import RenameRequest, ReportRow, Result, RowProblem
from tests.support.connections import connections

Given = tuple[str, str] | tuple[str, str, str]


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    """Open a new journal."""
    with Journal.open(tmp_path / "journal.sqlite3") as opened:
        yield opened


def settled(journal: Journal, *rows: Given | RowProblem | RenameRequest) -> list[ReportRow]:
    """Load (order_id, new_name[, current_name]) rows, the first into row 2, and settle what repeats."""
    run = journal.runs.begin(NewRun(command="apply", base_url="u", account="a"))
    journal.rows.add(run, [_row(number, row) for number, row in enumerate(rows, 2)])
    journal.rows.settle_repeats(run)
    return list(journal.results.report_rows(run))


def _row(number: int, row: Given | RowProblem | RenameRequest) -> RowProblem | RenameRequest:
    if not isinstance(row, tuple):
        return row
    order_id, new_name, *guard = row
    return RenameRequest(row=number, order_id=order_id, new_name=new_name, current_name=guard[0] if guard else None)


def results(rows: list[ReportRow]) -> list[Result]:
    """Return what became of each."""
    return [row.result for row in rows]


TO_BE_SENT, ONCE, NEVER = Result.PENDING, Result.SKIPPED, Result.INVALID


def test_rows_of_different_orders_are_left_alone(journal: Journal) -> None:
    """Nothing repeats, nothing is said."""
    rows = settled(journal, ("a", "1"), ("b", "2"), ("A", "3"))
    assert results(rows) == [TO_BE_SENT] * 3
    assert {(row.reason, row.warning) for row in rows} == {("", "")}


def test_exact_repeat_is_sent_once(journal: Journal) -> None:
    """The first row is the one that is sent, and the others name it."""
    rows = settled(journal, ("b", "2"), ("a", "1"), ("a", "1"), ("a", "1"))
    assert results(rows) == [TO_BE_SENT, TO_BE_SENT, ONCE, ONCE]
    assert rows[3].reason == "An exact repeat of another row, which is sent once. Here: row 3."


def test_uuid_in_another_case_is_the_same_order(journal: Journal) -> None:
    """One of two rows is sent; ids stay in the report as they were typed."""
    upper, lower = "3F2504E0-4F89-41D3-9A0C-00000000000A", "3f2504e0-4f89-41d3-9a0c-00000000000a"
    rows = settled(journal, (upper, "1"), (lower, "1"), ("b", "2"))
    assert results(rows) == [TO_BE_SENT, ONCE, TO_BE_SENT]
    assert [row.order_id for row in rows] == [upper, lower, "b"]
    assert results(settled(journal, (lower, "1"), (upper, "2"))) == [NEVER, NEVER]


NAMES_DIFFER = "Several rows give this order different new names: keep one of them."


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        (
            [("a", "1"), ("a", "2")],
            f"{NAMES_DIFFER} Here: rows 2 and 3.",
        ),
        (
            [("a", "1"), ("a", "1"), ("a", "2")],
            f"{NAMES_DIFFER} Here: rows 2, 3 and 4.",
        ),
        (
            [("a", "é"), ("a", "e\u0301")],
            f"{NAMES_DIFFER} Here: rows 2 and 3.",
        ),
        (
            [("a", str(n)) for n in range(7)],
            f"{NAMES_DIFFER} Here: rows 2, 3, 4, 5, 6 and 2 more.",
        ),
        (
            [("a", str(n)) for n in range(6)],
            f"{NAMES_DIFFER} Here: rows 2, 3, 4, 5, 6 and 1 more.",
        ),
        (
            [("a", str(n)) for n in range(5)],
            f"{NAMES_DIFFER} Here: rows 2, 3, 4, 5 and 6.",
        ),
        (
            [("a", "1", "x"), ("a", "1", "y")],
            "Several rows give this order different current names: keep one of them. Here: rows 2 and 3.",
        ),
        (
            [("a", "1", "x"), ("a", "2", "y")],
            f"{NAMES_DIFFER} Here: rows 2 and 3.",
        ),
    ],
    ids=["two", "three", "composed", "seven", "six", "five", "guards", "both"],
)
def test_rows_that_contradict_each_other_are_not_sent(journal: Journal, rows: list[Given], reason: str) -> None:
    """Each of them names the others."""
    answered = settled(journal, *rows)
    assert results(answered) == [NEVER] * len(rows)
    assert {row.reason for row in answered} == {reason}


def test_guard_of_any_repeat_counts(journal: Journal) -> None:
    """Of rows that say the same, the one that is sent is one with a guard."""
    rows = settled(journal, ("a", "1"), ("a", "1", "old"), ("a", "1", "old"))
    assert results(rows) == [ONCE, TO_BE_SENT, ONCE]
    assert {rows[0].reason, rows[2].reason} == {"An exact repeat of another row, which is sent once. Here: row 3."}


def test_guards_that_look_the_same_are_the_same(journal: Journal) -> None:
    """They are compared as they will be compared with the order's name."""
    rows = settled(journal, ("a", "1", "Caf\u00e9"), ("a", "1", "Cafe\u0301"))
    assert results(rows) == [TO_BE_SENT, ONCE]


def test_rows_that_are_not_sent_anyway_contradict_no_row(journal: Journal) -> None:
    """A bad row, or one marked to be skipped, doesn't keep a good one from being sent."""
    rows = settled(
        journal,
        ("a", "1"),
        RowProblem(row=3, order_id="a", new_name="", reason="The new name is blank."),
        RenameRequest(row=4, order_id="a", new_name="2", skip="x"),
    )
    assert results(rows) == [TO_BE_SENT, Result.INVALID, Result.SKIPPED]
    assert rows[1].reason == "The new name is blank."


def test_same_new_name_for_two_orders_is_a_warning(journal: Journal) -> None:
    """It may be meant, so it is sent; a warning that was there stays."""
    warned = RenameRequest(row=4, order_id="c", new_name="1", warning="A line break became a space.")
    rows = settled(journal, ("a", "1"), ("b", "2"), warned)
    assert results(rows) == [TO_BE_SENT] * 3
    assert [row.warning for row in rows] == [
        "Several orders are given the same new name: 2 of them, the first in row 2.",
        "",
        "A line break became a space. Several orders are given the same new name: 2 of them, the first in row 2.",
    ]


def test_repeated_row_is_not_another_order_of_that_name(journal: Journal) -> None:
    """What was settled as a repeat or a contradiction gives no warning."""
    rows = settled(journal, ("a", "1"), ("a", "1"), ("b", "1"), ("b", "2"))
    assert {row.warning for row in rows} == {""}


def test_other_runs_are_left_alone(journal: Journal) -> None:
    """The same order in another run is no repeat."""
    settled(journal, ("a", "1"))
    assert results(settled(journal, ("a", "2"))) == [TO_BE_SENT]


ROWS = st.lists(
    st.tuples(st.sampled_from("abc"), st.sampled_from("12"), st.sampled_from([None, "x", "y"])), max_size=12
)


@given(ROWS)
def test_each_order_is_sent_once_or_not_at_all(given_rows: list[tuple[str, str, str | None]]) -> None:
    """An order is sent exactly if its rows agree, and then with their guard."""
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        _fill(connection, given_rows)
        settle_repeats(connection, 1)
        sent = connection.execute("SELECT order_id, new_name, guard FROM rows WHERE result IS NULL").fetchall()
    expected: set[tuple[str | None, ...]] = set()
    for order_id in {order_id for order_id, _, _ in given_rows}:
        names = {name for one, name, _ in given_rows if one == order_id}
        guards = {guard for one, _, guard in given_rows if one == order_id and guard}
        if len(names) == 1 and len(guards) <= 1:
            expected.add((order_id, *names, next(iter(guards), None)))
    assert len(sent) == len(expected)
    assert set(sent) == expected


def _fill(connection: sqlite3.Connection, rows: list[tuple[str, str, str | None]]) -> None:
    migrate(connection)
    connection.execute(
        "INSERT INTO runs (id, command, state, base_url, account, created_at) VALUES ('r', 'apply', '', 'u', 'a', 0)"
    )
    connection.executemany(
        "INSERT INTO rows (run, row, order_id, new_name, guard, skip, warning) VALUES (1, ?, ?, ?, ?, '', '')",
        [(number, *row) for number, row in enumerate(rows, 2)],
    )


@pytest.mark.parametrize("ids_per_row", [1, 0.5, 0.01], ids=["distinct", "pairs", "hundreds"])
def test_work_grows_with_the_rows_and_no_faster(ids_per_row: float) -> None:
    """Four times the rows take about four times the steps of the database, however many repeat."""

    def thousand_steps(rows: int) -> int:
        with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
            _fill(connection, [(f"id{int(row * ids_per_row)}", f"name {row}", None) for row in range(rows)])
            steps = 0

            def count() -> None:
                nonlocal steps
                steps += 1

            connection.set_progress_handler(count, 1000)
            settle_repeats(connection, 1)
            return steps

    assert thousand_steps(4_000) < 6 * thousand_steps(1_000)


def test_run_is_settled_in_one_transaction(tmp_path: Path) -> None:
    """A reader never sees half of it."""
    statements: list[str] = []
    with connections() as made, Journal.open(tmp_path / "journal.sqlite3") as journal:
        run: RunRecord = journal.runs.begin(NewRun(command="apply", base_url="u", account="a"))
        journal.rows.add(run, [RenameRequest(row=row, order_id="a", new_name="n") for row in (2, 3)])
        made[0].set_trace_callback(statements.append)
        journal.rows.settle_repeats(run)
        made[0].set_trace_callback(None)
    assert [statements[0], statements[-1]] == ["BEGIN IMMEDIATE", "COMMIT"]
    assert not {"BEGIN IMMEDIATE", "COMMIT"} & set(statements[1:-1])
