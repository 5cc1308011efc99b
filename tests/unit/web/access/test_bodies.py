"""Bodies of requests enter; a JSON object, or the reason why there is none, leaves."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from http import HTTPStatus
from io import BytesIO
from pathlib import Path

import pytest
from aiohttp.web import Request, StreamResponse, json_response

from batch_renamer.web import Workspace
from batch_renamer.web.access import TOKEN_HEADER, bodies, json_of, parts_of
from batch_renamer.web.routes import Route
from tests.support.served_page import ServedPage, served_page


async def _echo(request: Request, _: Workspace) -> StreamResponse:
    return json_response(await json_of(request))


async def _count(request: Request, _: Workspace) -> StreamResponse:
    return json_response({"bytes": sum([len(part) async for part in parts_of(request)])})


@pytest.fixture
async def page(tmp_path: Path) -> AsyncIterator[ServedPage]:
    """Serve two routes that tell what they were sent."""
    async with served_page(tmp_path, routes=[Route("POST", "/echo", _echo), Route("POST", "/count", _count)]) as served:
        yield served


@pytest.mark.parametrize(
    ("body", "status", "told"),
    [
        pytest.param(b'{"renames": 3}', 200, {"renames": 3}, id="an object"),
        pytest.param(b"", 200, {}, id="empty"),
        pytest.param(b"[1]", 400, {"error": "The request is no JSON object"}, id="a list"),
        pytest.param(b"{", 400, {"error": "The request is no JSON"}, id="cut off"),
        pytest.param(b"\xff", 400, {"error": "The request is no JSON"}, id="no text"),
        pytest.param(b"[" * 100_000, 400, {"error": "The request is no JSON"}, id="deep"),
        pytest.param(
            b'{"a": "%s"}' % (b"x" * (1 << 20)), 413, {"error": HTTPStatus.REQUEST_ENTITY_TOO_LARGE.phrase}, id="large"
        ),
    ],
)
async def test_a_body_is_a_json_object_of_a_bounded_size(
    page: ServedPage, body: bytes, status: int, told: dict[str, object]
) -> None:
    """Everything else is refused with its reason, and no memory is spent on it."""
    headers = {"Content-Type": "application/json"} if body else {}
    async with page.client.post("/echo", data=BytesIO(body), headers=headers) as answer:
        assert (answer.status, await answer.json()) == (status, told)


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data"])
async def test_a_form_is_refused(page: ServedPage, kind: str) -> None:
    """A page of another site could send these without asking; JSON it can't."""
    async with page.client.post("/echo", data=b'{"renames": 3}', headers={"Content-Type": kind}) as answer:
        assert answer.status == 415


async def test_an_upload_arrives_in_parts_as_it_is(page: ServedPage) -> None:
    """It may be longer than what is read whole, and is not unpacked, so that its size is what was sent."""
    headers = {"Content-Encoding": "gzip", "Content-Type": "application/octet-stream"}
    async with page.client.post("/count", data=BytesIO(b"\x1f" * (3 << 20)), headers=headers) as answer:
        assert await answer.json() == {"bytes": 3 << 20}


@pytest.mark.parametrize("path", ["/echo", "/count"])
async def test_a_body_that_stops_coming_is_given_up(
    page: ServedPage, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    """A tab that was put to sleep, or a program that is slow on purpose, holds nothing for long."""
    monkeypatch.setattr(bodies, "_WAIT_S", 0.05)
    reader, writer = await _begun(page, path)
    async with asyncio.timeout(10):
        assert (await reader.readline()).startswith(b"HTTP/1.1 408")
    writer.close()


@pytest.mark.parametrize("path", ["/echo", "/count"])
async def test_a_body_that_is_cut_off_is_no_fault(
    page: ServedPage, path: str, caplog: pytest.LogCaptureFixture
) -> None:
    """A tab was closed in the middle of an upload; the log has no error of that, and the next request is answered."""
    _, writer = await _begun(page, path)
    writer.close()
    await writer.wait_closed()
    async with page.client.post("/echo", json={"renames": 3}) as answer:
        assert answer.status == 200
    assert [record.getMessage() for record in caplog.records if record.levelno > logging.INFO] == []


async def _begun(page: ServedPage, path: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """Begin a request whose body does not come to its end."""
    host = page.address.origin.removeprefix("http://")
    reader, writer = await asyncio.open_connection("127.0.0.1", int(host.rpartition(":")[2]))
    head = [f"POST {path} HTTP/1.1", f"Host: {host}", f"{TOKEN_HEADER}: {page.address.token}"]
    kind = ["Content-Type: application/json", "Content-Length: 100", "", '{"renames"']
    writer.write("\r\n".join([*head, *kind]).encode())
    await writer.drain()
    return reader, writer
