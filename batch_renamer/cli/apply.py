"""`plan`, `apply` and `apply --plan`: a spreadsheet or a kept plan enters, a plan or renamed orders leave."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from batch_renamer.cli.prompts import ask_to_go_on, orders
from batch_renamer.cli.running import about_run, run_job
from batch_renamer.cli.session import Session, within
from batch_renamer.cli.sheets import with_sheet
from batch_renamer.commands import APPLY, APPLY_PLAN, PLAN, RESUME
from batch_renamer.errors import LockedError
from batch_renamer.jobs import Bounds, Job, kept_plan, last_of_plan, last_of_sheet
from batch_renamer.journal import RunRecord
from batch_renamer.model import Result

__all__ = ["apply", "apply_plan", "plan"]


def plan(file: Path, given: Mapping[str, object]) -> int:
    """Plan the renames of a spreadsheet and keep the plan; return the exit code."""

    def body(session: Session) -> int:
        with session.connected_job() as job:
            return run_job(with_sheet(job, file, session), session.given)

    return within(PLAN, given, body)


def apply(file: Path, given: Mapping[str, object]) -> int:
    """Rename the orders of a spreadsheet; return the exit code."""

    def body(session: Session) -> int:
        session.needs_yes()
        with session.connected_job() as bare:
            job = with_sheet(bare, file, session)
            if job.digest is not None:
                last = last_of_sheet(job.journal, digest=job.digest, destination=job.destination)
                job = _or_go_on(job, last)
            return run_job(job, session.given)

    return within(APPLY, given, body, same_again=[file])


def apply_plan(plan_id: str, given: Mapping[str, object]) -> int:
    """Commit a kept plan; return the exit code."""

    def body(session: Session) -> int:
        session.needs_yes()
        with session.connected_job() as bare:
            kept = kept_plan(session.find(bare.journal, plan_id, commands=(PLAN, APPLY)))
            job = replace(about_run(bare, kept), digest=kept.digest)
            return run_job(_or_go_on(job, last_of_plan(job.journal, kept)), session.given)

    return within(APPLY_PLAN, given, body)


def _or_go_on(job: Job, last: RunRecord | None) -> Job:
    """Return the job that finishes the last run of the same rows, if it was interrupted and the user wants that."""
    if last is None or Bounds.of(job.settings) not in (Bounds(None, None, strict=False), Bounds.of(last)):
        return job  # Other bounds than those of the interrupted run are meant for a new one.
    if last.id in job.journal.runs.at_work():
        if job.settings.wait:
            return job  # It begins when the other one has ended, and reads what that has renamed.
        raise LockedError(f"Run {last.id} of the same rows")
    counts = job.journal.results.counts(last)
    left = counts.get(Result.PENDING, 0) + counts.get(Result.UNKNOWN, 0)
    if job.settings.yes:
        job.progress.message(f"Run {last.id} of the same rows was interrupted with {orders(left)} left; it goes on.")
    elif not ask_to_go_on(last, left=left):
        return job
    # The user has just said yes.
    resumed = replace(job, command=RESUME, open_sheet=None, sheet=None, digest=None, confirm=None)
    return about_run(resumed, last)
