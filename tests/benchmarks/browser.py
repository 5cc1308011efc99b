"""A spreadsheet of 10,000 rows enters; how soon the page shows them, and what it costs the browser, leave.

The server is the command `web` in a process of its own; the sandbox that it renames in is in this one. Times are taken
in the page itself: from the start of the navigation, or from the key, to the frame that shows the change; and to the
frame after which the page has nothing more to add below the window.

``python -m tests.benchmarks.browser [--rows 10000] [--loads 7] [--rate 500]``
"""

from __future__ import annotations

import argparse
import asyncio
import re
import statistics
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from aiohttp import ClientSession
from playwright.async_api import Browser, Page

from tests.benchmarks.table import Table, say
from tests.support.browsing import NEEDED, find_chromium, open_chromium
from tests.support.browsing.office import Office, office_in
from tests.support.browsing.web_process import WebProcess, web_process
from tests.support.command import environment, start

_TYPED = "kitchen"
_WATCHING = """
window.measured = {firstRow: 0, key: 0, changed: 0, whole: 0, shown: []};
const painted = then => requestAnimationFrame(() => setTimeout(then));
addEventListener("keydown", () => { measured.key = performance.now(); measured.changed = measured.whole = 0; }, true);
new MutationObserver(changes => {
  const rows = document.querySelector("#rows tbody tr");
  if (rows && !measured.firstRow) painted(() => { measured.firstRow = performance.now(); });
  const places = changes.map(change => change.target.nodeType === 1 ? change.target : change.target.parentElement);
  if (measured.key && !measured.changed && places.some(place => place?.closest("#rows")))
    painted(() => { measured.changed = performance.now() - measured.key; });
  const now = measured.key && document.querySelectorAll("#rows tbody th").length;
  if (now && !measured.whole && document.querySelector(".shown-rows").textContent.startsWith(`Rows 1–${now} `))
    painted(() => { measured.whole = performance.now() - measured.key; });
  if (places.some(place => place?.closest("[data-live=done]"))) measured.shown.push(performance.now());
}).observe(document, {childList: true, subtree: true, characterData: true});
"""


async def figure(page: Page, name: str) -> float:
    """Wait until the page has measured something, and return it in milliseconds.

    The page's content policy forbids what Playwright's own waiting does, which is to evaluate a text.
    """
    shown: float = await page.evaluate(
        "name => new Promise(then => { const look = () => measured[name] ? then(measured[name]) : setTimeout(look, 20);"
        " look(); })",
        name,
    )
    return shown


async def first_rows(page: Page, loads: int) -> list[float]:
    """Return the milliseconds from each navigation to the frame that shows the first rows."""
    took = []
    for _ in range(loads):
        await page.reload()
        took.append(await figure(page, "firstRow"))
    return took


async def filtering(page: Page) -> tuple[list[float], list[float], list[float]]:
    """Return milliseconds from each key to the frame that shows what is found, to the last row, and of each answer."""
    await page.get_by_role("searchbox").focus()
    took, whole = [], []
    for letter in _TYPED:
        await page.keyboard.press(letter)
        took.append(await figure(page, "changed"))
        whole.append(await figure(page, "whole"))
    answers: list[float] = await page.evaluate(
        "performance.getEntriesByType('resource').filter(each => each.name.includes('/rows?'))"
        ".map(each => each.duration)"
    )
    return took, whole, answers


async def told(served: WebProcess, page: Page, until: asyncio.Event) -> list[float]:
    """Return when the server told of the job, in seconds, as a second page would hear it."""
    stored: dict[str, str] = await page.evaluate("({...sessionStorage})")
    token = next(value for value in stored.values() if re.fullmatch(r"[\w-]{43}", value))
    heard: list[float] = []
    headers = {"X-Batch-Renamer-Token": token}
    async with ClientSession(served.link.partition("#")[0], headers=headers) as client, client.get("/events") as answer:
        async for line in answer.content:
            if line.startswith(b"event: job"):
                heard.append(time.monotonic())
            if until.is_set():
                break
    return heard


def most_in_a_second(moments: Sequence[float]) -> int:
    """Return the most moments, in seconds, that lie within one second."""
    return max((sum(first <= moment < first + 1 for moment in moments) for first in moments), default=0)


async def memory(browser: Browser, page: Page) -> tuple[float, float]:
    """Return the tab's JavaScript heap, and the memory of its process (0 where it can't be known), in MB."""
    session = await page.context.new_cdp_session(page)
    await session.send("HeapProfiler.collectGarbage")
    await session.send("Performance.enable")
    metrics = {each["name"]: each["value"] for each in (await session.send("Performance.getMetrics"))["metrics"]}
    await session.detach()
    about = await (of_browser := await browser.new_browser_cdp_session()).send("SystemInfo.getProcessInfo")
    await of_browser.detach()
    sizes = [_resident_mb(process["id"]) for process in about["processInfo"] if process["type"] == "renderer"]
    return metrics["JSHeapUsedSize"] / 1e6, max(sizes)


def _resident_mb(pid: int) -> float:
    status = Path(f"/proc/{pid}/status")
    found = re.search(r"VmRSS:\s+(\d+) kB", status.read_text()) if status.exists() else None
    return int(found[1]) / 1000 if found else 0.0


async def planned(office: Office) -> str:
    """Plan the spreadsheet with the command, and return the run's id."""
    (home := office.folder / "home").mkdir(exist_ok=True)
    options = ("--config", str(office.config), "--state-dir", str(office.state), "--profile", "sales", "--json")
    words = ("plan", str(office.listings.path), "--name-column", "Title for the website", *options)
    async with start(*words, cwd=office.folder, env=environment(home, key=None)) as started:
        run: str = (await started.ended(within_s=600)).result["run_id"]
    return run


async def measure(program: str, folder: Path, *, rows: int, loads: int, rate: int) -> None:
    """Show all figures."""
    (home := folder / "browser").mkdir()
    async with office_in(folder, rows=rows, images=0) as office, open_chromium(program, home) as browser:
        begun = time.monotonic()
        run = await planned(office)
        say(f"{rows:,} rows, planned in {time.monotonic() - begun:.1f} s; Chromium {browser.version}\n")
        async with web_process(office, "--rate", str(rate)) as served:
            page = await browser.new_page(viewport={"width": 1280, "height": 900})
            await page.add_init_script(_WATCHING)
            await page.goto(served.link)
            await page.get_by_role("heading", level=1).wait_for()
            empty = await memory(browser, page)
            await page.evaluate("address => { location.hash = address }", f"#/runs/{run}")
            await page.locator("#rows tbody tr").first.wait_for()
            table = Table("what", "median", "most", "wanted", width=32)
            loaded = await first_rows(page, loads)
            filtered, whole, answers = await filtering(page)
            table.row("first rows shown, ms", statistics.median(loaded), max(loaded), "at most 1000")
            table.row("key to filtered rows, ms", statistics.median(filtered), max(filtered), "at most 100")
            table.row("to all rows of the page, ms", statistics.median(whole), max(whole), "")
            table.row("of it the answer with rows, ms", statistics.median(answers), max(answers), "")
            shown = await memory(browser, page)
            heard, drawn, after = await running(browser, page, served)
            table.row("updates sent in a second", "", most_in_a_second(heard), "at most 10")
            table.row("updates drawn in a second", "", most_in_a_second(drawn), "at most 10")
            for what, (heap, resident) in {"empty": empty, "with rows": shown, "after the run": after}.items():
                table.row(f"tab {what}: heap, process, MB", heap, resident, "")


async def running(
    browser: Browser, page: Page, served: WebProcess
) -> tuple[list[float], list[float], tuple[float, float]]:
    """Commit the plan; return when updates were sent and drawn, in seconds, and the memory of the tab at the end."""
    ended = asyncio.Event()
    async with asyncio.TaskGroup() as tasks:
        listening = tasks.create_task(told(served, page, ended))
        await commit(page)
        await page.get_by_role("heading", name="Results").wait_for(timeout=600_000)
        ended.set()
    drawn: list[float] = await page.evaluate("measured.shown")
    return listening.result(), [moment / 1000 for moment in drawn], await memory(browser, page)


async def commit(page: Page) -> None:
    """Press the button that renames, and the one that confirms it."""
    await page.locator("#open-commit").click()
    await page.get_by_role("dialog").get_by_role("button").first.click()


def main() -> None:
    """Measure in the browser of this machine."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=10_000)
    parser.add_argument("--loads", type=int, default=7)
    parser.add_argument("--rate", type=int, default=500)
    asked = parser.parse_args()
    if (program := find_chromium()) is None:
        raise SystemExit(NEEDED)
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(measure(program, Path(folder), rows=asked.rows, loads=asked.loads, rate=asked.rate))


if __name__ == "__main__":
    main()
