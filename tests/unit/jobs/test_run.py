"""The run in figures: the pace and the speed of the API enter; the bound of concurrency and the forecast leave."""

from __future__ import annotations

from contextlib import AsyncExitStack
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

import pytest

from batch_renamer.client.pacing import Pacer
from batch_renamer.commands import COMMANDS
from batch_renamer.jobs.api_session import ApiSession
from batch_renamer.jobs.destinations import MOST_AT_ONCE, nowhere
from batch_renamer.jobs.job import Job, SheetSource
from batch_renamer.jobs.run import JobContext, Run
from batch_renamer.model import Result
from batch_renamer.settings import Settings

if TYPE_CHECKING:
    from anyio.abc import TaskGroup

    from batch_renamer.client.breaker import Breaker
    from batch_renamer.client.gateway import Gateway
    from batch_renamer.client.orders_api import OrdersApi
    from batch_renamer.jobs.job import OpenSheet
    from batch_renamer.journal import Journal, RunRecord
    from batch_renamer.progress import Progress


def api_at(
    *,
    rate_per_s: float = 300,
    latency_s: float | None = None,
    workers: int | None = None,
    connections: int = MOST_AT_ONCE,
) -> ApiSession:
    """Return an API that answers after so many seconds."""
    pacer = Pacer(rate_per_s=rate_per_s)
    if latency_s is not None:
        pacer.jitter.note(latency_s)
    return ApiSession(
        api=cast("OrdersApi", None),
        gateway=cast("Gateway", None),
        pacer=pacer,
        breaker=cast("Breaker", None),
        workers=workers,
        connections=connections,
    )


def run_of(command: str, *, renames: int) -> Run:
    """Return a run whose plan has so many renames."""
    counts = {Result.PLANNED: renames, Result.UNCHANGED: 9}
    context = JobContext(
        Job(
            command=COMMANDS[command],
            settings=Settings(state_dir=Path()),
            journal=cast("Journal", SimpleNamespace(results=SimpleNamespace(counts=lambda _, over: counts))),
            progress=cast("Progress", None),
            destination=nowhere(),
            source=SheetSource(open=cast("OpenSheet", None)),
        )
    )
    return Run(
        context=context,
        record=cast("RunRecord", object()),
        background=cast("TaskGroup", None),
        opened=AsyncExitStack(),
        in_hand=True,
    )


@pytest.mark.parametrize("latency_s", [None, 0.001, 30.0])
def test_the_bound_of_concurrency_is_no_estimate(latency_s: float | None) -> None:
    """However slow the API is, a thousand rows may be in hand; how many are, demand decides."""
    assert api_at(latency_s=latency_s).most_at_once() == MOST_AT_ONCE == 1_000


@pytest.mark.parametrize("workers", [None, 500])
def test_no_more_rows_are_in_hand_than_there_are_connections(workers: int | None) -> None:
    """Each row in hand holds a connection open, and each connection a file."""
    assert api_at(workers=workers, connections=40).most_at_once() == 40


def test_the_bound_that_was_asked_for_is_kept() -> None:
    """``--workers`` is not argued with."""
    assert api_at(latency_s=2.0, workers=3).most_at_once() == 3


@pytest.mark.parametrize(
    ("latency_s", "workers", "per_s"),
    [(0.1, None, 298.5), (0.1, 16, 160.0), (0.01, 16, 298.5), (None, 16, 298.5)],
    ids=["by the pace", "few workers", "enough workers", "nothing known yet"],
)
def test_the_forecast_knows_what_holds_a_run_back(latency_s: float | None, workers: int | None, per_s: float) -> None:
    """The pace, or the workers that were asked for and the time of an answer."""
    assert api_at(latency_s=latency_s, workers=workers).requests_per_s() == pytest.approx(per_s)


@pytest.mark.parametrize(
    ("command", "requests", "seconds"),
    [
        pytest.param("plan", 9_000, 30.15, id="a long plan is read before, and each order again before its rename"),
        pytest.param("undo --dry-run", 9_000, 30.15, id="and so is one of an undo"),
        pytest.param("apply", 3_000, 10.05, id="at the question all was just read"),
        pytest.param("apply --plan", 6_000, 20.1, id="what a kept plan has shown is read again"),
        pytest.param("undo", 6_000, 20.1, id="and so are the names that are put back"),
        pytest.param("resume", 6_000, 20.1, id="what is taken up has yet to be read"),
    ],
)
def test_the_forecast_is_of_what_is_still_to_be_done(command: str, requests: int, seconds: float) -> None:
    """Each order is read as often as the commit will do it; all of it goes at the pace."""
    run = run_of(command, renames=3_000)
    assert run.forecast() is None
    run.api = api_at()
    forecast = run.forecast()
    assert forecast is not None
    assert forecast.requests == requests
    assert forecast.seconds == pytest.approx(seconds, rel=0.001)


def test_the_limit_is_shown() -> None:
    """The progress line tells what is kept to."""
    assert api_at().pace_note() == "limit 300/s"
