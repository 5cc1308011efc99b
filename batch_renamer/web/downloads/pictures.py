"""The small picture of an order beside its name: the free preview alone, named by run and row.

The browser never gets the id of an image, which works like a key. Pictures share the pace of runs, so none is asked
for while a run is at work; what is in memory is shown all the same.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial

import anyio.to_thread
from aiohttp import web

from batch_renamer.client import Gateway
from batch_renamer.jobs import with_gateway
from batch_renamer.journal import RunRecord
from batch_renamer.model import Picture
from batch_renamer.web.accounts import Account
from batch_renamer.web.workspace import Workspace

__all__ = ["send_picture"]


async def send_picture(request: web.Request, workspace: Workspace) -> web.StreamResponse:
    """Answer with the picture of a row's order; with nothing (204) where there is none at present."""
    journal, row = workspace.journal, request.match_info["row"]
    if not (row.isascii() and row.isdecimal() and len(row) < 10):
        raise web.HTTPNotFound
    run = await journal.in_thread(journal.runs.get, request.match_info["run"])
    image_id = await journal.in_thread(journal.results.image_of, run, int(row))
    if image_id is None:
        raise web.HTTPNotFound(reason="There is no picture of this row")
    if (picture := await _picture(workspace, run, image_id)) is None:
        return web.Response(status=204)  # an error would stand in the browser's console, and this is none
    return web.Response(body=picture.data, content_type=picture.media_type)


async def _picture(workspace: Workspace, run: RunRecord, image_id: str) -> Picture | None:
    account = await anyio.to_thread.run_sync(workspace.accounts.of_run, run)
    if (picture := workspace.pictures.known(account.name, image_id)) is not None:
        return picture
    if account.trouble or workspace.jobs.at_work():
        return None
    opener = partial(_open_gateway, workspace, account)
    return await workspace.pictures.fetched(account.name, image_id, opener, alone=account.settings.sandbox)


async def _open_gateway(workspace: Workspace, account: Account, use: Callable[[Gateway], Awaitable[None]]) -> None:
    """Call ``use`` with the open API of an account.

    Raises:
        BatchRenamerError: another process has a run at work there, the key can't be used, the API is down, ...
    """
    settings = account.settings
    destination, _ = await anyio.to_thread.run_sync(workspace.accounts.destination, settings)
    await with_gateway(use, settings=settings, journal=workspace.journal, destination=destination)
