"""How the rows of a plan are decided as the readings of their orders come in; each decision goes into the journal."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, replace

from batch_renamer.errors import InputError
from batch_renamer.jobs.api_session import ApiSession
from batch_renamer.jobs.run import Run
from batch_renamer.jobs.stages.naming import CurrentNames, is_kept
from batch_renamer.jobs.stages.tally import Tally
from batch_renamer.journal import Journal, MadeName, RunRecord
from batch_renamer.model import Change, Outcome, Reading, RenameRequest, Result
from batch_renamer.naming import NamingRules
from batch_renamer.planning import GUARDED_BY_SHEET, decide
from batch_renamer.text import counted

__all__ = ["Decisions", "decisions_of"]

_YET_S = 60.0
"""How long after its last answer a rename that was sent and not confirmed may still be applied, in seconds."""

_MAY_BE_APPLIED_YET = (
    "The order has its old name, but its rename was sent less than a minute ago and may still be applied. "
    "Undo the run again in a minute."
)


@dataclass(frozen=True, slots=True)
class Guard:
    """The reason for an order that has another name than expected, and whether names are compared exactly."""

    drifted: str
    exact: bool


def _guard(journal: Journal, record: RunRecord) -> Guard:
    parent = journal.runs.parent(record)
    if parent is None:
        return Guard(GUARDED_BY_SHEET, exact=False)
    return Guard(record.spec.drifted.format(parent.id), exact=record.spec.exact)


class Decisions:
    """Decides the rows of one run as the readings of their orders come in, and writes that down.

    ``planned`` is how many renames the plan has so far. ``unsettled`` are the rows of an undo whose orders may still
    be renamed by a late request of the run that it undoes.
    """

    def __init__(self, run: Run, api: ApiSession, *, guard: Guard, planned: int, unsettled: frozenset[int]) -> None:
        self.planned = planned
        self._unsettled = unsettled
        self._run = run
        self._api = api
        self._guard = guard
        self._tally = Tally()
        self._names = CurrentNames(NamingRules.from_text(run.record.naming))

    @property
    def warnings(self) -> tuple[str, ...]:
        """What is to be said of the plan as a whole."""
        if not (count := self._names.again):
            return (*self._kept(),)
        such_as = f"{counted(count, 'new name')} again, such as {self._names.changed_again}"
        said = f"Applied once more, the rule would change {such_as}. Rename these orders with it only once."
        if self._names.whole_word:
            said += f" To replace whole words alone, write {self._names.whole_word}."
        return (*self._kept(), said)

    def _kept(self) -> Iterator[str]:
        if count := self._names.kept:
            orders = f"{counted(count, 'order')} {'has' if count == 1 else 'have'}"
            yield f"{orders} a name that the same rule has made before, and it stays; --again applies the rule again."

    async def record(self, readings: list[tuple[RenameRequest, Reading]]) -> None:
        """Decide rows; each decision is in the journal before it is counted."""
        job, drifted = self._run.job, self._guard.drifted
        try:
            decisions, made = await job.journal.in_thread(self._decided, readings)
        except InputError as error:  # a pattern takes too long; nothing was sent
            self._run.stop.request(error)
            return
        if job.command.audits:
            decisions = [_not_quite_the_name(decision, drifted) for decision in decisions]
        decisions = [
            _may_be_applied_yet(decision) if decision.row in self._unsettled else decision for decision in decisions
        ]
        await job.journal.in_thread(job.journal.rows.record, self._run.record, decisions, made=made)
        self.planned += sum(isinstance(decision, Change) for decision in decisions)
        self._tally.add(decisions, {request.row: request.order_id for request, _ in readings})
        job.progress.advance(self._tally.done, failures=self._tally.bad, note=self._api.pace_note())

    def _decided(self, readings: list[tuple[RenameRequest, Reading]]) -> tuple[list[Change | Outcome], list[MadeName]]:
        """Return what becomes of rows, and the names that were made for some of them."""
        decisions, names = [], []
        for request, reading in readings:
            named, made = self._names.made(request, reading)
            decision = (
                named
                if isinstance(named, Outcome)
                else decide(named, reading, drifted=self._guard.drifted, exactly=self._guard.exact)
            )
            decisions.append(decision)
            if made is not None and is_kept(decision):
                names.append(made)
        return decisions, names


async def decisions_of(run: Run, api: ApiSession) -> Decisions:
    """Return the `Decisions` for a run; some rows of a resumed run may be planned already."""
    journal, record = run.job.journal, run.record
    return Decisions(
        run,
        api,
        guard=await journal.in_thread(_guard, journal, record),
        planned=await journal.in_thread(journal.rows.count_planned, record),
        unsettled=await journal.in_thread(_unsettled, journal, record),
    )


def _unsettled(journal: Journal, record: RunRecord) -> frozenset[int]:
    """Return the rows of an undo whose orders may still be renamed by a late request of the run that it undoes."""
    undone = journal.runs.parent(record) if record.spec.puts_back else None
    return journal.lineage.unsettled_since(undone, time.time() - _YET_S) if undone is not None else frozenset()


def _may_be_applied_yet(decision: Change | Outcome) -> Change | Outcome:
    """Return ``unknown`` for an order that has its old name, while the rename that was sent may still be applied."""
    if isinstance(decision, Change) or decision.result is not Result.UNCHANGED:
        return decision
    return replace(decision, result=Result.UNKNOWN, reason=_MAY_BE_APPLIED_YET)


def _not_quite_the_name(decision: Change | Outcome, drifted: str) -> Change | Outcome:
    """Return ``drifted`` instead of a change: for an audit, a name that differs in any way is another name."""
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
