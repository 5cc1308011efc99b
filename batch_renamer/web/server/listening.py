"""Listens at a port of this machine, and serves the page there as long as a block lasts."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import web

from batch_renamer.errors import SettingsError
from batch_renamer.web.access import AccessRules, connections_of
from batch_renamer.web.routes import ROUTES, Route
from batch_renamer.web.server.application import make_application
from batch_renamer.web.workspace import Workspace

__all__ = ["Address", "listening"]

_HOST = "127.0.0.1"
_SHUTDOWN_S = 1.0
"""Streams end at once; a page that takes nothing must not keep the server from ending."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Where the page is: its origin, and the token that requests have to carry."""

    origin: str
    token: str = field(repr=False)

    @property
    def link(self) -> str:
        """The link that opens the page; it holds the token, in the part that browsers send nowhere."""
        return f"{self.origin}/#token={self.token}"


@asynccontextmanager
async def listening(workspace: Workspace, *, port: int = 0, routes: Sequence[Route] = ROUTES) -> AsyncIterator[Address]:
    """Serve the page in this event loop; yield its address. Port 0 is any free one.

    Raises:
        SettingsError: the port can't be used.
    """
    bound = _bound(port)
    rules = AccessRules(port=bound.getsockname()[1], tokens=workspace.tokens)
    runner = web.AppRunner(make_application(workspace, rules, routes=routes), shutdown_timeout=_SHUTDOWN_S)
    await runner.setup()
    assert runner.server is not None  # noqa: S101 - it was made by `setup`
    connections = await asyncio.get_running_loop().create_server(connections_of(runner.server), sock=bound)
    try:
        yield Address(origin=rules.origin, token=workspace.tokens.lasting)
    finally:
        connections.close()
        await runner.cleanup()


def _bound(port: int) -> socket.socket:
    """Return a socket that is bound to a port of this machine, so that the port is known before the server starts."""
    if not 0 <= port <= 65535:
        raise SettingsError(f"--port {port}: must be a number from 1 to 65535, or 0 for any free one.")
    try:
        return socket.create_server((_HOST, port))
    except OSError as error:
        raise SettingsError(
            f"Port {port} of {_HOST} can't be used ({error.strerror}); choose another, or 0 for any free one."
        ) from error
