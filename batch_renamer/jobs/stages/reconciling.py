"""The stage that looks once more: rows that were sent and not confirmed enter, what their orders say now leaves."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator

import anyio

from batch_renamer.jobs.api_session import ApiSession
from batch_renamer.jobs.run import Run
from batch_renamer.jobs.stages.tally import Tally
from batch_renamer.loop_clock import loop_time
from batch_renamer.model import Unsettled
from batch_renamer.renaming import Reread, SentRows, reconcile

__all__ = ["look_once_more"]

log = logging.getLogger("batch_renamer")

_BATCH = 500
_WORTH_SAYING_S = 1.0


async def look_once_more(run: Run, api: ApiSession, sent: SentRows, tally: Tally) -> None:
    """Read again, some seconds later, the orders that were sent and are not known to be renamed.

    A run that stops does not wait for this: the rows stay as they are, and `resume` reads them.
    """
    if not sent.rows or run.stop.requested:
        return
    journal, done = run.job.journal, 0
    await _wait(run, sent)
    run.job.progress.stage("Reading again what was not confirmed", len(sent.rows))

    async def batches() -> AsyncIterator[list[Unsettled]]:
        for begin in range(0, len(sent.rows), _BATCH):
            yield await journal.in_thread(journal.rows.unsettled, run.record, sent.rows[begin : begin + _BATCH])

    async def record(group: list[Reread]) -> None:
        nonlocal done
        outcomes = [outcome for _, outcome in group if outcome is not None]
        await journal.in_thread(journal.rows.record, run.record, outcomes)
        tally.settle([(row.outcome.result, outcome.result) for row, outcome in group if outcome is not None])
        for row, outcome in group:
            if outcome is not None and outcome.result is not row.outcome.result:
                about = {"row": outcome.row, "order_id": row.order_id, "result": outcome.result.value}
                log.info("row %d, read again, is %s", outcome.row, outcome.result, extra={"fields": about})
        done += len(group)
        run.job.progress.advance(done)

    await reconcile(batches(), record, gateway=api.gateway, workers=api.most_at_once, stop=run.stop)
    if not run.stop.requested:
        sent.rows.clear()
        tally.unsettled = 0


async def _wait(run: Run, sent: SentRows) -> None:
    wait_s = sent.wait_s(now=loop_time(), patience_s=run.job.settings.patience)
    if wait_s > _WORTH_SAYING_S:
        run.job.progress.close()
        run.job.progress.message(
            f"Some renames were not confirmed. Their orders are read again in {wait_s:.0f} s: some may be applied late."
        )
    with run.stop.interruptible():
        await anyio.sleep(wait_s)
