"""Takes a job of the page from its beginning to its end, and tells pages what it is doing."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Protocol

import anyio
import anyio.to_thread

from batch_renamer.errors import BatchRenamerError, JournalError
from batch_renamer.faults import kept_fault
from batch_renamer.jobs import JobContext, perform
from batch_renamer.journal import Journal
from batch_renamer.progress import every_line
from batch_renamer.settings import Settings
from batch_renamer.web.accounts import Accounts
from batch_renamer.web.job_runner.connection import connection_for
from batch_renamer.web.job_runner.job_at_work import JobAtWork
from batch_renamer.web.job_runner.live_job import LiveJob
from batch_renamer.web.job_runner.preparing import Prepare
from batch_renamer.web.job_runner.row_problems import row_problems_go_to

__all__ = ["Performer", "Publisher"]

log = logging.getLogger("batch_renamer")

_TELL_EVERY_S = 0.1
_MOST_TROUBLES = 100


class Publisher(Protocol):
    """Tells pages what changes."""

    def publish(self, name: str, data: Mapping[str, object]) -> None:
        """Tell every open page; does not wait."""


class Performer:
    """Performs jobs side by side; ``troubles`` says by run why the last job about it had a fault or had no run.

    See `JobRunner` for the arguments, and for what pages are told.
    """

    def __init__(self, *, accounts: Accounts, journal: Journal, hub: Publisher, secrets: Sequence[str]) -> None:
        self._accounts, self._journal, self._hub, self._secrets = accounts, journal, hub, secrets
        self.troubles: dict[str, str] = {}

    async def perform(self, job: JobAtWork, prepare: Prepare, settings: Settings | None) -> None:
        """Take a job from its beginning to its end; nothing that happens to it reaches the other jobs."""
        telling = asyncio.create_task(self._tell(job))
        try:
            with every_line(command=job.command.word), row_problems_go_to(job.progress.message):
                await self._to_the_end(job, prepare, settings)
        except BatchRenamerError as error:
            self._ended_by(job, error)
        except Exception as error:
            log.exception("web: a job ended with a fault")
            self._ended_by(job, kept_fault(error, state_dir=self._journal.path.parent, secrets=self._secrets))
        finally:
            telling.cancel()
            job.known.set()
            if job.run_id:  # the last figures, which may be newer than those that were told
                self._hub.publish("job", job.live().as_json())
            self.tell_changed(job)

    async def _to_the_end(self, job: JobAtWork, prepare: Prepare, settings: Settings | None) -> None:
        connection = await anyio.to_thread.run_sync(partial(connection_for, job, self._accounts, settings))
        journal = connection.journal
        try:
            if job.stop.cause is not None:
                raise job.stop.cause
            made = await journal.in_thread(prepare, connection)
            job.context = JobContext(made, stop=job.stop, on_change=lambda: self._known(job))
            run, summary = await perform(job.context)
            noted = await journal.in_thread(journal.runs.get, run.record.id)
            if summary.stopped and not noted.stopped:  # a journal that can't be written does not have the reason either
                self._ended_by(job, JournalError(summary.stopped))
        finally:
            with anyio.CancelScope(shield=True):
                await anyio.to_thread.run_sync(journal.close)

    def _known(self, job: JobAtWork) -> None:
        """Notice that a job has a run now, or waits for another one."""
        was_known = job.known.is_set()
        job.changed()
        if was_known:
            self.tell_changed(job)

    def _ended_by(self, job: JobAtWork, error: BatchRenamerError) -> None:
        job.error = error
        if job.run_id:  # its id was given out already
            self.troubles[job.run_id] = str(error)
            while len(self.troubles) > _MOST_TROUBLES:
                del self.troubles[next(iter(self.troubles))]

    def tell_changed(self, job: JobAtWork) -> None:
        """Tell pages that a run began, ended, or that another one carries it out."""
        for run_id in dict.fromkeys(filter(None, (job.run_id, job.about.id if job.about is not None else ""))):
            self._hub.publish("changed", {"run": run_id})

    async def _tell(self, job: JobAtWork) -> None:
        """Tell pages what a job is doing, as often as that changes, until cancelled."""
        told: LiveJob | None = None
        while True:
            now = job.live()
            if now.run_id and now != told:
                self._hub.publish("job", now.as_json())
                told = now
            await asyncio.sleep(_TELL_EVERY_S)
