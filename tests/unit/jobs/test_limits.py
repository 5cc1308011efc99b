"""Which rows count towards ``--max-failures``: a table of runs and of what became of their rows."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

import pytest

from batch_renamer.commands import COMMANDS
from batch_renamer.errors import InputError, TooManyFailuresError
from batch_renamer.jobs.destinations import nowhere
from batch_renamer.jobs.job import Job, SheetSource
from batch_renamer.jobs.run import JobContext, Run
from batch_renamer.jobs.stages.limits import enforce_limits, failures_in, stop_at_too_many
from batch_renamer.jobs.stages.tally import Tally
from batch_renamer.model import ReasonGroup, Result
from batch_renamer.planning import NO_SUCH_ORDER, ORDER_DELETED
from batch_renamer.settings import Settings, resolve_settings

if TYPE_CHECKING:
    from anyio.abc import TaskGroup

    from batch_renamer.jobs.job import OpenSheet
    from batch_renamer.journal import Journal, RunRecord
    from batch_renamer.progress import Progress

R = Result


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """Stands for a journal: ``counts`` are the results of a plan, ``reasons`` those of its failed rows."""

    counts: dict[Result, int]
    reasons: tuple[str, ...] = ()

    async def in_thread(self, call: Callable[..., object], *given: object) -> object:
        """Call a function of the journal."""
        return call(*given)

    @property
    def rows(self) -> SimpleNamespace:
        """Count the rows that would be sent."""
        return SimpleNamespace(count_planned=lambda _: self.counts.get(R.PLANNED, 0))

    @property
    def results(self) -> SimpleNamespace:
        """Tell what became of the rows."""
        groups = [ReasonGroup(result=R.FAILED, reason=reason, count=1) for reason in self.reasons]
        return SimpleNamespace(counts=lambda *_, **__: self.counts, reasons=lambda *_: groups)


def run_of(
    command: str,
    *,
    recorded_as: str | None = None,
    max_failures: str = "50%",
    planned: Planned | None = None,
    begun: bool = False,
    **given: object,
) -> Run:
    """Return a run of a command; one that is resumed is recorded as what it was begun as."""
    options = {"max_failures": max_failures, "state_dir": str(Path("nowhere")), **given}
    settings: Settings = resolve_settings(options, environ={})
    job = Job(
        command=COMMANDS[command],
        settings=settings,
        journal=cast("Journal", planned),
        progress=cast("Progress", None),
        destination=nowhere(),
        source=SheetSource(open=cast("OpenSheet", None)),
    )
    record = SimpleNamespace(spec=COMMANDS[recorded_as or command], committed_at=1.0 if begun else None)
    return Run(
        context=JobContext(job),
        record=cast("RunRecord", record),
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
    assert failures_in(counts, puts_back=COMMANDS[command].puts_back) == (failures, rows)


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


TEN = {R.PLANNED: 9, R.INVALID: 1}
HALF_BAD = {R.PLANNED: 20, R.FAILED: 11, R.INVALID: 10}


@pytest.mark.parametrize(
    ("command", "counts", "given", "refusal"),
    [
        pytest.param(
            "apply",
            TEN,
            {"max_renames": "8"},
            "The plan would rename 9 orders, more than --max-renames 8 allows; nothing was sent. "
            "Raise that limit, or rename a few with --first N.",
            id="more renames than allowed",
        ),
        pytest.param("plan", TEN, {"max_renames": "8"}, "The plan would rename 9 orders", id="in a plan, too"),
        pytest.param("apply", TEN, {"max_renames": "9"}, None, id="as many renames as allowed"),
        pytest.param(
            "apply",
            TEN,
            {"strict": True},
            "1 of 10 rows is bad, and --strict allows none; nothing was sent. "
            "Repair them, or rename the others without strict.",
            id="a bad row, and strict",
        ),
        pytest.param(
            "apply", HALF_BAD, {"strict": True}, "21 of 41 rows are bad, and --strict allows none", id="strict"
        ),
        pytest.param("apply", {R.PLANNED: 9, R.SKIPPED: 1}, {"strict": True}, None, id="no bad row, and strict"),
        pytest.param("check", TEN, {"strict": True}, None, id="a check refuses nothing"),
        pytest.param(
            "apply",
            HALF_BAD,
            {},
            "21 of 41 rows are bad, more than --max-failures 50% allows; nothing was sent. "
            "To rename the other 20 all the same, give --max-failures 21.",
            id="more than half are bad",
        ),
        pytest.param("apply", {R.PLANNED: 21, R.FAILED: 20}, {}, None, id="less than half are bad"),
        pytest.param(
            "apply",
            TEN,
            {"max_failures": "0"},
            "1 of 10 rows is bad, more than --max-failures 0 allows; nothing was sent. "
            "To rename the other 9 all the same, give --max-failures 1.",
            id="one more than none",
        ),
        pytest.param("apply", TEN, {"max_failures": "1"}, None, id="one bad row is allowed"),
        pytest.param("undo", {R.PLANNED: 9, R.DRIFTED: 9}, {"max_failures": "0"}, None, id="drifted rows of an undo"),
        pytest.param("apply", {R.PLANNED: 9, R.DRIFTED: 1}, {"max_failures": "0"}, "1 of 10 rows is bad", id="drifted"),
    ],
)
async def test_a_plan_beyond_the_limits_is_refused(
    command: str, counts: dict[Result, int], given: dict[str, object], refusal: str | None
) -> None:
    """The sentence has the limit as it was given; a run that has begun is not refused any more."""
    given = {"max_failures": "50%", **given}
    await enforce_limits(run_of(command, planned=Planned(counts=counts), begun=True, **given))  # type: ignore[arg-type]  # options of any type
    run, refused = run_of(command, planned=Planned(counts=counts), **given), ""  # type: ignore[arg-type]  # as above
    try:
        await enforce_limits(run)
    except (InputError, TooManyFailuresError) as error:
        refused = str(error)
    assert refused.startswith(refusal) if refusal else not refused


async def test_a_plan_says_that_apply_would_refuse_it() -> None:
    """It is kept and shown all the same: to see which rows are bad is what a plan is for."""
    run = run_of("plan", planned=Planned(counts=HALF_BAD))
    await enforce_limits(run)
    assert run.would_be_refused
    [warning] = run.context.warnings
    assert warning.startswith("apply would refuse this plan: 21 of 41 rows are bad, more than --max-failures 50%")


@pytest.mark.parametrize(
    ("counts", "reasons", "warned"),
    [
        pytest.param({R.FAILED: 2}, (NO_SUCH_ORDER,), True, id="all are missing"),
        pytest.param({R.FAILED: 2, R.INVALID: 3, R.SKIPPED: 1}, (NO_SUCH_ORDER,), True, id="all that were asked for"),
        pytest.param({R.FAILED: 1}, (NO_SUCH_ORDER,), False, id="a single one may be mistyped"),
        pytest.param({R.FAILED: 2, R.PLANNED: 1}, (NO_SUCH_ORDER,), False, id="one is there"),
        pytest.param({R.FAILED: 2}, (NO_SUCH_ORDER, ORDER_DELETED), False, id="one is deleted"),
        pytest.param({R.INVALID: 2}, (), False, id="none was asked for"),
    ],
)
async def test_another_account_is_suspected_where_no_order_exists(
    counts: dict[Result, int], reasons: tuple[str, ...], warned: bool
) -> None:
    """The cause is the key, the address or the profile then, not the rows."""
    run = run_of("plan", planned=Planned(counts=counts, reasons=reasons))
    await enforce_limits(run)
    assert any("orders is in this account" in warning for warning in run.context.warnings) is warned


@pytest.mark.parametrize(
    ("done", "bad", "unsettled", "limit", "stops", "waits"),
    [
        pytest.param(30, 2, 0, "2", False, False, id="as many as allowed"),
        pytest.param(30, 3, 0, "2", True, False, id="one more"),
        pytest.param(30, 3, 1, "2", False, True, id="rows that are read again decide"),
        pytest.param(30, 2, 2, "2", False, False, id="rows that are read again are few"),
        pytest.param(30, 16, 0, "50%", True, False, id="more than the share"),
        pytest.param(30, 16, 1, "50%", False, True, id="rows that are read again decide the share"),
    ],
)
def test_a_run_is_stopped_by_settled_rows(  # noqa: PLR0917 - the columns of the table
    done: int, bad: int, unsettled: int, limit: str, stops: bool, waits: bool
) -> None:
    """Rows that are read again don't stop it, and whether they decide is told."""
    run, tally = run_of("apply", max_failures=limit), Tally()
    tally.done, tally.bad, tally.unsettled = done, bad, unsettled
    assert stop_at_too_many(run, tally, bad_in_plan=0) is waits
    assert run.stop.requested is stops


@pytest.mark.parametrize(("limit", "stops"), [("3", True), ("50%", False)], ids=["a number", "a share"])
def test_rows_that_were_bad_in_the_plan_count_for_a_number_alone(limit: str, stops: bool) -> None:
    """A share is one of the rows that are sent."""
    run, tally = run_of("apply", max_failures=limit), Tally()
    tally.done, tally.bad = 30, 1
    stop_at_too_many(run, tally, bad_in_plan=20)
    assert run.stop.requested is stops
