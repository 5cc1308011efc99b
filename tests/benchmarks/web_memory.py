"""A long spreadsheet enters; the most memory that the server of the page takes leaves, beside that of the command.

``python -m tests.benchmarks.web_memory [--rows 10000]``. Both are real commands that start from cold and rename every
order of one served sandbox. The server plans and commits while two pages listen to its events; how many bytes each of
them was sent is printed as well. Linux only: the memory is what ``/proc`` has of the process.
"""

from __future__ import annotations

import argparse
import asyncio
import re
import tempfile
import time
from contextlib import suppress
from pathlib import Path

from aiohttp import ClientError

from tests.benchmarks.table import Table, say
from tests.support.command import COLD, Started
from tests.support.killed_pages import RENAMES, RESULT, Page, page_of
from tests.support.served import Command, served

__all__ = ["main"]

_OPTIONS = {"--rate": "10000"}
_PAGES = 2


def peak_mb(started: Started) -> float:
    """Return the most megabytes that a process has taken so far; 0 if it has ended a moment ago."""
    status = Path(f"/proc/{started.process.pid}/status")
    found = re.search(r"^VmHWM:\s+(\d+) kB$", status.read_text("utf-8") if status.exists() else "", re.MULTILINE)
    return int(found[1]) / 1000 if found else 0.0


async def listen(page: Page) -> int:
    """Read the events until the server ends; return how many bytes there were."""
    count = 0
    with suppress(ClientError):  # that is how a stream ends whose server is killed
        async with page.client.get("/events") as events:
            async for data in events.content.iter_any():
                count += len(data)
    return count


async def of_the_page(renamer: Command, rows: int) -> tuple[dict[str, float], list[int]]:
    """Return the most megabytes of the server when it began, after its plan and after its commit; and what was sent."""
    async with page_of(renamer, "--rate", _OPTIONS["--rate"]) as page:
        listening = [asyncio.create_task(listen(page)) for _ in range(_PAGES)]
        peaks = {"server, at rest": peak_mb(page.started)}
        sheet = "\n".join(["order_id,new_name", *(f"order-{row},Page {row}" for row in range(1, rows + 1))])
        plan = await page.act(f"sheets/{await page.upload('orders.csv', sheet.encode())}/plan")
        shown = await page.until(plan, RENAMES)
        peaks["server, after the plan"] = peak_mb(page.started)
        run = await page.act(f"runs/{plan}/commit", renames=int(shown[1]))
        begun = time.monotonic()
        await page.until(run, RESULT)
        say(f"the page committed {rows:,} rows in {time.monotonic() - begun:.1f} s")
        peaks["server, after the commit"] = peak_mb(page.started)
        await page.kill()
        return peaks, await asyncio.gather(*listening)


async def of_the_command(renamer: Command, rows: list[tuple[str, str]]) -> float:
    """Return the most megabytes of ``apply``."""
    sheet = renamer.sheet(rows)
    peak = 0.0
    async with renamer.start(*renamer.line("apply", sheet)) as started:
        ended = asyncio.create_task(started.ended(within_s=600))
        while not ended.done():
            peak = max(peak, peak_mb(started))
            await asyncio.wait([ended], timeout=0.1)
        assert ended.result().code == 0, ended.result().err
    return peak


async def measure(rows: int) -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as folder:
        async with served(Path(folder), program=COLD, options=_OPTIONS) as renamer:
            wanted = renamer.seed(rows)
            command = await of_the_command(renamer, wanted)
            peaks, heard = await of_the_page(renamer, rows)
    table = Table("what", "peak MB", "of apply", width=26)
    for what, peak in {f"apply of {rows:,} rows": command, **peaks}.items():
        table.row(what, peak, peak / command)
    say(f"bytes of events to each page: {heard}")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=10_000)
    asyncio.run(measure(parser.parse_args().rows))


if __name__ == "__main__":
    main()
