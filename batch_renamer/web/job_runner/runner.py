"""The jobs of the page: begins them in the server's event loop, knows which are at work, and stops them.

A job is known by its run. The journal knows what it has done; here is only what it is doing now. Every job has a
journal of its own, so that none waits for another.
"""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Sequence
from pathlib import Path

from batch_renamer.client import GRACE_S
from batch_renamer.commands import APPLY_PLAN, AUDIT, PLAN, RESUME, UNDO, UNDO_DRY_RUN, Command
from batch_renamer.errors import BatchRenamerError, InputError, InterruptedRunError
from batch_renamer.jobs import SheetSource, dismiss
from batch_renamer.journal import Journal, RunRecord
from batch_renamer.model import ALL_ROWS, RowChoice
from batch_renamer.settings import Settings
from batch_renamer.web.accounts import Account, Accounts
from batch_renamer.web.job_runner.job_at_work import JobAtWork
from batch_renamer.web.job_runner.live_job import LiveJob
from batch_renamer.web.job_runner.offers import Offers, offers_for
from batch_renamer.web.job_runner.performing import Performer, Publisher
from batch_renamer.web.job_runner.preparing import (
    Prepare,
    auditing,
    committing,
    finishing,
    planning,
    planning_undo,
    undoing,
)

__all__ = ["JobRunner"]

_COMMITS = (APPLY_PLAN, UNDO)


class JobRunner:
    """The jobs at work in this process, and what can be begun.

    ``journal`` is the one that pages are made from. ``hub`` tells them what changes: ``job`` with the figures of a job,
    at most ten times a second, and ``changed`` with the id of a run that began, ended or was carried out. What is in
    ``secrets``, to which each key is added that is read, is kept out of messages.

    What begins a job returns the id of its run as soon as the rows are in the journal, and raises the BatchRenamerError
    that ended it before that. A commit of an undo that has to wait for another run returns the id of its plan.
    """

    def __init__(self, *, accounts: Accounts, journal: Journal, hub: Publisher, secrets: Sequence[str] = ()) -> None:
        self._accounts, self._journal, self._hub, self._secrets = accounts, journal, hub, secrets
        self._performer = Performer(accounts=accounts, journal=journal, hub=hub, secrets=secrets)
        self._jobs: list[JobAtWork] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self._closed = False

    async def plan(self, account: Account, source: SheetSource, *, settings: Settings) -> str:
        """Plan the renames of a spreadsheet, and keep the plan."""
        job = JobAtWork(command=PLAN, account=account, reads=source.path, secrets=self._secrets)
        return await self._begin(job, planning(source), settings)

    async def commit(self, run: RunRecord, *, choice: RowChoice = ALL_ROWS, settings: Settings | None = None) -> str:
        """Commit a kept plan exactly, without the rows that are not chosen; an undo if it is the plan of one.

        ``settings`` are those of its account if none are given.

        Raises:
            InputError: it is being committed, or these rows of it were committed already.
        """
        command, prepare = (UNDO, undoing) if run.spec.puts_back else (APPLY_PLAN, committing)
        return await self._begin(self._about(run, command), prepare(run, choice), settings)

    async def plan_undo(self, run: RunRecord, *, choice: RowChoice = ALL_ROWS, same_account: bool = False) -> str:
        """Plan to give the orders of a run their old names back, in the rows that are chosen, and keep that plan.

        ``same_account``: the user says that the key of the run was an older one of the same account; see `Offers`.
        """
        prepare = planning_undo(run, choice, same_account=same_account)
        return await self._begin(self._about(run, UNDO_DRY_RUN), prepare)

    async def resume(self, run: RunRecord, *, failed: bool = False, same_account: bool = False) -> str:
        """Finish an interrupted run; ``failed`` also tries failed rows again."""
        prepare = finishing(run, failed=failed, same_account=same_account)
        return await self._begin(self._about(run, RESUME), prepare)

    async def audit(self, run: RunRecord, *, same_account: bool = False) -> str:
        """Look which orders of a run still have the names that it gave them."""
        return await self._begin(self._about(run, AUDIT), auditing(run, same_account=same_account))

    async def dismiss(self, run: RunRecord) -> None:
        """Note that an interrupted run will not be finished.

        Raises:
            InputError: it is not interrupted.
        """
        await self._journal.in_thread(_dismiss, self._journal, run)
        self._hub.publish("changed", {"run": run.id})

    async def offers(self, run: RunRecord, *, choice: RowChoice = ALL_ROWS) -> Offers:
        """Return what can be done with a run now; ``choice`` are the rows of a plan that are to be committed."""
        return await self._journal.in_thread(
            offers_for,
            self._accounts,
            self._journal,
            run,
            choice=choice,
            is_being_committed=self.is_being_committed(run.id),
        )

    def is_being_committed(self, plan_id: str) -> bool:
        """Tell whether a job commits this plan, or waits until it can: its choice of rows holds already."""
        return any(job.about is not None and job.about.id == plan_id and job.command in _COMMITS for job in self._jobs)

    def at_work(self) -> Sequence[LiveJob]:
        """Return what every job of this process is doing; those of other processes are known by the journal alone."""
        return [job.live() for job in self._jobs if job.run_id]

    def live(self, run_id: str) -> LiveJob | None:
        """Return what the job of a run is doing; None if there is none at work in this process."""
        return next((job.live() for job in self._jobs if job.run_id == run_id), None)

    def trouble_of(self, run_id: str) -> str:
        """Return why the last job about a run had a fault, or ended before it had a run of its own; "" if neither."""
        return self._performer.troubles.get(run_id, "")

    def stop(self, run_id: str) -> bool:
        """Ask the job of a run to stop, once more to end it at once; tell whether there is one."""
        found = [job for job in self._jobs if job.run_id == run_id]
        for job in found:
            job.ask_to_stop(_stopped("Stopped on the page."))
        return bool(found)

    def stop_reading(self, sheet: Path) -> bool:
        """Ask the jobs that read this spreadsheet, and have no run yet, to stop; tell whether there is one."""
        found = [job for job in self._jobs if job.reads == sheet and not job.run_id]
        for job in found:
            job.ask_to_stop(_stopped("Stopped. Nothing was planned."))
        return bool(found)

    def stop_all(self, cause: BatchRenamerError | None = None, *, grace_s: float = GRACE_S) -> None:
        """Ask every job to stop, once more to end it at once, and let none begin any more; see `ended`.

        Renames in flight get ``grace_s`` seconds to finish. ``cause`` is noted with each run.
        """
        self._closed = True
        for job in self._jobs:
            job.ask_to_stop(cause or _stopped("The server of the page was stopped."), grace_s=grace_s)

    async def ended(self) -> None:
        """Wait until no job is at work."""
        while self._tasks:
            await asyncio.wait(self._tasks)

    def _about(self, run: RunRecord, command: Command) -> JobAtWork:
        """Return a new job about a run.

        Raises:
            InputError: the same was asked for a moment ago, and is at work.
        """
        for other in self._jobs:
            if other.run_id == run.id and command.resumes:
                raise InputError(f"Run {run.id} is at work already.")
            if other.about is not None and (other.about.id, other.command) == (run.id, command):
                which = f" as run {other.run_id}" if other.run_id not in ("", run.id) else ""
                raise InputError(f"That is being done already{which}.")
        return JobAtWork(command=command, about=run, secrets=self._secrets)

    async def _begin(self, job: JobAtWork, prepare: Prepare, settings: Settings | None = None) -> str:
        """Let a job begin, and return its id when it has one.

        From here to the first wait nothing else happens in the event loop, so the same job can't begin twice.
        """
        if self._closed:
            raise InputError("The server of the page is stopping: start it again. Nothing was sent.")
        if not self._journal.is_in_place():  # the run would be in another one, which the pages don't show
            raise InputError(
                f"{self._journal.path} was removed or replaced while the page was open: start batch-renamer web again. "
                "Nothing was sent."
            )
        self._jobs.append(job)
        if job.about is not None:
            self._performer.troubles.pop(job.about.id, None)
        task = asyncio.create_task(self._perform(job, prepare, settings))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        await job.known.wait()
        if not job.run_id and job.error is not None:
            raise job.error
        self._performer.tell_changed(job)
        return job.run_id

    async def _perform(self, job: JobAtWork, prepare: Prepare, settings: Settings | None) -> None:
        try:
            await self._performer.perform(job, prepare, settings)
        finally:
            self._jobs.remove(job)


def _stopped(why: str) -> InterruptedRunError:
    """Return the cause of a stop that a person asked for, in other words than those of a terminal."""
    cause = InterruptedRunError(signal.SIGINT)
    cause.args = (why,)
    return cause


def _dismiss(journal: Journal, run: RunRecord) -> None:
    dismiss(journal, journal.runs.get(run.id))
