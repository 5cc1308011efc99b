"""Bodies of requests enter; a JSON object, or the reason why there is none, leaves."""

from __future__ import annotations

from collections.abc import AsyncIterator
from io import BytesIO
from pathlib import Path

import pytest
from aiohttp.web import Request, StreamResponse, json_response

from batch_renamer.web import Workspace
from batch_renamer.web.guarding import json_of, parts_of
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
        pytest.param(b'{"a": "%s"}' % (b"x" * (1 << 20)), 413, {"error": "Request Entity Too Large"}, id="large"),
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
