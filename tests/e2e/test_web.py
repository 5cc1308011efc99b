"""The command `web` as a process: signals, browsers and a second command enter; exit codes and printed lines leave."""

from __future__ import annotations

import asyncio
import re
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiohttp import ClientSession

from batch_renamer.sandbox import Fault, FaultKind, FaultPlan, Rule
from batch_renamer.web.access import TOKEN_HEADER
from tests.support.browsing.office import Office, office_in
from tests.support.browsing.web_process import WebProcess, web_process
from tests.support.command import KEY, Started, environment, start
from tests.support.gate import DEADLINE_S, Gate


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    """Serve the accounts of a small office."""
    async with office_in(tmp_path) as made:
        yield made


@asynccontextmanager
async def page_of(process: WebProcess) -> AsyncIterator[ClientSession]:
    """Give a client that may use the page."""
    origin, _, token = process.link.partition("/#token=")
    async with ClientSession(origin, headers={TOKEN_HEADER: token}) as client:
        yield client


async def gone_to(client: ClientSession, path: str, **body: object) -> str:
    """Do an action; return the path of the page that shows what became of it."""
    async with client.post(path, **body) as answer:  # type: ignore[arg-type]
        assert answer.status == 200, await answer.text()
        told = await answer.json()
        return str(told["go"])


async def commit(client: ClientSession, office: Office, *, account: str = "sales") -> str:
    """Upload a spreadsheet with ten orders, plan it, and commit the plan; return the id of the run."""
    lines = [f"{office.listings.ids[row]},New name {row}" for row in range(2, 12)]
    sheet = "\n".join(["order_id,new_name", *lines]).encode()
    at = await gone_to(client, f"/actions/sheets?account={account}", data=sheet, headers={"X-File-Name": "ten.csv"})
    plan = await gone_to(client, f"/actions{at}/plan", json={})
    async with client.get("/events") as events:
        while True:  # the plan is kept when its job has ended
            async with client.get(f"/pages{plan}") as answer:
                if found := re.search(r'name="renames"[^>]*value="(\d+)"', await answer.text()):
                    break
            await events.content.readuntil(b"event: changed")
    return (await gone_to(client, f"/actions{plan}/commit", json={"renames": int(found[1])})).rpartition("/")[2]


async def test_ctrl_c_stops_the_runs_of_the_page_in_order(office: Office) -> None:
    """Requests in flight are finished and recorded, the exit code is 130, and the line that goes on is printed.

    It names the account of the run, which was chosen on the page, not the one with which the command was started.
    """
    gate = office.lettings.sleep = Gate()
    slow = Rule(fault=Fault(kind=FaultKind.SLOW), method="PATCH", nth=3, times=None)
    office.lettings.faults = FaultPlan(rules=[slow])
    log = office.folder / "web.log"
    words = ("--workers", "2", "--log-file", str(log), "--verbose")
    async with web_process(office, *words) as process, page_of(process) as client:
        run = await commit(client, office, account="lettings")
        await gate.until_waiting(1)
        process.started.process.send_signal(signal.SIGINT)
        await process.started.until_it_says("Stopping: requests in flight get 10 s to finish.")
        gate.open()
        ended = await process.started.ended()
    assert ended.code == 130
    last_line = ended.err.splitlines()[-1]
    assert f"resume {run} " in last_line
    assert "--profile lettings" in last_line
    assert len([entry for entry in office.lettings.log if entry.method == "PATCH"]) in (3, 4)
    token = process.link.partition("#token=")[2]
    logged = log.read_text("utf-8")
    assert f"POST /actions/runs/{run}" not in logged
    assert "web: POST /actions/sheets: 200" in logged
    assert token not in logged
    assert token not in ended.err


NO_END = """
from batch_renamer.web.job_runner.runner import JobRunner
JobRunner.stop_all.__kwdefaults__["grace_s"] = 600.0
"""


async def test_a_second_ctrl_c_ends_the_runs_at_once(office: Office) -> None:
    """A request that gets no answer, and would have ten minutes, is not waited for."""
    gate = office.hold_renames(first=3)
    async with web_process(office, prelude=NO_END) as process, page_of(process) as client:
        await commit(client, office)
        await gate.until_waiting(1)
        process.started.process.send_signal(signal.SIGINT)
        await process.started.until_it_says("Stopping: requests")
        process.started.process.send_signal(signal.SIGINT)
        await process.started.until_it_says("Stopping at once.")
        ended = await process.started.ended()
    gate.open()
    assert ended.code == 130


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
async def test_a_server_without_work_ends_well(office: Office, number: signal.Signals) -> None:
    """To end it so is the usual way; pages that are open see the end of their stream, and nothing stays behind."""
    async with web_process(office) as process, page_of(process) as client:
        async with client.get("/events") as events:
            process.started.process.send_signal(number)
            async with asyncio.timeout(DEADLINE_S):
                await events.content.read()
        ended = await process.started.ended()
    assert (ended.code, [line for line in ended.err.splitlines() if "Ctrl-C" not in line and "link" not in line]) == (
        0,
        [],
    )
    assert list((office.state / "web" / "servers").iterdir()) == []


BROWSER = """
import os, socket, sys
with socket.create_connection(("127.0.0.1", int(sys.argv[1]))) as test:
    test.sendall("\\n".join([*sys.argv[2:], os.environ.get("AUTOENHANCE_API_KEY", "")]).encode())
"""


async def test_browsers_are_started_with_a_code_that_opens_the_page(office: Office) -> None:
    """The second command opens one more page of the first server; none is started with the token or the key."""
    links: asyncio.Queue[str] = asyncio.Queue()

    async def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        links.put_nowait((await reader.read()).decode())
        writer.close()

    (program := office.folder / "browser.py").write_text(BROWSER)
    async with await asyncio.start_server(take, "127.0.0.1", 0) as test, asyncio.timeout(DEADLINE_S):
        browser = f"{sys.executable} {program} {test.sockets[0].getsockname()[1]} %s"
        (home := office.folder / "home").mkdir(exist_ok=True)
        words = ("web", "--config", str(office.config), "--state-dir", str(office.state))
        env = environment(home, key=KEY, BROWSER=browser)
        async with start(*words, cwd=office.folder, env=env) as first:
            printed = [await _link_of(first)]
            opened = [await links.get()]
            async with start(*words, cwd=office.folder, env=env) as second:
                printed.append(await _link_of(second))
                opened.append(await links.get())
                ended = await second.ended()
            assert KEY not in "".join(opened)
            tokens = [await _redeemed(link.strip()) for link in opened]
            first.process.send_signal(signal.SIGTERM)
            assert (await first.ended()).code == 0
    assert ended.code == 0
    assert f"Process {first.process.pid} serves it already" in ended.err
    assert len(set(printed)) == 1
    assert printed[0].partition("#token=")[2] not in "".join(opened)
    assert len({*tokens, printed[0].partition("#token=")[2]}) == 3


async def _link_of(command: Started) -> str:
    assert command.process.stdout is not None
    line = (await command.process.stdout.readline()).decode()
    assert line, f"it ended without a link: {(await command.ended()).err}"
    return line.removeprefix("The page is at ").strip()


async def _redeemed(link: str) -> str:
    """Exchange the code of a link for a token, as the page does."""
    origin, _, code = link.partition("/#code=")
    async with (
        ClientSession(origin, headers={"Origin": origin}) as client,
        client.post("/opening", json={"code": code}) as answer,
    ):
        return str((await answer.json())["token"])


async def _refused(folder: Path, *words: str, prelude: str = "") -> tuple[int, str]:
    options = ("--no-open", "--config", "none", "--state-dir", str(folder / "state"))
    env = environment(folder, key=None)
    async with start("web", *options, *words, cwd=folder, env=env, prelude=prelude) as command:
        ended = await command.ended()
        return ended.code, ended.err


async def test_without_its_package_it_says_what_to_install(tmp_path: Path) -> None:
    """The command line needs less than the page."""
    code, said = await _refused(tmp_path, prelude="import sys; sys.modules['aiohttp_sse'] = None")
    assert code == 2
    assert said.startswith("Error: The page needs one more package. Install it: ")
    assert "-m pip install 'batch-renamer[web]'" in said


@pytest.mark.parametrize("words", [("--idle", "0"), ("--idle", "-1"), ("--idle", "nan"), ("--port", "70000")])
async def test_a_number_that_can_not_be_is_refused(tmp_path: Path, words: tuple[str, str]) -> None:
    """The sentence names the option."""
    code, said = await _refused(tmp_path, *words)
    assert code == 2
    assert said.startswith(f"Error: {words[0]}")
