"""An instant enters; the server of the page has died at it in mid-commit, and proof that nothing is lost by it leaves.

Everything is done through the routes that the page itself uses. The sandbox survives, and so does its log: it knows
which orders were sent.
"""

from __future__ import annotations

import asyncio
import random
import re
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Literal

from aiohttp import ClientSession

from batch_renamer.sandbox import Fault, FaultKind, FaultPlan, Rule, Share
from batch_renamer.web.access import TOKEN_HEADER
from tests.support.command import Started
from tests.support.gate import DEADLINE_S, Gate
from tests.support.served import Command

__all__ = ["RENAMES", "RESULT", "SIDES", "Instant", "KilledPages", "Page", "page_of"]

_VARIES = frozenset({"attempts", "http_status", "started_at", "seconds", "last_updated_at"})
"""The columns of a report in which a run that was killed differs: times, and how often and how it was tried."""
_FAULTS = (FaultKind.RESET_AFTER, FaultKind.SERVER_ERROR)
_SHARE_OF_FAULTS = 0.02
_LONGEST_DELAY_S = 0.02
_NOT_SENT = ("pending", "planned")
RENAMES = r'name="renames"[^>]*value="(\d+)"'
"""What the page of a plan has that may be committed: the number of its renames."""
RESULT = "<h2>Results</h2>"
"""What the page of a run has that is over."""

Report = dict[str, Any]


Side = Literal["not done", "done", "answered"]
SIDES: tuple[Side, ...] = ("not done", "done", "answered")


@dataclass(frozen=True, slots=True)
class Instant:
    """When the server dies: so many seconds after its so many-th request about an order came to the API.

    On the ``side`` "not done" that request takes effect when the server is dead, on "done" it has taken effect and gets
    no answer, and on "answered" it gets one at once: after the last request, that is while the run ends. The other
    requests go on all the while.
    """

    request: int
    side: Side
    delay_s: float

    @classmethod
    def drawn(cls, chance: random.Random, *, of: int, side: Side) -> Instant:
        """Draw one of a commit that makes so many requests about orders."""
        return cls(chance.randint(1, of), side, chance.uniform(0, _LONGEST_DELAY_S))

    def __str__(self) -> str:
        return f"{1000 * self.delay_s:.1f} ms after request {self.request} came, which was {self.side}"


@dataclass(frozen=True, slots=True)
class Page:
    """A server of the page as a process of its own, and a client that may use it."""

    started: Started
    client: ClientSession

    async def act(self, path: str, **asked: object) -> str:
        """Do an action; return the id in the address that it goes to."""
        async with self.client.post(f"/actions/{path}", json=asked) as answer:
            told = await answer.json()
            assert answer.status == 200, told
            return str(told["go"]).rpartition("/")[2]

    async def upload(self, name: str, sheet: bytes) -> str:
        """Upload a spreadsheet; return its id."""
        async with self.client.post("/actions/sheets", data=sheet, headers={"X-File-Name": name}) as answer:
            told = await answer.json()
            assert answer.status == 200, told
            return str(told["go"]).rpartition("/")[2]

    async def run(self, run_id: str) -> str:
        """Return the page of a run."""
        async with self.client.get(f"/pages/runs/{run_id}") as answer:
            assert answer.status == 200, await answer.text()
            return await answer.text()

    async def until(self, run_id: str, shows: str) -> re.Match[str]:
        """Wait until the page of a run shows what is looked for, and return it; each change is heard as it comes."""
        async with asyncio.timeout(DEADLINE_S), self.client.get("/events") as events:
            while (found := re.search(shows, await self.run(run_id))) is None:
                await events.content.readuntil(b"event: changed")
            return found

    async def report(self, run_id: str) -> Report:
        """Download the report of a run as it stands."""
        async with self.client.get(f"/downloads/runs/{run_id}/report.json") as answer:
            assert answer.status == 200, await answer.text()
            report: Report = await answer.json()
            return report

    async def kill(self) -> None:
        """Kill the server, as when the machine goes off."""
        self.started.process.kill()
        await self.started.process.wait()


@asynccontextmanager
async def page_of(renamer: Command, *words: str) -> AsyncIterator[Page]:
    """Start the command `web`, and kill it at the end if it is still there."""
    options = ("--base-url", renamer.base_url, *(words or ("--rate", "500")), "--no-open")
    async with renamer.start("web", *options) as started:
        assert started.process.stdout is not None
        async with asyncio.timeout(DEADLINE_S):
            while "#token=" not in (line := (await started.process.stdout.readline()).decode()):
                assert line, (await started.ended()).err
        link = next(word for word in line.split() if "#token=" in word)
        origin, _, token = link.partition("/#token=")
        async with ClientSession(origin, headers={TOKEN_HEADER: token}) as client:
            yield Page(started, client)


@dataclass(slots=True)
class KilledPages:
    """One spreadsheet that is committed from the page again and again, and what an undisturbed commit makes of it.

    Every twentieth order isn't there, and some requests go wrong.
    """

    renamer: Command
    rows: int
    undisturbed: Report = field(default_factory=dict)
    requests: int = 0

    async def set_up(self) -> None:
        """Commit without any harm: that is how it is to end."""
        self._begin(faults=0)
        async with page_of(self.renamer) as page:
            run_id = await self._committed(page)
            await page.until(run_id, RESULT)
            self.undisturbed = await page.report(run_id)
        self.requests = sum(entry.order_id is not None for entry in self.renamer.sandbox.log)
        assert self.undisturbed["counts"]["renamed"] > self.rows // 2

    async def prove(self, instant: Instant, *, seed: int) -> str:
        """Kill the server at an instant, go on from the page, and compare; return how the run stood after the kill."""
        self._begin(faults=seed)
        async with page_of(self.renamer) as page:
            run_id = await self._committed(page, instant)
        async with page_of(self.renamer) as page:
            left = await page.report(run_id)
            unsent = {row["order_id"] for row in left["rows"] if row["result"] in _NOT_SENT}
            assert not (sent := unsent.intersection(self.renamer.patched)), f"called unsent, and was sent: {sent}"
            stood, run_id = await _gone_on_with(page, run_id)
            await page.until(run_id, RESULT)
            self._check(await page.report(run_id))
        return stood

    def _begin(self, *, faults: int) -> None:
        missing = 20
        self.renamer.begin_with({f"o{row}": f"Old {row}" for row in range(self.rows) if row % missing})
        self.renamer.back_to("nothing")
        self.renamer.sandbox.faults = _plan(seed=faults)

    async def _committed(self, page: Page, instant: Instant | None = None) -> str:
        """Upload, plan and commit the spreadsheet; at the instant the server dies. Return the id of the run."""
        sheet = "\n".join(["order_id,new_name", *(f"o{row},New {row}" for row in range(self.rows))])
        plan = await page.act(f"sheets/{await page.upload('orders.csv', sheet.encode())}/plan")
        shown = await page.until(plan, RENAMES)
        self.renamer.sandbox.log.clear()
        gate = self.renamer.sandbox.sleep = Gate()
        if instant is not None:
            slow = Fault(kind=FaultKind.SLOW_AFTER if instant.side == "done" else FaultKind.SLOW)
            self.renamer.sandbox.faults = _plan(Rule(fault=slow, nth=instant.request), seed=instant.request)
        run_id = await page.act(f"runs/{plan}/commit", renames=int(shown[1]))
        if instant is not None:
            await gate.until_waiting(1)
            if instant.side == "answered":
                gate.open()
            await asyncio.sleep(instant.delay_s)  # a part of the instant: the others go on
            await page.kill()
            gate.open()
            self.renamer.sandbox.faults = _plan(seed=instant.request + 1)
        return run_id

    def _sent(self) -> Mapping[str, int]:
        """Return how often each order was sent, but for requests with which something went wrong on the way."""
        entries = [entry for entry in self.renamer.sandbox.log if entry.method == "PATCH"]
        return Counter(entry.order_id for entry in entries if entry.order_id is not None and not _failed(entry.fault))

    def _check(self, report: Report) -> None:
        """Compare with the undisturbed commit, and with what the API was asked for and has."""
        pairs = zip(self.undisturbed["rows"], report["rows"], strict=True)
        differ = [(was, is_) for was, is_ in pairs if _same(was) != _same(is_)]
        assert not differ, f"{len(differ)} rows differ, such as {differ[0]}"
        assert report["counts"] == self.undisturbed["counts"]
        often = {order: times for order, times in self._sent().items() if times > 2}
        assert not often, f"sent more than twice: {often}"
        for order, ever in self.renamer.names_ever().items():
            assert ever == {f"Old {order[1:]}", f"New {order[1:]}"}, f"order {order} had the names {ever}"


async def _gone_on_with(page: Page, run_id: str) -> tuple[str, str]:
    """Do what the page of a run offers; return how the run stood, and the id of the run that its rows end in."""
    shown = await page.run(run_id)
    if f"/actions/runs/{run_id}/resume" in shown:
        return "interrupted", await page.act(f"runs/{run_id}/resume")
    if found := re.search(RENAMES, shown):  # It had read every name, and had not begun to rename.
        return "planned", await page.act(f"runs/{run_id}/commit", renames=int(found[1]))
    return "done", run_id


def _failed(fault: str) -> bool:
    return fault in {kind.value for kind in _FAULTS}


def _plan(*rules: Rule, seed: int) -> FaultPlan:
    """Let some requests go wrong on their way, but none for good."""
    shares = [Share(fault=Fault(kind=kind), share=_SHARE_OF_FAULTS / len(_FAULTS)) for kind in _FAULTS]
    return FaultPlan(shares=shares, rules=rules, seed=seed)


def _same(row: Mapping[str, object]) -> dict[str, object]:
    return {column: value for column, value in row.items() if column not in _VARIES}
