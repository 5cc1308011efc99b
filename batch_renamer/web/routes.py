"""Every address of the server in one table. A handler stands in the module of its view; its line stands here.

Access control and its tests go by this table: a route that is added needs the token unless its line says that it is
open, and is tested like all others.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from aiohttp.web import Request, StreamResponse

from batch_renamer.web.access import until_gone
from batch_renamer.web.downloads import download_report, download_spreadsheet, send_picture
from batch_renamer.web.events import stream_events
from batch_renamer.web.pages import (
    audit_run,
    change_rows,
    commit_plan,
    correct_reading,
    dismiss_run,
    plan_renames,
    receive_spreadsheet,
    resume_run,
    rows_part,
    run_page,
    show_at_work,
    show_found_runs,
    show_home,
    show_runs,
    show_spreadsheet,
    stop_reading,
    stop_run,
    undo_run,
)
from batch_renamer.web.static_files import serve_index, serve_part
from batch_renamer.web.token_exchange import give_code, give_token
from batch_renamer.web.workspace import Workspace

__all__ = ["ROUTES", "Handler", "Route"]

Handler = Callable[[Request, Workspace], Awaitable[StreamResponse]]


@dataclass(frozen=True, slots=True)
class Route:
    """One address: its method, its path with the names of its parts in braces, and what answers it.

    ``is_open``: it is answered without the token, because it holds no data: a browser that opens a page can't send a
    header.
    """

    method: str
    path: str
    handler: Handler
    is_open: bool = False

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


async def _events(request: Request, workspace: Workspace) -> StreamResponse:
    return await stream_events(request, workspace.hub, until_gone=until_gone(request))


ROUTES: tuple[Route, ...] = (
    Route("GET", "/", serve_index, is_open=True),
    Route("GET", "/static/{name}", serve_part, is_open=True),
    Route("POST", "/opening", give_token, is_open=True),
    Route("POST", "/actions/codes", give_code),
    Route("GET", "/events", _events),
    Route("GET", "/pages/at-work", show_at_work),
    Route("GET", "/pages/home", show_home),
    Route("GET", "/pages/runs", show_runs),
    Route("GET", "/pages/runs/found", show_found_runs),
    Route("GET", "/pages/runs/{run}", run_page),
    Route("GET", "/pages/runs/{run}/rows", rows_part),
    Route("POST", "/actions/runs/{run}/audit", audit_run),
    Route("POST", "/actions/runs/{run}/choice", change_rows),
    Route("POST", "/actions/runs/{run}/commit", commit_plan),
    Route("POST", "/actions/runs/{run}/dismiss", dismiss_run),
    Route("POST", "/actions/runs/{run}/resume", resume_run),
    Route("POST", "/actions/runs/{run}/stop", stop_run),
    Route("POST", "/actions/runs/{run}/undo", undo_run),
    Route("GET", "/pages/sheets/{sheet}", show_spreadsheet),
    Route("POST", "/actions/sheets", receive_spreadsheet),
    Route("POST", "/actions/sheets/{sheet}/reading", correct_reading),
    Route("POST", "/actions/sheets/{sheet}/plan", plan_renames),
    Route("POST", "/actions/sheets/{sheet}/stop", stop_reading),
    Route("GET", "/downloads/runs/{run}/report.{format}", download_report),
    Route("GET", "/downloads/runs/{run}/spreadsheet", download_spreadsheet),
    Route("GET", "/pictures/runs/{run}/{row}", send_picture),
)
"""Every route: first what is open, then pages, actions and downloads, each group in the order of its paths."""
