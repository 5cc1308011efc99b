"""A folder enters; the page as the command `web` serves it, in this event loop, and a client that may use it, leave."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from aiohttp import ClientSession

from batch_renamer.jobs import open_journal
from batch_renamer.settings import resolve_settings
from batch_renamer.web import Address, Workspace, listening, make_workspace
from batch_renamer.web.access import TOKEN_HEADER
from batch_renamer.web.routes import ROUTES, Route

__all__ = ["ServedPage", "served_page"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ServedPage:
    """A server of the page: what its handlers work with, its address, and a client that sends the token."""

    workspace: Workspace
    address: Address
    client: ClientSession


@asynccontextmanager
async def served_page(
    folder: Path, *, port: int = 0, routes: Sequence[Route] = ROUTES, **options: object
) -> AsyncIterator[ServedPage]:
    """Serve the page with the state in ``folder`` until the end of the block; ``options`` are those of the command.

    Port 0 is any free one.

    Paths for the client begin with a slash: ``await page.client.get("/pages/home")``.
    """
    flags = {"state_dir": str(folder), "config": "none", **options}
    settings = resolve_settings(flags, environ={})
    with open_journal(settings) as journal:
        workspace = make_workspace(flags=flags, environ={}, settings=settings, journal=journal)
        async with (
            listening(workspace, port=port, routes=routes) as address,
            ClientSession(address.origin, headers={TOKEN_HEADER: address.token}) as client,
        ):
            try:
                yield ServedPage(workspace=workspace, address=address, client=client)
            finally:  # a test that failed may have left jobs at work
                workspace.jobs.stop_all(grace_s=0)
                await workspace.jobs.ended()
