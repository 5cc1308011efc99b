"""The stages that write: a whole plan enters, the user says yes, and outcomes in the journal leave."""

from __future__ import annotations

from batch_renamer.errors import InputError, RowsLeftError
from batch_renamer.jobs.api_session import ApiSession
from batch_renamer.jobs.engine import EngineContext
from batch_renamer.jobs.run import Run
from batch_renamer.jobs.stages.dispatch import Dispatch
from batch_renamer.jobs.stages.limits import failures_in
from batch_renamer.jobs.stages.locking import hold_alone
from batch_renamer.jobs.stages.outcomes import Outcomes
from batch_renamer.jobs.stages.reconciling import look_once_more
from batch_renamer.jobs.stages.reporting import note_targets
from batch_renamer.text import counted

__all__ = ["check_origin_unchanged", "confirm", "leave_others_for_later", "lock", "rename", "reopen_unfinished"]


async def confirm(run: Run) -> None:
    """Ask whether the plan is to be done, if a person can be asked and there is anything to do."""
    run.job.progress.close()
    open_rows = await run.job.journal.in_thread(run.open_rows)
    if run.context.confirm is not None and open_rows:
        run.declined = True  # a stop at the question is a no
        run.declined = not await run.context.confirm(run)


async def lock(run: Run) -> None:
    """Make sure that no other run renames in this account, waiting as long as the user allows."""
    if run.declined:
        return
    # A run that is resumed or undone may be at work in another process at this moment, with more rows to come.
    if not run.job.command.may_be_at_work and not await run.job.journal.in_thread(run.open_rows):
        return
    await hold_alone(run, run.job.destination.account, *run.job.destination.locks)
    # The run that held the lock until now may have renamed orders that were read before.
    await run.job.journal.in_thread(run.job.journal.lineage.mark_stale, run.record)


async def reopen_unfinished(run: Run) -> None:
    """Open the rows of a resumed run that are not done; orders that may have been renamed are read back first."""
    if run.declined:
        return
    # This very run may have held the lock, at work in another process until a moment ago.
    run.record = await run.job.journal.in_thread(run.job.journal.runs.get, run.record.id)
    run.in_hand = True
    await note_targets(run)
    await run.job.journal.in_thread(run.job.journal.rows.settle, run.record, run.job.settled)
    reopen = run.job.journal.lineage.reopen_unfinished
    await run.job.journal.in_thread(reopen, run.record, failed=run.job.again_failed, choice=run.job.reopened)


async def leave_others_for_later(run: Run) -> None:
    """End a run of which the user wanted only some rows finished: the others are still to be done."""
    if run.declined or not run.job.choice:
        return
    count = run.job.journal.lineage.count_unfinished
    of_all = await run.job.journal.in_thread(count, run.record)
    if left := of_all - await run.job.journal.in_thread(count, run.record, choice=run.job.choice):
        raise RowsLeftError(f"Left for another time by {run.job.choice.flags}: {counted(left, 'row')}.")


async def check_origin_unchanged(run: Run) -> None:
    """Make sure that the run to be undone has sent nothing since its undo was planned."""
    if run.declined or (origin := run.job.origin) is None:
        return
    journal = run.job.journal
    went_on = await journal.in_thread(journal.runs.has_sent_since, origin, run.record)
    if went_on or await journal.in_thread(journal.lineage.count_undoable, origin) != run.record.sheet_rows:
        raise InputError(f"Run {origin.id} has renamed more orders since; nothing was sent. Undo it again.")


async def rename(run: Run, api: ApiSession) -> None:
    """Send the planned renames, and write down each outcome before it is shown.

    Where rows that are not confirmed would stop the run, they are read again first, and the run goes on if they are
    renamed by then.
    """
    if run.declined:
        return
    journal = run.job.journal
    # The user has seen the failures from before the run was resumed, so counting starts again.
    bad_in_plan = 0
    if not run.job.command.resumes:
        bad_in_plan, _ = failures_in(await journal.in_thread(run.counts), puts_back=run.puts_back)
    run.record = record = await journal.in_thread(journal.runs.commit, run.record)
    rows = await journal.in_thread(journal.rows.count_planned, record)
    dispatch = Dispatch(journal, record, requests_per_s=api.requests_per_s)
    outcomes = Outcomes(run, api, dispatch, bad_in_plan=bad_in_plan)
    given = EngineContext(
        settings=run.job.settings,
        api=api,
        renames=rows,
        stop=run.stop,
        notify=run.context.tell,
        message=run.job.progress.message,
    )
    async with run.job.engine.open(given) as rename_all:
        while True:
            run.job.progress.stage("Renaming", rows)
            dispatch.paused = False
            await rename_all(
                dispatch.batches(),
                outcomes.record,
                gateway=api.gateway,
                workers=api.most_at_once,
                stop=run.stop,
                elsewhere=dispatch.elsewhere,
            )
            await look_once_more(run, api, outcomes.sent, outcomes.tally)
            if run.stop.requested or not dispatch.paused:
                return
            outcomes.stop_or_go_on()
