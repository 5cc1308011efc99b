"""Sends the events of the hub to one page, as server-sent events.

The page reads them with ``fetch``: ``EventSource`` can't send the token.
"""

from __future__ import annotations

import asyncio
import json
from contextlib import suppress

from aiohttp.web import Request, StreamResponse
from aiohttp_sse import EventSourceResponse, sse_response

from batch_renamer.web.events.hub import Hub, Listener

__all__ = ["stream_events"]

_PING_S = 15.0
_LOOK_S = 1.0
_SEND_S = 20.0
"""A page that takes nothing for so long is hung up on; it connects again when it is awake."""


async def stream_events(request: Request, hub: Hub) -> StreamResponse:
    """Send events to the page until it goes or the server ends."""
    async with sse_response(request, ping_interval=_PING_S, send_timeout=_SEND_S) as response:
        with hub.listen() as listener:
            sending = asyncio.ensure_future(_send(listener, response))
            gone = asyncio.ensure_future(_until_gone(request))
            try:
                await asyncio.wait((sending, gone), return_when=asyncio.FIRST_COMPLETED)
            finally:
                for task in (sending, gone):
                    task.cancel()
                await asyncio.gather(sending, gone, return_exceptions=True)
    return response


async def _send(listener: Listener, response: EventSourceResponse) -> None:
    with suppress(ConnectionError, TimeoutError):  # the page has gone, or takes nothing any more
        await response.send("{}", event="hello")  # the page may have missed events: it fetches what it shows
        async for events in listener.updates():
            for event in events:
                await response.send(json.dumps(event.data), event=event.name)


async def _until_gone(request: Request) -> None:
    """Wait until the page has hung up, which aiohttp tells a handler in no other way (3.14)."""
    while request.transport is not None and not request.transport.is_closing():  # noqa: ASYNC110 - there is no event
        await asyncio.sleep(_LOOK_S)
