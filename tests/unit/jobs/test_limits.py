"""Which rows count towards ``--max-failures``: a table of runs and of what became of their rows."""

from __future__ import annotations

from contextlib import AsyncExitStack
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

import pytest

from batch_renamer.commands import COMMANDS
from batch_renamer.errors import TooManyFailuresError
from batch_renamer.jobs.destinations import nowhere
from batch_renamer.jobs.job import Job, SheetSource
from batch_renamer.jobs.run import JobContext, Run
from batch_renamer.jobs.stages.limits import failures_in, stop_at_too_many
from batch_renamer.jobs.stages.tally import Tally
from batch_renamer.model import Result
from batch_renamer.settings import Settings, resolve_settings

if TYPE_CHECKING:
    from anyio.abc import TaskGroup

    from batch_renamer.jobs.job import OpenSheet
    from batch_renamer.journal import Journal, RunRecord
    from batch_renamer.progress import Progress

R = Result


def run_of(command: str, *, recorded_as: str | None = None, max_failures: str = "50%") -> Run:
    """Return a run of a command; one that is resumed is recorded as what it was begun as."""
    settings: Settings = resolve_settings({"max_failures": max_failures, "state_dir": str(Path("nowhere"))}, environ={})
    job = Job(
        command=COMMANDS[command],
        settings=settings,
        journal=cast("Journal", None),
        progress=cast("Progress", None),
        destination=nowhere(),
        source=SheetSource(open=cast("OpenSheet", None)),
    )
    return Run(
        context=JobContext(job),
        record=cast("RunRecord", SimpleNamespace(spec=COMMANDS[recorded_as or command])),
        background=cast("TaskGroup", None),
        opened=AsyncExitStack(),
        in_hand=True,
    )


@pytest.mark.parametrize(
    ("command", "failures", "rows"),
    [("apply", 12, 32), ("apply --plan", 12, 32), ("undo", 3, 23), ("undo --dry-run", 3, 23)],
)
def test_drifted_rows_are_no_failures_of_an_undo(command: str, failures: int, rows: int) -> None:
    """Another person has renamed their orders since; in an apply, many of them say that the sheet is an old one."""
    counts = {R.PLANNED: 20, R.FAILED: 1, R.UNKNOWN: 1, R.INVALID: 1, R.DRIFTED: 9}
    assert failures_in(run_of(command), counts) == (failures, rows)


@pytest.mark.parametrize(
    ("command", "recorded_as", "stops"),
    [("apply", "apply", True), ("undo", "undo", False), ("resume", "undo", False), ("resume", "apply", False)],
    ids=["an apply", "an undo", "a resumed undo", "a resumed apply"],
)
def test_rows_that_drift_while_it_renames_stop_an_apply_only(command: str, recorded_as: str, stops: bool) -> None:
    """Nothing was sent for them, and the rest of an undo, or of a resumed run, is wanted all the same."""
    run, tally = run_of(command, recorded_as=recorded_as, max_failures="0"), Tally()
    tally.done, tally.bad, tally.drifted = 30, 2, 2
    stop_at_too_many(run, tally, bad_in_plan=0)
    assert isinstance(run.stop.cause, TooManyFailuresError) is stops


def test_other_bad_rows_stop_an_undo() -> None:
    """A name that the API refuses is a failure of an undo as of any run."""
    run, tally = run_of("undo", max_failures="1"), Tally()
    tally.done, tally.bad, tally.drifted = 30, 5, 3
    stop_at_too_many(run, tally, bad_in_plan=0)
    assert str(run.stop.cause) == "2 of the 27 rows sent so far are bad, more than --max-failures 1 allows."
