"""The stages that look before anything is written: loaded rows enter, a whole plan in the journal leaves."""

from __future__ import annotations

import gc
import math
import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace
from functools import partial

from batch_renamer.client import Breaker, Gateway, Pacer, Retrier, share_rate
from batch_renamer.jobs.api_session import ApiSession
from batch_renamer.jobs.run import Run
from batch_renamer.jobs.stages.locking import hold_alone
from batch_renamer.jobs.stages.tally import Tally
from batch_renamer.jobs.state import orders_of
from batch_renamer.journal import Journal, RunRecord, RunState, shared_state_dir
from batch_renamer.model import Change, Outcome, Reading, RenameRequest, Result
from batch_renamer.planning import GUARDED_BY_SHEET, decide, read_both_ways, read_singly

__all__ = ["connect", "read", "verify_key"]

_BATCH = 500

_YET_S = 60.0
"""How long after its last answer a rename that was sent and not confirmed may still be applied, in seconds."""

_MAY_BE_APPLIED_YET = (
    "The order has its old name, but its rename was sent less than a minute ago and may still be applied. "
    "Undo the run again in a minute."
)

DOCUMENTED_LIMIT_PER_S = 300.0
"""Requests per second and address, by the vendor's documentation ("Rate Limits", 2026-11); accounts may have less."""


async def connect(run: Run) -> ApiSession:
    """Open the API behind pacer, breaker and retrier, and let the breaker stand guard until the run ends."""
    job, settings = run.job, run.job.settings
    job.progress.close()  # The stage before is over; waiting for an API in an outage is no part of it.
    if job.destination.one_at_a_time:
        await hold_alone(run, orders_of(job.destination.account))
    api = await run.opened.enter_async_context(job.destination.connect(job.journal.rows.order_names(run.record)))
    known_per_s = await job.journal.in_thread(job.journal.limits.known, job.destination.account)
    ceiling_per_s = settings.rate or DOCUMENTED_LIMIT_PER_S
    pacer = Pacer(rate_per_s=ceiling_per_s, known_per_s=known_per_s)
    breaker = Breaker(patience_s=settings.patience, stop=run.stop, notify=run.tell)
    gateway = Gateway(api, Retrier(attempts=settings.attempts, pacer=pacer, breaker=breaker, stop=run.stop))
    run.background.start_soon(breaker.watch, gateway.answers)
    if job.own_process:
        # A full collection in mid-run would look through every module there is, and hold up all requests meanwhile.
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


async def verify_key(_: Run, api: ApiSession) -> None:
    """Make sure that the API takes the key before anything is read with it."""
    await api.gateway.prove_key()


async def read(run: Run, api: ApiSession) -> None:
    """Read every order's current name, and decide row by row as the readings come in."""
    journal, record = run.job.journal, run.record
    # Of a run that has begun to rename, the trial's rows were chosen then.
    first = run.job.bounds.first if record.committed_at is None else None
    run.job.progress.stage("Reading current names", await journal.in_thread(journal.rows.count_undecided, record))
    begun = time.monotonic()
    # Of a run that is taken up, some may be planned already.
    decisions = _Decisions(
        run,
        api,
        guard=await journal.in_thread(_guard, journal, record),
        planned=await journal.in_thread(journal.rows.count_planned, record),
        unsettled=await journal.in_thread(_unsettled, journal, record),
    )
    if first is not None:
        await _read_trial(run, api, decisions, first)
    else:
        await _read_all(run, api, decisions)
    run.read_in_s = time.monotonic() - begun
    if run.stop.requested:
        return
    if first is not None:
        await journal.in_thread(journal.rows.skip_after_first, record, first)
    if not run.job.command.resumes:  # What is taken up was said yes to: killed here, it is no plan that waits for one.
        await journal.in_thread(journal.runs.set_state, record, RunState.PLANNED)


@dataclass(frozen=True, slots=True)
class _Guard:
    """What is said of an order that has another name than expected, and whether it is expected to the letter."""

    drifted: str
    exact: bool


def _guard(journal: Journal, record: RunRecord) -> _Guard:
    parent = journal.runs.parent(record)
    if parent is None:
        return _Guard(GUARDED_BY_SHEET, exact=False)
    return _Guard(record.spec.drifted.format(parent.id), exact=record.spec.exact)


class _Decisions:
    """Decides the rows of one run as the readings of their orders come in, and writes that down."""

    def __init__(
        self, run: Run, api: ApiSession, *, guard: _Guard, planned: int, unsettled: frozenset[int] = frozenset()
    ) -> None:
        self.planned = planned
        self._unsettled = unsettled
        self._run = run
        self._api = api
        self._guard = guard
        self._tally = Tally()

    async def record(self, readings: list[tuple[RenameRequest, Reading]]) -> None:
        """Decide rows; each decision is in the journal before it is counted."""
        job, drifted = self._run.job, self._guard.drifted
        decisions = [
            decide(request, reading, drifted=drifted, exactly=self._guard.exact) for request, reading in readings
        ]
        if job.command.audits:
            decisions = [_not_quite_the_name(decision, drifted) for decision in decisions]
        decisions = [
            _may_be_applied_yet(decision) if decision.row in self._unsettled else decision for decision in decisions
        ]
        await job.journal.in_thread(job.journal.rows.record, self._run.record, decisions)
        self.planned += sum(isinstance(decision, Change) for decision in decisions)
        self._tally.add(decisions, {request.row: request.order_id for request, _ in readings})
        job.progress.advance(self._tally.done, failures=self._tally.bad, note=self._api.pace_note())


async def _read_trial(run: Run, api: ApiSession, decisions: _Decisions, first: int) -> None:
    """Read in sheet order, and hardly more orders than are needed: by how many of those read are to be renamed."""
    journal, planned_before = run.job.journal, decisions.planned
    after, size, rows_read = 0, first - planned_before, 0
    while decisions.planned < first and not run.stop.requested:
        batch = await journal.in_thread(journal.rows.undecided, run.record, after_row=after, limit=min(size, _BATCH))
        if not batch:
            return
        after, rows_read = batch[-1].row, rows_read + len(batch)
        await read_singly(_only(batch), decisions.record, gateway=api.gateway, workers=api.most_at_once, stop=run.stop)
        found = decisions.planned - planned_before
        size = math.ceil((first - decisions.planned) * rows_read / found) if found else 2 * len(batch)


async def _only(batch: Sequence[RenameRequest]) -> AsyncIterator[Sequence[RenameRequest]]:
    yield batch


async def _read_all(run: Run, api: ApiSession, decisions: _Decisions) -> None:
    """Read every order in the way that takes the fewest requests, from the list of orders or one by one."""
    journal, record = run.job.journal, run.record

    async def batches(backwards: bool = False) -> AsyncIterator[list[RenameRequest]]:
        after = math.inf if backwards else 0
        while batch := await journal.in_thread(
            journal.rows.undecided, record, after_row=after, limit=_BATCH, backwards=backwards
        ):
            after = batch[-1].row
            yield batch

    async def wanted(order_ids: Sequence[str]) -> list[RenameRequest]:
        requests = await journal.in_thread(journal.rows.undecided_for, record, order_ids)
        # The list may be an old copy: what is guarded, undone or audited is read order by order.
        return [request for request in requests if request.current_name is None]

    await read_both_ways(
        batches,
        wanted,
        decisions.record,
        gateway=api.gateway,
        rows=await journal.in_thread(journal.rows.count_unguarded, record),
        middle_row=await journal.in_thread(journal.rows.middle_row, record),
        requests_per_s=api.requests_per_s,
        workers=api.most_at_once,
        stop=run.stop,
    )


def _unsettled(journal: Journal, record: RunRecord) -> frozenset[int]:
    """Return the rows of an undo whose orders may yet be renamed by the run that it undoes."""
    undone = journal.runs.parent(record) if record.spec.puts_back else None
    return journal.rows.unsettled_since(undone, time.time() - _YET_S) if undone is not None else frozenset()


def _may_be_applied_yet(decision: Change | Outcome) -> Change | Outcome:
    """An order that has its old name is not put back for good while the rename that was sent may still be applied."""
    if isinstance(decision, Change) or decision.result is not Result.UNCHANGED:
        return decision
    return replace(decision, result=Result.UNKNOWN, reason=_MAY_BE_APPLIED_YET)


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
