"""A served sandbox enters; the jobs of the page with a journal and a hub that remembers leave. No server, no browser.

The sandbox speaks over a real socket, in the event loop of the test, and so do the jobs.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from batch_renamer.jobs import open_journal, source_of
from batch_renamer.journal import Journal, RunRecord
from batch_renamer.model import ALL_ROWS, ReportRow, RowChoice, RowNumbers
from batch_renamer.web.accounts import Accounts
from batch_renamer.web.job_runner import JobRunner
from tests.support.command import KEY
from tests.support.gate import DEADLINE_S
from tests.support.served import Command

__all__ = ["PageJobs", "RememberingHub", "but", "page_jobs"]


class RememberingHub:
    """Remembers what pages would be told, and lets a test wait until it has been told something."""

    def __init__(self) -> None:
        self.events: list[tuple[str, Mapping[str, object]]] = []
        self._told = asyncio.Event()

    def publish(self, name: str, data: Mapping[str, object]) -> None:
        """Remember an event."""
        self.events.append((name, data))
        self._told.set()

    async def until(self, happened: Callable[[], bool]) -> None:
        """Wait until ``happened`` is true after an event."""
        async with asyncio.timeout(DEADLINE_S):
            while not happened():
                self._told.clear()
                await self._told.wait()


@dataclass(slots=True, kw_only=True)
class PageJobs:
    """The jobs of a page, and the journal that the page is made from."""

    accounts: Accounts
    journal: Journal
    jobs: JobRunner
    hub: RememberingHub
    secrets: list[str] = field(default_factory=list)

    async def plan(self, sheet: Path, *, account: str = "") -> RunRecord:
        """Plan the renames of a spreadsheet, to the end."""
        chosen = self.accounts.get(account)
        return await self.done(await self.begin_plan(sheet, account=chosen.name))

    async def begin_plan(self, sheet: Path, *, account: str = "") -> str:
        """Begin to plan the renames of a spreadsheet."""
        chosen = self.accounts.get(account)
        source = source_of(sheet, chosen.settings, unattended=False)
        return await self.jobs.plan(chosen, source, settings=chosen.settings)

    async def commit(self, plan: RunRecord, *, choice: RowChoice = ALL_ROWS) -> RunRecord:
        """Commit a kept plan, to the end."""
        return await self.done(await self.jobs.commit(plan, choice=choice))

    async def done(self, run_id: str) -> RunRecord:
        """Wait until a run is no longer at work, and return it."""
        await self.hub.until(lambda: self.jobs.live(run_id) is None)
        return self.run(run_id)

    def run(self, run_id: str) -> RunRecord:
        """Return a run as it is now."""
        return self.journal.runs.get(run_id)

    def rows(self, run: RunRecord) -> list[ReportRow]:
        """Return the rows of a run."""
        return list(self.journal.results.report_rows(run))

    def results(self, run: RunRecord) -> list[str]:
        """Return the result of each row of a run."""
        return [row.result.value for row in self.rows(run)]


@asynccontextmanager
async def page_jobs(
    command: Command, *, environ: Mapping[str, str] | None = None, **flags: object
) -> AsyncIterator[PageJobs]:
    """Give the jobs of a page that uses the sandbox and the state directory of the command; its jobs end with it."""
    given: dict[str, object] = {"base_url": command.base_url, "rate": 2_000, "state_dir": str(command.state), **flags}
    secrets: list[str] = []
    accounts = Accounts(
        {name: value for name, value in given.items() if value is not None},
        environ={"AUTOENHANCE_API_KEY": KEY} if environ is None else environ,
        secrets=secrets,
    )
    hub = RememberingHub()
    with open_journal(accounts.default.settings) as journal:
        jobs = JobRunner(accounts=accounts, journal=journal, hub=hub, secrets=secrets)
        yield PageJobs(accounts=accounts, journal=journal, jobs=jobs, hub=hub, secrets=secrets)
        jobs.stop_all(grace_s=0)
        await jobs.ended()


def but(*rows: int) -> RowChoice:
    """Return the choice of all rows but these."""
    return RowChoice(except_rows=RowNumbers.parse(list(rows)))
