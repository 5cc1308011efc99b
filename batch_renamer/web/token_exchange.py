"""How a page gets its token: the browser was opened with a code, which is good once."""

from __future__ import annotations

import logging

from aiohttp.web import Request, Response, StreamResponse, json_response

from batch_renamer.web.access import CodeUsedTwiceError, is_another_user, json_of, refusal
from batch_renamer.web.workspace import Workspace

__all__ = ["give_code", "give_token"]

_LONGEST_BODY = 1000

log = logging.getLogger("batch_renamer")


async def give_token(request: Request, workspace: Workspace) -> StreamResponse:
    """Answer a code with a token; the request itself needs none, but it has to come from the page of this user."""
    is_from_a_page = "Origin" in request.headers  # a browser names the page that sends a POST
    if not is_from_a_page or (request.content_length or 0) > _LONGEST_BODY or is_another_user(request):
        return refusal()
    code = (await json_of(request)).get("code")
    try:
        token = workspace.tokens.redeem(code) if isinstance(code, str) else ""
    except CodeUsedTwiceError:
        log.warning("web: the link of a page was used twice; this page has to be opened again")
        workspace.hub.end_streams()
        token = ""
    return json_response({"token": token}) if token else refusal()


async def give_code(_request: Request, workspace: Workspace) -> Response:
    """Answer a second `batch-renamer web`, which opens one more page of this server, with a code."""
    return json_response({"code": workspace.tokens.new_code()})
