"""`undo` and `undo --dry-run`: give the orders of a past run their old names back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from batch_renamer.cli.past_runs import find_run, resume_command
from batch_renamer.cli.running import run_job
from batch_renamer.cli.session import Session, within
from batch_renamer.commands import RENAMING, UNDO, UNDO_DRY_RUN
from batch_renamer.errors import InputError
from batch_renamer.jobs import as_this_account, committed, interrupted, means_newest, renamed_something
from batch_renamer.journal import Journal, RunRecord

__all__ = ["undo"]


def undo(run_id: str | None, given: Mapping[str, object], *, dry_run: bool, same_account: bool = False) -> int:
    """Put the old names of a run back; return the exit code."""

    def body(session: Session) -> int:
        session.needs_yes()
        with session.connected() as connection:
            past = _run_to_undo(session, connection.journal, run_id)
            if same_account:
                past = as_this_account(connection.journal, past, connection.destination)
            job = connection.job(past)
            if means_newest(run_id) and past.spec.puts_back:
                note = f"Run {past.id} is itself an undo: this renames the orders again."
                job = replace(job, notes=(*job.notes, note))
            return run_job(job, session.given)

    return within(UNDO_DRY_RUN if dry_run else UNDO, given, body)


def _run_to_undo(session: Session, journal: Journal, run_id: str | None) -> RunRecord:
    def can_be_undone(run: RunRecord) -> bool:
        return committed(run) and journal.lineage.count_undoable(run) > 0

    run = find_run(
        session,
        journal,
        run_id,
        commands=RENAMING,
        newest=can_be_undone,
        wanted="gave an order a name that could be put back",
    )
    if means_newest(run_id) and run.spec.puts_back and interrupted(run, journal.results.counts(run)):
        finish = resume_command(session, run)
        raise InputError(
            f"Run {run.id}, the newest, is an undo that was interrupted. `{finish}` finishes it. "
            "To undo another run, give its id."
        )
    return renamed_something(run)
