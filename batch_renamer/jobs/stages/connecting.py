"""The stages that open the API and make sure that it takes the key."""

from __future__ import annotations

import gc
from functools import partial

from batch_renamer.client import Breaker, Gateway, Pacer, Retrier, prove_key_in_time, share_rate, watch_breaker
from batch_renamer.jobs.api_session import ApiSession
from batch_renamer.jobs.run import Run
from batch_renamer.jobs.stages.locking import hold_alone
from batch_renamer.jobs.state import orders_of
from batch_renamer.journal import shared_state_dir

__all__ = ["connect", "verify_key"]

DOCUMENTED_LIMIT_PER_S = 300.0
"""Requests per second and address, by the vendor's documentation ("Rate Limits", 2026-11); accounts may have less."""


async def connect(run: Run) -> ApiSession:
    """Open the API with pacer, breaker and retrier, and watch the breaker until the run ends."""
    job, settings = run.job, run.job.settings
    job.progress.close()  # The stage before has ended; the wait for the API is not counted to it.
    if job.destination.one_at_a_time:
        await hold_alone(run, orders_of(job.destination.account))
    api = await run.opened.enter_async_context(job.destination.connect(job.journal.rows.order_names(run.record)))
    known_per_s = await job.journal.in_thread(job.journal.limits.known, job.destination.account)
    ceiling_per_s = settings.rate or DOCUMENTED_LIMIT_PER_S
    pacer = Pacer(rate_per_s=ceiling_per_s, known_per_s=known_per_s)
    breaker = Breaker(patience_s=settings.patience, stop=run.stop, notify=run.context.tell)
    gateway = Gateway(api, Retrier(attempts=settings.attempts, pacer=pacer, breaker=breaker, stop=run.stop))
    run.background.start_soon(watch_breaker, breaker, gateway.answers)
    if job.own_process:
        # Without this, a full garbage collection during the run scans all loaded modules and delays every request.
        gc.freeze()
    await run.background.start(
        partial(
            share_rate,
            pacer,
            ceiling_per_s=ceiling_per_s,
            state_dir=shared_state_dir(settings.state_dir),
            base_url=job.destination.base_url,
        )
    )
    return ApiSession(gateway=gateway, pacer=pacer, workers=settings.workers, connections=job.destination.connections)


async def verify_key(run: Run, api: ApiSession) -> None:
    """Make sure that the API takes the key before anything is read with it."""
    patience_s = run.job.settings.patience
    await prove_key_in_time(api.gateway, patience_s=patience_s, stop=run.stop, notify=run.context.tell)
