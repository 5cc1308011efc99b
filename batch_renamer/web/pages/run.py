"""The page of one run, by how it stands: the review of a kept plan, the job at work, or what the run came to."""

from __future__ import annotations

import time

from aiohttp import web

from batch_renamer.errors import InputError
from batch_renamer.jobs import listed_run, merely_planned
from batch_renamer.journal import RunRecord
from batch_renamer.text import duration
from batch_renamer.web.job_runner import LiveJob
from batch_renamer.web.pages.fragments import fragment
from batch_renamer.web.pages.result_view import result_view
from batch_renamer.web.pages.review import prepare_search, review_page
from batch_renamer.web.pages.run_words import at_work_title, commands_in_words, kind_of_run
from batch_renamer.web.row_pages import RowsQuery, rows_page
from batch_renamer.web.workspace import Workspace

__all__ = ["run_of", "run_page"]


async def run_page(request: web.Request, workspace: Workspace) -> web.StreamResponse:
    """Show a run as it stands at this moment."""
    run = await run_of(request, workspace)
    if (job := workspace.jobs.live(run.id)) is not None:
        return await _live(workspace, run, job)
    if merely_planned(run):
        return await review_page(request, workspace, run)
    return await _result(request, workspace, run)


async def run_of(request: web.Request, workspace: Workspace) -> RunRecord:
    """Return the run that an address names.

    Raises:
        HTTPNotFound: there is none.
    """
    run_id = request.match_info["run"]
    try:
        return await workspace.journal.in_thread(workspace.journal.runs.get, run_id)
    except InputError as error:
        raise web.HTTPNotFound(reason="This run is not in the journal any more") from error


async def _live(workspace: Workspace, run: RunRecord, job: LiveJob) -> web.Response:
    """Show what a job of this server is doing; its figures go on by events."""
    journal = workspace.journal
    listed = await journal.in_thread(listed_run, journal, run, at_work=frozenset({run.id}), undone=frozenset())
    offers = await workspace.jobs.offers(run)
    return fragment(
        "live.html.j2",
        job=job,
        listed=listed,
        kind=kind_of_run(listed),
        title=at_work_title(job.command),
        account=offers.account,
        elapsed=duration(max(time.time() - job.began_at, 0), tenths=False),
        is_dry=not job.writes,
    )


async def _result(request: web.Request, workspace: Workspace, run: RunRecord) -> web.Response:
    """Show what a run came to, and what can be done next."""
    uploads = workspace.settings.state_dir / "web"
    journal, query = workspace.journal, RowsQuery.of(request.query)
    trouble = workspace.jobs.trouble_of(run.id)
    view = await journal.in_thread(result_view, journal, run, uploads=uploads, trouble=trouble)
    offers = await workspace.jobs.offers(run)
    prepare_search(workspace, run)
    return fragment(
        "run.html.j2",
        view=view,
        rows=await journal.in_thread(rows_page, journal, run, query, can_choose=False),
        kind=kind_of_run(view.listed),
        offers=offers,
        commands=commands_in_words(offers),
        trouble=trouble,
    )
