"""Sends the events of the hub to one page, as server-sent events.

The page reads them with ``fetch``: ``EventSource`` can't send the token.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Coroutine

from aiohttp.web import Request, StreamResponse
from aiohttp_sse import EventSourceResponse, sse_response

from batch_renamer.web.events.hub import Hub, Listener

__all__ = ["stream_events"]

log = logging.getLogger("batch_renamer")

_PING_S = 15.0
_SEND_S = 20.0
"""A page that takes nothing for so long is hung up on; it connects again when it is awake."""


async def stream_events(request: Request, hub: Hub, *, until_gone: Coroutine[object, object, None]) -> StreamResponse:
    """Send events to the page until it goes, which ``until_gone`` waits for, or the server ends."""
    gone = asyncio.ensure_future(until_gone)
    async with sse_response(request, ping_interval=_PING_S, send_timeout=_SEND_S) as response:
        with hub.listen() as listener:
            sending = asyncio.ensure_future(_send(listener, response))
            try:
                await asyncio.wait((sending, gone), return_when=asyncio.FIRST_COMPLETED)
            finally:
                for task in (sending, gone):
                    task.cancel()
                await asyncio.gather(sending, gone, return_exceptions=True)
    return response


async def _send(listener: Listener, response: EventSourceResponse) -> None:
    try:
        await response.send("{}", event="hello")  # the page may have missed events: it fetches what it shows
        async for events in listener.updates():
            for event in events:
                await response.send(json.dumps(event.data), event=event.name)
    except (ConnectionError, TimeoutError):
        log.debug("web: a page has gone, or takes nothing any more")
    except Exception:  # the answer has begun, so only its end can be told
        log.exception("web: a fault in a stream of events")
