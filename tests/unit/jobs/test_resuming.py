"""What a past run has left to do, and whether a job of the same rows may go on with it."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from batch_renamer.commands import APPLY, RESUME
from batch_renamer.errors import InputError, LockedError
from batch_renamer.jobs.connection import Connection
from batch_renamer.jobs.resuming import Left, job_that_resumes, left_to_do, may_go_on
from batch_renamer.journal import Closed, Journal, NewRun, RunRecord, RunState
from batch_renamer.model import Outcome, RenameRequest, Result
from batch_renamer.progress import make_progress
from batch_renamer.settings import Settings
from tests.unit.jobs.begun_runs import OFFICE, URL, begun, ended


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    """Open an empty journal."""
    with Journal.open(tmp_path / "journal.sqlite3") as opened:
        yield opened


def _at(journal: Journal, state: RunState) -> RunRecord:
    run = journal.runs.begin(NewRun(command="apply", base_url=URL, account="office", profile="office", key_print="k1"))
    journal.rows.add(run, [RenameRequest(row=2, order_id="a", new_name="b")])
    journal.runs.set_state(run, state)
    return journal.runs.get(run.id)


def _done(journal: Journal, result: Result) -> RunRecord:
    run = begun(journal)
    journal.rows.record(run, [Outcome(row=2, result=result)])
    return ended(journal, run)


@pytest.mark.parametrize(
    ("made", "failed", "left"),
    [
        (begun, False, Left.ROWS),
        (lambda journal: _at(journal, RunState.PLANNED), False, Left.PLAN),
        (lambda journal: _at(journal, RunState.LOADING), False, Left.ALL),
        (lambda journal: _done(journal, Result.RENAMED), True, Left.NOTHING),
        (lambda journal: _done(journal, Result.UNKNOWN), False, Left.ROWS),
        (lambda journal: _done(journal, Result.FAILED), False, Left.NOTHING),
        (lambda journal: _done(journal, Result.FAILED), True, Left.ROWS),
    ],
    ids=["interrupted", "planned", "half read", "done", "unknown", "failed", "failed again"],
)
def test_what_is_left_to_do(journal: Journal, made: Callable[[Journal], RunRecord], failed: bool, left: Left) -> None:
    """Rows that are not done, or unknown, and upon request those that failed."""
    assert left_to_do(journal, made(journal), failed=failed) is left


def test_a_run_that_was_refused_is_over(journal: Journal) -> None:
    """It would be refused again."""
    run = _at(journal, RunState.READING)
    journal.runs.finish(run, stopped="Too many renames.", closed=Closed.REFUSED)
    with pytest.raises(InputError, match="was refused and is over: Too many renames"):
        left_to_do(journal, journal.runs.get(run.id), failed=False)


def _connection(journal: Journal, **options: object) -> Connection:
    settings = Settings(state_dir=journal.path.parent, **options)  # type: ignore[arg-type]  # made from a table
    return Connection(
        command=APPLY,
        settings=settings,
        journal=journal,
        progress=make_progress(io.StringIO()),
        destination=OFFICE,
        reminder=lambda _: "",
        notes=("A note.",),
    )


@pytest.mark.parametrize(("options", "may"), [({}, True), ({"first": 1}, False)], ids=["same bounds", "other bounds"])
def test_a_job_of_the_same_rows_goes_on(journal: Journal, options: dict[str, object], may: bool) -> None:
    """Other bounds than those of the interrupted run are meant for a new one."""
    last, plan = begun(journal), _at(journal, RunState.PLANNED)
    assert may_go_on(_connection(journal, **options).job(plan), last) is may


def test_a_run_at_work_is_waited_for_or_said(journal: Journal) -> None:
    """Nothing is begun beside it."""
    last, plan = begun(journal), _at(journal, RunState.PLANNED)
    with journal.runs.pin(last):
        with pytest.raises(LockedError, match=f"run {last.id} of the same rows is at work"):
            may_go_on(_connection(journal).job(plan), last)
        assert not may_go_on(_connection(journal, wait=5).job(plan), last)


def test_the_job_that_resumes_is_about_the_interrupted_run(journal: Journal) -> None:
    """It keeps what the job was to say."""
    last, plan = begun(journal), _at(journal, RunState.PLANNED)
    job = job_that_resumes(_connection(journal).job(plan), last)
    assert (job.command, job.origin, job.notes) == (RESUME, last, ("A note.",))
