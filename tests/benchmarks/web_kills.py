"""A number of kills enters; the server of the page dies that often in the middle of a commit; figures leave.

``python -m tests.benchmarks.web_kills --kills 20 --rows 300`` takes a few minutes. Each time a spreadsheet is uploaded,
planned and committed through the routes of the page, with faults on the way; the server is killed (-9) at a random
instant, started again, and what is left is gone on with from the page. Every row has to end as in a run that was not
disturbed, and no order may ever have had another name than its old and its new one. The first difference ends it.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from aiohttp import ClientSession

from batch_renamer.jobs import listed_run
from batch_renamer.journal import Journal, RunRecord
from batch_renamer.model import ReportRow
from batch_renamer.sandbox import Fault, FaultKind, FaultPlan, Share
from tests.support.command import Started
from tests.support.gate import DEADLINE_S
from tests.support.served import SAME, Command, served

__all__ = ["main"]

_TOKEN = "X-Batch-Renamer-Token"
_FAULTS = (FaultKind.RESET_AFTER, FaultKind.SERVER_ERROR)
_SHARE_OF_FAULTS = 0.02


@dataclass(frozen=True, slots=True)
class Page:
    """A server of the page as a process of its own, and a client that may use it."""

    started: Started
    client: ClientSession

    async def act(self, path: str, **asked: object) -> str:
        """Ask for an action; return the id in the address that it goes to."""
        async with self.client.post(f"/actions/{path}", json=asked) as answer:
            told = await answer.json()
            assert answer.status == 200, told
            return str(told["go"]).rpartition("/")[2]

    async def upload(self, sheet: Path) -> str:
        """Upload a spreadsheet; return its id."""
        body = await asyncio.to_thread(sheet.read_bytes)
        async with self.client.post("/actions/sheets", data=body, headers={"X-File-Name": sheet.name}) as answer:
            told = await answer.json()
            assert answer.status == 200, told
            return str(told["go"]).rpartition("/")[2]


@asynccontextmanager
async def page_of(renamer: Command) -> AsyncIterator[Page]:
    """Start the command `web`, and kill it at the end if it is still there."""
    words = ("--base-url", renamer.base_url, "--rate", "500", "--no-open")
    async with renamer.start("web", *words) as started:
        assert started.process.stdout is not None
        async with asyncio.timeout(DEADLINE_S):
            while "#token=" not in (line := (await started.process.stdout.readline()).decode()):
                assert line, (await started.ended()).err
        link = next(word for word in line.split() if "#token=" in word)
        origin, _, token = link.partition("/#token=")
        async with ClientSession(origin, headers={_TOKEN: token}) as client:
            yield Page(started, client)
        if started.process.returncode is None:
            started.process.kill()
            await started.process.wait()


async def committed(renamer: Command, page: Page, sheet: Path) -> str:
    """Upload, plan and commit a spreadsheet; return the id of the run, which is at work."""
    plan = await page.act(f"sheets/{await page.upload(sheet)}/plan")
    await over(renamer, plan)
    with _journal(renamer) as journal:
        renames = journal.unchecked.chosen(journal.runs.get(plan)).renames
    return await page.act(f"runs/{plan}/commit", renames=renames)


async def over(renamer: Command, run_id: str) -> RunRecord:
    """Wait until a run has ended, and no process is at work on it."""
    with _journal(renamer) as journal:
        async with asyncio.timeout(DEADLINE_S):
            while (run := await journal.in_thread(_ended, journal, run_id)) is None:  # noqa: ASYNC110 - by another process
                await asyncio.sleep(0.05)
        return run


def _ended(journal: Journal, run_id: str) -> RunRecord | None:
    run = journal.runs.get(run_id)
    return None if run.finished_at is None or run_id in journal.runs.at_work() else run


def rows_of(renamer: Command, run: RunRecord) -> list[tuple[object, ...]]:
    """Return what must agree of a run."""
    with _journal(renamer) as journal:
        return [_same(row) for row in journal.results.report_rows(run)]


def _same(row: ReportRow) -> tuple[object, ...]:
    return tuple(getattr(row, column) for column in SAME)


def _journal(renamer: Command) -> Journal:
    return Journal.open(renamer.state / "journal.sqlite3")


def _state_of(renamer: Command, run_id: str) -> str:
    with _journal(renamer) as journal:
        run = journal.runs.get(run_id)
        return listed_run(journal, run, at_work=journal.runs.at_work(), undone=frozenset()).state


async def kill_once(renamer: Command, sheet: Path, *, after_s: float | None) -> tuple[str, list[tuple[object, ...]]]:
    """Commit a spreadsheet from the page, kill the server so many seconds later (None: never), and finish the run.

    Return how the run stood after the kill, and its rows at the end.
    """
    async with page_of(renamer) as page:
        run_id = await committed(renamer, page, sheet)
        if after_s is None:
            return "done", rows_of(renamer, await over(renamer, run_id))
        await asyncio.sleep(after_s)
        page.started.process.kill()
        await page.started.process.wait()
    state = _state_of(renamer, run_id)
    async with page_of(renamer) as page:
        async with page.client.get(f"/pages/runs/{run_id}") as answer:
            assert answer.status == 200, await answer.text()
        if state == "interrupted":
            assert await page.act(f"runs/{run_id}/resume") == run_id
        return state, rows_of(renamer, await over(renamer, run_id))


async def prove(*, kills: int, rows: int, chance: random.Random) -> dict[str, int]:
    """Kill the server so often; return how often each standing was found after it."""
    names: dict[str, str | None] = {f"o{number}": f"Old {number}" for number in range(rows) if number % 20}
    found: dict[str, int] = {}
    with tempfile.TemporaryDirectory() as folder:
        async with served(Path(folder)) as renamer:
            sheet = renamer.sheet([(f"o{number}", f"New {number}") for number in range(rows)])
            took_s, undisturbed = 0.0, list[tuple[object, ...]]()
            for number in range(kills + 1):
                renamer.begin_with(names)
                renamer.back_to("nothing")
                shares = [Share(fault=Fault(kind=kind), share=_SHARE_OF_FAULTS / len(_FAULTS)) for kind in _FAULTS]
                renamer.sandbox.faults = FaultPlan(shares=shares, seed=number)
                after_s, begun = chance.uniform(0, took_s) if number else None, time.monotonic()
                state, ended = await kill_once(renamer, sheet, after_s=after_s)
                if after_s is None:
                    took_s, undisturbed = _seconds_of_last_run(renamer), ended
                    continue
                differ = [pair for pair in zip(undisturbed, ended, strict=True) if pair[0] != pair[1]]
                assert not differ, f"kill {number} after {after_s:.3f} s ({state}): {differ[:3]}"
                odd = {order for order, ever in renamer.names_ever().items() if len(ever) > 2}
                assert not odd, f"kill {number} after {after_s:.3f} s: {odd} had a third name"
                found[state] = found.get(state, 0) + 1
                sys.stdout.write(f"kill {number} after {after_s:.3f} s: {state} ({time.monotonic() - begun:.1f} s)\n")
    return found


def _seconds_of_last_run(renamer: Command) -> float:
    with _journal(renamer) as journal:
        return journal.runs.find()[0].seconds or 0.0


async def main() -> None:
    """Kill, compare, and print how often."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--rows", type=int, default=300)
    parser.add_argument("--seed", type=int, default=None)
    given = parser.parse_args()
    seed = given.seed if given.seed is not None else random.SystemRandom().randrange(1 << 32)
    found = await prove(kills=given.kills, rows=given.rows, chance=random.Random(seed))  # noqa: S311 - to be repeatable
    sys.stdout.write(f"{given.kills} kills, seed {seed}, all rows as undisturbed; after the kill: {found}\n")


if __name__ == "__main__":
    asyncio.run(main())
