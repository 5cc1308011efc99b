"""What the page of a run can do with it: go on, stop, undo, check again, or leave it unfinished.

Each begins the job that a command of the command line would, and says which page shows it.
"""

from __future__ import annotations

from collections.abc import Mapping

from aiohttp import web

from batch_renamer.errors import InputError
from batch_renamer.model import ALL_ROWS, RowChoice, RowNumbers
from batch_renamer.web.access import json_of
from batch_renamer.web.pages.run import run_of
from batch_renamer.web.workspace import Workspace

__all__ = ["audit_run", "dismiss_run", "resume_run", "stop_run", "undo_run"]


_ROWS_FIELD = "Only these rows"
"""The label of the field for the rows that are undone."""


async def undo_run(request: web.Request, workspace: Workspace) -> web.StreamResponse:
    """Plan to undo a run, all of it or the rows that are named; nothing is renamed before the plan was seen."""
    run, asked = await run_of(request, workspace), await json_of(request)
    choice = _rows_of(asked)
    try:
        return _goes_to(await workspace.jobs.plan_undo(run, choice=choice, same_account=_is_same(asked)))
    except InputError as error:
        raise InputError(str(error).replace("--only", f'"{_ROWS_FIELD}"')) from error


async def resume_run(request: web.Request, workspace: Workspace) -> web.StreamResponse:
    """Go on with what a run has left; with ``failed`` also try again what failed."""
    run, asked = await run_of(request, workspace), await json_of(request)
    return _goes_to(await workspace.jobs.resume(run, failed=bool(asked.get("failed")), same_account=_is_same(asked)))


async def audit_run(request: web.Request, workspace: Workspace) -> web.StreamResponse:
    """Look whether the orders of a run still have the names that it gave them."""
    run, asked = await run_of(request, workspace), await json_of(request)
    return _goes_to(await workspace.jobs.audit(run, same_account=_is_same(asked)))


async def stop_run(request: web.Request, workspace: Workspace) -> web.StreamResponse:
    """Ask a run at work to stop; a second time, to end at once.

    Raises:
        InputError: it is not at work here.
    """
    run_id = request.match_info["run"]
    if not workspace.jobs.stop(run_id):
        raise InputError(f"Run {run_id} is not at work on this page, so there is nothing to stop.")
    return web.json_response({"refresh": True})


async def dismiss_run(request: web.Request, workspace: Workspace) -> web.StreamResponse:
    """Note that an interrupted run will not be finished."""
    await workspace.jobs.dismiss(await run_of(request, workspace))
    return web.json_response({"refresh": True})


def _goes_to(run_id: str) -> web.Response:
    return web.json_response({"go": f"/runs/{run_id}"})


def _is_same(asked: Mapping[str, object]) -> bool:
    """Tell whether the user says that the run was made with an older key of this account."""
    return asked.get("same_account") is True


def _rows_of(asked: Mapping[str, object]) -> RowChoice:
    """Return the rows that were named in the form; a blank means all.

    Raises:
        InputError: what was typed names no rows.
    """
    rows = asked.get("rows", "")
    if isinstance(rows, str) and not rows.strip():
        return ALL_ROWS
    try:
        return RowChoice(only=RowNumbers.parse(rows))
    except ValueError as error:
        raise InputError(f"Row numbers: this {error}.") from error
