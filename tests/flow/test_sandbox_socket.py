"""The sandbox over a real loopback socket: faults, outages, limits and the log, as a client meets them."""

from __future__ import annotations

import asyncio
import io
import json
import socket
from collections.abc import AsyncIterator
from contextlib import closing
from email.utils import parsedate_to_datetime
from pathlib import Path

import aiohttp
import pytest

from batch_renamer.errors import SettingsError
from batch_renamer.sandbox import (
    Fault,
    FaultKind,
    FaultPlan,
    Latency,
    LimitSpec,
    NamedBy,
    OrderStore,
    Outage,
    OutageMode,
    RequestLog,
    Rule,
    Sandbox,
    running,
    script,
)
from batch_renamer.sandbox.wire import HUGE_BYTES


class Sleeps:
    """Note the seconds asked for instead of sleeping, and what the order was called meanwhile."""

    def __init__(self, store: OrderStore) -> None:
        self.seconds: list[float] = []
        self.names: list[str | None] = []
        self._store = store

    async def __call__(self, seconds: float) -> None:
        """Take note."""
        self.seconds.append(seconds)
        self.names.append(self._store.names()["a1"])


class Bench:
    """A sandbox with one order on a port, and a client without habits of its own."""

    def __init__(self, client: aiohttp.ClientSession, sandbox: Sandbox, sleeps: Sleeps) -> None:
        self.client, self.sandbox, self.sleeps = client, sandbox, sleeps
        self.now_s = 0.0

    @property
    def name(self) -> str | None:
        """What the server calls the order."""
        return self.sandbox.store.names()["a1"]

    async def send(self, method: str = "PATCH", path: str = "/v3/orders/a1") -> tuple[int, dict[str, str], bytes]:
        """Rename the order to "new" (or send something else), and read the answer to its end."""
        body = {"name": "new"} if method == "PATCH" else None
        async with self.client.request(
            method, path, json=body, headers={"x-api-key": "k"}, allow_redirects=False
        ) as response:
            return response.status, dict(response.headers), await response.read()


@pytest.fixture
async def bench() -> AsyncIterator[Bench]:
    """Serve one order named "old"."""
    store = OrderStore()
    store.seed("a1", "old", images=2)
    sleeps = Sleeps(store)
    sandbox = Sandbox(store=store, api_key="k", sleep=sleeps, clock=lambda: made.now_s, wall_clock=lambda: 1000.0)
    async with running(sandbox) as base_url, aiohttp.ClientSession(base_url) as client:
        made = Bench(client, sandbox, sleeps)
        yield made


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        ("429", 429),
        ("429-retry-after", 429),
        ("429-retry-after-date", 429),
        ("403-retry-after", 403),
        ("403-html", 403),
        ("500", 500),
        ("502-html", 502),
        ("503", 503),
        ("504-empty", 504),
        ("redirect", 307),
    ],
)
async def test_a_refusal_does_nothing(bench: Bench, kind: str, status: int) -> None:
    """The request is answered with the fault's status once, and the order keeps its name."""
    bench.sandbox.faults = FaultPlan(rules=script(kind))
    assert ((await bench.send())[0], bench.name) == (status, "old")
    assert ((await bench.send())[0], bench.name) == (200, "new")


async def test_refusals_look_like_those_of_a_gateway(bench: Bench) -> None:
    """HTML, nothing at all, and two kinds of Retry-After."""
    bench.sandbox.faults = FaultPlan(
        rules=script("502-html", "504-empty", "429", "429-retry-after", "429-retry-after-date")
    )
    _, html_headers, html = await bench.send()
    assert html_headers["Content-Type"].startswith("text/html")
    assert html.startswith(b"<!DOCTYPE html>")
    assert (await bench.send())[2] == b""
    assert "Retry-After" not in (await bench.send())[1]
    assert (await bench.send())[1]["Retry-After"] == "1"
    headers = (await bench.send())[1]
    assert [parsedate_to_datetime(headers[name]).timestamp() for name in ("Date", "Retry-After")] == [1000, 1001]


async def test_a_forbidding_gateway_says_so_in_two_ways(bench: Bench) -> None:
    """With a time to come again, and as a page made for a browser."""
    bench.sandbox.faults = FaultPlan(rules=script("403-retry-after", "403-html"))
    assert (await bench.send())[1]["Retry-After"] == "1"
    _, headers, page = await bench.send()
    assert headers["Content-Type"].startswith("text/html")
    assert b"<title>Access denied</title>" in page


async def test_a_token_of_another_shape_is_no_text(bench: Bench) -> None:
    """The page is good but for its token; the last page has none to spoil."""
    bench.sandbox.store.seed("a2", "old")
    bench.sandbox.faults = FaultPlan(rules=script("foreign-offset", "foreign-offset", method="GET"))
    first, last = [json.loads((await bench.send("GET", f"/v3/orders/?per_page={n}"))[2]) for n in (1, 2)]
    assert (len(first["orders"]), type(first["pagination"]["next_offset"])) == (1, dict)
    assert (len(last["orders"]), last["pagination"]["next_offset"]) == (2, None)


async def test_a_redirect_points_to_no_server(bench: Bench) -> None:
    """A client that follows it, key and all, reaches no server; a test can name another place."""
    elsewhere = Fault(kind=FaultKind.REDIRECT, text="http://127.0.0.1:9/")
    bench.sandbox.faults = FaultPlan(rules=script("redirect", elsewhere))
    assert (await bench.send())[1]["Location"] == "https://elsewhere.invalid/v3/orders/a1"
    assert (await bench.send())[1]["Location"] == "http://127.0.0.1:9/"


@pytest.mark.parametrize(
    ("kind", "error", "name"),
    [
        ("reset-before", aiohttp.ClientOSError, "old"),
        ("reset-after", aiohttp.ClientOSError, "new"),
        ("close-after", aiohttp.ServerDisconnectedError, "new"),
        ("cut-off", aiohttp.ClientPayloadError, "new"),
    ],
)
async def test_a_lost_answer(bench: Bench, kind: str, error: type[Exception], name: str) -> None:
    """The client reads an error either way; only the server knows whether the order was renamed."""
    bench.sandbox.faults = FaultPlan(rules=script(kind))
    with pytest.raises(error):
        await bench.send()
    assert bench.name == name
    assert (await bench.send("GET"))[0] == 200


@pytest.mark.parametrize("kind", ["malformed", "html", "truncated-gzip"])
async def test_a_200_that_is_no_json(bench: Bench, kind: str) -> None:
    """The order is renamed, and the answer can't be read as an order."""
    bench.sandbox.faults = FaultPlan(rules=script(kind))
    status, _, body = await bench.send()
    assert (status, bench.name) == (200, "new")
    with pytest.raises(ValueError, match=r".+"):
        json.loads(body)


@pytest.mark.parametrize(
    ("kind", "shown", "kept"),
    [
        pytest.param("wrong-name", ("a1", "A name that was not asked for"), "new", id="wrong name"),
        pytest.param("wrong-id", ("another-order", "new"), "new", id="wrong id"),
        pytest.param("third-name", ("a1", "A third name, kept by the server"), None, id="third name"),
    ],
)
async def test_a_200_that_tells_something_else(
    bench: Bench, kind: str, shown: tuple[str, str], kept: str | None
) -> None:
    """The answer is a whole order with one field that is not what was asked for."""
    bench.sandbox.faults = FaultPlan(rules=script(kind))
    document = json.loads((await bench.send())[2])
    assert (document["order_id"], document["name"]) == shown
    assert bench.name == (kept or document["name"])
    assert len(document["images"]) == 2


@pytest.mark.parametrize("kind", ["wrong-name", "wrong-id", "third-name"])
async def test_an_answer_without_an_order_tells_nothing_else(bench: Bench, kind: str) -> None:
    """A missing order is 404 whatever fault of an order is due."""
    bench.sandbox.faults = FaultPlan(rules=script(kind))
    status, _, body = await bench.send(path="/v3/orders/missing")
    assert (status, json.loads(body)["message"]) == (404, "Order not found")


async def test_a_third_name_is_marked_as_the_faults_doing(bench: Bench) -> None:
    """A test that no order got a name that was not asked for can tell the sandbox's own from the client's."""
    bench.sandbox.faults = FaultPlan(rules=script("third-name"))
    await bench.send()
    assert [given.by for given in bench.sandbox.store.history("a1")] == [NamedBy.SEED, NamedBy.FAULT]


async def test_a_small_answer_can_unpack_to_a_huge_one(bench: Bench) -> None:
    """It is valid JSON of the right order, and larger than a client should read."""
    bench.sandbox.faults = FaultPlan(rules=script("huge"))
    _, headers, body = await bench.send()
    assert int(headers["Content-Length"]) < 1_000_000
    assert len(body) > HUGE_BYTES
    assert json.loads(body)["name"] == "new"


@pytest.mark.parametrize("kind", ["cut-off", "malformed", "truncated-gzip", "huge", "wrong-id"])
async def test_an_answer_without_a_body_has_nothing_to_break(bench: Bench, kind: str) -> None:
    """Deleting answers 204 whatever fault of the body is due."""
    bench.sandbox.faults = FaultPlan(rules=script(kind, method="DELETE"))
    assert (await bench.send("DELETE"))[0] == 204


@pytest.mark.parametrize(("kind", "meanwhile"), [("slow", "old"), ("slow-after", "new")])
async def test_a_slow_answer(bench: Bench, kind: str, meanwhile: str) -> None:
    """The time passes before the order is renamed, or after it."""
    bench.sandbox.faults = FaultPlan(rules=[Rule(fault=Fault(kind=FaultKind(kind), seconds=7))])
    assert (await bench.send())[0] == 200
    assert (bench.sleeps.seconds, bench.sleeps.names) == ([7], [meanwhile])


async def test_a_slow_request_is_carried_out_though_the_client_has_gone() -> None:
    """A client that gives up must not believe that nothing happened."""
    store = OrderStore()
    store.seed("a1", "old")
    asleep, wake, renamed = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def sleep(_seconds: float) -> None:
        asleep.set()
        await wake.wait()
        asyncio.get_running_loop().call_soon(renamed.set)

    sandbox = Sandbox(store=store, api_key="k", sleep=sleep, faults=FaultPlan(rules=script("slow")))
    async with running(sandbox) as base_url, aiohttp.ClientSession(base_url) as client:
        request = asyncio.create_task(
            client.patch("/v3/orders/a1", json={"name": "new"}, headers={"x-api-key": "k"}).__aenter__()
        )
        await asleep.wait()
        request.cancel()
        await asyncio.gather(request, return_exceptions=True)
        assert store.names() == {"a1": "old"}
        wake.set()
        await renamed.wait()
        assert store.names() == {"a1": "new"}


async def test_latency_passes_before_every_answer(bench: Bench) -> None:
    """The base, and never more than the jitter on top."""
    bench.sandbox.latency = Latency(base_s=0.1, jitter_s=0.05)
    for _ in range(20):
        await bench.send("GET")
    assert all(0.1 <= seconds < 0.15 for seconds in bench.sleeps.seconds)
    assert len(set(bench.sleeps.seconds)) == 20


@pytest.mark.parametrize(
    ("mode", "status"), [(OutageMode.UNAVAILABLE, 503), (OutageMode.THROTTLED, 429), (OutageMode.REFUSE, None)]
)
async def test_an_outage_is_switched_on_and_off(bench: Bench, mode: OutageMode, status: int | None) -> None:
    """While it lasts every request meets it and nothing is done; then all is as before."""
    bench.sandbox.outage = Outage(mode=mode)
    for method in ("PATCH", "GET"):
        try:
            assert (await bench.send(method))[0] == status
        except aiohttp.ClientOSError:
            assert status is None
    assert bench.name == "old"
    bench.sandbox.outage = None
    assert ((await bench.send())[0], bench.name) == (200, "new")


async def test_an_outage_follows_the_clock_from_the_first_request(bench: Bench) -> None:
    """Only renames are out, from 10 s after the first request to 40 s after it."""
    bench.sandbox.faults = FaultPlan(outages=[Outage(start_s=10, end_s=40, methods=frozenset({"PATCH"}))])
    statuses = []
    for bench.now_s in (100.0, 109.0, 110.0, 139.0, 140.0):
        statuses.append(((await bench.send())[0], (await bench.send("GET"))[0]))
    assert statuses == [(200, 200), (200, 200), (503, 200), (503, 200), (200, 200)]


async def test_silence_does_not_keep_the_sandbox_from_stopping() -> None:
    """A request that hangs is dropped when the sandbox stops, and the client is told by the closed connection."""
    sandbox = Sandbox(outage=Outage(mode=OutageMode.HANG))
    async with aiohttp.ClientSession() as client:
        async with running(sandbox) as base_url:
            request = asyncio.create_task(client.get(f"{base_url}/v3/orders/a1").__aenter__())
            while not sandbox.log.total:  # noqa: ASYNC110 - the log has no event, and the loop only has to turn
                await asyncio.sleep(0)
        with pytest.raises(aiohttp.ClientError):
            await request
    assert [entry.fault for entry in sandbox.log] == ["outage-hang"]


async def test_a_limit_can_be_changed_while_running(bench: Bench) -> None:
    """Requests beyond the limit are 429 and do nothing; a lifted limit is lifted at once."""
    bench.sandbox.set_limit(LimitSpec(requests=2))
    assert [(await bench.send("GET"))[0] for _ in range(4)] == [200, 200, 429, 429]
    bench.now_s = 1.0
    assert (await bench.send("GET"))[0] == 200
    bench.sandbox.set_limit(LimitSpec(requests=1, window_s=30, retry_after=True))
    assert [(await bench.send("GET"))[1].get("Retry-After") for _ in range(2)] == [None, "30"]
    bench.sandbox.set_limit(None)
    assert {(await bench.send("GET"))[0] for _ in range(10)} == {200}


async def test_the_log_tells_what_was_asked(bench: Bench) -> None:
    """Time, method, raw path, order, fault and answer of each request, in the order they came."""
    bench.sandbox.faults = FaultPlan(rules=script("500", "reset-before"))
    for bench.now_s, method, path in [
        (1.0, "PATCH", "/v3/orders/a1"),
        (2.0, "PATCH", "/v3/orders/b%2F2"),
        (3.0, "GET", "/v3/orders/?per_page=1"),
        (4.0, "GET", "/v3/images/1"),
    ]:
        try:
            await bench.send(method, path)
        except aiohttp.ClientOSError:
            assert bench.now_s == 2.0
    entries = [
        (entry.at_s, entry.method, entry.raw_path, entry.order_id, entry.resolved, entry.fault, entry.status)
        for entry in bench.sandbox.log
    ]
    assert entries == [
        (1.0, "PATCH", "/v3/orders/a1", "a1", True, "500", 500),
        (2.0, "PATCH", "/v3/orders/b%2F2", "b/2", True, "reset-before", None),
        (3.0, "GET", "/v3/orders/?per_page=1", None, True, "", 200),
        (4.0, "GET", "/v3/images/1", None, False, "", 402),
    ]
    assert all(entry.has_key and "aiohttp" in entry.user_agent for entry in bench.sandbox.log)


async def test_the_key_is_written_nowhere(tmp_path: Path) -> None:
    """Neither the right key nor a wrong one is in the log, in its file, or in what a debugger shows."""
    path = tmp_path / "requests.jsonl"
    with closing(RequestLog(path=path)) as log:
        sandbox = Sandbox(api_key="right-key", log=log)
        async with running(sandbox) as base_url, aiohttp.ClientSession(base_url) as client:
            for key in ("right-key", "wrong-key"):
                await (await client.get("/v3/orders/", headers={"x-api-key": key})).read()
        shown = path.read_text() + repr(list(log)) + repr(sandbox)
    assert len(log) == 2
    assert "-key" not in shown


async def test_a_body_beyond_a_megabyte_is_refused(bench: Bench) -> None:
    """The server reads no more than it must."""
    body = io.BytesIO(b"x" * 2_000_000)
    async with bench.client.patch("/v3/orders/a1", data=body, headers={"x-api-key": "k"}) as response:
        assert response.status == 413


async def test_an_idle_connection_is_closed(bench: Bench) -> None:
    """The server's patience with idle connections can be set, because clients stumble over it."""
    async with running(bench.sandbox, keepalive_s=0.01) as base_url:
        host, port = base_url.removeprefix("http://").split(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        writer.write(b"GET /v3/orders/a1 HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert b"200 OK" in await reader.read()
        writer.close()


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.1", "example.com", "::"])  # noqa: S104 - it must be refused
async def test_only_this_machine_is_served(host: str) -> None:
    """Any other address is refused before anything listens."""
    with pytest.raises(SettingsError, match=r"127\.0\.0\.1"):
        async with running(Sandbox(), host=host):
            pytest.fail("it listens")


async def test_localhost_is_this_machine() -> None:
    """The name is as good as the number."""
    async with running(Sandbox(), host="localhost") as base_url:
        assert base_url.startswith("http://127.0.0.1:")


async def test_a_port_that_can_not_be_had_is_refused() -> None:
    """A port in use, or none at all, is one sentence with the way out."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        for port in (taken.getsockname()[1], 70_000):
            with pytest.raises(SettingsError, match=f"(?i)port {port}.*0 for any free one"):
                async with running(Sandbox(), port=port):
                    pytest.fail("it listens")


@pytest.mark.parametrize(
    ("kind", "status"),
    [("late-202", 202), ("late-408", 408), ("late-502", 502), ("late-504", 504), ("late-stale", 200)],
)
async def test_a_late_rename_is_answered_before_it_is_made(kind: str, status: int) -> None:
    """The client has its answer, and the order its old name, for as long as the fault says."""
    store, wake, asleep = OrderStore(), asyncio.Event(), list[float]()
    store.seed("a1", "old")

    async def sleep(seconds: float) -> None:
        asleep.append(seconds)
        await wake.wait()

    late = Rule(fault=Fault(kind=FaultKind(kind), seconds=9), method="PATCH")
    sandbox = Sandbox(store=store, api_key="k", sleep=sleep, faults=FaultPlan(rules=[late]))
    async with running(sandbox) as base_url, aiohttp.ClientSession(base_url) as client:
        bench = Bench(client, sandbox, Sleeps(store))
        answered, _, body = await bench.send()
        assert (answered, bench.name, asleep) == (status, "old", [9])
        assert b"new" not in body
        wake.set()
        while bench.name == "old":  # noqa: ASYNC110 - the store has no event, and the loop only has to turn
            await asyncio.sleep(0)
        assert (bench.name, store.history("a1")[-1].by) == ("new", NamedBy.RENAME)


@pytest.mark.parametrize(
    ("kind", "status", "body"),
    [
        ("202", 202, b'{"message": "Accepted"}'),
        ("204", 204, b""),
        ("message-200", 200, b'{"message": "Done"}'),
        ("applied-400", 400, None),
        ("applied-403", 403, None),
        ("applied-404", 404, None),
        ("applied-409", 409, None),
        ("applied-422", 422, None),
    ],
)
async def test_a_rename_is_made_whatever_is_answered(bench: Bench, kind: str, status: int, body: bytes | None) -> None:
    """The order has its new name, and the answer doesn't show it."""
    bench.sandbox.faults = FaultPlan(rules=script(kind))
    answered, _, said = await bench.send()
    assert (answered, bench.name) == (status, "new")
    assert body is None or said == body
    assert b"order_id" not in said


async def test_an_order_may_be_wrapped(bench: Bench) -> None:
    """Another shape than the documented one, in a read as well."""
    bench.sandbox.faults = FaultPlan(rules=script("wrapped-200", method="GET"))
    assert json.loads((await bench.send("GET"))[2])["order"]["name"] == "old"


@pytest.mark.parametrize(("kind", "path"), [("stale-read", "/v3/orders/a1"), ("stale-list", "/v3/orders/?per_page=9")])
async def test_orders_are_shown_as_they_were(kind: str, path: str) -> None:
    """A copy that lags behind shows the name of so many seconds ago; the order itself has its new one."""
    wall = [1000.0]
    store = OrderStore(wall_clock=lambda: wall[0])
    store.seed("a1", "old")
    stale = Rule(fault=Fault(kind=FaultKind(kind), seconds=60), method="GET", times=None)
    sandbox = Sandbox(store=store, api_key="k", faults=FaultPlan(rules=[stale]))
    async with running(sandbox) as base_url, aiohttp.ClientSession(base_url) as client:
        bench = Bench(client, sandbox, Sleeps(store))
        wall[0] = 1100.0
        await bench.send()
        for wall[0], shown in ((1101.0, b'"old"'), (1159.0, b'"old"'), (1160.0, b'"new"')):
            assert shown in (await bench.send("GET", path))[2]
        assert bench.name == "new"
