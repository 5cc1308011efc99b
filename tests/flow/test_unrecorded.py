"""The journal does not take outcomes for a while, or not at all: what was sent is never called unsent."""

from __future__ import annotations

import io
import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, nullcontext
from functools import partial
from pathlib import Path

import pandas as pd
import pytest

from batch_renamer.commands import APPLY, PLAN, RESUME
from batch_renamer.errors import JournalError
from batch_renamer.jobs.destinations import to_sandbox
from batch_renamer.jobs.job import Job, SheetSource
from batch_renamer.jobs.pipeline import perform
from batch_renamer.jobs.run import JobContext
from batch_renamer.jobs.stages import load_options
from batch_renamer.jobs.state import open_journal
from batch_renamer.journal import Journal, NewRun
from batch_renamer.journal.rows import RowTable
from batch_renamer.loader import open_frame
from batch_renamer.model import Outcome, Result
from batch_renamer.progress import make_progress
from batch_renamer.settings import resolve_settings

ROWS = 300


@pytest.fixture
def begin(tmp_path: Path) -> Iterator[Callable[..., JobContext]]:
    """Make runs of many orders in one sandbox, with a report beside it."""
    settings = resolve_settings(
        {"sandbox": True, "yes": True, "state_dir": str(tmp_path / "state"), "report": [str(tmp_path / "out.json")]}
        | {"rate": "2000"},
        environ={},
    )
    frame = pd.DataFrame(
        {"order_id": [f"o{row}" for row in range(ROWS)], "new_name": [f"new {row}" for row in range(ROWS)]}
    )
    with open_journal(settings) as journal:
        journal.select("PRAGMA busy_timeout = 10", ())
        job = partial(
            Job,
            settings=settings,
            journal=journal,
            progress=make_progress(io.StringIO(), quiet=True),
            destination=to_sandbox(settings),
            source=SheetSource(open=lambda _: nullcontext(open_frame(frame, load_options(settings)))),
        )
        yield lambda **given: JobContext(job(**given))


def names_in(state: Path) -> dict[str, str | None]:
    """Return what the sandbox's orders are called, as its file has it."""
    with closing(sqlite3.connect(state / "sandbox" / "orders.sqlite3")) as connection:
        return dict(connection.execute("SELECT order_id, name FROM orders").fetchall())


class Refusing:
    """Lets a journal refuse outcomes of renaming from one group on, for so many groups."""

    def __init__(self, *, after: int, times: float) -> None:
        self._record = RowTable.record
        self._after = after
        self._times = times
        self._groups = 0

    def __get__(self, rows: RowTable, _: type) -> Callable[..., None]:
        """Be the method of a journal's table of rows."""
        return partial(self.record, rows)

    def record(self, rows: RowTable, run: object, decisions: list[object], **made: object) -> None:
        """Record, or refuse as a journal does that another program holds."""
        if any(isinstance(decision, Outcome) and decision.attempts for decision in decisions):
            self._groups += 1
            if self._after < self._groups <= self._after + self._times:
                raise JournalError("The journal is held by another program.")
        self._record(rows, run, decisions, **made)  # type: ignore[arg-type]  # as it was called


@pytest.mark.parametrize("times", [1, 10**9], ids=["for a moment", "until the end"])
async def test_what_the_journal_did_not_take_is_in_the_report(
    tmp_path: Path, begin: Callable[..., JobContext], monkeypatch: pytest.MonkeyPatch, times: int
) -> None:
    """Outcomes in memory reach the report; what was never sent is pending; what a later look can't know is unknown."""
    with monkeypatch.context() as patched:
        patched.setattr(RowTable, "record", Refusing(after=1, times=times))
        run, summary = await perform(begin(command=APPLY))
    rows = json.loads((tmp_path / "out.json").read_text("utf-8"))["rows"]
    names = names_in(tmp_path / "state")
    assert summary.exit_code == 4
    for row in rows:
        applied = names[row["order_id"]] == row["new_name"]
        assert row["result"] == ("renamed" if applied else "pending"), row
        assert bool(row["attempts"]) is applied
    assert summary.counts == run.counts()
    with Journal.open(run.job.journal.path) as another_process:
        seen = {row.order_id: row.result for row in another_process.results.report_rows(run.record)}
        renamed = {order for order, name in names.items() if name == f"new {order[1:]}"}
        assert all(seen[order] in (Result.RENAMED, Result.UNKNOWN) for order in renamed)
        assert times > 1 or all(seen[order] is Result.RENAMED for order in renamed)
        # Undo knows all of them.
        undo = another_process.runs.begin(NewRun(command="undo", base_url="u", account="a", parent=run.record))
        another_process.lineage.plan_undo(undo, run.record)
        assert renamed <= {
            request.order_id for request in another_process.rows.undecided(undo, after_row=0, limit=ROWS)
        }
        finished = begin(command=RESUME, source=another_process.runs.get(run.record.id), journal=another_process)
        _, summary = await perform(finished)
        assert summary.counts == {Result.RENAMED: ROWS}


async def test_a_run_whose_journal_did_not_take_all_is_not_over(
    begin: Callable[..., JobContext], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is offered to be taken up, and other runs are counted as before."""
    _, other = await perform(begin(command=PLAN))
    with monkeypatch.context() as patched:
        patched.setattr(RowTable, "record", Refusing(after=0, times=10**9))
        run, _ = await perform(begin(command=APPLY))
    assert run.job.journal.runs.get(run.record.id).reported_at is None
    assert run.job.journal.results.counts(run.job.journal.runs.get(other.run_id)) == {Result.PLANNED: ROWS}
