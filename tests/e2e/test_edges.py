"""What stands between the command and the API: clocks, limits, gateways, guest networks, proxies, certificates.

Each is met by the real command; what it says and how it ends is what its user is owed.
"""

from __future__ import annotations

import base64
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import quote

import pytest

from batch_renamer.sandbox import Fault, FaultKind, FaultPlan, Rule
from tests.support.command import KEY, Ended
from tests.support.scripted import Scripted, answer, scripted
from tests.support.served import Command

PAGE = b"<!DOCTYPE html><html><head><title>Guest Wi-Fi</title></head><body>Sign in</body></html>"


async def test_a_date_to_come_again_is_counted_from_the_servers_own_clock(renamer: Command) -> None:
    """Its clock is an hour ahead: a second is still a second, and not an hour that is beyond the patience."""
    renamer.sandbox.wall_clock = lambda: time.time() + 3_600
    come_again = Fault(kind=FaultKind.THROTTLED_DATE, seconds=1)
    renamer.sandbox.faults = FaultPlan(rules=[Rule(fault=come_again, method="PATCH", times=3)])
    ran = await renamer.apply(renamer.sheet(renamer.seed(5)), "--json")
    assert (ran.code, set(ran.results)) == (0, {"renamed"})


@pytest.mark.parametrize("after_s", [86_400, 8 * 86_400], ids=["a day", "eight days"])
async def test_a_wait_beyond_patience_stops_the_run(renamer: Command, after_s: int) -> None:
    """Eight days are not less than one; what was on its way when the run stopped is not known."""
    renamer.sandbox.faults = FaultPlan(
        rules=[Rule(fault=Fault(kind=FaultKind.THROTTLED_SECONDS, seconds=after_s), method="PATCH", times=None)]
    )
    words = ("--json", "--patience", "5", "--workers", "10")  # so some rows are left, however late an answer comes
    ran = await renamer.apply(renamer.sheet(renamer.seed(30)), *words)
    assert ran.code == 4
    assert "pending" in ran.results
    assert set(ran.results) <= {"pending", "unknown"}


@pytest.mark.parametrize(
    ("kind", "seconds", "times"), [(FaultKind.FORBIDDEN_LIMIT, 1, 6), (FaultKind.FORBIDDEN_PAGE, 0, 25)]
)
async def test_a_403_of_a_limit_or_a_gateway_in_mid_run_refuses_no_row(
    renamer: Command, kind: FaultKind, seconds: float, times: int
) -> None:
    """For a while all renames meet it; every row is renamed after that, and none is said to be refused."""
    renamer.sandbox.faults = FaultPlan(
        rules=[Rule(fault=Fault(kind=kind, seconds=seconds), method="PATCH", nth=10, times=times)]
    )
    ran = await renamer.apply(renamer.sheet(renamer.seed(60)), "--json")
    assert (ran.code, set(ran.results)) == (0, {"renamed"})


# A page of a gateway is an outage after twenty; a limit is learnt, and the resume begins with that slow rate.
@pytest.mark.parametrize(("kind", "orders"), [(FaultKind.FORBIDDEN_LIMIT, 20), (FaultKind.FORBIDDEN_PAGE, 60)])
async def test_rows_that_met_such_a_403_to_the_end_are_taken_up_by_resume(
    renamer: Command, kind: FaultKind, orders: int
) -> None:
    """The run stops when its patience is at an end; a resume without any other word renames the rest."""
    lasting = Fault(kind=kind, seconds=1 if kind is FaultKind.FORBIDDEN_LIMIT else 0)
    renamer.sandbox.faults = FaultPlan(
        rules=[
            Rule(fault=lasting, method="PATCH", nth=10, times=None),
            Rule(fault=Fault(kind=FaultKind.FORBIDDEN_PAGE), method="GET", nth=50, times=None),
        ]
    )
    sheet = renamer.sheet(renamer.seed(orders))
    stopped = await renamer.apply(sheet, "--json", "--patience", "2")
    assert (stopped.code, {"failed"} & set(stopped.results)) == (4, set())
    renamer.sandbox.faults = FaultPlan()
    words = ["resume", stopped.result["run_id"], "--yes", "--json", "--base-url", renamer.base_url]
    resumed = await renamer.run(*words)
    assert (resumed.code, set(resumed.results)) == (0, {"renamed"})


async def test_a_token_of_another_shape_does_not_hold_a_run_up(renamer: Command) -> None:
    """The neutral question, too, is a page; the run does not wait until its patience is at an end."""
    foreign = Fault(kind=FaultKind.FOREIGN_OFFSET)
    renamer.sandbox.faults = FaultPlan(rules=[Rule(fault=foreign, method="GET", times=None)])
    ran = await renamer.apply(renamer.sheet(renamer.seed(150)), "--json")
    assert (ran.code, set(ran.results)) == (0, {"renamed"})


@asynccontextmanager
async def planned_at(renamer: Command, *script: bytes | None, **env: str) -> AsyncIterator[tuple[Scripted, Ended]]:
    """Plan a sheet at a server that follows a script."""
    async with scripted(*script) as server:
        words = ["plan", str(renamer.sheet([("a1", "New")])), "--base-url", server.base_url, "--patience", "1"]
        yield server, await renamer.run(*words, env=env)


async def test_a_redirect_says_where_it_leads(renamer: Command) -> None:
    """It is not followed, and nothing is waited for."""
    away = answer(status="302 Found", Location="https://login.example.com/start?token=hunter2")
    async with planned_at(renamer, away) as (server, ran):
        assert ran.code in (2, 4)
        assert "a redirect to https://login.example.com/start, which is never followed" in ran.out + ran.err
        assert "hunter2" not in ran.out + ran.err
        assert len(server.asked) == 1


async def test_a_web_page_is_called_one(renamer: Command) -> None:
    """A guest network's page has come instead of the API's answer."""
    async with planned_at(renamer, answer(PAGE, Content_Type="text/html")) as (_, ran):
        assert ran.code in (2, 4)
        assert 'a web page ("Guest Wi-Fi") instead of an answer' in ran.out + ran.err


@pytest.mark.parametrize(
    ("user", "said"),
    [("", "wants user:password (407)"), ("me:hunter2@", "does not accept the user:password in HTTPS_PROXY")],
    ids=["none given", "wrong ones"],
)
async def test_a_proxy_that_wants_a_password_stops_at_once(renamer: Command, user: str, said: str) -> None:
    """One request was made, and the password is not shown."""
    async with scripted(answer(status="407 Proxy Authentication Required")) as proxy:
        place = proxy.base_url.removeprefix("http://")
        words = ["plan", str(renamer.sheet([("a1", "New")])), "--base-url", "https://127.0.0.1:9"]
        ran = await renamer.run(*words, env={"HTTPS_PROXY": f"http://{user}{place}"})
    assert ran.code in (2, 4)
    assert f"The proxy {place} {said}" in ran.out + ran.err
    assert "hunter2" not in ran.out + ran.err
    assert len(proxy.asked) == 1


@pytest.mark.parametrize("junk", [None, b"junk"], ids=["wrong path", "junk"])
async def test_a_file_of_certificates_that_is_none_is_named(renamer: Command, junk: bytes | None) -> None:
    """OpenSSL would pass over it, and every server would seem to be untrusted."""
    path = renamer.folder / "ca.pem"
    if junk is not None:
        path.write_bytes(junk)
    words = ["plan", str(renamer.sheet([("a1", "New")])), "--base-url", "https://127.0.0.1:9"]
    ran = await renamer.run(*words, env={"SSL_CERT_FILE": str(path)})
    assert ran.code == 2
    assert f"SSL_CERT_FILE names '{path}', which" in ran.out + ran.err


@pytest.mark.parametrize(
    "spelling",
    [KEY, json.dumps(KEY)[1:-1].replace("-", "\\u002d"), quote(KEY, safe="").replace("-", "%2D"), "base64"],
    ids=["as it is", "JSON", "address", "base64"],
)
async def test_the_key_in_the_status_of_an_order_reaches_nothing(renamer: Command, spelling: str) -> None:
    """Neither report, JSON, log nor screen, in whatever spelling a server repeats it."""
    written = base64.b64encode(KEY.encode()).decode() if spelling == "base64" else spelling
    order = answer({"order_id": "a1", "name": "Old", "status": f"seen {written}", "last_updated_at": written})
    listed = answer({"orders": [], "pagination": {"next_offset": None}})
    confirmed = answer({"order_id": "a1", "name": "New", "status": f"seen {written}"})
    async with scripted(listed, order, confirmed) as server:
        words = ["apply", str(renamer.sheet([("a1", "New")])), "--base-url", server.base_url, "--yes", "--verbose"]
        ran = await renamer.run(*words, "--log-file", "log.jsonl", "--report", "r.csv", "--report", "r.json", "--json")
    assert (ran.code, ran.results) == (0, ["renamed"])
    assert ran.rows[0]["status"] == "seen ********"
    everything = ran.out + ran.err + "".join(_texts(renamer.folder))
    assert not {KEY, written, written.replace("\\", "\\\\")} & {
        piece for piece in (KEY, written) if piece in everything
    }


def _texts(folder: Path) -> list[str]:
    return [path.read_bytes().decode("latin-1") for path in folder.rglob("*") if path.is_file()]
