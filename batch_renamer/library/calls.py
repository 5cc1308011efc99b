"""One call of the library: its options become a job, and the job's result comes back as values.

The stages are those of the command line. The journal is the user's own unless the caller names another or wants none;
that of a run which was stopped after it had begun to rename is kept in any case, and named.
"""

from __future__ import annotations

import asyncio
import logging
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

import anyio
import anyio.to_thread

from batch_renamer.client import GRACE_S
from batch_renamer.commands import Command
from batch_renamer.errors import BatchRenamerError, InterruptedRunError, LockedError
from batch_renamer.jobs import (
    Connection,
    Destination,
    Job,
    JobContext,
    Run,
    committed,
    interrupted,
    open_journal,
    perform,
    protect_state,
    reset_sandbox,
    to_api,
    to_sandbox,
)
from batch_renamer.journal import Journal, RunRecord
from batch_renamer.library.access import Access, Done, past, worded
from batch_renamer.library.frames import outcomes_frame
from batch_renamer.library.next_steps import NOTHING_RENAMED, reminder, ways_on
from batch_renamer.library.options import checked_key, keeps_no_journal
from batch_renamer.library.progress import progress_for
from batch_renamer.library.temporary_state import StatePlace, temporary_sandbox, temporary_state
from batch_renamer.library.wording import worded_for_callers
from batch_renamer.model import Result, RunSummary
from batch_renamer.settings import Settings

__all__ = ["Call", "Prepare"]

log = logging.getLogger("batch_renamer")

_CANCELLED = "The task that waited for it was cancelled."

Prepare = Callable[[Connection], Job | RunRecord]
"""Makes the job of a call, or returns a run that has nothing left to do."""


class Call:
    """A call that sends requests; ``prepare`` makes its job, and may read the journal for that.

    Raises:
        SettingsError: the key is missing.
    """

    def __init__(self, command: Command, prepare: Prepare, *, settings: Settings, access: Access) -> None:
        self._command, self._prepare, self._settings, self._access = command, prepare, settings, access
        if access.key is None and not settings.sandbox:
            checked_key(None)
        self._progress = progress_for(access.progress)
        self._context: JobContext | None = None

    async def perform(self) -> Done:
        """Do the job; then remove a temporary state directory, unless it is still needed.

        Raises:
            BatchRenamerError: what ended the run before it had rows; another run is at work; a fault in the program.
        """
        with worded_for_callers(), self._place() as place:
            settings = replace(self._settings, state_dir=place.folder)
            destination, notes = await anyio.to_thread.run_sync(self._destination, settings)
            journal = await anyio.to_thread.run_sync(_opened, settings)
            connection = Connection(
                command=self._command,
                settings=settings,
                journal=journal,
                progress=self._progress,
                destination=destination,
                reminder=lambda ended: reminder(journal, ended, settings),
                notes=tuple(notes),
            )
            try:
                return await self._done(connection, place)
            finally:
                self._progress.close()
                with anyio.CancelScope(shield=True):
                    await anyio.to_thread.run_sync(journal.close)

    def interrupt(self, at_once: bool) -> bool:
        """Let the run stop, with or without finishing what is in flight; tell whether there is a run to stop."""
        if self._context is None:
            return False
        _interrupt(self._context, InterruptedRunError(signal.SIGINT), at_once=at_once)
        return True

    async def _done(self, connection: Connection, place: StatePlace) -> Done:
        journal = connection.journal
        prepared = await journal.in_thread(self._prepare, connection)
        if isinstance(prepared, RunRecord):
            return await journal.in_thread(past, journal, prepared, self._access, place.folder)
        self._context = context = JobContext(prepared)
        how_to_go_on = NOTHING_RENAMED
        try:
            run, summary, cancelled = await _performed(context)
        finally:
            with anyio.CancelScope(shield=True):
                if context.run is not None:
                    if await journal.in_thread(_is_unfinished, context.run):
                        place.keep = True
                    how_to_go_on = await journal.in_thread(ways_on, context.run, kept=place.keep)
        if isinstance(context.stop.cause, LockedError):
            raise context.stop.cause
        with anyio.CancelScope(shield=True):
            rows = await journal.in_thread(lambda: outcomes_frame(run.rows(), self._access.frame))
        state_dir = place.folder if place.keep else None
        return Done(
            outcomes=rows,
            summary=worded(summary),
            state_dir=state_dir,
            access=self._access.afterwards(state_dir),
            how_to_go_on=how_to_go_on,
            cancelled=cancelled,
        )

    @contextmanager
    def _place(self) -> Iterator[StatePlace]:
        if not keeps_no_journal(self._access.given):
            yield StatePlace(folder=self._settings.state_dir, keep=True)
            return
        with temporary_sandbox() if self._settings.sandbox else temporary_state(self._settings.state_dir) as place:
            yield place

    def _destination(self, settings: Settings) -> tuple[Destination, list[str]]:
        notes = protect_state(settings)
        return to_sandbox(settings) if self._access.key is None else to_api(settings, self._access.key), notes


def _opened(settings: Settings) -> Journal:
    if settings.sandbox_reset:
        reset_sandbox(settings)
    return open_journal(settings)


async def _performed(context: JobContext) -> tuple[Run, RunSummary, asyncio.CancelledError | None]:
    """Perform a job; if the caller cancels, stop it in order, and return the cancellation.

    Raises:
        BatchRenamerError: what ended the run before it had rows, or a fault in the program.
    """
    ended = anyio.Event()
    results: list[tuple[Run, RunSummary] | BaseException] = []
    cancelled: asyncio.CancelledError | None = None

    async def to_the_end() -> None:
        try:
            with anyio.CancelScope(shield=True):
                results.append(await perform(context))
        except BaseException as error:  # it goes to the caller below, not through the task group, which would wrap it
            results.append(error)
        finally:
            ended.set()

    try:
        async with anyio.create_task_group() as group:
            group.start_soon(to_the_end)
            try:
                await ended.wait()
            except asyncio.CancelledError:
                cause = InterruptedRunError(signal.SIGINT)
                cause.args = (_CANCELLED,)
                _interrupt(context, cause, at_once=False)
                with anyio.CancelScope(shield=True):
                    await ended.wait()
                raise
    except asyncio.CancelledError as error:
        cancelled = error
    [result] = results
    if isinstance(result, tuple):
        return *result, cancelled
    if cancelled is not None:
        raise cancelled
    while isinstance(result, BaseExceptionGroup):
        result = result.exceptions[0]
    if isinstance(result, Exception) and not isinstance(result, BatchRenamerError):
        raise BatchRenamerError(f"A fault in batch-renamer: {type(result).__name__}.") from result
    raise result


def _interrupt(context: JobContext, cause: InterruptedRunError, *, at_once: bool) -> None:
    """Ask a job to stop; only a job that renames gets time to finish its requests."""
    writes = context.run is not None and committed(context.run.record)
    context.stop.request(cause, grace_s=GRACE_S if writes and not at_once else 0)


def _is_unfinished(run: Run) -> bool:
    """Tell whether a run has renamed, and its journal is still needed to finish it or to undo it."""
    try:
        record, counts = run.job.journal.runs.get(run.record.id), run.job.journal.results.counts(run.record)
    except BatchRenamerError as error:
        log.error("what became of run %s can't be told: %s", run.record.id, error)  # noqa: TRY400 - the cause is its sentence
        return True
    return committed(record) and (bool(record.stopped) or interrupted(record, counts) or Result.UNKNOWN in counts)
