"""Bytes of clients that are no browser enter; each is answered shortly or hung up on, and the server goes on."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from batch_renamer.web.access import SECURITY_HEADERS, TOKEN_HEADER, connections
from tests.support.served_page import ServedPage, served_page


@pytest.fixture
async def page(tmp_path: Path) -> AsyncIterator[ServedPage]:
    """Serve the page until the end of a test."""
    async with served_page(tmp_path) as served:
        yield served


async def sent(page: ServedPage, head: bytes) -> bytes:
    """Send bytes, and return all that comes until the server hangs up."""
    reader, writer = await asyncio.open_connection("127.0.0.1", int(page.address.origin.rpartition(":")[2]))
    try:
        writer.write(head)
        async with asyncio.timeout(10):
            return await reader.read()
    finally:
        writer.close()


def head_of(page: ServedPage, path: str, *more: str, method: str = "GET", host: str = "") -> bytes:
    """Return the head of a request that has the token; its connection ends with the answer."""
    host = host or page.address.origin.removeprefix("http://")
    lines = [f"{method} {path} HTTP/1.1", f"Host: {host}", f"{TOKEN_HEADER}: {page.address.token}", *more]
    return "\r\n".join([*lines, "Connection: close", "", ""]).encode("latin-1")


UNREADABLE = {
    "no HTTP": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
    "a long first line": b"GET /" + b"a" * 10_000 + b" HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
    "a long header": b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX: " + b"a" * 10_000 + b"\r\n\r\n",
    "many headers": b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n" + b"X: a\r\n" * 1_000 + b"\r\n",
    "a line break in a header": b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX: a\rb\r\n\r\n",
    "two lengths": b"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
    "a length and chunks": b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\na",
}


@pytest.mark.parametrize("what", UNREADABLE)
async def test_an_unreadable_request_gets_a_short_answer(
    page: ServedPage, what: str, caplog: pytest.LogCaptureFixture
) -> None:
    """It is answered 400 with the headers of safety, tells nothing, and leaves no traceback in the log."""
    answer = (await sent(page, UNREADABLE[what])).decode("latin-1")
    head, _, body = answer.partition("\r\n\r\n")
    assert head.startswith(("HTTP/1.1 400", "HTTP/1.0 400"))
    assert [name for name, value in SECURITY_HEADERS.items() if f"{name}: {value}" not in head] == []
    assert body == "Bad Request"
    assert [record for record in caplog.records if record.levelno >= logging.INFO] == []


async def test_a_request_without_a_host_is_refused(page: ServedPage) -> None:
    """HTTP/1.0 needs none; this server does."""
    head = f"GET / HTTP/1.0\r\n{TOKEN_HEADER}: {page.address.token}\r\n\r\n".encode()
    assert (await sent(page, head)).startswith(b"HTTP/1.0 403")


async def test_a_request_for_a_proxy_is_refused(page: ServedPage) -> None:
    """A whole address in the first line is not what a browser sends to a server."""
    for path in (f"{page.address.origin}/pages/home", "http://attacker.example/pages/home", "*"):
        method = "OPTIONS" if path == "*" else "GET"
        assert (await sent(page, head_of(page, path, method=method)))[9:12] in (b"403", b"400")


TRICKS = [
    "/static/../workspace.py",
    "/static/..%2fworkspace.py",
    "/static/%2e%2e/workspace.py",
    "/static/%2e%2e%2fworkspace.py",
    "/static/..%5cworkspace.py",
    "/static/..\\workspace.py",
    "/static//etc/passwd",
    "/static/%2fetc%2fpasswd",
    "/static/index.html%00.css",
    "/static/index.html/",
    "/static/./index.html",
    "/static/INDEX.HTML",
    "/static/",
    "/static/__pycache__",
    "/static/..",
    "/static/....//workspace.py",
    "/static/%252e%252e%252fworkspace.py",
    "/static/file:%2f%2f%2fetc%2fpasswd",
]


@pytest.mark.parametrize("path", TRICKS)
async def test_no_name_leads_out_of_the_folder_of_the_shell(page: ServedPage, path: str) -> None:
    """What is no name of the fixed list does not exist; a path is never made of it."""
    answer = await sent(page, head_of(page, path))
    status = int(answer[9:12])
    assert status in (400, 404) or (
        status == 200 and b"<!doctype html>" in answer.lower()
    )  # `.` is resolved by aiohttp
    assert b"Workspace" not in answer
    assert b"root:" not in answer


async def test_a_slow_client_is_hung_up_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A connection that does not finish the head of its first request is closed, so that it takes nothing for long."""
    monkeypatch.setattr(connections, "_IDLE_S", 0.05)
    async with served_page(tmp_path) as page:
        assert await sent(page, b"") == b""
        assert await sent(page, b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX: half a hea") == b""


@pytest.mark.parametrize(
    "length", ["Content-Length: 9999999999", "Transfer-Encoding: chunked", "Expect: 100-continue\r\nContent-Length: 9"]
)
async def test_the_body_of_a_stranger_is_not_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, length: str
) -> None:
    """He gets his refusal at once, whatever length he has announced, and the connection ends."""
    monkeypatch.setattr(connections, "_LEFT_OVER_S", 0.05)
    async with served_page(tmp_path) as page:
        head = head_of(page, "/actions/sheets", length, method="POST", host="attacker.example")
        assert b"HTTP/1.1 403" in await sent(page, head)


async def test_there_is_an_end_to_connections(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Other programs can't use up the files that jobs may open; when some have gone, there is room again."""
    monkeypatch.setattr(connections, "_MOST", 3)
    async with served_page(tmp_path) as page:
        port = int(page.address.origin.rpartition(":")[2])
        held = [await asyncio.open_connection("127.0.0.1", port) for _ in range(3)]
        for reader, writer in held:  # each is served, so that the server has them all
            writer.write(head_of(page, "/static/nothing").replace(b"Connection: close\r\n", b""))
            assert b"404" in await reader.readuntil(b"\r\n")
        [one_more] = await asyncio.gather(sent(page, head_of(page, "/")), return_exceptions=True)
        assert one_more == b"" or isinstance(one_more, ConnectionError)
        for _, writer in held:
            writer.close()
            await writer.wait_closed()
        async with page.client.get("/") as answer:
            assert answer.status == 200
