"""Requests that a stranger could send enter, to every route of the table; each is refused, and nothing happens."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field, replace
from importlib.resources import files
from pathlib import Path

import pytest
from aiohttp import ClientSession, DummyCookieJar
from aiohttp.web import Request, Response, StreamResponse
from multidict import CIMultiDict

from batch_renamer.web import Address, Workspace
from batch_renamer.web.access import SECURITY_HEADERS, TOKEN_HEADER
from batch_renamer.web.routes import ROUTES, Route
from tests.support.served_page import served_page

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")
TWO = "Host: twice"
OPEN = [route for route in ROUTES if route.is_open]


@dataclass(slots=True)
class Rig:
    """A server with the real table, whose handlers only note that they were called."""

    address: Address
    client: ClientSession
    called: list[str] = field(default_factory=list)

    async def ask(
        self, route: Route, headers: Mapping[str, str], *, method: str = "", query: str = ""
    ) -> tuple[int, bytes, Mapping[str, str]]:
        """Send a request to a route; return status, body and headers of its answer."""
        url = re.sub(r"{[^}]*}", "k3f9ab", route.path) + query
        async with self.client.request(method or route.method, url, headers=headers, allow_redirects=False) as answer:
            return answer.status, await answer.read(), answer.headers

    def token(self, token: str | None = None) -> dict[str, str]:
        """Return the header with the token of the server, or with another."""
        return {TOKEN_HEADER: self.address.token if token is None else token}


@pytest.fixture
async def rig(tmp_path: Path) -> AsyncIterator[Rig]:
    """Serve the table until the end of a test."""
    called: list[str] = []

    async def note(request: Request, _: Workspace) -> StreamResponse:
        called.append(f"{request.method} {request.path}")
        return Response(text="the secret of a customer")

    async with (
        served_page(tmp_path, routes=[replace(route, handler=note) for route in ROUTES]) as page,
        ClientSession(page.address.origin, cookie_jar=DummyCookieJar()) as client,
    ):
        yield Rig(page.address, client, called)


def _strangers(rig: Rig) -> dict[str, CIMultiDict[str]]:
    """Return the headers of requests that are refused at every route, by what is wrong with them."""
    host = rig.address.origin.removeprefix("http://")
    port = host.partition(":")[2]
    hosts = {
        "a name of the attacker": f"attacker.example:{port}",
        "localhost": f"localhost:{port}",
        "no port": "127.0.0.1",
        "another port": "127.0.0.1:1",
        "IPv6": f"[::1]:{port}",
        "IPv4 within IPv6": f"[::ffff:127.0.0.1]:{port}",
        "another address of this machine": f"127.0.0.2:{port}",
        "all addresses": f"0.0.0.0:{port}",
        "a number": f"2130706433:{port}",
        "a dot at the end": f"127.0.0.1.:{port}",
        "a user": f"me@{host}",
        "two in one": f"{host}, attacker.example",
        "empty": "",
    }
    origins = {
        "foreign": "https://attacker.example",
        "null": "null",
        "another port": "http://127.0.0.1:1",
        "no port": "http://127.0.0.1",
        "localhost": f"http://localhost:{port}",
        "another scheme": f"https://{host}",
        "a longer name": f"{rig.address.origin}.attacker.example",
        "a path": f"{rig.address.origin}/",
        "empty": "",
    }
    token = rig.token()
    wrong = {f"Host: {what}": CIMultiDict({**token, "Host": value}) for what, value in hosts.items()}
    wrong |= {f"Origin: {what}": CIMultiDict({**token, "Origin": value}) for what, value in origins.items()}
    twice = {"Origin": [rig.address.origin, "https://attacker.example"], "Host": [host, "attacker.example"]}
    for name, values in twice.items():
        headers = CIMultiDict(token)
        for value in values:
            headers.add(name, value)
        wrong[f"{name}: twice"] = headers
    wrong["a script of another site"] = CIMultiDict(
        {**token, "Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors"}
    )
    wrong["a script of another port"] = CIMultiDict({**token, "Sec-Fetch-Site": "same-site", "Sec-Fetch-Mode": "cors"})
    return wrong


def _without_token(rig: Rig) -> dict[str, tuple[CIMultiDict[str], str]]:
    """Return headers and query of requests without the token in its header, by what is wrong with them."""
    token = rig.address.token
    own = {"Origin": rig.address.origin, "Sec-Fetch-Site": "same-origin"}
    twice = CIMultiDict({**own, **rig.token()})
    twice.add(TOKEN_HEADER, token)
    return {
        "none": (CIMultiDict(own), ""),
        "empty": (CIMultiDict({**own, TOKEN_HEADER: ""}), ""),
        "wrong": (CIMultiDict({**own, TOKEN_HEADER: "A" * 43}), ""),
        "its beginning": (CIMultiDict({**own, TOKEN_HEADER: token[:-1]}), ""),
        "longer": (CIMultiDict({**own, TOKEN_HEADER: token + "A"}), ""),
        "other case": (CIMultiDict({**own, TOKEN_HEADER: token.swapcase()}), ""),
        "no ASCII": (CIMultiDict({**own, TOKEN_HEADER: "\u00e9" * 43}), ""),
        "twice": (twice, ""),
        "a cookie": (CIMultiDict({**own, "Cookie": f"{TOKEN_HEADER}={token}; token={token}"}), ""),
        "a password": (CIMultiDict({**own, "Authorization": f"Bearer {token}"}), ""),
        "in the query": (CIMultiDict(own), f"?token={token}&{TOKEN_HEADER}={token}"),
    }


async def test_a_stranger_is_refused_at_every_route(rig: Rig) -> None:
    """A foreign Host or Origin gets 403, with the token too, at the shell too; no handler is called."""
    table = {
        (str(route), what): (await rig.ask(route, headers))[0]
        for route in ROUTES
        for what, headers in _strangers(rig).items()
    }
    # aiohttp's parser refuses the two Hosts itself
    assert {case: status for case, status in table.items() if status != 403 and (case[1], status) != (TWO, 400)} == {}
    assert rig.called == []


async def test_without_the_token_every_route_but_the_shell_is_refused(rig: Rig) -> None:
    """No token, a wrong one, or one at another place than its header gets 403; no handler is called."""
    table = {
        (str(route), what): (await rig.ask(route, headers, query=query))[0]
        for route in ROUTES
        if not route.is_open
        for what, (headers, query) in _without_token(rig).items()
    }
    assert {case: status for case, status in table.items() if status != 403} == {}
    assert rig.called == []


async def test_another_method_is_refused_at_every_route(rig: Rig) -> None:
    """It gets 405 with the token and 403 without it; no handler is called."""
    known = {(route.method, route.path) for route in ROUTES}
    others = [(route, one) for route in ROUTES for one in METHODS if (one, route.path) not in known]
    without = {(str(route), one): (await rig.ask(route, {}, method=one))[0] for route, one in others}
    with_it = {(str(route), one): (await rig.ask(route, rig.token(), method=one))[0] for route, one in others}
    assert {case: status for case, status in without.items() if status != 403} == {}
    assert {case: status for case, status in with_it.items() if status != 405} == {}
    assert rig.called == []


async def test_the_page_itself_is_let_in_at_every_route(rig: Rig) -> None:
    """What its script sends has the token, and the browser names the page as the sender."""
    own = {"Origin": rig.address.origin, "Sec-Fetch-Site": "same-origin", "Sec-Fetch-Mode": "cors", **rig.token()}
    assert {str(route): (await rig.ask(route, own))[0] for route in ROUTES} == {str(route): 200 for route in ROUTES}
    assert len(rig.called) == len(ROUTES)


async def test_a_refusal_tells_nothing(rig: Rig) -> None:
    """Whatever is wrong, and whether there is such an address or not, the answer is the same to the letter."""
    paths = [*(route.path for route in ROUTES if not route.is_open), "/nothing", "/pages", "/static", "/static/a/b"]
    asked = [await rig.ask(Route("GET", path, ROUTES[0].handler), {}) for path in paths]
    asked += [await rig.ask(ROUTES[0], headers) for what, headers in _strangers(rig).items() if what != TWO]
    assert len({(status, body) for status, body, _ in asked}) == 1
    assert len({tuple(sorted(set(headers) - {"Date"})) for *_, headers in asked}) == 1


async def test_every_answer_has_the_headers_of_safety(rig: Rig) -> None:
    """Answers, refusals, wrong methods and what does not exist have them all."""
    cases = [(rig.token(), ""), ({}, ""), (rig.token(), "PUT"), ({"Host": "attacker.example"}, "")]
    answers = [
        (await rig.ask(route, headers, method=method))[2]
        for route in (*ROUTES, Route("GET", "/nothing", ROUTES[0].handler))
        for headers, method in cases
    ]
    assert [dict(headers) for headers in answers if not SECURITY_HEADERS.items() <= dict(headers).items()] == []


async def test_a_link_to_the_page_may_be_anywhere(rig: Rig) -> None:
    """A browser that opens the page from a mail or another page says so; that gets the shell, and nothing else."""
    opened = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}
    assert {route.path for route in ROUTES if (await rig.ask(route, {**opened, **rig.token()}))[0] == 200} == {
        route.path for route in OPEN
    }


def test_only_the_shell_and_the_exchange_of_a_code_need_no_token() -> None:
    """A route that is added needs the token unless this list is changed, too."""
    assert {(route.method, route.path) for route in OPEN} == {
        ("GET", "/"),
        ("GET", "/static/{name}"),
        ("POST", "/opening"),
    }


async def test_the_shell_holds_no_data(tmp_path: Path) -> None:
    """What is answered without the token is to the letter what the package holds."""
    static = files("batch_renamer.web").joinpath("static")
    async with served_page(tmp_path) as page, ClientSession(page.address.origin) as client:
        for path, part in [("/", "index.html"), *((f"/static/{one.name}", one.name) for one in static.iterdir())]:
            async with client.get(path) as answer:
                assert answer.status == 200
                assert await answer.read() == static.joinpath(part).read_bytes()


def test_what_the_page_may_load_is_its_own() -> None:
    """The policy of content allows no unsafe source, no other server and no frame."""
    policy = SECURITY_HEADERS["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "http" not in policy
    assert "*" not in policy
    assert policy.startswith("default-src 'none'; ")
    assert "frame-ancestors 'none'" in policy
