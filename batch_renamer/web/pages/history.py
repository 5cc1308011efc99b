"""Past runs, the newest first: found by order, spreadsheet and account, fifty on a page."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from urllib.parse import urlencode

from aiohttp import web

from batch_renamer.errors import InputError
from batch_renamer.jobs import ListedRun, address_of, broken_off, listed_run, merely_planned
from batch_renamer.journal import FoundRuns, Journal, RowFilter, RunFilter, RunRecord
from batch_renamer.model import ReportRow
from batch_renamer.text import counted
from batch_renamer.web.accounts import Account
from batch_renamer.web.job_runner import committed_by
from batch_renamer.web.pages.fragments import fragment
from batch_renamer.web.pages.run_words import kind_of_run
from batch_renamer.web.workspace import Workspace

__all__ = ["PastRun", "newest_runs", "show_found_runs", "show_runs"]

_ON_A_PAGE = 50
_MOST_PAGE = 1_000_000
_ROWS_SHOWN = 3
_ANY = "any"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """What the form asks: ``order`` and ``sheet`` as typed, ``account`` is the name of one ("any" for all)."""

    order: str
    sheet: str
    account: str
    page: int

    @classmethod
    def of(cls, query: Mapping[str, str]) -> _Asked:
        """Read the query of an address; a page that is no number is the first."""
        page = query.get("page", "1")
        return cls(
            order=query.get("order", ""),
            sheet=query.get("sheet", ""),
            account=query.get("of", _ANY),
            page=max(min(int(page[:9]), _MOST_PAGE), 1) if page.isascii() and page.isdecimal() else 1,
        )

    def query(self, *, page: int) -> str:
        """Return the query of another page of the same runs."""
        said = {"order": self.order, "sheet": self.sheet, "of": "" if self.account == _ANY else self.account}
        shown = {name: value for name, value in said.items() if value or (name == "of" and self.account != _ANY)}
        return urlencode({**shown, "page": page})


@dataclass(frozen=True, slots=True, kw_only=True)
class PastRun:
    """A run in the list; ``rows`` are those of the order that was asked for. ``account`` is None if there is none.

    ``done_by`` is the run that has committed a plan ("": none has).
    """

    listed: ListedRun
    kind: str
    account: Account | None
    done_by: str
    rows: Sequence[ReportRow]


async def show_runs(request: web.Request, workspace: Workspace) -> web.StreamResponse:
    """Show past runs, with the form that finds some of them."""
    return await _shown(request, workspace, "history.html.j2")


async def show_found_runs(request: web.Request, workspace: Workspace) -> web.StreamResponse:
    """Show only the list of past runs that the form asks for."""
    return await _shown(request, workspace, "found_runs.html.j2")


def newest_runs(journal: Journal, accounts: Sequence[Account], *, limit: int) -> Sequence[PastRun]:
    """Return the newest runs of all accounts; must not be called in the event loop."""
    return _found(journal, accounts, RunFilter(), 1, limit=limit)[1]


async def _shown(request: web.Request, workspace: Workspace, template: str) -> web.Response:
    asked = _Asked.of(request.query)
    accounts = await asyncio.to_thread(workspace.accounts.all)
    wanted = RunFilter(order=asked.order, sheet=asked.sheet, account=_address(accounts, asked.account))
    found, runs = await workspace.journal.in_thread(partial(_found, workspace.journal, accounts, wanted, asked.page))
    return fragment(
        template,
        asked=asked,
        accounts=accounts,
        account_options=[(_ANY, "All accounts"), *((one.name, one.title) for one in accounts)],
        runs=runs,
        has_more=found.has_more,
        in_words=_in_words(asked, len(runs), has_more=found.has_more, is_filtered=bool(wanted)),
    )


def _in_words(asked: _Asked, count: int, *, has_more: bool, is_filtered: bool) -> str:
    """Return which runs are shown."""
    if not count:
        if asked.page > 1:
            return "There are no older runs."
        return "No run is like that." if is_filtered else "There are no runs yet."
    if asked.page == 1 and not has_more:
        return f"{counted(count, 'run')}, the newest first"
    before = (asked.page - 1) * _ON_A_PAGE
    return f"Runs {before + 1:,} to {before + count:,}, the newest first"


def _address(accounts: Sequence[Account], name: str) -> tuple[str, str | None] | None:
    account = next((one for one in accounts if one.name == name), None)
    return None if account is None else address_of(account.settings)


def _found(
    journal: Journal, accounts: Sequence[Account], wanted: RunFilter, page: int, *, limit: int = _ON_A_PAGE
) -> tuple[FoundRuns, list[PastRun]]:
    at_work, undone = journal.runs.at_work(), journal.lineage.undone()  # asked first: a run may end in between
    found = journal.run_search.find(wanted, offset=(page - 1) * limit, limit=limit)
    by_address = {address_of(account.settings): account for account in accounts}
    runs = []
    for run in found.runs:
        listed = listed_run(journal, run, at_work=at_work, undone=undone)
        runs.append(
            PastRun(
                listed=listed,
                kind=kind_of_run(listed),
                account=by_address.get((run.base_url, run.profile)),
                done_by=_done_by(journal, run),
                rows=_rows(journal, run, wanted, found),
            )
        )
    return found, runs


def _done_by(journal: Journal, run: RunRecord) -> str:
    if not merely_planned(run):
        return ""
    try:
        by = committed_by(journal, run)
    except InputError:  # the run that it would undo was forgotten
        return ""
    return by.id if by is not None else ""


def _rows(journal: Journal, run: RunRecord, wanted: RunFilter, found: FoundRuns) -> Sequence[ReportRow]:
    """Return the first rows of a run that are about the order that was asked for."""
    over = broken_off(run)
    if found.order_id:
        return journal.results.rows_of_order(run, found.order_id, over=over)[:_ROWS_SHOWN]
    if not wanted.order:
        return ()
    return journal.row_search.find(
        run, RowFilter(text=wanted.order, in_other_cells=False), limit=_ROWS_SHOWN, over=over
    ).rows
