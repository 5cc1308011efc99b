"""How far a past run has come: whether it was committed, interrupted or is over."""

from __future__ import annotations

from batch_renamer.commands import UNDO
from batch_renamer.journal.journal import Journal
from batch_renamer.journal.record import RunRecord, RunState
from batch_renamer.model import Result

__all__ = [
    "begun",
    "committed",
    "interrupted",
    "is_left_in_the_middle",
    "left_in_the_middle",
    "merely_planned",
    "not_undone_if_interrupted",
]


def committed(run: RunRecord) -> bool:
    """Tell whether a run may have sent renames."""
    return run.committed_at is not None


def begun(run: RunRecord) -> bool:
    """Tell whether a run has rows and was meant to rename them: a plan that is merely kept was not."""
    return committed(run) or run.state in (RunState.READING, RunState.FINISHED)


def merely_planned(run: RunRecord) -> bool:
    """Tell whether a run has a whole plan and was never committed."""
    return run.state is RunState.PLANNED and not committed(run)


def interrupted(run: RunRecord, counts: dict[Result, int]) -> bool:
    """Tell whether a run has rows that it did not reach, or has no reports although it reached its last row.

    A run that is closed is over, whatever it left.
    """
    left = counts.get(Result.PENDING, 0) + counts.get(Result.PLANNED, 0)  # planned: killed just before it renamed
    if run.stopped:
        left += counts.get(Result.UNKNOWN, 0)
    return not run.closed and begun(run) and (bool(left) or (committed(run) and run.reported_at is None))


def not_undone_if_interrupted(journal: Journal, run: RunRecord | None) -> RunRecord | None:
    """Return a run if it was interrupted and not undone since; None otherwise."""
    if (
        run is None
        or not interrupted(run, journal.results.counts(run))
        or journal.runs.begun_from(run, command=UNDO.recorded_as)
    ):
        return None
    return run


def is_left_in_the_middle(journal: Journal, run: RunRecord) -> bool:
    """Tell whether a run has renamed and was interrupted, and is neither at work nor undone or closed since."""
    if not committed(run) or (run.reported_at is not None and not run.stopped):
        return False  # known without reading its rows
    return run.id not in journal.runs.at_work() and not_undone_if_interrupted(journal, run) is not None


def left_in_the_middle(journal: Journal) -> list[RunRecord]:
    """Return the runs that have renamed and were interrupted, and are neither at work nor undone or closed since."""
    return [run for run in journal.runs.maybe_interrupted() if is_left_in_the_middle(journal, run)]
