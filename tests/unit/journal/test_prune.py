"""Forgetting old runs: a journal of several enters, and what may still be needed stays."""

from __future__ import annotations

import errno
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from filelock import FileLock

from batch_renamer.errors import InputError
from batch_renamer.jobs.standing import last_of_plan, last_of_sheet
from batch_renamer.journal import Journal, NewRun, RunRecord, RunState, Stays
from batch_renamer.model import Outcome, RenameRequest, Result
from tests.unit.jobs.begun_runs import OFFICE, URL

A_WEEK_S = 7 * 86_400.0
LONG_AGO = "UPDATE runs SET created_at = created_at - 8 * 86400 WHERE id = ?"


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    """Open an empty journal."""
    with Journal.open(tmp_path / "journal.sqlite3") as opened:
        yield opened


def a_run(
    journal: Journal, command: str = "apply", *, parent: RunRecord | None = None, whole: bool = True, digest: str = ""
) -> RunRecord:
    """Begin a run of one row and rename it; if not ``whole``, be killed before its outcome."""
    run = journal.runs.begin(
        NewRun(command=command, base_url=URL, account="office", profile="office", digest=digest or None, parent=parent)
    )
    journal.rows.add(run, [RenameRequest(row=2, order_id="a", new_name="b")])
    journal.runs.set_state(run, RunState.PLANNED)
    if command in ("apply", "undo"):
        run = journal.runs.commit(run)
    if whole:
        journal.rows.record(run, [Outcome(row=2, result=Result.RENAMED, old_name="a", final_name="b")])
        journal.runs.finish(run, stopped="")
        journal.runs.note_ended(run)
    return run


def grow_old(journal: Journal, *runs: RunRecord) -> None:
    """Let these runs be more than a week old."""
    with closing(sqlite3.connect(journal.path)) as connection, connection:
        connection.executemany(LONG_AGO, [(run.id,) for run in runs])


def left(journal: Journal) -> set[str]:
    """Return the runs that are there."""
    return {run.id for run in journal.runs.find()}


@pytest.mark.parametrize("command", ["undo", "audit", "apply"])
def test_what_a_kept_run_was_born_of_is_kept(journal: Journal, command: str) -> None:
    """An undo is about a run that can still be shown, and its own undo about both."""
    first = a_run(journal)
    second = a_run(journal, command, parent=first)
    third = a_run(journal, "undo", parent=second)
    assert journal.runs.prune(keep=1) == 0
    grow_old(journal, first, second)
    assert journal.runs.prune(older_than_s=A_WEEK_S) == 0
    grow_old(journal, third)
    assert journal.runs.prune(older_than_s=A_WEEK_S) == 3
    assert left(journal) == set()


def test_the_undo_of_an_interrupted_run_is_kept_with_it(journal: Journal) -> None:
    """Without it the sheet's next `apply` would go on with a run that was taken back."""
    interrupted = a_run(journal, whole=False, digest="d")
    undo = a_run(journal, "undo", parent=interrupted)
    stranger = a_run(journal)
    grow_old(journal, interrupted, undo, stranger)
    assert last_of_sheet(journal, digest="d", destination=OFFICE) is None
    assert journal.runs.prune(older_than_s=A_WEEK_S) == 1
    assert left(journal) == {interrupted.id, undo.id}
    assert last_of_sheet(journal, digest="d", destination=OFFICE) is None


def test_the_run_that_came_after_an_interrupted_one_is_kept_with_it(journal: Journal) -> None:
    """A person who began the sheet afresh doesn't want the interrupted run to go on; those in between are forgotten."""
    interrupted = a_run(journal, whole=False, digest="d")
    between, afresh = a_run(journal, digest="d"), a_run(journal, digest="d")
    grow_old(journal, interrupted, between, afresh)
    assert journal.runs.prune(older_than_s=A_WEEK_S) == 1
    assert left(journal) == {interrupted.id, afresh.id}
    assert last_of_sheet(journal, digest="d", destination=OFFICE) is None


def test_a_run_in_use_is_kept_however_old(journal: Journal) -> None:
    """A run that waits at a question for days, or is looked at, stays; afterwards it may go."""
    planned, finished = a_run(journal, "plan", whole=False), a_run(journal)
    grow_old(journal, planned, finished)
    with journal.runs.pin(planned), journal.runs.pin(finished, to_read=True), journal.runs.pin(finished, to_read=True):
        assert (journal.runs.prune(keep=0), set(journal.runs.at_work())) == (0, {planned.id})
    assert journal.runs.prune(keep=0) == 2


def test_a_run_that_was_forgotten_is_told(journal: Journal) -> None:
    """A command that was about to take it up, or to begin another one from it, says so."""
    run = a_run(journal)
    assert journal.runs.prune(keep=0) == 1
    with pytest.raises(InputError, match="has removed it"), journal.runs.pin(run):
        pass
    with pytest.raises(InputError, match="has removed it"):
        journal.runs.begin(NewRun(command="undo", base_url=URL, account="office", parent=run))
    assert list((journal.path.parent / "in-use").iterdir()) == []


def test_a_run_can_be_used_where_that_cannot_be_noted(journal: Journal, caplog: pytest.LogCaptureFixture) -> None:
    """What stands in the way of the note doesn't stand in the way of the run."""
    run = a_run(journal)
    (journal.path.parent / "in-use").touch()
    with journal.runs.pin(run):
        assert journal.runs.get(run.id).id == run.id
    assert "could not be noted" in caplog.text


def test_a_superseded_run_of_a_kept_plan_does_not_come_back(journal: Journal) -> None:
    """The plan was committed twice; if the second, finished one were forgotten, the first would be continued."""
    plan = a_run(journal, "plan", digest="d")
    interrupted = a_run(journal, parent=plan, whole=False, digest="d")
    finished = a_run(journal, parent=plan, digest="d")
    newest = a_run(journal, digest="d")
    grow_old(journal, plan, interrupted, finished, newest)
    journal.runs.prune(older_than_s=A_WEEK_S)
    assert finished.id in left(journal)
    assert last_of_plan(journal, plan) is None


def test_what_cannot_be_tried_is_taken_for_present(journal: Journal, monkeypatch: pytest.MonkeyPatch) -> None:
    """A run that another user may be reading is not forgotten."""
    registration = journal.path.parent / "in-use" / f"{a_run(journal).id}-1-a.lock"
    registration.parent.mkdir(parents=True)
    registration.touch()

    def refuse(_lock: FileLock) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(FileLock, "acquire", refuse)
    assert journal.runs.prune(keep=0) == 0


def test_what_would_go_and_what_stays_is_told_with_the_reason(journal: Journal) -> None:
    """Before anything is forgotten, each old run is named: gone, or kept because of something."""
    gone, interrupted = a_run(journal), a_run(journal, whole=False)
    parent = a_run(journal, "plan")
    child = a_run(journal, parent=parent, whole=False)
    begun = journal.runs.begin(NewRun(command="apply", base_url=URL, account="office", profile="office"))
    read = a_run(journal)
    with journal.runs.pin(read, to_read=True):
        found = journal.runs.prunable(keep=0)
    assert found.gone == (gone.id,)
    assert dict(found.stays) == {
        interrupted.id: Stays.UNFINISHED,
        parent.id: Stays.NEEDED,
        child.id: Stays.UNFINISHED,
        begun.id: Stays.BEGUN_TODAY,
        read.id: Stays.IN_USE,
    }
    assert gone.id in left(journal)


def test_no_other_run_goes_than_those_that_were_shown(journal: Journal) -> None:
    """A run that ends while a person reads the question is not forgotten by the answer to it."""
    shown, _ = a_run(journal), a_run(journal)
    assert journal.runs.prune(keep=0, only={shown.id}) == 1
    assert shown.id not in left(journal)
    assert len(left(journal)) == 1
