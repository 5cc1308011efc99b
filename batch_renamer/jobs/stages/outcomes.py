"""Records and counts each group of outcomes while a run renames, and stops the run if too many rows are bad."""

from __future__ import annotations

from batch_renamer.errors import JournalError
from batch_renamer.jobs.api_session import ApiSession
from batch_renamer.jobs.run import Run
from batch_renamer.jobs.stages.dispatch import Dispatch
from batch_renamer.jobs.stages.limits import stop_at_too_many
from batch_renamer.jobs.stages.tally import Tally, bad_outcomes
from batch_renamer.loop_clock import loop_time
from batch_renamer.model import Outcome
from batch_renamer.renaming import SentRows

__all__ = ["Outcomes"]

_PAUSES_GROW = 4
"""The next pause for the late look comes, at the earliest, when this many times as many rows are done."""


class Outcomes:
    """Writes down the outcomes of one run, counts them, and stops or pauses the run where too many are bad."""

    def __init__(self, run: Run, api: ApiSession, dispatch: Dispatch, *, bad_in_plan: int) -> None:
        self.tally = Tally()
        self.sent = SentRows()
        self._run = run
        self._api = api
        self._dispatch = dispatch
        self._bad_in_plan = bad_in_plan
        self._pause_from = 0

    async def record(self, outcomes: list[Outcome]) -> None:
        """Write outcomes down, count them, and decide whether the run may go on."""
        run, journal = self._run, self._run.job.journal
        if run.unrecorded:
            run.unrecorded += outcomes
            return
        try:
            await journal.in_thread(journal.rows.record, run.record, outcomes)
        except JournalError as error:
            # They are recorded at the end, if that is possible then. In the journal their rows stay dispatched, so
            # that `resume` reads them back.
            run.unrecorded += outcomes
            run.stop.request(error)
            return
        bad_rows = [outcome.row for outcome in bad_outcomes(outcomes)]
        try:
            order_ids = await journal.in_thread(journal.rows.order_ids, run.record, bad_rows) if bad_rows else {}
        except JournalError as error:
            # These outcomes are recorded, and those that are still to come must be recorded, too.
            run.stop.request(error)
            return
        self.sent.note(outcomes, now=loop_time())
        self.tally.add(outcomes, order_ids)
        run.job.progress.advance(self.tally.done, failures=self.tally.bad, note=self._api.pace_note())
        doubtful = stop_at_too_many(run, self.tally, bad_in_plan=self._bad_in_plan)
        if doubtful and self.tally.done >= self._pause_from:
            self._dispatch.paused = True

    def stop_or_go_on(self) -> None:
        """After the late look of a pause: stop the run if too many rows are bad, or let it go on."""
        stop_at_too_many(self._run, self.tally, bad_in_plan=self._bad_in_plan)
        # Each pause takes as long as the late look: an API that is late with every rename gets few of them.
        self._pause_from = self.tally.done * _PAUSES_GROW
