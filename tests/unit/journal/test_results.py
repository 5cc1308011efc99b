"""What a run has come to: counts, and groups of rows by reason or warning."""

from __future__ import annotations

import pytest

from batch_renamer.journal import Journal, RunState
from batch_renamer.model import HERE, Outcome, Result, RowProblem
from tests.unit.journal.sample_rows import begun, change, request, with_rows


@pytest.mark.parametrize(
    ("command", "state", "undecided", "planned"),
    [
        ("check", RunState.LOADING, Result.PLANNED, Result.PLANNED),
        ("check", RunState.FINISHED, Result.PLANNED, Result.PENDING),
        ("plan", RunState.READING, Result.PENDING, Result.PLANNED),
        ("plan", RunState.PLANNED, Result.PENDING, Result.PLANNED),
        ("plan", RunState.FINISHED, Result.PENDING, Result.PLANNED),
        ("apply", RunState.LOADING, Result.PENDING, Result.PLANNED),
        ("apply", RunState.READING, Result.PENDING, Result.PLANNED),
        ("apply", RunState.PLANNED, Result.PENDING, Result.PLANNED),
        ("apply", RunState.FINISHED, Result.PENDING, Result.PENDING),
    ],
    ids=str,
)
def test_unfinished_rows_are_shown_as_what_they_mean(
    journal: Journal, command: str, state: RunState, undecided: Result, planned: Result
) -> None:
    """A row that was planned and not reached is ``pending`` once renaming could have begun."""
    run = with_rows(journal, 3, command)
    journal.rows.record(run, [change(2), Outcome(row=4, result=Result.UNCHANGED)])
    run = journal.runs.commit(run) if state is RunState.RENAMING else run
    journal.runs.set_state(run, state)
    assert [row.result for row in journal.results.report_rows(run)] == [planned, undecided, Result.UNCHANGED]
    counts = journal.results.counts(run)
    assert counts == {Result.UNCHANGED: 1, planned: 1 + (planned is undecided), undecided: 1 + (planned is undecided)}
    assert list(counts) == [result for result in Result if result in counts]
    assert journal.rows.count_undecided(run) == 1


def test_warnings_are_grouped_by_what_stands_before_their_colon(journal: Journal) -> None:
    """What a warning says after it is about one row; a row may have several, and reports show them in one line."""
    run = begun(journal)
    journal.rows.add(
        run,
        [
            request(2, warning="A date: 12-Oct."),
            request(3),
            request(4, warning="A date: Mar-26.\nA line break became a space."),
            request(5, warning="A date: May-26."),
        ],
    )
    journal.rows.record(run, [Outcome(row=4, result=Result.RENAMED, warning="The server keeps less: Mar.")])
    groups = journal.results.warning_groups(run, rows_each=1, most_numbers=2)
    assert [(group.kind, group.count, group.numbers) for group in groups] == [
        ("A date", 3, (2, 4)),
        ("A line break became a space.", 1, (4,)),
        ("The server keeps less", 1, (4,)),
    ]
    assert [row.row for group in groups for row in group.rows] == [2, 4, 4]
    assert groups[2].rows[0].warning == "A date: Mar-26. A line break became a space. The server keeps less: Mar."


def test_invalid_rows_are_grouped_by_what_is_wrong_with_their_kind(journal: Journal) -> None:
    """What a reason says of its one row is no reason of its own; the words of the API are taken as they are."""
    run = begun(journal)
    reasons = {2: f"Too many cells.{HERE}Smith, J.", 3: f"Too many cells.{HERE}Oak, 5.", 4: "The order id is blank."}
    journal.rows.add(run, [RowProblem(row=row, order_id="", new_name="", reason=reasons[row]) for row in reasons])
    journal.rows.add(run, [request(5), request(6)])
    failed = [Outcome(row=row, result=Result.FAILED, reason=f"302 Found.{HERE}{row}") for row in (5, 6)]
    journal.rows.record(run, failed)
    groups = journal.results.reasons(run, [Result.INVALID, Result.FAILED])
    assert [(group.reason, [row.row for row in group.rows]) for group in groups] == [
        ("Too many cells.", [2, 3]),
        ("The order id is blank.", [4]),
        (f"302 Found.{HERE}5", [5]),
        (f"302 Found.{HERE}6", [6]),
    ]


def test_bad_rows_are_grouped_by_reason(journal: Journal) -> None:
    """The largest group comes first, equals in sheet order, each with its first rows."""
    run = with_rows(journal, 8)
    failed = {2: "a", 3: "b", 4: "b", 5: "c", 6: "b", 7: "c"}
    journal.rows.record(run, [Outcome(row=row, result=Result.FAILED, reason=reason) for row, reason in failed.items()])
    journal.rows.record(run, [Outcome(row=8, result=Result.UNKNOWN, reason="a"), change(9)])
    groups = journal.results.reasons(run, [Result.FAILED, Result.UNKNOWN], rows_each=2)
    assert [(group.result, group.reason, group.count, [row.row for row in group.rows]) for group in groups] == [
        (Result.FAILED, "b", 3, [3, 4]),
        (Result.FAILED, "c", 2, [5, 7]),
        (Result.FAILED, "a", 1, [2]),
        (Result.UNKNOWN, "a", 1, [8]),
    ]
    assert journal.results.reasons(run, [Result.INVALID]) == []


def test_rows_are_shown_of_the_largest_groups_only(journal: Journal) -> None:
    """A sheet may have as many reasons as rows; all are counted, twenty come with rows."""
    run = with_rows(journal, 30)
    journal.rows.record(run, [Outcome(row=row, result=Result.FAILED, reason=f"why {row}") for row in range(2, 32)])
    groups = journal.results.reasons(run, [Result.FAILED])
    assert [group.count for group in groups] == [1] * 30
    assert [len(group.rows) for group in groups] == [1] * 20 + [0] * 10
