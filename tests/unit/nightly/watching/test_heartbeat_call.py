"""One call of a heartbeat service: what goes over the wire, and every way in which it may not be taken."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import anyio
import pytest
from aioresponses import CallbackResult, aioresponses
from yarl import URL

from batch_renamer.nightly.watching.heartbeat_call import call
from tests.support.clock import VirtualTimeLoop
from tests.support.fake_http import Response
from tests.support.scripted import answer, scripted

TOKEN = "S3cretT0ken"
NO_PLACE = "http://127.0.0.1:1"
ADDRESS = "http://hc.example/x"


async def no_pause(_: float) -> None:
    """Pass the pause between two tries at once."""


async def test_a_call_with_a_text_is_a_post_of_the_text() -> None:
    """In UTF-8, named by its program; nothing else goes along."""
    async with scripted(answer(b"OK")) as server:
        assert await call(f"{server.base_url}/{TOKEN}/4", body="2 failed – ü", timeout_s=5) == ""
    [asked] = server.asked
    assert (asked.method, asked.target, asked.body.decode()) == ("POST", f"/{TOKEN}/4", "2 failed – ü")
    assert asked.headers["content-type"] == "text/plain; charset=utf-8"
    assert asked.headers["user-agent"].startswith("batch-renamer/")


async def test_a_call_without_a_text_is_a_get_of_exactly_this_address() -> None:
    """An escape in it stays as it is."""
    async with scripted(answer(b'{"ok":true}')) as server:
        assert await call(f"{server.base_url}/api/push/{TOKEN}?status=up&msg=2%20done%2F", body=None, timeout_s=5) == ""
    [asked] = server.asked
    assert (asked.method, asked.target) == ("GET", f"/api/push/{TOKEN}?status=up&msg=2%20done%2F")


@pytest.mark.parametrize(
    ("answered", "why"),
    [
        pytest.param(answer(b"OK (not found)"), 'it answered "OK (not found)"; compare heartbeat_url', id="no check"),
        pytest.param(answer(status="404 Not Found"), "it answered 404 (no such address); compare", id="404"),
        pytest.param(answer(status="400 Bad Request"), "it answered 400", id="400"),
        pytest.param(
            answer(status="301 Moved Permanently", Location=f"https://x.example/{TOKEN}"),
            "it answered 301 (go to another address); write the address that it leads to into heartbeat_url",
            id="a redirect",
        ),
    ],
)
async def test_what_the_service_refuses_is_not_tried_again(answered: bytes, why: str) -> None:
    """It would answer the same; a redirect is not followed."""
    async with scripted(answered) as server:
        said = await call(f"{server.base_url}/{TOKEN}", body="x", timeout_s=5, sleep=no_pause)
    assert said.startswith(why)
    assert (TOKEN in said, len(server.asked)) == (False, 1)


@pytest.mark.parametrize(
    ("answered", "why"),
    [
        pytest.param(answer(status="500 Fault"), "it answered 500", id="500"),
        pytest.param(answer(status="429 Too Many"), "it answered 429", id="429"),
        pytest.param(b"", "the connection broke off", id="hangs up"),
        pytest.param(b"SSH-2.0-nonsense\r\n", "the connection broke off", id="no HTTP"),
    ],
)
async def test_what_may_pass_is_tried_again(answered: bytes, why: str) -> None:
    """One lost packet is no reason to wake a person; three times the same is said."""
    async with scripted(answered, answered, answer(b"OK")) as server:
        assert await call(f"{server.base_url}/{TOKEN}", body="x", timeout_s=5, sleep=no_pause) == ""
    async with scripted(answered) as server:
        assert await call(f"{server.base_url}/{TOKEN}", body="x", timeout_s=5, sleep=no_pause) == why
    assert len(server.asked) == 3


async def test_a_service_that_is_down_is_said() -> None:
    """With the system's reason."""
    assert (
        await call(f"{NO_PLACE}/{TOKEN}", body="x", timeout_s=5, sleep=no_pause) == "no connection (Connection refused)"
    )


async def hang(_: URL, **__: object) -> CallbackResult:
    """Give no answer."""
    await asyncio.sleep(3_600)
    return CallbackResult()


@pytest.mark.virtual_time
async def test_a_service_that_hangs_takes_no_longer_than_the_limit() -> None:
    """The night goes on."""
    with aioresponses() as fake:
        fake.post(ADDRESS, callback=hang)
        assert await call(ADDRESS, body="x", timeout_s=10) == "no answer in 10 s"
    assert anyio.current_time() == 10


@pytest.mark.virtual_time
async def test_all_tries_share_the_limit() -> None:
    """A service that is down and then hangs: what the first try met is said."""
    with aioresponses() as fake:
        fake.post(ADDRESS, status=500, response_class=Response)
        fake.post(ADDRESS, callback=hang)
        assert await call(ADDRESS, body="x", timeout_s=10) == "it answered 500"
        [tries] = fake.requests.values()
    assert (len(tries), anyio.current_time()) == (2, 10)


async def test_a_certificate_that_is_not_trusted_is_refused() -> None:
    """Nothing is sent to whoever shows it."""
    async with scripted(answer(b"OK"), tls=True) as server:
        said = await call(f"{server.base_url}/{TOKEN}", body="x", timeout_s=5)
    assert said == "its TLS certificate can't be trusted (self-signed certificate)"
    assert server.asked == []


async def test_certificates_that_can_not_be_read_are_said(monkeypatch: pytest.MonkeyPatch) -> None:
    """They are the environment's mistake, not the service's."""
    monkeypatch.setenv("SSL_CERT_FILE", "/nowhere.pem")
    said = await call(f"https://127.0.0.1:1/{TOKEN}", body="x", timeout_s=5)
    assert said.startswith("SSL_CERT_FILE names '/nowhere.pem', which can't be read")


@asynccontextmanager
async def proxy_named(monkeypatch: pytest.MonkeyPatch, answered: bytes) -> AsyncIterator[list[str]]:
    """Name a proxy in the environment that answers so; give what it is asked for."""
    asked: list[str] = []
    async with scripted(answered) as server:
        monkeypatch.setenv("HTTPS_PROXY", server.base_url.replace("://", "://me:pass@"))
        yield asked
        asked += [one.target for one in server.asked]


async def test_the_proxy_of_the_environment_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its refusal is named as its own, and its password is not shown."""
    async with proxy_named(monkeypatch, answer(status="407 Proxy Authentication Required")) as asked:
        said = await call(f"https://hc.example/{TOKEN}", body="x", timeout_s=5)
    assert asked == ["hc.example:443"]
    assert said.startswith("the proxy 127.0.0.1:")
    assert said.endswith("refused it (407)")


async def test_a_proxy_that_is_down_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that nobody looks for the fault at the service."""
    monkeypatch.setenv("HTTPS_PROXY", NO_PLACE)
    said = await call(f"https://hc.example/{TOKEN}", body="x", timeout_s=5, sleep=no_pause)
    assert said == "no connection to the proxy 127.0.0.1:1 (Connection refused)"


async def test_a_service_that_no_proxy_is_for_is_reached_directly(monkeypatch: pytest.MonkeyPatch) -> None:
    """NO_PROXY holds, and plain http nearby goes to no proxy."""
    monkeypatch.setenv("HTTPS_PROXY", NO_PLACE)
    monkeypatch.setenv("HTTP_PROXY", NO_PLACE)
    async with scripted(answer(b"OK")) as server:
        assert await call(f"{server.base_url}/{TOKEN}", body="x", timeout_s=5) == ""


async def test_a_name_that_is_not_known_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without its address."""

    def unknown(*_: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    said = await call(f"https://hc.example/{TOKEN}", body="x", timeout_s=5, sleep=no_pause)
    assert said == "its name can't be looked up"


def test_a_name_server_that_is_silent_holds_nothing_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its thread is not waited for, neither at the end of the call nor at the end of the process."""
    let_go = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: let_go.wait() and [])
    try:
        with asyncio.Runner(loop_factory=VirtualTimeLoop) as runner:
            assert runner.run(call(f"https://hc.example/{TOKEN}", body="x", timeout_s=10)) == "no answer in 10 s"
        [lookup] = [thread for thread in threading.enumerate() if thread.name == "heartbeat-lookup"]
        assert lookup.daemon
    finally:
        let_go.set()
    lookup.join()
