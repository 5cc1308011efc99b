"""How often pages are told what a job is doing; on virtual time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from contextlib import nullcontext
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import anyio
import pytest

import batch_renamer.web.job_runner.performing as performing_module
from batch_renamer.jobs import JobContext, Run, SheetSource, open_journal
from batch_renamer.web.accounts import Accounts
from batch_renamer.web.job_runner import JobRunner


class TimedHub:
    """Notes when pages were told the figures of a job, and how many rows were done."""

    def __init__(self) -> None:
        self.told: list[tuple[float, Any]] = []

    def publish(self, name: str, data: Mapping[str, object]) -> None:
        """Note the figures."""
        if name == "job":
            self.told.append((anyio.current_time(), data["done"]))


@pytest.mark.virtual_time
async def test_a_busy_job_is_told_at_most_ten_times_a_second(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """However fast its rows are done; the last figures are told in any case, and a wait tells little."""

    async def performed(context: JobContext) -> None:
        context.note_run(
            cast("Run", SimpleNamespace(record=SimpleNamespace(id="k3f9ab"), api=None, waits_for_api=False))
        )
        context.job.progress.stage("Renaming", 5_001)
        for done in range(1, 5_001):
            context.job.progress.advance(done)
            await anyio.sleep(0.001)
        await anyio.sleep(600)
        context.job.progress.advance(5_001)

    monkeypatch.setattr(performing_module, "perform", performed)
    accounts, hub = Accounts({"sandbox": True, "state_dir": str(tmp_path), "config": "none"}, environ={}), TimedHub()
    with open_journal(accounts.default.settings) as journal:
        jobs = JobRunner(accounts=accounts, journal=journal, hub=hub)
        source = SheetSource(open=lambda _: nullcontext(pytest.fail("it is not opened")))
        assert await jobs.plan(accounts.default, source, settings=accounts.default.settings) == "k3f9ab"
        begun = anyio.current_time()
        await jobs.ended()
    busy = [moment for moment, _ in hub.told if moment <= begun + 5]
    assert 45 <= len(busy) <= 51
    assert max(Counter(int(moment - begun) for moment in busy).values()) <= 11
    assert hub.told[-1][0] == pytest.approx(begun + 605)
    assert hub.told[-1][1] == 5_001
    assert len(hub.told) - len(busy) <= 660
