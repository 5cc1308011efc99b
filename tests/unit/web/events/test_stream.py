"""A page that reads events, slowly or not at all, enters; what it reads, and that others never wait for it, leave."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest
from aiohttp import ClientResponse

from batch_renamer.web.access import TOKEN_HEADER
from tests.support.served_page import ServedPage, served_page


async def _event(answer: ClientResponse) -> tuple[str, object]:
    """Return the next event of a stream."""
    async with asyncio.timeout(10):
        name = (await answer.content.readline()).decode().strip().removeprefix("event: ")
        data = (await answer.content.readline()).decode().strip().removeprefix("data: ")
        await answer.content.readline()
        return name, json.loads(data)


async def _listeners(page: ServedPage, count: int) -> None:
    """Wait until so many pages listen."""
    async with asyncio.timeout(10):
        while page.workspace.hub.listeners != count:  # noqa: ASYNC110 - only the server knows when
            await asyncio.sleep(0)  # the server is in this event loop


async def test_a_page_is_told_what_changes(tmp_path: Path) -> None:
    """It hears first that it is connected, and then each event with its values, whatever characters they have."""
    told = {"run": "k3f9ab", "messages": ["12 Elm St\u2028 \u202e\n\r\ndata: x"], "total": None}
    async with served_page(tmp_path) as page, page.client.get("/events") as answer:
        assert answer.content_type == "text/event-stream"
        assert await _event(answer) == ("hello", {})
        page.workspace.hub.publish("job", told)
        assert await _event(answer) == ("job", told)


async def test_a_page_that_goes_is_noticed(tmp_path: Path) -> None:
    """It no longer counts as open, so that an idle server can end."""
    async with served_page(tmp_path) as page:
        async with page.client.get("/events") as answer:
            await _event(answer)
            assert page.workspace.hub.listeners == 1
            answer.close()
        await _listeners(page, 0)


async def test_a_stalled_page_holds_up_nobody(tmp_path: Path) -> None:
    """A page that takes nothing fills its own connection; another one is told all the same, and the server ends."""
    async with served_page(tmp_path) as page:
        port = int(page.address.origin.rpartition(":")[2])
        _, writer = await asyncio.open_connection("127.0.0.1", port)  # which is never read from
        head = f"GET /events HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n{TOKEN_HEADER}: {page.address.token}\r\n\r\n"
        writer.write(head.encode())
        await _listeners(page, 1)
        async with page.client.get("/events") as answer:
            await _event(answer)
            for number in range(1, 4):
                page.workspace.hub.publish("job", {"run": "k3f9ab", "done": number, "messages": ["x" * 4_000_000]})
                async with asyncio.timeout(20):
                    assert (await answer.content.readline()) == b"event: job\r\n"
                    await answer.content.readexactly(4_000_000)
                    while await answer.content.readline() != b"\r\n":
                        pass
        ends = asyncio.get_running_loop().time()
    assert asyncio.get_running_loop().time() - ends < 10
    writer.close()


async def test_streams_end_with_the_server(tmp_path: Path) -> None:
    """The end of the server does not wait for pages that would listen for hours; each sees that its stream is over."""
    async with served_page(tmp_path) as page, asyncio.timeout(20):
        answers = [await page.client.get("/events") for _ in range(5)]
        for answer in answers:
            await _event(answer)
        page.workspace.hub.close()
        assert [await answer.content.read() for answer in answers] == [b""] * 5


async def test_a_fault_ends_the_stream_and_is_logged(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """A value that is no JSON is a mistake of the program; the page sees the end of its stream and connects again."""
    async with served_page(tmp_path) as page, page.client.get("/events") as answer, asyncio.timeout(10):
        await _event(answer)
        page.workspace.hub.publish("job", {"run": object()})
        assert await answer.content.read() == b""
        assert "a fault in a stream of events" in caplog.text
