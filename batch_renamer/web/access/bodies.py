"""Reads the body of a request under limits: what it may weigh, what it has to be, and how long it may take."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator

from aiohttp.web import HTTPBadRequest, HTTPRequestTimeout, HTTPUnsupportedMediaType, Request

__all__ = ["json_of", "parts_of"]

_WAIT_S = 30.0
_PART_BYTES = 1 << 16


async def json_of(request: Request) -> dict[str, object]:
    """Return the JSON object in the body of a request; an empty body is an empty object.

    The body is at most 1 MiB long, as aiohttp's ``client_max_size`` is set for the application.

    Raises:
        HTTPException: 400, 408, 413 or 415, each with a reason for people.
    """
    if request.can_read_body and request.content_type != "application/json":
        raise HTTPUnsupportedMediaType(reason="The request has to be JSON")
    try:
        async with asyncio.timeout(_WAIT_S):
            body = await request.read()
    except TimeoutError:
        raise HTTPRequestTimeout(reason="The request took too long") from None
    try:
        found = json.loads(body or b"{}")
    except (ValueError, RecursionError):
        raise HTTPBadRequest(reason="The request is no JSON") from None
    if not isinstance(found, dict):
        raise HTTPBadRequest(reason="The request is no JSON object")
    return found


async def parts_of(request: Request) -> AsyncIterator[bytes]:
    """Yield the body of a request as it arrives; the caller counts the bytes and ends early when there are too many.

    Raises:
        HTTPException: 408: nothing has come for 30 seconds.
    """
    while True:
        try:
            async with asyncio.timeout(_WAIT_S):
                part = await request.content.read(_PART_BYTES)
        except TimeoutError:
            raise HTTPRequestTimeout(reason="The upload has stopped") from None
        if not part:
            return
        yield part
