"""Servers that start, are idle, and are stopped enter; when each ends, and what it says, leaves."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp
import pytest

from batch_renamer.errors import InterruptedRunError, NeverBeganError, SettingsError
from batch_renamer.jobs import open_journal
from batch_renamer.journal import NewRun
from batch_renamer.settings import Settings, resolve_settings
from batch_renamer.web import Opened, PageServer, Workspace, make_workspace
from batch_renamer.web.server.lifetime import until_idle
from batch_renamer.web.server.single_instance import registered_as_running

TERMINATED = InterruptedRunError(15)


@dataclass(slots=True, kw_only=True)
class Busy:
    """Something that is going on until a moment of the clock."""

    until_s: float

    def __call__(self) -> bool:
        """Tell whether it still is."""
        return asyncio.get_running_loop().time() < self.until_s


@pytest.mark.virtual_time
@pytest.mark.parametrize(("busy_s", "ends_s"), [(0, 30), (0.5, 30), (100, 130)])
async def test_a_server_ends_when_it_has_been_idle_for_so_long(busy_s: float, ends_s: float) -> None:
    """The time counts from the last moment at which a page was open or a job at work."""
    loop = asyncio.get_running_loop()
    begun_s = loop.time()
    await until_idle(Busy(until_s=begun_s + busy_s), idle_s=30)
    assert ends_s - 1 <= loop.time() - begun_s <= ends_s + 1


@dataclass(slots=True, kw_only=True)
class House:
    """A folder for the state of servers, and what each has said."""

    folder: Path
    said: asyncio.Queue[Opened] = field(default_factory=asyncio.Queue)
    opened: list[Workspace] = field(default_factory=list)

    def server(self, *, port: int = 0, idle_s: float | None = None) -> PageServer:
        """Return a server that has not started."""
        return PageServer(
            folder=self.folder / "web",
            open_workspace=self._workspace,
            ready=self.said.put_nowait,
            port=port,
            idle_s=idle_s,
        )

    @contextmanager
    def _workspace(self) -> Iterator[Workspace]:
        flags = {"state_dir": str(self.folder), "config": "none"}
        settings = resolve_settings(flags, environ={})
        with open_journal(settings) as journal:
            self.opened.append(made := make_workspace(flags=flags, environ={}, settings=settings, journal=journal))
            yield made


@pytest.fixture
def house(tmp_path: Path) -> House:
    """Begin with an empty folder."""
    return House(folder=tmp_path)


@asynccontextmanager
async def at_work(house: House) -> AsyncIterator[tuple[PageServer, Opened]]:
    """Start a server, and stop it at the end."""
    server = house.server()
    async with asyncio.timeout(30):
        serving = asyncio.create_task(server.serve())
        try:
            yield server, await house.said.get()
        finally:
            server.stop(TERMINATED)
            end = await serving
    assert not end.was_at_work
    assert not end.was_idle
    assert end.next_commands == []


async def test_the_link_for_the_browser_has_no_token(house: House) -> None:
    """Other users may read it in the list of processes; the printed one has it, in the part that is sent nowhere."""
    async with at_work(house) as (_, page):
        origin, _, token = page.link.partition("/#token=")
        assert token == house.opened[0].tokens.lasting
        assert page.link_for_browser.startswith(f"{origin}/#code=")
        assert token not in page.link_for_browser
        assert page.link_for_browser not in repr(page)
        assert page.process == 0


async def test_old_spreadsheets_that_no_run_needs_are_removed_at_the_start(house: House) -> None:
    """Those of a run stay, because its results may still be wanted in them."""
    folder = house.folder / "web" / "spreadsheets"
    for name in ("abcdefghjk", "kjhgfedcba"):
        (folder / name).mkdir(parents=True)
        (folder / name / "orders.csv").touch()
        for path in (folder / name / "orders.csv", folder / name):
            os.utime(path, (0, 0))
    with open_journal(Settings(state_dir=house.folder)) as journal:
        journal.runs.begin(
            NewRun(command="apply", base_url="", account="", sheet=str(folder / "abcdefghjk" / "orders.csv"))
        )
        journal.runs.begin(NewRun(command="apply", base_url="", account=""))
    async with at_work(house):
        assert [left.name for left in folder.iterdir()] == ["abcdefghjk"]


async def test_a_second_server_says_where_the_first_is(house: House) -> None:
    """It opens no journal and ends at once; its link for the browser has a code of its own."""
    async with at_work(house) as (_, first):
        end = await house.server(port=1).serve()
        second = await house.said.get()
        assert (second.link, second.process > 0) == (first.link, True)
        assert second.link_for_browser != first.link_for_browser
        assert len(house.opened) == 1
        assert not end.was_at_work


async def test_of_two_that_start_at_once_one_serves(house: House) -> None:
    """The other one opens its page."""
    async with asyncio.timeout(30):
        servers = [house.server(), house.server()]
        serving = [asyncio.create_task(server.serve()) for server in servers]
        pages = [await house.said.get(), await house.said.get()]
        for server in servers:
            server.stop(TERMINATED)
        await asyncio.gather(*serving)
    assert len({page.link for page in pages}) == 1
    assert len(house.opened) == 1


async def test_after_the_end_another_server_can_start(house: House) -> None:
    """It has another token, so a page of the first is not let in any more."""
    async with at_work(house) as (_, first):
        pass
    async with at_work(house) as (_, second):
        assert first.link.partition("#")[2] != second.link.partition("#")[2]
        assert second.process == 0


async def test_a_server_that_does_not_answer_is_named(house: House) -> None:
    """It holds the journal, so a second one can't start, and can't open its page."""
    said = r"\(process \d+\) is at work with this journal, and does not answer"
    with (
        registered_as_running(house.folder / "web", origin="http://127.0.0.1:9", token="t0ken"),
        pytest.raises(NeverBeganError, match=said),
    ):
        await house.server().serve()
    assert house.opened == []


@pytest.mark.parametrize("port", [-1, 65_536])
async def test_a_port_that_is_none_is_refused(house: House, port: int) -> None:
    """The sentence says which ones there are."""
    with pytest.raises(SettingsError, match=f"--port {port}: must be a number from 1 to 65535"):
        await house.server(port=port).serve()


async def test_a_port_that_is_taken_is_refused(house: House) -> None:
    """Another program serves there; nothing of ours stays behind that says where we are."""
    listening = await asyncio.start_server(lambda *_: None, "127.0.0.1", 0)
    async with listening:
        port = listening.sockets[0].getsockname()[1]
        with pytest.raises(SettingsError, match=f"Port {port} of 127.0.0.1 can't be used"):
            await house.server(port=port).serve()
    assert list((house.folder / "web").rglob("*.json")) == []


async def test_it_listens_on_the_loopback_alone(house: House) -> None:
    """No other machine reaches it, not even with the token."""
    async with at_work(house) as (_, page):
        origin, _, token = page.link.partition("/#token=")
        assert origin.startswith("http://127.0.0.1:")
        port = origin.rpartition(":")[2]
        async with aiohttp.ClientSession(headers={"X-Batch-Renamer-Token": token}) as client:
            with pytest.raises(aiohttp.ClientConnectorError):
                await client.get(f"http://[::1]:{port}/")
            with pytest.raises(aiohttp.ClientConnectorError):
                await client.get(f"http://127.0.0.2:{port}/")


async def test_an_idle_server_ends_by_itself(house: House) -> None:
    """No page was ever opened; its folder says no more that it is there."""
    async with asyncio.timeout(30):
        end = await house.server(idle_s=0.05).serve()
    assert end.was_idle
    assert list((house.folder / "web" / "servers").iterdir()) == []


async def test_jobs_are_asked_to_stop_before_that_is_said(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """The caller says next that the server stops, and no request may leave after these words."""
    asked: list[object] = []
    async with at_work(house) as (server, _):
        jobs = house.opened[0].jobs
        monkeypatch.setattr(jobs, "stop_all", lambda cause=None, **_: asked.append(cause))
        server.stop(TERMINATED)
        assert asked == [TERMINATED]
