"""Which runs are unfinished, and why a run can't be gone on with; how far one has come is known by the journal."""

from __future__ import annotations

from typing import assert_never

from batch_renamer.commands import APPLY
from batch_renamer.jobs.destinations import Destination
from batch_renamer.journal import (
    Closed,
    Journal,
    RunRecord,
    begun,
    committed,
    interrupted,
    is_left_in_the_middle,
    merely_planned,
    not_undone_if_interrupted,
)
from batch_renamer.model import Result

__all__ = [
    "begun",
    "committed",
    "interrupted",
    "is_left_in_the_middle",
    "last_of_plan",
    "last_of_sheet",
    "merely_planned",
    "unfinished",
    "why_closed",
]


def why_closed(run: RunRecord) -> str:
    """Return the sentence that says why a run can't be resumed; "" for a run that can.

    A dismissed run can be resumed, because the user asks for it by its id.
    """
    match run.closed:
        case Closed.REFUSED:
            return f"Run {run.id} was refused and is over: {run.stopped} Repair that, then apply the spreadsheet again."
        case Closed.SUPERSEDED:
            return (
                f"Run {run.closed_by} came later and took care of every order that run {run.id} had left. "
                f"To go on with run {run.id} would bring older names back, so nothing was sent."
            )
        case Closed.DISMISSED | Closed.NOT:
            return ""
        case never:
            assert_never(never)


def last_of_sheet(journal: Journal, *, digest: str, destination: Destination) -> RunRecord | None:
    """Return the last run that renamed from this very spreadsheet in this account, if it was interrupted.

    A run that was undone meanwhile is over: its report would have names that the orders no longer have.
    """
    last = journal.runs.last_of_sheet(digest=digest, account=destination.account, base_url=destination.base_url)
    return not_undone_if_interrupted(journal, last)


def last_of_plan(journal: Journal, plan: RunRecord) -> RunRecord | None:
    """Return the last run that committed this plan, if it was interrupted and not undone."""
    return not_undone_if_interrupted(journal, journal.runs.begun_from(plan, command=APPLY.recorded_as))


def unfinished(journal: Journal, run: RunRecord) -> tuple[RunRecord, int] | None:
    """Return the newest other run of the account that has renamed and was interrupted, and how many rows it left.

    A run that was undone, dismissed or superseded is over.
    """
    for other in journal.runs.find(base_url=run.base_url, profile=run.profile):
        passed_over = other.number in (run.number, run.parent) or other.account != run.account
        if passed_over or not is_left_in_the_middle(journal, other):
            continue
        counts = journal.results.counts(other)
        return other, counts.get(Result.PENDING, 0) + counts.get(Result.UNKNOWN, 0)
    return None
