"""The first page: which account is in use, a place for a spreadsheet, and the runs that need a look."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from aiohttp import web

from batch_renamer.jobs import ListedRun, listed_run
from batch_renamer.journal import Journal
from batch_renamer.web.accounts import Account
from batch_renamer.web.job_runner import LiveJob
from batch_renamer.web.pages.fragments import fragment
from batch_renamer.web.pages.history import PastRun, newest_runs
from batch_renamer.web.pages.run_words import at_work_title, kind_of_run
from batch_renamer.web.uploads import LARGEST_BYTES
from batch_renamer.web.workspace import Workspace

__all__ = ["show_at_work", "show_home"]

_NEWEST = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class _AtWork:
    """A job at work, with its spreadsheet ("": it has none); ``account`` is None where it is no account of the page."""

    job: LiveJob
    sheet: str
    account: Account | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Runs:
    """The runs of the first page: the newest, and those that were interrupted, the newest first."""

    newest: Sequence[PastRun]
    interrupted: Sequence[ListedRun]


async def show_home(request: web.Request, workspace: Workspace) -> web.StreamResponse:
    """Show the first page; ``account`` in the query chooses the account that is in use."""
    accounts = await asyncio.to_thread(workspace.accounts.all)
    account = await asyncio.to_thread(_chosen, workspace, accounts, request.query.get("account"))
    runs = await workspace.journal.in_thread(_runs, workspace.journal, accounts)
    jobs = await _at_work(workspace, accounts)
    here = {one.job.run_id for one in jobs}
    return fragment(
        "home.html.j2",
        account=account,
        accounts=accounts,
        jobs=[(one, at_work_title(one.job.command)) for one in jobs],
        elsewhere=[past for past in runs.newest if past.listed.at_work and past.listed.run.id not in here],
        interrupted=[(run, kind_of_run(run)) for run in runs.interrupted],
        runs=runs.newest,
        practises=workspace.settings.sandbox,
        largest_bytes=LARGEST_BYTES,
    )


async def show_at_work(_request: web.Request, workspace: Workspace) -> web.StreamResponse:
    """Show in a line each what is at work; it stands at the top of every page."""
    accounts = await asyncio.to_thread(workspace.accounts.all)
    return fragment("at_work.html.j2", jobs=await _at_work(workspace, accounts))


def _chosen(workspace: Workspace, accounts: Sequence[Account], name: str | None) -> Account:
    """Return the account of a name; without one, or if there is none any more, the account to begin with."""
    return next((one for one in accounts if one.name == name), None) or workspace.accounts.default


async def _at_work(workspace: Workspace, accounts: Sequence[Account]) -> list[_AtWork]:
    jobs = workspace.jobs.at_work()
    if not jobs:
        return []
    sheets = await workspace.journal.in_thread(_sheets, workspace.journal, [job.run_id for job in jobs])
    by_name = {account.name: account for account in accounts}
    return [_AtWork(job=job, sheet=sheets[job.run_id], account=by_name.get(job.account)) for job in jobs]


def _sheets(journal: Journal, run_ids: Sequence[str]) -> Mapping[str, str]:
    """Return the name of each run's spreadsheet, "" where there is none."""
    found = {run_id: journal.runs.find(prefix=run_id) for run_id in run_ids}
    return {run_id: Path(runs[0].sheet or "").name if runs else "" for run_id, runs in found.items()}


def _runs(journal: Journal, accounts: Sequence[Account]) -> _Runs:
    at_work, undone = journal.runs.at_work(), journal.lineage.undone()  # asked first: a run may end in between
    maybe = [listed_run(journal, run, at_work=at_work, undone=undone) for run in journal.runs.maybe_interrupted()]
    newest = newest_runs(journal, accounts, limit=_NEWEST)
    # A run that was killed before its first rename can go on, too; only the newest of these are worth a reminder.
    can_go_on = {run.run.id: run for run in (*(past.listed for past in newest), *maybe) if run.can_go_on}
    return _Runs(newest=newest, interrupted=list(can_go_on.values())[:_NEWEST])
