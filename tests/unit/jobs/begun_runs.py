"""Runs that were begun in a journal, for the tests of past runs."""

from __future__ import annotations

from dataclasses import replace

from batch_renamer.jobs.destinations import nowhere
from batch_renamer.journal import Journal, NewRun, RunRecord, RunState
from batch_renamer.model import RenameRequest

URL = "https://api.example.com"

OFFICE = replace(nowhere(), base_url=URL, account="office", profile="office", key_print="k1")


def begun(journal: Journal, *, command: str = "apply", digest: str = "d", parent: RunRecord | None = None) -> RunRecord:
    """Begin a run of one row, up to its first rename."""
    run = journal.runs.begin(
        NewRun(
            command=command,
            base_url=URL,
            account="office",
            profile="office",
            key_print="k1",
            digest=digest,
            parent=parent,
        )
    )
    journal.rows.add(run, [RenameRequest(row=2, order_id="a", new_name="b")])
    journal.runs.set_state(run, RunState.PLANNED)
    return journal.runs.commit(run)


def ended(journal: Journal, run: RunRecord) -> RunRecord:
    """End a run that left nothing."""
    journal.runs.finish(run, stopped="")
    journal.runs.note_ended(run)
    return journal.runs.get(run.id)
