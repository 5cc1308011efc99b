"""The application: the routes behind the rules of access, and what becomes of an error in a handler."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Sequence
from functools import partial

from aiohttp import web
from aiohttp.typedefs import Middleware

from batch_renamer.errors import BatchRenamerError
from batch_renamer.faults import kept_fault
from batch_renamer.visible import visible
from batch_renamer.web.access import AccessRules, add_security_headers, admitted_by
from batch_renamer.web.pages import fragment
from batch_renamer.web.routes import ROUTES, Route
from batch_renamer.web.workspace import Workspace

__all__ = ["make_application"]

log = logging.getLogger("batch_renamer")

_CAN_BE_HELPED = 409
_PAGES = "/pages/"
_LONGEST_BODY = 1 << 20  # of a request that is read whole; an upload is streamed, under a cap of its own

_Next = Callable[[web.Request], Awaitable[web.StreamResponse]]


def make_application(workspace: Workspace, rules: AccessRules, *, routes: Sequence[Route] = ROUTES) -> web.Application:
    """Return the application that answers the routes, with the tools of ``workspace``."""
    open_routes = {(route.method, route.path) for route in routes if route.is_open}
    app = web.Application(
        middlewares=[admitted_by(rules, open_routes=open_routes), _errors_as_sentences(workspace)],
        client_max_size=_LONGEST_BODY,
    )
    for route in routes:
        app.router.add_route(route.method, route.path, partial(_handle, route, workspace))
    app.on_response_prepare.append(add_security_headers)

    async def end_streams(_: web.Application) -> None:
        workspace.hub.close()
        await workspace.sheet_checks.close()
        await workspace.pictures.close()
        await workspace.search_preparation.close()

    app.on_shutdown.append(end_streams)
    return app


async def _handle(route: Route, workspace: Workspace, request: web.Request) -> web.StreamResponse:
    return await route.handler(request, workspace)


def _errors_as_sentences(workspace: Workspace) -> Middleware:
    """Return the middleware that turns an error of a handler into a sentence; a traceback never leaves the program."""

    @web.middleware
    async def answer(request: web.Request, handler: _Next) -> web.StreamResponse:
        try:
            return await handler(request)
        except web.HTTPException as error:
            return _sentence(request, error.reason, status=error.status)
        except BatchRenamerError as error:
            return _sentence(request, str(error), status=_CAN_BE_HELPED)
        except (ConnectionError, web.RequestPayloadError):
            log.debug(
                "web: %s %s: the page has gone, or its request was cut off", request.method, visible(request.path)
            )
            return _sentence(request, "The request was cut off.", status=400)
        except Exception as error:
            log.exception("web: a fault while %s %s was answered", request.method, visible(request.path))
            kept = kept_fault(error, state_dir=workspace.settings.state_dir, secrets=workspace.secrets)
            return _sentence(request, str(kept), status=500)

    return answer


def _sentence(request: web.Request, sentence: str, *, status: int) -> web.Response:
    """Return an answer that says one sentence: a fragment for a page, JSON for everything else."""
    if not request.path.startswith(_PAGES):
        return web.json_response({"error": sentence}, status=status)
    return fragment("trouble.html.j2", status=status, title="This page can't be shown", sentence=sentence)
