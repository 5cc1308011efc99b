"""The page of a kept plan: old → new of every row, which renames are wanted, and the commit of exactly these."""

from __future__ import annotations

from collections.abc import Mapping

from aiohttp.web import Request, Response, json_response

from batch_renamer.errors import InputError
from batch_renamer.jobs import merely_planned
from batch_renamer.journal import Chosen, Journal, RunRecord
from batch_renamer.settings import Settings
from batch_renamer.text import counted
from batch_renamer.web.access import json_of
from batch_renamer.web.job_runner import Offers, committed_by
from batch_renamer.web.pages.fragments import fragment
from batch_renamer.web.pages.obstacles import accepting, obstacle_to
from batch_renamer.web.pages.review_view import command_of, plan_facts, review_of, takes
from batch_renamer.web.row_pages import RowsQuery, change_choice, counts_of, rows_page
from batch_renamer.web.workspace import Workspace

__all__ = ["change_rows", "commit_plan", "prepare_search", "review_page", "rows_part"]

_TAB_HEADER = "X-Batch-Renamer-Tab"
_LONGEST_TAB = 40


async def review_page(request: Request, workspace: Workspace, run: RunRecord) -> Response:
    """Answer with the page of a kept plan."""
    journal = workspace.journal
    chosen = await journal.in_thread(journal.unchecked.chosen, run)
    offers = await workspace.jobs.offers(run, choice=chosen.choice)
    review = await journal.in_thread(
        review_of, journal, run, offers=offers, settings=_settings(workspace, offers), query=RowsQuery.of(request.query)
    )
    prepare_search(workspace, run)
    return fragment("review.html.j2", review=review, rows=review.rows)


def prepare_search(workspace: Workspace, run: RunRecord) -> None:
    """Make a run that is shown ready to be searched, unless a job changes rows all the time."""
    if not workspace.jobs.at_work():
        workspace.search_preparation.begin(run)


async def rows_part(request: Request, workspace: Workspace) -> Response:
    """Answer with one page of the rows of a run: the table alone."""
    journal = workspace.journal
    run = await journal.in_thread(journal.runs.get, request.match_info["run"])
    can_choose = await journal.in_thread(_can_choose, workspace, run)
    rows = await journal.in_thread(
        rows_page, journal, run, RowsQuery.of(request.query), can_choose=can_choose, alone=True
    )
    prepare_search(workspace, run)
    return fragment("rows.html.j2", rows=rows)


async def change_rows(request: Request, workspace: Workspace) -> Response:
    """Check or uncheck renames of a plan; answer with what is wanted then."""
    journal, asked = workspace.journal, await json_of(request)
    run = await journal.in_thread(_kept, journal, request.match_info["run"])
    async with workspace.choosing:
        before, after = await journal.in_thread(_changed, workspace, run, asked)
    if before.fingerprint != after.fingerprint:
        workspace.hub.publish("chosen", {"run": run.id, "tab": request.headers.get(_TAB_HEADER, "")[:_LONGEST_TAB]})
    if asked.get("seen", before.fingerprint) != before.fingerprint:
        # Another tab has changed rows that this one shows as they were: no commit before they were seen.
        return json_response({"refresh": True})
    offers = await workspace.jobs.offers(run, choice=after.choice)
    settings = _settings(workspace, offers)
    told = counts_of(after) | {
        "takes": await journal.in_thread(takes, journal, run, settings, after),
        "command": command_of(offers),
    }
    counts = await journal.in_thread(journal.results.counts, run)
    was, is_now = (obstacle_to(plan_facts(counts, one, offers, run), settings) for one in (before, after))
    # The button and its reason are made anew when they change, and the table when many rows have changed.
    refresh: object = True if was != is_now else "#rows" if "rows" not in asked else None
    return json_response({"counts": told} | ({"refresh": refresh} if refresh else {}))


async def commit_plan(request: Request, workspace: Workspace) -> Response:
    """Commit a kept plan in the renames that are checked; refuse if these are not the ones that the page showed.

    Where too many rows are bad for its account, ``accepted`` says how many its reader has accepted.
    """
    asked = await json_of(request)
    async with workspace.choosing:
        return json_response({"go": f"/runs/{await _commit(workspace, request.match_info['run'], asked)}"})


async def _commit(workspace: Workspace, run_id: str, asked: Mapping[str, object]) -> str:
    journal = workspace.journal
    run = await journal.in_thread(_kept, journal, run_id)
    chosen = await journal.in_thread(journal.unchecked.chosen, run)
    offers = await workspace.jobs.offers(run, choice=chosen.choice)
    counts = await journal.in_thread(journal.results.counts, run)
    facts, settings = plan_facts(counts, chosen, offers, run), _settings(workspace, offers)
    obstacle = obstacle_to(facts, settings)
    if obstacle is not None:
        if not obstacle.bad or asked.get("accepted") != obstacle.bad:
            raise InputError(str(obstacle))
        settings = accepting(obstacle.bad, facts, settings)
    if asked.get("renames") != chosen.renames or asked.get("fingerprint", chosen.fingerprint) != chosen.fingerprint:
        is_checked = "is" if chosen.renames == 1 else "are"
        raise InputError(
            f"The choice was changed in another window: {counted(chosen.renames, 'rename')} {is_checked} checked now. "
            "Reload the page and look at it again. Nothing was sent."
        )
    return await workspace.jobs.commit(run, choice=chosen.choice, settings=settings)


def _kept(journal: Journal, run_id: str) -> RunRecord:
    run = journal.runs.get(run_id)
    if not merely_planned(run):
        raise InputError(f"Run {run.id} is no plan that waits to be committed. Reload the page.")
    return run


def _settings(workspace: Workspace, offers: Offers) -> Settings:
    return workspace.settings if offers.account is None else offers.account.settings


def _can_choose(workspace: Workspace, run: RunRecord) -> bool:
    """Tell whether renames of a run can still be checked and unchecked."""
    if not merely_planned(run) or workspace.jobs.is_being_committed(run.id):
        return False
    journal = workspace.journal
    return committed_by(journal, run) is None and run.id not in journal.runs.at_work()


def _changed(workspace: Workspace, run: RunRecord, asked: Mapping[str, object]) -> tuple[Chosen, Chosen]:
    """Check or uncheck renames; return which were wanted before, and which are wanted now."""
    journal = workspace.journal
    if not _can_choose(workspace, run):
        raise InputError("This plan was committed already, so its rows can't be chosen any more. Reload the page.")
    return journal.unchecked.chosen(run), change_choice(journal, run, asked)
