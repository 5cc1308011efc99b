"""`plan`, `apply` and `apply --plan`: plan the renames of a spreadsheet, send them, or commit a kept plan."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from batch_renamer.cli.past_runs import find_run
from batch_renamer.cli.prompts import ask_to_go_on, orders
from batch_renamer.cli.running import run_job
from batch_renamer.cli.session import Session, within
from batch_renamer.cli.sheets import as_typed, sheet_source
from batch_renamer.commands import APPLY, APPLY_PLAN, PLAN
from batch_renamer.jobs import (
    Job,
    as_chosen,
    job_that_resumes,
    kept_plan,
    last_of_plan,
    last_of_sheet,
    may_go_on,
    merely_planned,
)
from batch_renamer.journal import RunRecord
from batch_renamer.model import Result

__all__ = ["apply", "apply_plan", "plan"]


def plan(file: Path, given: Mapping[str, object], *, tells_changes: bool = False) -> int:
    """Plan the renames of a spreadsheet and keep the plan; return the exit code.

    With ``tells_changes`` that is 10, not 0, where something would be renamed.
    """

    def body(session: Session) -> int:
        with sheet_source(file, session) as sheet, session.connected() as connection:
            job = replace(connection.job(sheet), tells_changes=tells_changes)
            return run_job(job, session.given)

    return within(PLAN, given, body)


def apply(file: Path, given: Mapping[str, object]) -> int:
    """Rename the orders of a spreadsheet; return the exit code."""

    def body(session: Session) -> int:
        with sheet_source(file, session) as sheet, session.connected() as connection:
            job = connection.job(sheet)
            last = None
            if sheet.digest is not None:
                last = last_of_sheet(job.journal, digest=sheet.digest, destination=job.destination)
            return _run_or_go_on(job, last, session.given)

    return within(APPLY, given, body, same_again=[as_typed(file)])


def apply_plan(plan_id: str, given: Mapping[str, object]) -> int:
    """Commit a kept plan, without what was unchecked in the browser; return the exit code."""

    def body(session: Session) -> int:
        session.needs_yes()
        with session.connected() as connection:
            found = find_run(session, connection.journal, plan_id, commands=(PLAN, APPLY), newest=merely_planned)
            kept = kept_plan(found)
            job = as_chosen(connection.job(kept))
            return _run_or_go_on(job, last_of_plan(connection.journal, kept), session.given)

    return within(APPLY_PLAN, given, body)


def _run_or_go_on(job: Job, last: RunRecord | None, given: Mapping[str, object]) -> int:
    """Run a job, or finish the last run of the same rows if it was interrupted and the user wants that."""
    if last is None or not _wants_to_go_on(job, last):
        return run_job(job, given)
    return run_job(job_that_resumes(job, last), given, asks=False)  # The user has just said yes.


def _wants_to_go_on(job: Job, last: RunRecord) -> bool:
    if not may_go_on(job, last):
        return False
    counts = job.journal.results.counts(last)
    left = counts.get(Result.PENDING, 0) + counts.get(Result.UNKNOWN, 0)
    if job.settings.yes:
        job.progress.message(f"Run {last.id} of the same rows was interrupted with {orders(left)} left; it goes on.")
        return True
    return ask_to_go_on(last, left=left)
