"""The stages that write: a whole plan enters, the user says yes, and outcomes in the journal leave."""

from __future__ import annotations

from collections.abc import AsyncIterator

from batch_renamer.journal import RunState
from batch_renamer.model import Change, Outcome, Result
from batch_renamer.pool import rename_all
from batch_renamer.run import Run
from batch_renamer.stages.tally import Tally
from batch_renamer.stages.weighing import bad_in, stop_at_too_many

__all__ = ["confirm", "rename"]

_BATCH = 500


async def confirm(run: Run) -> None:
    """Ask whether the plan shall be done, if there is somebody to ask and anything to do."""
    confirm = run.confirm
    run.progress.close()
    counts = await run.journal.off_loop(run.counts)
    if counts.get(Result.PLANNED) and confirm is not None:
        run.declined = not await confirm(run)


async def rename(run: Run) -> None:
    """Send the planned renames, and write down each outcome before it is shown."""
    if run.declined:
        return
    journal, record = run.journal, run.record
    counts = await journal.off_loop(run.counts)
    await journal.off_loop(journal.enter, record, RunState.RENAMING)
    run.progress.stage("Renaming", counts.get(Result.PLANNED, 0))
    tally, bad_in_plan = Tally(), bad_in(counts)

    async def batches() -> AsyncIterator[list[Change]]:
        after = 0
        while batch := await journal.off_loop(journal.changes, record, after_row=after, limit=_BATCH):
            after = batch[-1].row
            yield batch

    async def record_outcomes(outcomes: list[Outcome]) -> None:
        await journal.off_loop(journal.settle, record, outcomes)
        tally.add(outcomes)
        run.progress.advance(tally.done, failures=tally.bad)
        stop_at_too_many(run, tally, bad_in_plan=bad_in_plan)

    await rename_all(batches(), record_outcomes, gateway=run.gateway, workers=run.settings.workers, stop=run.stop)
