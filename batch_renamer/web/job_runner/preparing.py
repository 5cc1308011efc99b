"""Makes the jobs of the page: each is the one that a command of the command line would run, after the same checks.

What the command line asks before it renames is not asked here: the page has shown the plan, and to commit it is the
answer.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from batch_renamer.commands import APPLY, UNDO
from batch_renamer.errors import InputError
from batch_renamer.jobs import (
    Connection,
    Job,
    Left,
    SheetSource,
    as_this_account,
    last_of_plan,
    left_to_do,
    may_go_on,
    merely_planned,
    renamed_something,
    taken_back,
)
from batch_renamer.journal import Journal, RunRecord
from batch_renamer.model import BAD_RESULTS, Result, RowChoice, SettledRow

__all__ = ["Prepare", "auditing", "committed_by", "committing", "finishing", "planning", "planning_undo", "undoing"]

Prepare = Callable[[Connection], Job]
"""Makes a job from what it works with; it may read the journal.

Raises:
    InputError: the command line would refuse it, too.
"""


def planning(source: SheetSource) -> Prepare:
    """Plan the renames of a spreadsheet, and keep the plan."""
    return lambda connection: _job(connection, source)


def committing(plan: RunRecord, choice: RowChoice) -> Prepare:
    """Commit a kept plan of a spreadsheet, without the rows that are not chosen."""

    def prepare(connection: Connection) -> Job:
        journal = connection.journal
        kept = _still_kept(journal, plan)
        job = _job(connection, kept, choice)
        _refuse_second_commit(journal, kept, job.choice)
        last = last_of_plan(journal, kept)
        if last is not None and may_go_on(job, last):
            raise InputError(f"Run {last.id} of this plan was interrupted: open it, and go on with it.")
        return job

    return prepare


def undoing(plan: RunRecord, choice: RowChoice) -> Prepare:
    """Undo the run that a kept plan of an undo is about, in the rows of that plan that are chosen."""

    def prepare(connection: Connection) -> Job:
        journal = connection.journal
        kept = _still_kept(journal, plan)
        undone = _parent(journal, kept)
        if journal.runs.has_sent_since(undone, kept):
            raise InputError(f"Run {undone.id} has renamed more orders since: undo it again. Nothing was sent.")
        rows = choice
        if kept.choice or kept.first is not None:  # it was planned for some rows only
            skipped = [row.row for row in journal.results.report_rows(kept) if row.result is Result.SKIPPED]
            rows = choice.without(skipped)
        job = replace(_job(connection, renamed_something(undone), rows), settled=_not_put_back(journal, kept))
        _refuse_second_commit(journal, kept, job.choice)
        return job

    return prepare


def planning_undo(run: RunRecord, choice: RowChoice, *, same_account: bool) -> Prepare:
    """Plan to give the orders of a run their old names back, in the rows that are chosen, and keep that plan."""

    def prepare(connection: Connection) -> Job:
        journal = connection.journal
        past = renamed_something(_past(connection, run, same_account=same_account))
        if not journal.lineage.count_undoable(past):
            raise InputError(f"Run {past.id} gave no order a name that could be put back.")
        return _job(connection, past, choice)

    return prepare


def finishing(run: RunRecord, *, failed: bool, same_account: bool) -> Prepare:
    """Finish an interrupted run; ``failed`` also tries failed rows again."""

    def prepare(connection: Connection) -> Job:
        journal = connection.journal
        past = _past(connection, run, same_account=same_account)
        if past.spec not in (APPLY, UNDO):
            raise InputError(f"Run {past.id} renames nothing, so there is nothing to go on with.")
        match left_to_do(journal, past, failed=failed):
            case Left.ROWS:
                # What was chosen when it began holds; reports go where they were promised.
                job = _job(connection, past)
                return replace(job, again_failed=failed, notes=(*job.notes, *taken_back(journal, past)))
            case Left.PLAN:
                raise InputError(f"Run {past.id} was planned and never begun: commit it instead.")
            case Left.ALL:
                raise InputError(
                    f"Run {past.id} was stopped while its rows were read; nothing was sent. Plan it again."
                )
            case Left.NOTHING:
                raise InputError(f"Run {past.id} has nothing left to finish.")

    return prepare


def auditing(run: RunRecord, *, same_account: bool) -> Prepare:
    """Look which orders of a run still have the names that it gave them."""
    return lambda connection: _job(connection, renamed_something(_past(connection, run, same_account=same_account)))


def committed_by(journal: Journal, plan: RunRecord) -> RunRecord | None:
    """Return the newest run that has committed a kept plan; None if none has."""
    if not plan.spec.puts_back:
        return journal.runs.begun_from(plan, command=APPLY.recorded_as)
    undo = journal.runs.begun_from(_parent(journal, plan), command=UNDO.recorded_as)
    return undo if undo is not None and undo.began > plan.began else None


def _job(connection: Connection, source: SheetSource | RunRecord, choice: RowChoice | None = None) -> Job:
    """Return a job whose results go into the journal; other files are written only where the user has named them."""
    settings = replace(connection.settings, write_back=False)
    if choice is not None:
        settings = replace(settings, only=choice.only, except_rows=choice.except_rows)
    job = replace(connection, settings=settings).job(source)
    return replace(job, reports_unasked=False, unchecked=choice is not None)


def _past(connection: Connection, run: RunRecord, *, same_account: bool) -> RunRecord:
    """Return a run as it is now; ``same_account``: the user says that its key was an older one of this account."""
    past = connection.journal.runs.get(run.id)
    return as_this_account(connection.journal, past, connection.destination) if same_account else past


def _still_kept(journal: Journal, plan: RunRecord) -> RunRecord:
    kept = journal.runs.get(plan.id)
    if not merely_planned(kept):
        raise InputError(f"Run {kept.id} is no plan that waits to be committed. Plan it again.")
    return kept


def _parent(journal: Journal, plan: RunRecord) -> RunRecord:
    undone = journal.runs.parent(plan)
    if undone is None:
        raise InputError(f"The run that {plan.id} would undo was forgotten. Nothing was sent.")
    return undone


def _not_put_back(journal: Journal, plan: RunRecord) -> dict[int, SettledRow]:
    """Return the rows that a plan of an undo shows as bad: they stay so, whatever name their orders have by now."""
    return {
        row.row: SettledRow(result=row.result, reason=row.reason)
        for row in journal.results.report_rows(plan)
        if row.result in BAD_RESULTS
    }


def _refuse_second_commit(journal: Journal, plan: RunRecord, choice: RowChoice) -> None:
    """Refuse to commit the same rows of a plan twice, as after a double click."""
    earlier = committed_by(journal, plan)
    if earlier is not None and earlier.choice == str(choice):
        raise InputError(f"This plan was committed already: open run {earlier.id} to see what it did.")
