"""Keeps in the journal what happens in each second of a run, so that its report can be written again.

A run that is killed keeps all but the last seconds. Where the journal does not take them, the run goes on: it only has
less to show.
"""

from __future__ import annotations

import logging
import math

import anyio

from batch_renamer.errors import BatchRenamerError
from batch_renamer.jobs.api_session import ApiSession
from batch_renamer.jobs.run import Run
from batch_renamer.loop_clock import loop_time

__all__ = ["keep_seconds", "keep_timeline"]

log = logging.getLogger("batch_renamer")

_LOOK_EVERY_S = 1.0
_LOOKS_PER_WRITE = 5


async def keep_timeline(run: Run, api: ApiSession) -> None:
    """Note outages as they go on, and write down the seconds of the run every few seconds, until cancelled."""
    timeline = api.pacer.timeline
    marked_until = -math.inf
    while True:
        for _ in range(_LOOKS_PER_WRITE):
            await anyio.sleep(_LOOK_EVERY_S)
            now = loop_time()
            timeline.set_clock(now=now)
            if (out_since := api.breaker.out_since) is not None:
                timeline.out(max(out_since, marked_until), now)
                marked_until = now
        if not await keep_seconds(run, api):
            return


async def keep_seconds(run: Run, api: ApiSession) -> bool:
    """Write down the seconds that are not written yet; tell whether the journal took them."""
    if not (seconds := api.pacer.timeline.take()):
        return True
    journal = run.job.journal
    try:
        await journal.in_thread(journal.timeline.add, run.record, seconds)
    except BatchRenamerError as error:
        log.warning("the requests of %d seconds could not be noted: %s", len(seconds), error)
        return False
    return True
