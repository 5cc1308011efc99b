"""Resuming a past run: what it has left to do, and the job that finishes it."""

from __future__ import annotations

from dataclasses import replace
from enum import Enum, auto

from batch_renamer.commands import RESUME
from batch_renamer.errors import InputError, LockedError
from batch_renamer.jobs.job import Bounds, Job
from batch_renamer.jobs.past_runs import bound_to
from batch_renamer.jobs.standing import interrupted, merely_planned, why_closed
from batch_renamer.journal import Closed, Journal, RunRecord, RunState
from batch_renamer.model import Result

__all__ = ["Left", "job_that_resumes", "left_to_do", "may_go_on"]


class Left(Enum):
    """What a past run has left to do.

    ``ROWS``: it can be resumed. ``PLAN``: it was planned and never begun. ``ALL``: it was stopped while its rows were
    read, so it must be begun again. ``NOTHING``: it is done.
    """

    ROWS = auto()
    PLAN = auto()
    ALL = auto()
    NOTHING = auto()


def left_to_do(journal: Journal, past: RunRecord, *, failed: bool) -> Left:
    """Return what a run has left to do; with ``failed`` its failed rows are left to do as well.

    Raises:
        InputError: it is closed.
    """
    if merely_planned(past):
        return Left.PLAN
    if past.state is RunState.LOADING:
        return Left.ALL
    counts = journal.results.checked_counts(past)
    anew = failed and past.closed is Closed.REFUSED and counts.get(Result.FAILED)
    if (closed := why_closed(past)) and not anew:
        raise InputError(closed)
    if (
        anew
        or past.closed
        or interrupted(past, counts)
        or counts.get(Result.UNKNOWN)
        or (failed and counts.get(Result.FAILED))
    ):
        return Left.ROWS
    return Left.NOTHING


def may_go_on(job: Job, last: RunRecord) -> bool:
    """Tell whether a job may finish the interrupted run of the same rows instead of beginning one.

    Raises:
        LockedError: that run is at work, and the user does not wait for its end.
    """
    if Bounds.of(job.settings) not in (Bounds(None, None, strict=False), Bounds.of(last)):
        return False  # The user gives other bounds than those of the interrupted run, so a new run is wanted.
    if job.choice and str(job.choice) != last.choice:
        return False
    if last.id in job.journal.runs.at_work():
        if job.settings.wait:
            return False  # The job begins when the other run has ended, and reads what that has renamed.
        raise LockedError(f"Run {last.id} of the same rows")
    return True


def job_that_resumes(job: Job, last: RunRecord) -> Job:
    """Return the job that finishes an interrupted run, instead of one that begins a new run of the same rows."""
    # Its rows were chosen when it began.
    settings = replace(job.settings, only=None, except_rows=None)
    return replace(
        job, command=RESUME, source=last, settings=settings, notes=(*job.notes, *bound_to(last, job.destination))
    )
