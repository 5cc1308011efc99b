"""What is kept of the seconds of a run while it goes on."""

from __future__ import annotations

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any, cast

import anyio
import pytest

from batch_renamer.client.pacing import Pacer
from batch_renamer.client.timeline import Timeline
from batch_renamer.errors import JournalError
from batch_renamer.jobs.api_session import ApiSession
from batch_renamer.jobs.run import Run
from batch_renamer.jobs.stages.timekeeping import keep_seconds, keep_timeline
from batch_renamer.model import Second


class Kept:
    """Stands for the run and its journal; `full` lets the journal take nothing."""

    def __init__(self) -> None:
        self.seconds: list[Second] = []
        self.writes = 0
        self.full = False

    def add(self, _: object, seconds: Sequence[Second]) -> None:
        """Keep seconds."""
        self.writes += 1
        if self.full:
            raise JournalError("The disk is full.")
        self.seconds += seconds

    async def in_thread(self, method: Any, *arguments: Any) -> None:
        """Call a method."""
        method(*arguments)

    @property
    def run(self) -> Run:
        """The run."""
        journal = SimpleNamespace(timeline=SimpleNamespace(add=self.add), in_thread=self.in_thread)
        return cast("Run", SimpleNamespace(job=SimpleNamespace(journal=journal), record=None))


def api_of(breaker: SimpleNamespace) -> ApiSession:
    """Return an API whose wall clock shows the event loop's time and a thousand seconds more."""
    pacer = Pacer(rate_per_s=10)
    pacer.timeline = Timeline(wall=lambda: 1_000 + anyio.current_time())
    return cast("ApiSession", SimpleNamespace(pacer=pacer, breaker=breaker))


@pytest.mark.virtual_time
async def test_seconds_are_written_every_few_seconds_and_at_the_end() -> None:
    """A run that is killed keeps all but the last five; nothing is written twice."""
    kept, api = Kept(), api_of(SimpleNamespace(out_since=None))
    async with anyio.create_task_group() as background:
        background.start_soon(keep_timeline, kept.run, api)
        for _ in range(120):
            await api.pacer.acquire()
        assert 0 < 120 - sum(second.requests for second in kept.seconds) <= 60
        background.cancel_scope.cancel()
    assert kept.writes <= 3
    assert await keep_seconds(kept.run, api)
    assert sum(second.requests for second in kept.seconds) == 120


@pytest.mark.virtual_time
async def test_an_outage_is_noted_from_its_beginning() -> None:
    """It is known as one only some seconds later, and noted while it goes on."""
    breaker = SimpleNamespace(out_since=None)
    kept, api = Kept(), api_of(breaker)
    async with anyio.create_task_group() as background:
        background.start_soon(keep_timeline, kept.run, api)
        await anyio.sleep(6.5)
        breaker.out_since = 3.5
        await anyio.sleep(4.1)
        breaker.out_since = None
        await anyio.sleep(20)
        background.cancel_scope.cancel()
    assert sorted({second.at for second in kept.seconds if second.outage}) == list(range(1_003, 1_011))


@pytest.mark.virtual_time
async def test_a_journal_that_takes_nothing_stops_nothing() -> None:
    """The report has less to show then, and the log says so once."""
    kept, api = Kept(), api_of(SimpleNamespace(out_since=None))
    kept.full = True
    await api.pacer.acquire()
    with anyio.fail_after(60):
        await keep_timeline(kept.run, api)
    assert kept.writes == 1
