"""The stages that make sure, before anything is read, that renames can be sent, and that the API takes the key."""

from __future__ import annotations

from batch_renamer.client import prove_key_in_time
from batch_renamer.jobs.api_session import ApiSession, open_session
from batch_renamer.jobs.run import JobContext, Run
from batch_renamer.jobs.stages.locking import hold_alone
from batch_renamer.jobs.stages.timekeeping import keep_timeline
from batch_renamer.jobs.state import orders_of

__all__ = ["check_engine", "connect", "verify_key"]


async def check_engine(context: JobContext) -> None:
    """Make sure that what is to send the renames is there, before anything is read for nothing.

    Raises:
        BatchRenamerError: it isn't.
        Stopping: the job is to stop.
    """
    with context.stop.interruptible():
        await context.job.engine.check(context.job.settings, context.tell)


async def connect(run: Run) -> ApiSession:
    """Open the API with pacer, breaker and retrier, and watch the breaker until the run ends."""
    job = run.job
    job.progress.close()  # The stage before has ended; the wait for the API is not counted to it.
    if job.destination.one_at_a_time:
        await hold_alone(run, orders_of(job.destination.account))
    session = await open_session(
        job.settings,
        job.journal,
        job.destination,
        orders=job.journal.rows.order_names(run.record),
        stop=run.stop,
        notify=run.context.tell,
        background=run.background,
        opened=run.opened,
        own_process=job.own_process,
    )
    run.background.start_soon(keep_timeline, run, session)
    return session


async def verify_key(run: Run, api: ApiSession) -> None:
    """Make sure that the API takes the key before anything is read with it."""
    patience_s = run.job.settings.patience
    await prove_key_in_time(api.gateway, patience_s=patience_s, stop=run.stop, notify=run.context.tell)
