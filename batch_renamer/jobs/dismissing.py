"""Notes that an interrupted run will not be finished."""

from __future__ import annotations

from batch_renamer.errors import InputError
from batch_renamer.jobs.listed_runs import listed_run
from batch_renamer.journal import Closed, Journal, RunRecord

__all__ = ["dismiss", "is_interrupted"]


def is_interrupted(journal: Journal, run: RunRecord) -> bool:
    """Tell whether a run was interrupted, and may still be finished."""
    return _state(journal, run) == "interrupted"


def dismiss(journal: Journal, run: RunRecord) -> None:
    """Note that an interrupted run will not be finished; a second time changes nothing.

    Raises:
        InputError: it is not interrupted.
    """
    if run.closed is Closed.DISMISSED:
        return
    if (state := _state(journal, run)) != "interrupted":
        raise InputError(f"Run {run.id} is {state}, not interrupted: there is nothing to dismiss.")
    journal.runs.dismiss(run)


def _state(journal: Journal, run: RunRecord) -> str:
    return listed_run(journal, run, at_work=journal.runs.at_work(), undone=frozenset()).state
