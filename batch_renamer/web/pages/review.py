"""The page of a kept plan: old → new of every row, which renames are wanted, and the commit of exactly these."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from aiohttp.web import Request, Response, json_response

from batch_renamer.errors import InputError
from batch_renamer.jobs import merely_planned, summary_of
from batch_renamer.journal import Chosen, Journal, RunRecord
from batch_renamer.settings import Settings
from batch_renamer.text import counted
from batch_renamer.web.guarding import json_of
from batch_renamer.web.pages.fragments import fragment
from batch_renamer.web.pages.review_view import command_of, plan_facts, review_of, takes
from batch_renamer.web.row_pages import Obstacle, RowsQuery, change_choice, counts_of, obstacle_to, rows_page
from batch_renamer.web.work import Offers
from batch_renamer.web.workspace import Workspace

__all__ = ["change_rows", "commit_plan", "review_page", "rows_part"]


async def review_page(request: Request, workspace: Workspace, run: RunRecord) -> Response:
    """Answer with the page of a kept plan."""
    journal = workspace.journal
    chosen = await journal.in_thread(journal.unchecked.chosen, run)
    offers = await workspace.work.offers(run, choice=chosen.choice)
    review = await journal.in_thread(
        review_of, journal, run, offers=offers, settings=_settings(workspace, offers), query=RowsQuery.of(request.query)
    )
    return fragment("review.html.j2", review=review, rows=review.rows)


async def rows_part(request: Request, workspace: Workspace) -> Response:
    """Answer with one page of the rows of a run: the table alone."""
    journal = workspace.journal
    run = await journal.in_thread(journal.runs.get, request.match_info["run"])
    offers = await workspace.work.offers(run) if merely_planned(run) else None
    can_choose = offers is not None and not offers.committed_by and not offers.at_work
    rows = await journal.in_thread(rows_page, journal, run, RowsQuery.of(request.query), can_choose=can_choose)
    return fragment("rows.html.j2", rows=rows)


async def change_rows(request: Request, workspace: Workspace) -> Response:
    """Check or uncheck renames of a plan; answer with what is wanted then."""
    journal, asked = workspace.journal, await json_of(request)
    run = await journal.in_thread(_kept, journal, request.match_info["run"])
    offers = await workspace.work.offers(run)
    if offers.committed_by or offers.at_work:
        raise InputError("This plan was committed already, so its rows can't be chosen any more. Reload the page.")
    settings = _settings(workspace, offers)
    changed = await journal.in_thread(_changed, journal, run, asked, offers=offers, settings=settings)
    is_of_many = "rows" not in asked
    refresh: object = True if changed.before != changed.after else "#rows" if is_of_many else None
    command = command_of(await workspace.work.offers(run, choice=changed.chosen.choice))
    counts = {**counts_of(changed.chosen), "takes": changed.takes, "command": command}
    return json_response({"counts": counts, **({"refresh": refresh} if refresh else {})})


async def commit_plan(request: Request, workspace: Workspace) -> Response:
    """Commit a kept plan in the renames that are checked; refuse if these are not the ones that the page showed."""
    journal, asked = workspace.journal, await json_of(request)
    run = await journal.in_thread(_kept, journal, request.match_info["run"])
    chosen = await journal.in_thread(journal.unchecked.chosen, run)
    offers = await workspace.work.offers(run, choice=chosen.choice)
    summary = await journal.in_thread(summary_of, journal, run)
    obstacle = obstacle_to(plan_facts(summary, chosen, offers, run), _settings(workspace, offers))
    if obstacle is not None:
        raise InputError(str(obstacle))
    if asked.get("renames") != chosen.renames or asked.get("fingerprint", chosen.fingerprint) != chosen.fingerprint:
        is_checked = "is" if chosen.renames == 1 else "are"
        raise InputError(
            f"The choice was changed in another window: {counted(chosen.renames, 'rename')} {is_checked} checked now. "
            "Reload the page and look at it again. Nothing was sent."
        )
    return json_response({"go": f"/runs/{await workspace.work.commit(run, choice=chosen.choice)}"})


def _kept(journal: Journal, run_id: str) -> RunRecord:
    run = journal.runs.get(run_id)
    if not merely_planned(run):
        raise InputError(f"Run {run.id} is no plan that waits to be committed. Reload the page.")
    return run


def _settings(workspace: Workspace, offers: Offers) -> Settings:
    return workspace.settings if offers.account is None else offers.account.settings


class _Changed(NamedTuple):
    """A choice that was changed, what it takes, and what stood in the way of a commit before and stands there after."""

    chosen: Chosen
    takes: str
    before: Obstacle | None
    after: Obstacle | None


def _changed(
    journal: Journal, run: RunRecord, asked: Mapping[str, object], *, offers: Offers, settings: Settings
) -> _Changed:
    summary = summary_of(journal, run)
    before = journal.unchecked.chosen(run)
    chosen = change_choice(journal, run, asked)
    return _Changed(
        chosen=chosen,
        takes=takes(journal, run, settings, chosen),
        before=obstacle_to(plan_facts(summary, before, offers, run), settings),
        after=obstacle_to(plan_facts(summary, chosen, offers, run), settings),
    )
