"""The stage that reads before anything is written: loaded rows enter, a whole plan in the journal leaves."""

from __future__ import annotations

import math
from collections.abc import AsyncIterator, Sequence

from batch_renamer.jobs.api_session import ApiSession
from batch_renamer.jobs.run import Run
from batch_renamer.jobs.stages.decisions import Decisions, decisions_of
from batch_renamer.jobs.stages.same_names import settle_same_names
from batch_renamer.journal import RunState
from batch_renamer.model import Order, RenameRequest
from batch_renamer.planning import read_both_ways, read_singly

__all__ = ["read"]

_BATCH = 500


async def read(run: Run, api: ApiSession) -> None:
    """Read every order's current name, and decide row by row as the readings come in."""
    journal, record = run.job.journal, run.record
    # Once a run has begun to rename, the rows of its trial are chosen.
    first = run.job.bounds.first if record.committed_at is None else None
    run.job.progress.stage("Reading current names", await journal.in_thread(journal.rows.count_undecided, record))
    decisions = await decisions_of(run, api)
    if first is not None:
        await _read_trial(run, api, decisions, first)
    else:
        await _read_all(run, api, decisions)
    run.context.warnings.extend(decisions.warnings)
    if run.stop.requested:
        return
    if first is not None:
        await journal.in_thread(journal.rows.skip_after_first, record, first)
    await settle_same_names(run)
    # The user has said yes to a run that is resumed; as a plan, it would wait for an answer after a crash.
    if not run.job.command.resumes:
        run.record = await journal.in_thread(journal.runs.set_state, record, RunState.PLANNED)


async def _read_trial(run: Run, api: ApiSession, decisions: Decisions, first: int) -> None:
    """Read in sheet order until ``first`` renames are planned.

    How many orders are read next follows from the share of those read that are to be renamed.
    """
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


async def _read_all(run: Run, api: ApiSession, decisions: Decisions) -> None:
    """Read every order in the way that takes the fewest requests: by the list of orders, or one by one."""
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
        # The list may be an old copy, so rows with a guard, undos and audits are read order by order, and so are those
        # whose names are made from the current ones.
        return [request for request in requests if request.current_name is None and request.name_rule is None]

    async def seen(orders: Sequence[Order]) -> None:
        await journal.in_thread(journal.same_names.note_seen, orders)

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
        seen=seen,
    )
