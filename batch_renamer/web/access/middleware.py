"""Puts the rules before every handler, and before the answers for addresses that don't exist."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection

from aiohttp.typedefs import Middleware
from aiohttp.web import Request, Response, StreamResponse, middleware

from batch_renamer.web.access.rules import AccessRules

__all__ = ["admitted_by", "refusal"]

_REFUSED = "This is not for you. To open the page, run `batch-renamer web`, or open the link that it has printed.\n"

_Handler = Callable[[Request], Awaitable[StreamResponse]]


def admitted_by(rules: AccessRules, *, open_routes: Collection[tuple[str, str]]) -> Middleware:
    """Return the middleware that answers 403 to every request that the rules do not let in.

    ``open_routes`` are the methods and paths that need no token. The answer is always the same, so that it tells
    nothing of what there is; the body of the request is not read.
    """

    @middleware
    async def admitted(request: Request, handler: _Handler) -> StreamResponse:
        resource = request.match_info.route.resource
        is_open = resource is not None and (request.method, resource.canonical) in open_routes
        if not request.raw_path.startswith("/") or not rules.lets_in(request.headers, is_open=is_open):
            return refusal()
        return await handler(request)

    return admitted


def refusal() -> Response:
    """Return the answer to a request that is not let in: the same for every reason. It ends the connection."""
    refused = Response(status=403, text=_REFUSED)
    refused.force_close()
    return refused
