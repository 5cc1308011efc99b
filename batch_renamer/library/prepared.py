"""The jobs of the library: a connection and the source of the rows become a job."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import replace

from batch_renamer.errors import InputError
from batch_renamer.jobs import (
    Connection,
    Job,
    Left,
    SheetSource,
    as_chosen,
    as_this_account,
    job_that_resumes,
    kept_plan,
    last_of_plan,
    left_to_do,
    load_options,
    may_go_on,
    renamed_something,
    taken_back,
)
from batch_renamer.journal import RunRecord
from batch_renamer.library.calls import Prepare
from batch_renamer.library.frames import CallersFrame
from batch_renamer.loader import open_frame

__all__ = ["about_renamed", "committing", "finishing", "from_frame"]


def from_frame(frame: CallersFrame) -> Prepare:
    """Plan or rename the orders of a DataFrame."""

    def prepare(connection: Connection) -> Job:
        options = load_options(connection.settings)
        return connection.job(
            SheetSource(open=lambda _: nullcontext(open_frame(frame.frame, options)), kind="DataFrame")
        )

    return prepare


def committing(plan_id: str) -> Prepare:
    """Commit a kept plan; if it was begun and interrupted, finish it."""

    def prepare(connection: Connection) -> Job:
        journal = connection.journal
        plan = kept_plan(journal.runs.get(plan_id))
        job, last = as_chosen(connection.job(plan)), last_of_plan(journal, plan)
        return job if last is None or not may_go_on(job, last) else job_that_resumes(job, last)

    return prepare


def about_renamed(run_id: str, *, same_account: bool) -> Prepare:
    """Put the old names of a run back, or check whether its orders still have its names."""

    def prepare(connection: Connection) -> Job:
        return connection.job(renamed_something(_past(connection, run_id, same_account=same_account)))

    return prepare


def finishing(run_id: str, *, same_account: bool, failed: bool) -> Prepare:
    """Finish a run that was interrupted; one that is done is returned as it is."""

    def prepare(connection: Connection) -> Job | RunRecord:
        past = _past(connection, run_id, same_account=same_account)
        job = connection.job(past)
        match left_to_do(connection.journal, past, failed=failed):
            case Left.ROWS:
                notes = (*job.notes, *taken_back(connection.journal, past))
                return replace(job, again_failed=failed, notes=notes)
            case Left.NOTHING:
                return past
            case Left.PLAN:
                how = f'open_plan("{past.id}", ...).apply() does it' if past.spec.from_sheet else "undo that run again"
                raise InputError(f"Run {past.id} was planned and never begun; {how}.")
            case Left.ALL:
                raise InputError(
                    f"Run {past.id} was stopped while its rows were read; nothing was sent. Begin it again."
                )

    return prepare


def _past(connection: Connection, run_id: str, *, same_account: bool) -> RunRecord:
    past = connection.journal.runs.get(run_id)
    return as_this_account(connection.journal, past, connection.destination) if same_account else past
