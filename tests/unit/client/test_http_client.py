"""The HTTP client over real loopback sockets: what leaves, what is made of the answers, and what never gets out."""

from __future__ import annotations

import asyncio
import gc
import gzip
import json
import socket
import ssl
import time
import traceback
import tracemalloc
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

import aiohttp.connector
import anyio
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from batch_renamer.client.orders_api import (
    ForeignNameError,
    ListQuery,
    OrderPage,
    RefusedError,
    RequestError,
    ThrottledError,
    TransientError,
    UnconfirmedError,
)
from batch_renamer.client.orders_api.http import HttpOrdersApi, open_orders_api
from batch_renamer.errors import CertificateError, KeyRefusedError, ProxyRefusedError, SettingsError
from batch_renamer.model import Order
from tests.support.gate import DEADLINE_S
from tests.support.scripted import CERTIFICATE, answer, listening, scripted

KEY = "sk-marker-0123456789"
A_MIB = 1024 * 1024
GOOD = answer({"order_id": "a1", "name": "new"})
UUID = "3f2504e0-4f89-41d3-9a0c-0305e82c3301"
ODD_IDS = (
    *("ørdré 5", "12345", UUID, "a b", "~", "a+b", "a&b=c", "a;b,c", "a@b:c", "a!$'()*d", "...", ".a", "a..", "山"),
    *("../x", "a/b", "a?b#c", "%2e%2e", "%2F", "a\\b", "<script>", '"', "a\x7f\nb", "\U0001f468\u200d\U0001f469"),
)

Request = Callable[[HttpOrdersApi], Awaitable[object]]
REQUESTS: dict[str, Request] = {
    "get": lambda api: api.get("a1"),
    "rename": lambda api: api.rename("a1", "new"),
    "page": lambda api: api.page(per_page=1),
}
every_request = pytest.mark.parametrize("request_of", REQUESTS.values(), ids=REQUESTS.keys())


def client(base_url: str, **options: Any) -> AbstractAsyncContextManager[HttpOrdersApi]:
    """Open a client with a marked key; a try that hangs is given up after a generous while."""
    return open_orders_api(base_url=base_url, key=KEY, user_agent="test/1", **{"timeout_s": 5.0, **options})


async def ask(*script: bytes | None, request_of: Request = REQUESTS["rename"], **options: Any) -> object:
    """Make one request of a server that follows a script."""
    async with scripted(*script) as server, client(server.base_url, **options) as api:
        return await request_of(api)


async def failure(*script: bytes | None, request_of: Request = REQUESTS["rename"], **options: Any) -> RequestError:
    """Return the error of one request of a server that follows a script."""
    with pytest.raises(RequestError) as caught:
        await ask(*script, request_of=request_of, **options)
    return caught.value


# What leaves


@pytest.mark.parametrize("order_id", ODD_IDS, ids=ascii)
async def test_order_id_is_exactly_one_path_segment(order_id: str) -> None:
    """Whatever an id holds, both requests go to its own order and nowhere else."""
    confirmed = answer({"order_id": order_id, "name": "new"})
    async with scripted(confirmed) as server, client(server.base_url) as api:
        await api.get(order_id)
        await api.rename(order_id, "new")
    assert [(asked.method, asked.target) for asked in server.asked] == [
        (method, f"/v3/orders/{quote(order_id, safe='')}") for method in ("GET", "PATCH")
    ]


@settings(max_examples=50)
@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1).filter(lambda text: text not in (".", "..")))
def test_any_order_id_is_exactly_one_path_segment(order_id: str) -> None:
    """The server that decodes the last segment finds the id, and nothing before it has changed."""

    async def main() -> str:
        async with scripted(answer({"name": "new", "images": []})) as server, client(server.base_url) as api:
            await api.get(order_id)
            return server.asked[0].target

    *before, segment = asyncio.run(main()).split("/")
    assert before == ["", "v3", "orders"]
    assert segment.isascii()
    assert unquote(segment) == order_id


@pytest.mark.parametrize("order_id", ["", ".", "..", "half \ud800"], ids=ascii)
async def test_id_that_would_lead_elsewhere_never_leaves(order_id: str) -> None:
    """What can't be one segment is refused before there is a request."""
    async with scripted(GOOD) as server, client(server.base_url) as api:
        for request in (api.get(order_id), api.rename(order_id, "new")):
            with pytest.raises(RefusedError, match="can't stand in a URL") as caught:
                await request
            assert (caught.value.status, caught.value.may_be_applied) == (None, False)
    assert not server.connections


async def test_base_url_may_have_a_path() -> None:
    """An API behind a gateway's path is found there."""
    async with scripted(GOOD) as server, client(f"{server.base_url}/gateway/") as api:
        await api.get("a1")
    assert server.asked[0].target == "/gateway/v3/orders/a1"


@pytest.mark.parametrize(
    "name", ["new", "=1+1", "Straße 5 · 山 \U0001f468\u200d\U0001f469", '"\\', "x" * 10_000], ids=len
)
async def test_rename_sends_the_name_and_nothing_else(name: str) -> None:
    """The body is exactly the new name, as JSON."""
    async with scripted(answer({"order_id": "a1", "name": name})) as server, client(server.base_url) as api:
        order = await api.rename("a1", name)
    [asked] = server.asked
    assert order == Order(order_id="a1", name=name)
    assert json.loads(asked.body) == {"name": name}
    assert asked.headers["content-type"] == "application/json"


async def test_headers_name_key_and_program() -> None:
    """Each request carries the key and the User-Agent; no version is asked for unless it is wanted."""
    async with scripted(GOOD) as server, client(server.base_url) as api:
        await api.get("a1")
    [asked] = server.asked
    wanted = {"host", "x-api-key", "user-agent", "accept", "accept-encoding"}
    assert wanted <= asked.headers.keys() <= wanted | {"connection"}
    assert (asked.headers["x-api-key"], asked.headers["user-agent"], asked.body) == (KEY, "test/1", b"")


async def test_api_version_is_asked_for() -> None:
    """The version goes into its header."""
    async with scripted(GOOD) as server, client(server.base_url, api_version="2026-01-01") as api:
        await api.rename("a1", "new")
    assert server.asked[0].headers["x-api-version"] == "2026-01-01"


async def test_page_token_goes_back_as_it_came() -> None:
    """The opaque offset is quoted, whatever it holds."""
    listed = answer({"orders": [{"order_id": "a1", "name": None}], "pagination": {"next_offset": "t/2+="}})
    async with scripted(listed) as server, client(server.base_url) as api:
        page = await api.page(per_page=1)
        await api.page(per_page=50, offset="t/2+=&x=1")
        await api.page(per_page=9, query=ListQuery(text="12 Elm & co", sort="-name"))
    assert page == OrderPage(orders=(Order(order_id="a1", name=None),), next_offset="t/2+=")
    assert [asked.target for asked in server.asked] == [
        "/v3/orders/?per_page=1",
        "/v3/orders/?per_page=50&offset=t%2F2%2B%3D%26x%3D1",
        "/v3/orders/?per_page=9&q=12%20Elm%20%26%20co&sort=-name",
    ]


async def test_cookies_are_not_kept() -> None:
    """A cookie of a gateway does not come back with the next request."""
    async with (
        scripted(answer({"order_id": "a1", "name": "n"}, Set_Cookie="track=1; Path=/")) as server,
        client(server.base_url) as api,
    ):
        await api.get("a1")
        await api.get("a1")
    assert "cookie" not in server.asked[1].headers


async def test_netrc_is_not_read(home: Path) -> None:
    """A password that the user keeps for this host stays there."""
    netrc = home / ".netrc"
    netrc.write_text("machine 127.0.0.1 login me password netrc-marker\n")
    netrc.chmod(0o600)
    async with scripted(GOOD) as server, client(server.base_url) as api:
        await api.get("a1")
    assert "authorization" not in server.asked[0].headers


# Where the key goes


@every_request
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308], ids=str)
async def test_redirect_is_not_followed(status: int, request_of: Request) -> None:
    """Neither the key nor the new name reaches another origin."""
    async with scripted(GOOD) as other:
        redirect = answer(status=f"{status} Elsewhere", Location=f"{other.base_url}/v3/orders/a1")
        error = await failure(redirect, request_of=request_of)
    assert not other.connections
    assert (type(error), error.status, error.may_be_applied) == (RefusedError, status, status < 307)


BAD_ANSWERS: dict[str, tuple[bytes | None, ...]] = {
    "hangs": (None,),
    "hangs up": (b"",),
    "no HTTP": (b"\x00\xff\r\n\r\n",),
    "cut off": (answer({}, length=99),),
    "redirect": (answer(status="307 Elsewhere", Location="http://127.0.0.1:9/"),),
    "echoes the key to 401": (answer({"message": f"bad {KEY}", "detail": {KEY: [KEY]}}, status="401 Unauthorized"),),
    "echoes the key to 422": (answer({"message": f"bad {KEY}", "detail": {KEY: [KEY]}}, status="422 Unprocessable"),),
    "echoes the key to 503": (answer({"message": KEY}, status=f"503 {KEY}", X_Api_Key=KEY),),
    "no JSON": (answer(KEY.encode()),),
}


@every_request
@pytest.mark.parametrize("script", BAD_ANSWERS.values(), ids=BAD_ANSWERS.keys())
async def test_key_is_in_no_exception(script: tuple[bytes | None, ...], request_of: Request) -> None:
    """Neither the error, nor its traceback, nor what it is chained to shows the key."""
    with pytest.raises((RequestError, KeyRefusedError)) as caught:
        await ask(*script, request_of=request_of, timeout_s=0.1)
    error = caught.value
    assert KEY not in f"{error!r} {error} {vars(error)}"
    assert KEY not in "".join(traceback.format_exception(error))
    assert (error.__cause__, error.__context__) == (None, None)


async def test_server_that_is_not_there_is_told_without_the_key() -> None:
    """Nothing was sent to a port at which no server listens."""
    async with scripted(GOOD) as server:
        gone = server.base_url
    with pytest.raises(TransientError, match=r"^connection refused$") as caught:
        async with client(gone) as api:
            await api.rename("a1", "new")
    assert not caught.value.may_be_applied
    assert KEY not in "".join(traceback.format_exception(caught.value))


# What the answers are worth


async def test_order_is_read() -> None:
    """A good answer is the order."""
    assert await ask(GOOD, request_of=REQUESTS["get"]) == Order(order_id="a1", name="new")


async def test_missing_order_is_none() -> None:
    """404 is an answer to a read, not a failure."""
    assert await ask(answer(status="404 Not Found"), request_of=REQUESTS["get"]) is None


@pytest.mark.parametrize("status", ["404 Not Found", "422 Unprocessable Entity"])
async def test_refused_rename_carries_the_words_of_the_server(status: str) -> None:
    """The API's final no comes with its reason."""
    error = await failure(answer({"message": "Not today"}, status=status))
    assert (type(error), error.words, error.may_be_applied) == (RefusedError, "Not today", False)


async def test_refused_read_other_than_404_is_a_refusal() -> None:
    """A 403 doesn't mean that there is no such order."""
    error = await failure(answer(status="403 Forbidden"), request_of=REQUESTS["get"])
    assert (type(error), error.status) == (RefusedError, 403)


@every_request
async def test_refused_key_ends_the_run(request_of: Request) -> None:
    """A 401 is raised as what it is."""
    with pytest.raises(KeyRefusedError):
        await ask(answer(status="401 Unauthorized"), request_of=request_of)


@pytest.mark.parametrize(
    ("status", "kind"), [("429 Too Many Requests", ThrottledError), ("503 Service Unavailable", TransientError)]
)
async def test_hint_of_the_server_is_read(status: str, kind: type[RequestError]) -> None:
    """Headers are found whatever their case."""
    error = await failure(answer(status=status, retry_AFTER="7"))
    assert (type(error), error.retry_after_s) == (kind, 7)


async def test_another_name_is_no_success() -> None:
    """The name that the server kept instead is told."""
    error = await failure(answer({"order_id": "a1", "name": "NEW"}))
    assert isinstance(error, ForeignNameError)
    assert error.kept == "NEW"


ORDER = b'{"order_id": "a1", "name": "new"}'
NOT_THE_ANSWER = {
    "html": (answer(b"<html>Welcome</html>", Content_Type="text/html"), "a web page instead of an answer"),
    "other id": (answer({"order_id": "b2", "name": "new"}), "another order"),
    "claims more than it has": (answer(ORDER, length=99) , "cut off"),
    "JSON cut off": (answer(ORDER[:-3]), "not a JSON object"),
    "chunks cut off": (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n21\r\n{", "cut off"),
    "bad chunks": (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{", "not HTTP"),
    "gzip cut off": (answer(gzip.compress(ORDER)[:20], Content_Encoding="gzip"), "not a JSON object"),
    "no gzip": (answer(ORDER, Content_Encoding="gzip"), "cut off"),
    "unknown encoding": (answer(ORDER, Content_Encoding="br"), "not HTTP"),
    "no HTTP": (b"SSH-2.0-OpenSSH_9.9\r\n\r\n", "not HTTP"),
    "endless header": (b"HTTP/1.1 200 OK\r\nX: " + b"x" * 100_000 + b"\r\n\r\n", "not HTTP"),
    "negative length": (b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n", "not HTTP"),
    "hangs up": (b"", "a connection that broke off"),
    "half a header": (b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-", "a connection that broke off"),
}  # fmt: skip


@pytest.mark.parametrize(("script", "told"), NOT_THE_ANSWER.values(), ids=NOT_THE_ANSWER.keys())
async def test_what_is_not_the_answer_is_no_success(script: bytes, told: str) -> None:
    """It is tried again, and read back in the end: the server may have renamed the order."""
    # Some of these leave the client waiting for the rest until the server hangs up.
    closing = script.replace(b"\r\n", b"\r\nConnection: close\r\n", 1) if script.startswith(b"HTTP") else script
    error = await failure(closing)
    assert isinstance(error, TransientError)
    assert told in error.failure
    assert error.may_be_applied


@pytest.mark.parametrize(
    ("script", "told"),
    [
        (answer(), "an empty answer"),
        (b"HTTP/1.1 204 No Content\r\n\r\n", "204 No Content, which shows no order"),
        (answer({"order_id": "a1", "name": "old"}, status="202 Accepted"), "202 Accepted, which shows no order"),
        (answer({"order_id": "a1"}), "without the order's name"),
    ],
    ids=["empty", "204", "202", "no name"],
)
async def test_a_rename_that_was_heard_is_settled_by_reading(script: bytes, told: str) -> None:
    """The API took it: sending it again would tell no more than a look at the order."""
    error = await failure(script)
    assert isinstance(error, UnconfirmedError)
    assert told in error.failure
    assert error.may_be_applied


async def test_missing_id_is_taken_for_the_one_asked_for() -> None:
    """Any field may be missing; the address has named the order."""
    assert await ask(answer({"name": "new", "total_images": 3})) == Order(order_id="a1", name="new", total_images=3)


@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
async def test_compressed_answer_is_unpacked(encoding: str) -> None:
    """What a gateway has compressed is read all the same."""
    packed = gzip.compress(ORDER) if encoding == "gzip" else zlib.compress(ORDER)
    assert await ask(answer(packed, Content_Encoding=encoding)) == Order(order_id="a1", name="new")


def gzip_bomb(mib: int) -> bytes:
    """Return a gzip stream that unpacks to ``mib`` MiB of blanks, each of them packed in about a kilobyte."""
    packer = zlib.compressobj(wbits=31)
    first = packer.compress(b" " * A_MIB) + packer.flush(zlib.Z_FULL_FLUSH)
    again = packer.compress(b" " * A_MIB) + packer.flush(zlib.Z_FULL_FLUSH)
    return first + again * (mib - 1)


@pytest.mark.parametrize("status", ["200 OK", "503 Service Unavailable"])
async def test_gzip_bomb_is_cut_at_32_mib(status: str) -> None:
    """A megabyte that unpacks to a gigabyte costs no more memory than the largest answer allowed."""
    bomb = answer(gzip_bomb(1024), status=status, Content_Encoding="gzip")
    assert len(bomb) < 2 * A_MIB
    tracemalloc.start()
    try:
        error = await failure(bomb)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert (type(error), error.failure, error.may_be_applied) == (TransientError, "an answer over 32 MB", True)
    assert peak < 48 * A_MIB


async def test_images_are_never_kept() -> None:
    """Of an answer of 2 MB for an order with many images, a few hundred bytes stay."""
    images = [{"image_id": f"i{n}", "url": "x" * 900} for n in range(2_200)]
    large = answer({"order_id": "a1", "name": "new", "total_images": 2_200, "images": images})
    assert len(large) > 2_000_000
    async with scripted(large) as server, client(server.base_url) as api:
        await api.get("a1")  # what the client needs for itself is there now
        gc.collect()
        tracemalloc.start()
        try:
            order = await api.rename("a1", "new")
            gc.collect()
            kept = tracemalloc.get_traced_memory()[0]
        finally:
            tracemalloc.stop()
    assert order == Order(order_id="a1", name="new", total_images=2_200)
    assert kept < 200_000


PIECES = (
    *(b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 302 X\r\n", b"Content-Length: 5\r\n", b"Transfer-Encoding: chunked\r\n"),
    *(b"Content-Encoding: gzip\r\n", b"Connection: keep-alive\r\n", b"\r\n", b"5\r\n", b"0\r\n", ORDER, b"{", b"\x00"),
)
FUZZ = st.lists(st.sampled_from(PIECES) | st.binary(max_size=20), max_size=8).map(b"".join)


@settings(max_examples=150)
@given(FUZZ)
def test_any_bytes_are_an_order_or_a_request_error(sent: bytes) -> None:
    """Whatever comes over the wire, nothing but the room's own errors leaves the room."""

    async def main() -> None:
        async with scripted(sent + b"\r\nConnection: close\r\n\r\n") as server, client(server.base_url) as api:
            with suppress(RequestError, KeyRefusedError):
                assert await api.rename("a1", "new") == Order(order_id="a1", name="new")

    asyncio.run(main())


# Connections and time


async def test_connection_is_kept_for_the_next_request() -> None:
    """A row doesn't pay for a connection of its own."""
    async with scripted(GOOD) as server, client(server.base_url) as api:
        await api.get("a1")
        await api.rename("a1", "new")
    assert [asked.connection for asked in server.asked] == [1, 1]


@every_request
async def test_request_on_a_connection_just_closed_is_not_silently_sent_again(request_of: Request) -> None:
    """The pacer counts every try, so there are no tries that it doesn't know of."""
    async with scripted(GOOD, b"", GOOD) as server, client(server.base_url) as api:
        await api.get("a1")
        with pytest.raises(TransientError, match="a connection that broke off") as caught:
            await request_of(api)
    assert [asked.connection for asked in server.asked] == [1, 1]
    assert caught.value.may_be_applied


async def test_silent_server_is_given_up() -> None:
    """After the timeout it isn't known what came of the request."""
    began = time.monotonic()
    error = await failure(None, timeout_s=0.5)
    assert time.monotonic() - began < 30
    assert (type(error), error.failure) == (TransientError, "no answer in time")
    assert (error.timed_out, error.may_be_applied) == (True, True)


async def test_answer_that_never_ends_is_given_up() -> None:
    """A server that keeps the body back runs into the same timeout."""
    async with scripted(answer(ORDER, length=99)) as server, client(server.base_url, timeout_s=0.5) as api:
        with pytest.raises(TransientError, match="no answer in time") as caught:
            await api.rename("a1", "new")
    assert caught.value.timed_out


async def test_connecting_has_a_time_of_its_own() -> None:
    """A server that accepts, but never shakes hands for TLS, has certainly renamed nothing."""
    async with scripted(None) as server, client(server.base_url.replace("http", "https"), timeout_s=0.2) as api:
        with pytest.raises(TransientError, match="no connection in time") as caught:
            await api.rename("a1", "new")
    assert (caught.value.timed_out, caught.value.may_be_applied) == (False, False)


async def test_probe_does_not_wait_for_the_requests_of_the_rows() -> None:
    """One connection more than workers is there."""
    async with scripted(None, GOOD) as server, client(server.base_url, connections=1) as api:
        waiting = asyncio.create_task(api.rename("a1", "new"))
        await server.arrived.wait()
        assert await api.get("a1") == Order(order_id="a1", name="new")
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting


async def test_cancelled_request_hangs_up() -> None:
    """A cancellation passes through, and the connection is not used again."""
    async with scripted(None, GOOD) as server, client(server.base_url) as api:
        async with anyio.create_task_group() as group:
            group.start_soon(api.rename, "a1", "new")
            await server.arrived.wait()
            group.cancel_scope.cancel()
        await asyncio.wait_for(server.left.wait(), DEADLINE_S)
        await api.get("a1")
    assert [asked.connection for asked in server.asked] == [1, 2]


# TLS and proxies


async def test_certificate_that_nobody_vouches_for_ends_the_run() -> None:
    """Nothing is sent to a server that can't prove who it is."""
    async with scripted(GOOD, tls=True) as server, client(server.base_url) as api:
        told = r"certificate of 127.0.0.1 can't be trusted: self.signed certificate\. .*SSL_CERT_FILE"
        with pytest.raises(CertificateError, match=told) as caught:
            await api.rename("a1", "new")
    assert not server.asked
    assert caught.value.__context__ is None
    assert KEY not in "".join(traceback.format_exception(caught.value))


@pytest.mark.usefixtures("trusted")
async def test_certificate_of_another_host_ends_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    """The certificate is good, but for this machine, not for the name that leads here."""

    async def here(_: object, host: str, port: int, **__: object) -> list[dict[str, object]]:
        place = {"host": "127.0.0.1", "port": port, "family": socket.AF_INET, "proto": 0, "flags": 0}
        return [{"hostname": host, **place}]

    monkeypatch.setattr(aiohttp.connector.TCPConnector, "_resolve_host", here)
    async with (
        scripted(GOOD, tls=True) as server,
        client(server.base_url.replace("127.0.0.1", "api.example.com")) as api,
    ):
        with pytest.raises(CertificateError, match=r"of api\.example\.com can't be trusted: .*another server"):
            await api.get("a1")
    assert not server.asked


async def test_server_without_tls_is_told() -> None:
    """A secure connection that can't be made is no lost answer."""

    async def handle(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 smtp.example.com ready\r\n")

    async with listening(handle) as port, client(f"https://127.0.0.1:{port}") as api:
        with pytest.raises(TransientError, match=r"^no secure connection \(") as caught:
            await api.rename("a1", "new")
    assert not caught.value.may_be_applied


@pytest.fixture
def trusted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let clients trust the tests' certificate, as SSL_CERT_FILE does when a program starts."""
    monkeypatch.setattr(aiohttp.connector, "_SSL_CONTEXT_VERIFIED", ssl.create_default_context(cafile=CERTIFICATE))


class Tunnels:
    """A proxy on loopback that opens tunnels, and notes the requests for them."""

    def __init__(self) -> None:
        self.heads: list[str] = []
        self.address = ""

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one CONNECT, then carry bytes both ways until one side hangs up."""
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        self.heads.append(head)
        host, port = head.split(" ")[1].rsplit(":", 1)
        there_reader, there_writer = await asyncio.open_connection(host, int(port))
        writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        await asyncio.gather(_carry(reader, there_writer), _carry(there_reader, writer))


async def _carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(ConnectionError):
        while data := await reader.read(65536):
            writer.write(data)
    writer.close()
    with suppress(ConnectionError):
        await writer.wait_closed()


@pytest.fixture
async def proxy() -> AsyncIterator[Tunnels]:
    """Run a proxy."""
    tunnels = Tunnels()
    async with listening(tunnels.handle) as port:
        tunnels.address = f"127.0.0.1:{port}"
        yield tunnels


@pytest.mark.usefixtures("trusted")
@pytest.mark.parametrize(
    ("variable", "scheme"), [("HTTPS_PROXY", "http://"), ("https_proxy", ""), ("ALL_PROXY", "http://")]
)
async def test_proxy_of_the_environment_is_used(
    proxy: Tunnels, monkeypatch: pytest.MonkeyPatch, variable: str, scheme: str, home: Path
) -> None:
    """The proxy carries the encrypted bytes; it sees neither the key nor a password from ``.netrc``."""
    (home / ".netrc").write_text("machine 127.0.0.1 login me password netrc-marker\n")
    monkeypatch.setenv(variable, scheme + proxy.address)
    async with scripted(GOOD, tls=True) as server, client(server.base_url) as api:
        assert await api.rename("a1", "new") == Order(order_id="a1", name="new")
    [head] = proxy.heads
    assert head.startswith(f"CONNECT {server.base_url.removeprefix('https://')} HTTP/1.1\r\n")
    assert KEY not in head
    assert "authorization" not in head.lower()
    assert server.asked[0].headers["x-api-key"] == KEY
    assert "authorization" not in server.asked[0].headers


async def test_proxy_can_not_stand_in_for_the_server(proxy: Tunnels, monkeypatch: pytest.MonkeyPatch) -> None:
    """TLS is verified through a proxy as well."""
    monkeypatch.setenv("HTTPS_PROXY", f"http://{proxy.address}")
    async with scripted(GOOD, tls=True) as server, client(server.base_url) as api:
        with pytest.raises(CertificateError):
            await api.rename("a1", "new")
    assert len(proxy.heads) == 1
    assert not server.asked


@pytest.mark.usefixtures("trusted")
async def test_proxy_is_given_its_password(proxy: Tunnels, monkeypatch: pytest.MonkeyPatch) -> None:
    """Name and password in the proxy's address go to the proxy."""
    monkeypatch.setenv("HTTPS_PROXY", f"http://me:pass@{proxy.address}")
    async with scripted(GOOD, tls=True) as server, client(server.base_url) as api:
        await api.get("a1")
    assert "Proxy-Authorization: Basic bWU6cGFzcw==" in proxy.heads[0]
    assert "proxy-authorization" not in server.asked[0].headers


@pytest.mark.usefixtures("trusted")
@pytest.mark.parametrize("exempt", ["127.0.0.1", "*", "other.example, 127.0.0.1:{port}"])
async def test_exempt_host_is_reached_directly(proxy: Tunnels, monkeypatch: pytest.MonkeyPatch, exempt: str) -> None:
    """``NO_PROXY`` names hosts, with or without a port, that need no proxy."""
    monkeypatch.setenv("HTTPS_PROXY", f"http://{proxy.address}")
    async with scripted(GOOD, tls=True) as server:
        monkeypatch.setenv("NO_PROXY", exempt.format(port=server.base_url.rsplit(":", 1)[1]))
        async with client(server.base_url) as api:
            await api.get("a1")
    assert not proxy.heads


async def test_this_machine_is_reached_directly(proxy: Tunnels, monkeypatch: pytest.MonkeyPatch) -> None:
    """Plain http goes to loopback only, and no proxy gets to see it."""
    for variable in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(variable, f"http://{proxy.address}")
    assert await ask(GOOD) == Order(order_id="a1", name="new")
    assert not proxy.heads


@pytest.mark.parametrize("status", ["403 Forbidden", "503 Service Unavailable"])
async def test_refusal_by_the_proxy_is_told(monkeypatch: pytest.MonkeyPatch, status: str) -> None:
    """A proxy that says no has passed nothing on, and its words are no words of the API."""
    async with scripted(answer(status=status)) as refusing:
        monkeypatch.setenv("HTTPS_PROXY", refusing.base_url)
        async with client("https://127.0.0.1:9") as api:
            with pytest.raises(TransientError) as caught:
                await api.rename("a1", "new")
    place = refusing.base_url.removeprefix("http://")
    assert caught.value.failure == f"a refusal by the proxy {place} ({status[:3]})"
    assert not caught.value.may_be_applied


@pytest.mark.parametrize(
    ("user", "said"),
    [
        ("", "wants user:password (407). Put them into HTTPS_PROXY, such as http://USER:PASSWORD@"),
        ("me:hunter2@", "does not accept the user:password in HTTPS_PROXY (or ALL_PROXY): 407."),
        ("me@", "does not accept the user:password in HTTPS_PROXY (or ALL_PROXY): 407."),
    ],
    ids=["none given", "wrong ones", "half of them"],
)
async def test_proxy_that_wants_a_password_ends_the_run(monkeypatch: pytest.MonkeyPatch, user: str, said: str) -> None:
    """It would want it the next time, too; what was given is not shown."""
    async with scripted(answer(status="407 Proxy Authentication Required")) as refusing:
        place = refusing.base_url.removeprefix("http://")
        monkeypatch.setenv("HTTPS_PROXY", f"http://{user}{place}")
        async with client("https://127.0.0.1:9") as api:
            with pytest.raises(ProxyRefusedError) as caught:
                await api.rename("a1", "new")
    assert str(caught.value).startswith(f"The proxy {place} {said}")
    assert "hunter2" not in "".join(traceback.format_exception(caught.value))


@every_request
async def test_proxy_on_the_way_that_wants_a_password_ends_the_run(request_of: Request) -> None:
    """A 407 is never the API's, and says nothing of the order."""
    with pytest.raises(ProxyRefusedError, match=r"^A proxy on the way wants user:password \(407\)"):
        await ask(answer(status="407 Proxy Authentication Required"), request_of=request_of)


async def test_proxy_that_is_not_there_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is not taken for the API, and its password is not shown."""
    async with scripted(GOOD) as server:
        place = server.base_url.removeprefix("http://")
        monkeypatch.setenv("HTTPS_PROXY", f"http://me:hunter2@{place}")
    async with client("https://127.0.0.1:9") as api:
        with pytest.raises(TransientError, match=rf"^no connection to the proxy {place} \(") as caught:
            await api.rename("a1", "new")
    assert not caught.value.may_be_applied
    assert "hunter2" not in "".join(traceback.format_exception(caught.value))


async def test_proxy_whose_name_is_unknown_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """The look-up that failed was of the proxy's name, not of the API's."""

    async def unknown(*_: object, **__: object) -> list[object]:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(aiohttp.connector.TCPConnector, "_resolve_host", unknown)
    monkeypatch.setenv("HTTPS_PROXY", "http://me:hunter2@proxy.invalid:3128")
    async with client("https://api.example.com") as api:
        with pytest.raises(TransientError) as caught:
            await api.rename("a1", "new")
    told = "a proxy whose address can't be looked up (proxy.invalid: Name or service not known)"
    assert (caught.value.failure, caught.value.may_be_applied) == (told, False)


async def test_proxy_that_keeps_silent_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """It took the connection, and never opened the tunnel."""
    async with scripted(None) as server:
        monkeypatch.setenv("HTTPS_PROXY", server.base_url)
        async with client("https://127.0.0.1:9", timeout_s=0.2) as api:
            with pytest.raises(TransientError, match=r"^no connection through the proxy 127\.0\.0\.1:\d+ in time$"):
                await api.rename("a1", "new")


@pytest.mark.parametrize("address", ["socks5://me:pass@localhost:1080", "http://me:pass@:x", "http://", "::pass::"])
async def test_unusable_proxy_is_wrong_input(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    """It is said at once, and without the password."""
    monkeypatch.setenv("HTTPS_PROXY", address)
    with pytest.raises(SettingsError, match="HTTPS_PROXY") as caught:
        async with client("https://127.0.0.1:9"):
            pass
    assert "pass" not in str(caught.value)
