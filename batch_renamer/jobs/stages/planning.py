"""The stages that look before anything is written: loaded rows enter, a whole plan in the journal leaves."""

from __future__ import annotations

import gc
import math
import time
from collections.abc import AsyncIterator, Sequence
from functools import partial

from batch_renamer.client import Breaker, Gateway, Pacer, Retrier, share_rate
from batch_renamer.jobs.destinations import orders_of
from batch_renamer.jobs.run import Run
from batch_renamer.jobs.stages.locking import hold_alone
from batch_renamer.jobs.stages.tally import Tally
from batch_renamer.journal import RunState, shared_state_dir
from batch_renamer.model import Change, Outcome, Reading, RenameRequest, Result
from batch_renamer.planning import GUARDED_BY_SHEET, decide, read_both_ways, read_singly

__all__ = ["connect", "prove", "read"]

_BATCH = 500

DOCUMENTED_LIMIT_PER_S = 300.0
"""Requests per second and address, by the vendor's documentation ("Rate Limits", 2026-11); accounts may have less."""


async def connect(run: Run) -> None:
    """Open the API behind pacer, breaker and retrier, and let the breaker stand guard until the run ends."""
    run.progress.close()  # The stage before is over; waiting for an API in an outage is no part of it.
    settings = run.settings
    if run.destination.one_at_a_time:
        await hold_alone(run, orders_of(run.destination.account))
    orders = run.journal.rows.order_names(run.record)
    api = await run.opened.enter_async_context(run.destination.connect(orders))
    known_per_s = await run.journal.in_thread(run.journal.limits.known, run.destination.account)
    ceiling_per_s = settings.rate or DOCUMENTED_LIMIT_PER_S
    pacer = Pacer(rate_per_s=ceiling_per_s, known_per_s=known_per_s)
    breaker = Breaker(patience_s=settings.patience, stop=run.stop, notify=run.tell)
    retrier = Retrier(attempts=settings.attempts, pacer=pacer, breaker=breaker, stop=run.stop)
    run.connect(Gateway(api, retrier), pacer)
    run.background.start_soon(breaker.watch, run.gateway.answers)
    if run.own_process:
        # A full collection in mid-run would look through every module there is, and hold up all requests meanwhile.
        gc.freeze()
    await run.background.start(
        partial(
            share_rate,
            pacer,
            ceiling_per_s=ceiling_per_s,
            state_dir=shared_state_dir(settings.state_dir),
            base_url=run.destination.base_url,
        )
    )


async def prove(run: Run) -> None:
    """Prove the key before anything is read with it."""
    await run.gateway.prove_key()


async def read(run: Run) -> None:
    """Read every order's current name, and decide row by row as the readings come in."""
    journal, record = run.journal, run.record
    # Of a run that has begun to rename, the trial's rows were chosen then.
    first = run.settings.first if record.committed_at is None else None
    drifted, exactly = await journal.in_thread(_guard, run)
    run.progress.stage("Reading current names", await journal.in_thread(journal.rows.count_undecided, record))
    begun, tally = time.monotonic(), Tally()
    # Of a run that is taken up, some may be planned already.
    planned = await journal.in_thread(journal.rows.count_planned, record)

    async def batches(backwards: bool = False) -> AsyncIterator[list[RenameRequest]]:
        after = math.inf if backwards else 0
        while batch := await journal.in_thread(
            journal.rows.undecided, record, after_row=after, limit=_BATCH, backwards=backwards
        ):
            after = batch[-1].row
            yield batch

    async def record_decisions(readings: list[tuple[RenameRequest, Reading]]) -> None:
        nonlocal planned
        decisions = [decide(request, reading, drifted=drifted, exactly=exactly) for request, reading in readings]
        if run.command.audits:
            decisions = [_not_quite_the_name(decision, drifted) for decision in decisions]
        await journal.in_thread(journal.rows.record, record, decisions)
        planned += sum(isinstance(decision, Change) for decision in decisions)
        tally.add(decisions, {request.row: request.order_id for request, _ in readings})
        run.progress.advance(tally.done, failures=tally.bad, note=run.pace_note())

    async def wanted(order_ids: Sequence[str]) -> list[RenameRequest]:
        requests = await journal.in_thread(journal.rows.undecided_for, record, order_ids)
        # The list may be an old copy: what is guarded, undone or audited is read order by order.
        return [request for request in requests if request.current_name is None]

    async def try_out(first: int) -> None:
        """Read in sheet order, and hardly more orders than are needed: by how many of those read are to be renamed."""
        after, size, rows_read, planned_before = 0, first - planned, 0, planned
        while planned < first and not run.stop.requested:
            batch = await journal.in_thread(journal.rows.undecided, record, after_row=after, limit=min(size, _BATCH))
            if not batch:
                return
            after, rows_read = batch[-1].row, rows_read + len(batch)
            await read_singly(
                _only(batch), record_decisions, gateway=run.gateway, workers=run.most_at_once, stop=run.stop
            )
            found = planned - planned_before
            size = math.ceil((first - planned) * rows_read / found) if found else 2 * len(batch)

    if first is not None:
        await try_out(first)
    else:
        await read_both_ways(
            batches,
            wanted,
            record_decisions,
            gateway=run.gateway,
            rows=await journal.in_thread(journal.rows.count_unguarded, record),
            middle_row=await journal.in_thread(journal.rows.middle_row, record),
            requests_per_s=run.requests_per_s,
            workers=run.most_at_once,
            stop=run.stop,
        )
    run.read_in_s = time.monotonic() - begun
    if run.stop.requested:
        return
    if first is not None:
        await journal.in_thread(journal.rows.skip_after_first, record, first)
    if not run.command.resumes:  # What is taken up was said yes to: killed here, it is no plan that waits for one.
        await journal.in_thread(journal.runs.set_state, record, RunState.PLANNED)


async def _only(batch: Sequence[RenameRequest]) -> AsyncIterator[Sequence[RenameRequest]]:
    yield batch


def _guard(run: Run) -> tuple[str, bool]:
    """Return what is said of an order that has another name than expected, and whether it is expected to the letter."""
    command, parent = run.record.spec, run.journal.runs.parent(run.record)
    if parent is None:
        return GUARDED_BY_SHEET, False
    return command.drifted.format(parent.id), command.exact


def _not_quite_the_name(decision: Change | Outcome, drifted: str) -> Change | Outcome:
    """An audit renames nothing: a name that differs in ways a guard passes over is another name all the same."""
    if isinstance(decision, Outcome):
        return decision
    return Outcome(
        row=decision.row,
        result=Result.DRIFTED,
        reason=drifted,
        old_name=decision.new_name,
        final_name=decision.old_name,
        order=decision.order,
    )
