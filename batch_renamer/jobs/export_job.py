"""Exports the account's orders: reads the list page by page, keeps what is wanted, and has it written at the end.

It has no run: nothing is renamed, and nothing is kept but the limit that the API has shown. Nothing is written before
the list is read to its end.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path

import anyio
import anyio.to_thread

from batch_renamer.client import Stopping, StopSignal, prove_key_in_time
from batch_renamer.errors import BatchRenamerError, LockedError
from batch_renamer.exporting import Gathered, Wanted
from batch_renamer.jobs.api_session import ApiSession, keep_learnt_limit, open_session
from batch_renamer.jobs.connection import Connection
from batch_renamer.jobs.list_reading import ListReading
from batch_renamer.jobs.state import orders_of
from batch_renamer.journal import writing_lock
from batch_renamer.loop_clock import loop_time
from batch_renamer.model import Order
from batch_renamer.progress import about

__all__ = ["ExportJob", "Exported", "export_orders"]

log = logging.getLogger("batch_renamer")

_ASK_FOR_LOCK_EVERY_S = 0.5
_SHOW_EVERY = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportJob:
    """An export with its tools.

    ``write`` takes the orders, in order, and returns where they are; it is not called if there are none, unless
    ``even_none``. It runs in a thread.
    """

    connection: Connection
    wanted: Wanted
    write: Callable[[Iterator[Order]], Path | None]
    even_none: bool = False
    stop: StopSignal = field(default_factory=StopSignal)

    def tell(self, text: str) -> None:
        """Say on the screen and in the log that the job must wait, or that it goes on again."""
        log.warning("%s", text, extra=about(on_screen=True))
        self.connection.progress.message(text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Exported:
    """The figures of an export: how many orders were written and where, and how many the account has, as far as read.

    ``left_out`` are the orders that were left out although they are wanted, by the reason. ``notes`` are sentences for
    the user.
    """

    orders: int
    path: Path | None
    listed: int = 0
    left_out: dict[str, int] = field(default_factory=dict)
    requests: int = 0
    throttled: int = 0
    seconds: float = 0.0
    notes: tuple[str, ...] = ()

    @property
    def exit_code(self) -> int:
        """0, or 1 if orders could not be read."""
        return int(bool(self.left_out.get("unreadable")))


async def export_orders(job: ExportJob) -> Exported:
    """Read the account's orders and have the wanted ones written.

    Raises:
        BatchRenamerError: the key is refused, the API is down, the file can't be written, it was interrupted, ...
    """
    begun = time.monotonic()
    with Gathered.opened() as gathered:
        reading = ListReading(
            wanted=job.wanted,
            gathered=gathered,
            patience_s=job.connection.settings.patience,
            progress=job.connection.progress,
            stop=job.stop,
            notify=job.tell,
        )
        api = await _read(job, reading)
        job.connection.progress.close()
        count = min(len(gathered), job.wanted.limit or len(gathered))
        path = None
        if count or job.even_none:
            path = await _write(job, gathered, count)
    return Exported(
        orders=count,
        path=path,
        listed=reading.listed,
        left_out={reason: number for reason, number in reading.left_out.items() if number},
        requests=api.pacer.requests,
        throttled=api.pacer.throttled,
        seconds=time.monotonic() - begun,
        notes=(*job.connection.notes, *reading.notes()),
    )


async def _read(job: ExportJob, reading: ListReading) -> ApiSession:
    """Read the list to its end; return the session, which is closed."""
    api: ApiSession | None = None
    async with AsyncExitStack() as opened:
        async with anyio.create_task_group() as background:
            try:
                await _hold_alone(job, opened)
                api = await open_session(
                    job.connection.settings,
                    job.connection.journal,
                    job.connection.destination,
                    orders=(),
                    stop=job.stop,
                    notify=job.tell,
                    background=background,
                    opened=opened,
                    own_process=job.connection.own_process,
                )
                await prove_key_in_time(api.gateway, patience_s=reading.patience_s, stop=job.stop, notify=job.tell)
                await reading.read(api.gateway)
            except BatchRenamerError as error:
                job.stop.request(error)
            except Stopping:
                log.debug("the export was interrupted")
            background.cancel_scope.cancel()
        await keep_learnt_limit(job.connection.journal, job.connection.destination, api)
    if job.stop.cause is not None:
        raise job.stop.cause
    assert api is not None, "without a cause to stop, the API is open"  # noqa: S101 - for mypy
    return api


async def _hold_alone(job: ExportJob, opened: AsyncExitStack) -> None:
    """Hold the lock of the sandbox's orders, which only one process can have open."""
    settings, destination = job.connection.settings, job.connection.destination
    give_up_at = loop_time() + settings.wait
    while destination.one_at_a_time:
        try:
            held = writing_lock(settings.state_dir, account=orders_of(destination.account), run_id="export")
            opened.enter_context(held)
        except LockedError:
            if loop_time() >= give_up_at:
                raise
        else:
            return
        with job.stop.interruptible():
            await anyio.sleep(_ASK_FOR_LOCK_EVERY_S)


async def _write(job: ExportJob, gathered: Gathered, count: int) -> Path | None:
    """Have the orders written, with progress; a stop ends that, too."""

    def orders() -> Iterator[Order]:
        for number, order in enumerate(gathered.sorted(job.wanted.sort, limit=count), 1):
            if job.stop.cause is not None:
                raise job.stop.cause
            yield order
            if number % _SHOW_EVERY == 0 or number == count:
                job.connection.progress.advance(number)

    job.connection.progress.stage("Writing the orders", count)
    path = await anyio.to_thread.run_sync(job.write, orders())
    job.connection.progress.close()
    return path
