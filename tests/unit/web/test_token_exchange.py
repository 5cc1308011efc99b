"""Codes of links enter; a token for the page, or a refusal, leaves."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import ClientSession

from batch_renamer.web import token_exchange
from batch_renamer.web.access import TOKEN_HEADER
from tests.support.served_page import ServedPage, served_page


@pytest.fixture
async def page(tmp_path: Path) -> AsyncIterator[ServedPage]:
    """Serve the page until the end of a test."""
    async with served_page(tmp_path) as served:
        yield served


async def exchange(page: ServedPage, body: object, *, origin: str | None = None) -> tuple[int, str]:
    """Send a code as the page does; return the status, and the token if there is one."""
    headers = {"Origin": page.address.origin if origin is None else origin}
    async with (
        ClientSession(page.address.origin, headers={k: v for k, v in headers.items() if v}) as stranger,
        stranger.post("/opening", json=body) as answer,
    ):
        return answer.status, (await answer.json())["token"] if answer.status == 200 else ""


async def is_let_in(page: ServedPage, token: str) -> bool:
    """Tell whether a token opens a route."""
    async with (
        ClientSession(page.address.origin, headers={TOKEN_HEADER: token}) as client,
        client.get("/nothing") as answer,
    ):
        return answer.status == 404


async def test_a_page_gets_its_token_for_the_code(page: ServedPage) -> None:
    """The browser was started with the code; with the token the page is let in."""
    status, token = await exchange(page, {"code": page.workspace.tokens.new_code()})
    assert status == 200
    assert await is_let_in(page, token)


async def test_a_code_that_another_program_has_used_locks_it_out(
    page: ServedPage, caplog: pytest.LogCaptureFixture
) -> None:
    """The page comes second, is refused, and with that the token of the first is worth nothing; its stream ends."""
    code = page.workspace.tokens.new_code()
    _, stolen = await exchange(page, {"code": code})
    async with (
        ClientSession(page.address.origin, headers={TOKEN_HEADER: stolen}) as thief,
        thief.get("/events") as events,
        asyncio.timeout(10),
    ):
        await events.content.readuntil(b"\r\n\r\n")
        assert await exchange(page, {"code": code}) == (403, "")
        assert await events.content.read() == b""
    assert not await is_let_in(page, stolen)
    assert await is_let_in(page, page.address.token)
    assert "used twice" in caplog.text


@pytest.mark.parametrize(
    "body",
    [{}, {"code": ""}, {"code": "A" * 43}, {"code": None}, {"code": ["x"]}, {"code": 1}, {"code": "x" * 5_000}],
    ids=["none", "empty", "wrong", "null", "a list", "a number", "long"],
)
async def test_what_is_no_code_is_refused(page: ServedPage, body: object) -> None:
    """It gets the same answer as every request that is not let in."""
    assert await exchange(page, body) == (403, "")


async def test_the_printed_token_is_no_code(page: ServedPage) -> None:
    """And a code is no token."""
    assert await exchange(page, {"code": page.address.token}) == (403, "")
    assert not await is_let_in(page, page.workspace.tokens.new_code())


async def test_a_code_has_to_come_from_the_page(page: ServedPage) -> None:
    """A browser says from which page a request is; a request that doesn't say it uses no code up."""
    code = page.workspace.tokens.new_code()
    assert await exchange(page, {"code": code}, origin="") == (403, "")
    assert await exchange(page, {"code": code}, origin="null") == (403, "")
    assert (await exchange(page, {"code": code}))[0] == 200


async def test_another_user_gets_no_token(page: ServedPage, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the system tells whose connection it is, another user can't use a code that he has seen."""
    code = page.workspace.tokens.new_code()
    with monkeypatch.context() as patched:
        patched.setattr(token_exchange, "is_another_user", lambda _: True)
        assert await exchange(page, {"code": code}) == (403, "")
    assert (await exchange(page, {"code": code}))[0] == 200


async def test_a_second_command_gets_a_code(page: ServedPage) -> None:
    """With the token of the private file it may open one more page."""
    async with page.client.post("/actions/codes") as answer:
        assert (await exchange(page, await answer.json()))[0] == 200
