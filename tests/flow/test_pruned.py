"""Old runs are forgotten while one of them is taken up: it goes on as if nothing had happened."""

from __future__ import annotations

import io
from pathlib import Path

from batch_renamer.commands import RESUME
from batch_renamer.jobs.destinations import to_sandbox
from batch_renamer.jobs.job import Job
from batch_renamer.jobs.pipeline import perform
from batch_renamer.jobs.run import JobContext, Run
from batch_renamer.jobs.state import open_journal
from batch_renamer.journal import Journal, NewRun, RunState
from batch_renamer.model import RenameRequest, Result
from batch_renamer.progress import make_progress
from batch_renamer.settings import resolve_settings


async def test_a_run_that_is_taken_up_is_not_forgotten(tmp_path: Path) -> None:
    """Another command forgets all runs while this one asks its question; the run stays, and is finished."""
    settings = resolve_settings({"sandbox": True, "state_dir": str(tmp_path / "state")}, environ={})
    destination = to_sandbox(settings)

    async def take_your_time(_: Run) -> bool:
        with Journal.open(journal.path) as other:
            assert other.runs.prune(keep=0) == 0
        return True

    with open_journal(settings) as journal:
        stopped = journal.runs.begin(
            NewRun(command="apply", base_url=destination.base_url, account=destination.account)
        )
        journal.rows.add(stopped, [RenameRequest(row=2, order_id="a1", new_name="12 Elm Street")])
        journal.runs.set_state(stopped, RunState.READING)
        journal.runs.finish(stopped, stopped="The API refused the key.")  # before its first rename
        context = JobContext(
            Job(
                command=RESUME,
                settings=settings,
                journal=journal,
                progress=make_progress(io.StringIO(), quiet=True),
                destination=destination,
                source=journal.runs.get(stopped.id),
            ),
            confirm=take_your_time,
        )
        _, summary = await perform(context)
        assert (summary.exit_code, summary.counts) == (0, {Result.RENAMED: 1})
        assert journal.runs.prune(keep=0) == 1
