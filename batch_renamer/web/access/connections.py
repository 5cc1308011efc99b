"""Connections of clients: how many there may be, how long one may take, and what an unreadable request is answered."""

from __future__ import annotations

import asyncio
import logging
from functools import partial
from http import HTTPStatus
from typing import Any, cast

from aiohttp.abc import AbstractAccessLogger
from aiohttp.web import BaseRequest, RequestHandler, Response, Server, StreamResponse

from batch_renamer.visible import visible
from batch_renamer.web.access.headers import SECURITY_HEADERS

__all__ = ["AccessLog", "Connection", "connections_of", "until_gone"]

log = logging.getLogger("batch_renamer")

_MOST = 100
"""So many are open at once. A browser opens six; the rest is for other programs, which must not use up the files that
the jobs of this process may open."""

_IDLE_S = 30.0
"""A connection that has not sent a whole head of a request in this time is closed."""

_LEFT_OVER_S = 2.0
"""So long the rest of a body is taken in that no handler has read, so that the client gets to read its answer."""


class AccessLog(AbstractAccessLogger):
    """One line of the log for each request: actions always, the rest with ``--verbose``. It has no header and no query.

    A request that was refused has a line with ``--verbose`` alone: other programs could fill the disk with them.
    """

    def log(self, request: BaseRequest, response: StreamResponse, time: float) -> None:
        """Write the line."""
        is_action = request.method == "POST" and response.status != HTTPStatus.FORBIDDEN
        path = visible(request.path[:200])
        self.logger.log(
            logging.INFO if is_action else logging.DEBUG,
            "web: %s %s: %d (%.3f s)",
            *(visible(request.method), path, response.status, time),
        )


class Connection(RequestHandler):
    """A connection as aiohttp makes it, but an unreadable request gets a short answer and no traceback in the log."""

    def __init__(self, server: Server, **options: Any) -> None:
        super().__init__(server, **options)
        self._of_all = server
        self.gone = asyncio.Event()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take the connection, unless there are too many."""
        super().connection_made(transport)
        if len(self._of_all.connections) > _MOST:
            cast(asyncio.Transport, transport).abort()

    def connection_lost(self, exc: BaseException | None) -> None:
        """Let the handlers know that wait for it."""
        super().connection_lost(exc)
        self.gone.set()

    def handle_error(
        self,
        request: BaseRequest,
        status: int = HTTPStatus.INTERNAL_SERVER_ERROR,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> StreamResponse:
        """Answer what is no request, or what went wrong outside every handler."""
        if status < HTTPStatus.INTERNAL_SERVER_ERROR:
            log.debug("web: an unreadable request: %s", visible(message or ""))
        else:
            log.error("web: a fault outside every handler", exc_info=exc)
        if request.writer.output_size > 0:
            raise ConnectionError("The answer has begun already.")
        answer = Response(status=status, text=HTTPStatus(status).phrase, headers=SECURITY_HEADERS)
        answer.force_close()
        return answer


async def until_gone(request: BaseRequest) -> None:
    """Wait until the client has hung up, which aiohttp tells a handler in no other way (3.14)."""
    if isinstance(connection := request.protocol, Connection):
        await connection.gone.wait()


def connections_of(server: Server) -> Any:
    """Return what makes a connection for each client of ``server``, as `asyncio.loop.create_server` calls it."""
    return partial(
        Connection,
        server,
        loop=asyncio.get_running_loop(),
        keepalive_timeout=_IDLE_S,
        lingering_time=_LEFT_OVER_S,
        auto_decompress=False,  # a few bytes could become gigabytes
        access_log=log,
        access_log_class=AccessLog,
        logger=log,
    )
