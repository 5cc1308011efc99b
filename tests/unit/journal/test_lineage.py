"""Runs born of runs: the rows of one run enter the journal; another run, or the same taken up, goes on from them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from batch_renamer.journal import Journal, NewRun, RunRecord
from batch_renamer.model import Change, Order, Outcome, RenameRequest, ReportRow, Result


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    """Give an empty journal."""
    with Journal.open(tmp_path / "journal.sqlite3") as opened:
        yield opened


def run_of(journal: Journal, *outcomes: Outcome, command: str = "apply") -> RunRecord:
    """Return a run of which each row came to one of these outcomes."""
    run = journal.runs.begin(NewRun(command=command, base_url="u", account="a"))
    journal.rows.add(run, [RenameRequest(row=o.row, order_id=f"o{o.row}", new_name="new") for o in outcomes])
    journal.rows.record(run, outcomes)
    return journal.runs.commit(run)


def rows(journal: Journal, run: RunRecord) -> list[ReportRow]:
    """Return the rows of a run as a report shows them."""
    return list(journal.results.report_rows(run))


@pytest.mark.parametrize("name_now", ["new", "third"])
def test_what_failed_keeps_its_first_old_name_when_it_is_tried_again(journal: Journal, name_now: str) -> None:
    """An undo gives back the name from before the run, not one that the run itself brought about."""
    failed = Outcome(row=2, result=Result.FAILED, old_name="old", final_name="third", attempts=2)
    run = run_of(journal, failed)
    journal.lineage.reopen_unfinished(run, failed=True)
    order = Order(order_id="o2", name=name_now)
    if name_now == "new":
        journal.rows.record(
            run, [Outcome(row=2, result=Result.UNCHANGED, old_name="new", final_name="new", order=order)]
        )
    else:
        journal.rows.record(run, [Change(row=2, new_name="new", order=order, read_at=0.0)])
        [change] = journal.rows.changes(run, after_row=0, limit=9)
        assert (change.old_name, change.dispatched) == ("old", True)
        journal.rows.record(run, [Outcome(row=2, result=Result.RENAMED, old_name=change.old_name, final_name="new")])
    [row] = rows(journal, run)
    assert (row.result, row.old_name, row.final_name) == (Result.RENAMED, "old", "new")


def test_what_was_already_right_in_a_plan_is_looked_at_again(journal: Journal) -> None:
    """The order is expected to have its new name still: a row says `unchanged` only if it has."""
    right = Outcome(row=2, result=Result.UNCHANGED, old_name="new", final_name="new")
    missing = Outcome(row=3, result=Result.FAILED, reason="There is no order with this id.")
    plan = run_of(journal, right, missing, command="plan")
    run = journal.runs.begin(NewRun(command="apply", base_url="u", account="a", parent=plan))
    journal.lineage.load_plan(run, plan)
    [request] = journal.rows.undecided(run, after_row=0, limit=9)
    assert (request.row, request.current_name) == (2, "new")
    assert [row.result for row in rows(journal, run)] == [Result.PENDING, Result.FAILED]


def test_the_way_back_has_what_was_or_may_have_been_renamed(journal: Journal) -> None:
    """Old names become new ones, guarded by the name that the run gave; an order without a name can't be given back."""
    run = run_of(
        journal,
        Outcome(row=2, result=Result.RENAMED, old_name="old", final_name="new"),
        Outcome(row=3, result=Result.UNKNOWN, old_name="old", final_name="old"),
        Outcome(row=4, result=Result.FAILED, old_name="old", final_name="old"),
        Outcome(row=5, result=Result.RENAMED, old_name=None, final_name="new"),
        Outcome(row=6, result=Result.UNKNOWN, old_name="old", final_name="by another hand"),
        Outcome(row=7, result=Result.FAILED, old_name="old", final_name="NEW", attempts=1),
    )
    undo = journal.runs.begin(NewRun(command="undo", base_url="u", account="a", parent=run))
    journal.lineage.plan_undo(undo, run)
    requests = journal.rows.undecided(undo, after_row=0, limit=9)
    assert [(r.row, r.new_name, r.current_name) for r in requests] == [
        (2, "old", "new"),
        (3, "old", "new"),
        (6, "old", "new"),  # so that another hand's name is drifted
        (7, "old", "NEW"),
    ]
    assert {row.row for row in rows(journal, undo) if row.result is Result.INVALID} == {5}


SENT_ROWS = {
    # outcome: (name given back, name that an undo expects, name that an audit expects)
    "refused": (Outcome(row=2, result=Result.FAILED, old_name="old", final_name="old"), ("old", "new", "old")),
    "refused, unread": (Outcome(row=2, result=Result.FAILED, old_name="old"), ("old", "new", "new")),
    "gone at the late look": (Outcome(row=2, result=Result.FAILED, old_name="old"), ("old", "new", "new")),
    "kept otherwise": (Outcome(row=2, result=Result.FAILED, old_name="old", final_name="NEW"), ("old", "NEW", "NEW")),
    "left without a name": (
        Outcome(row=2, result=Result.FAILED, old_name="old", order=Order(order_id="o2", name=None)),
        ("old", "", ""),
    ),
    "a third name, perhaps by another hand": (
        Outcome(row=2, result=Result.UNKNOWN, old_name="old", final_name="a colleague's"),
        ("old", "new", "new"),
    ),
    "lost": (Outcome(row=2, result=Result.UNKNOWN, old_name="old", final_name="old"), ("old", "new", "new")),
}


@pytest.mark.parametrize(("outcome", "expected"), SENT_ROWS.values(), ids=SENT_ROWS)
def test_every_row_that_was_sent_is_undone_and_audited(
    journal: Journal, outcome: Outcome, expected: tuple[str, str, str]
) -> None:
    """An undo expects no name but such as the run gave: another hand's name is never overwritten or called right."""
    run = run_of(journal, replace(outcome, attempts=1))
    undo = journal.runs.begin(NewRun(command="undo", base_url="u", account="a", parent=run))
    journal.lineage.plan_undo(undo, run)
    audit = journal.runs.begin(NewRun(command="audit", base_url="u", account="a", parent=run))
    journal.lineage.plan_audit(audit, run)
    [back], [look] = (journal.rows.undecided(one, after_row=0, limit=9) for one in (undo, audit))
    assert (back.new_name, back.current_name, look.new_name) == expected
    assert look.current_name == look.new_name


@pytest.mark.parametrize(
    "outcome",
    [
        Outcome(row=2, result=Result.FAILED, old_name="old", final_name="old"),
        Outcome(
            row=2,
            result=Result.FAILED,
            old_name="old",
            attempts=1,
            order=Order(order_id="o2", name="old", is_deleted=True),
        ),
        Outcome(row=2, result=Result.FAILED, attempts=1, order=Order(order_id="o2", name=None)),
        Outcome(row=2, result=Result.UNCHANGED, old_name="new", final_name="new"),
    ],
    ids=["never sent", "deleted", "had and has no name", "already right"],
)
def test_what_has_nothing_to_give_back_is_not_undone(journal: Journal, outcome: Outcome) -> None:
    """Nothing was sent, or there is no order or no name to give back."""
    assert journal.lineage.count_undoable(run_of(journal, outcome)) == 0


def test_a_rename_may_be_applied_yet_only_shortly_after_it_was_sent(journal: Journal) -> None:
    """What was never sent, or was sent long ago, is settled."""
    sent = Outcome(row=2, result=Result.UNKNOWN, old_name="old", attempts=1, started_at=100.0, seconds=5.0)
    run = run_of(journal, sent, replace(sent, row=3, attempts=0), replace(sent, row=4, result=Result.FAILED))
    unsettled = [journal.lineage.unsettled_since(run, moment) for moment in (104.0, 106.0)]
    assert unsettled == [frozenset({2}), frozenset()]


def test_a_row_that_an_undo_called_unknown_is_decided_afresh(journal: Journal) -> None:
    """It sent nothing: an order that has its old name when the undo is resumed was not put back by it."""
    run = run_of(journal, Outcome(row=2, result=Result.UNKNOWN, old_name="new", final_name="new"), command="undo")
    journal.lineage.reopen_unfinished(run)
    order = Order(order_id="o2", name="new")
    journal.rows.record(run, [Outcome(row=2, result=Result.UNCHANGED, old_name="new", final_name="new", order=order)])
    assert [row.result for row in rows(journal, run)] == [Result.UNCHANGED]
