"""What the scripts of the page do, whatever it shows: moves, forms, parts, events, tabs, and a server that ends."""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import pytest_asyncio
from aiohttp import web
from playwright.async_api import BrowserContext, Page, expect
from playwright.async_api import Route as Asked
from yarl import URL

import batch_renamer.web
from batch_renamer.web import Workspace
from batch_renamer.web.access import json_of
from batch_renamer.web.routes import ROUTES, Route
from tests.support.browsing import Watched, violations_of
from tests.support.served_page import served_page

pytestmark = pytest.mark.asyncio(loop_scope="session")

_EVENTS = Path(batch_renamer.web.__file__).parent / "static" / "events.js"
_LONGEST_START = "LONGEST_START_MS = 700;"
_ITSELF = re.compile(r"/pages/trial$")
_REFUSALS = "Failed to load resource"
_HOME = "Rename orders from a spreadsheet"
_TRIAL = """<article data-title="Trial {times}" data-run="k1"><h1 tabindex="-1">Trial {times}</h1>
<form data-action="/actions/trial"><label>Name <input name="name" id="name"></label><button>Send</button>
<p role="alert"></p></form>
<form data-into="#part" action="/pages/trial/part"><label>Find <input name="text" id="find"></label></form>
<div id="part"></div>
<button type="button" data-opens="sure">Ask</button>
<dialog id="sure" aria-label="Sure"><button data-closes>No</button></dialog>
<button type="button" data-opens="stop">Stop…</button> <span data-live-elapsed data-began="0"></span>
<p>Done: <span data-live="done">0</span>, <span data-live="note"></span></p>
<table data-choice="/actions/trial">{rows}</table>
<p>Chosen: <b data-count="chosen">0</b></p></article>"""
_DROP = """({name, text}) => {
  const data = new DataTransfer();
  data.items.add(new File([text], name));
  const drag = kind => document.body.dispatchEvent(new DragEvent(kind, {dataTransfer: data, bubbles: true}));
  drag("dragenter");
  const isShown = document.getElementById("drop-anywhere").checkVisibility();
  drag("drop");
  return isShown;
}"""
_ROW = '<tr><td><input type="checkbox" data-row="{row}" aria-label="Row {row}"></td></tr>'


@dataclass(slots=True)
class _Trial:
    """A page for the test: it counts how often it was asked for, and answers when the test says so."""

    times: int = 0
    refuses_first: bool = True
    posted: list[dict[str, object]] = field(default_factory=list)
    first_part: asyncio.Event = field(default_factory=asyncio.Event)
    first_answer: asyncio.Event = field(default_factory=asyncio.Event)
    next_page: asyncio.Event | None = None

    async def page(self, _request: web.Request, _workspace: Workspace) -> web.Response:
        """Answer with the page."""
        if self.next_page is not None:
            await self.next_page.wait()
        self.times += 1
        rows = "".join(_ROW.format(row=row) for row in range(2, 8))
        return _html(_TRIAL.format(times=self.times, rows=rows))

    async def plain(self, _request: web.Request, _workspace: Workspace) -> web.Response:
        """Answer with a page of no run."""
        return _html('<article data-title="Plain"><h1 tabindex="-1">Plain</h1></article>')

    async def part(self, request: web.Request, _workspace: Workspace) -> web.Response:
        """Answer with what was looked for; the answer for the first letter alone comes late."""
        text = request.query.get("text", "")
        if text == "v":
            await self.first_part.wait()
        return _html(f"<p data-told>Found: {text}</p>")

    async def action(self, request: web.Request, _workspace: Workspace) -> web.Response:
        """Take what was posted; the first answer comes late, and may say no."""
        self.posted.append(await json_of(request))
        if len(self.posted) == 1:
            await self.first_answer.wait()
        if len(self.posted) == 1 and self.refuses_first:
            return web.json_response({"error": "Give a <b>name</b>."}, status=409)
        return web.json_response({"counts": {"chosen": 1000 + len(self.posted)}})

    @property
    def routes(self) -> tuple[Route, ...]:
        """The routes of the program and those of the test."""
        return (
            *ROUTES,
            Route("GET", "/pages/trial", self.page),
            Route("GET", "/pages/plain", self.plain),
            Route("GET", "/pages/trial/part", self.part),
            Route("POST", "/actions/trial", self.action),
        )


def _html(text: str) -> web.Response:
    return web.Response(text=text, content_type="text/html")


@pytest_asyncio.fixture(autouse=True, loop_scope="session")
async def _waits_for_its_events(context: BrowserContext) -> None:
    """Let the page wait for its events as long as it takes: one that was shown before them is fetched once more."""
    script = _EVENTS.read_text("utf-8")
    assert _LONGEST_START in script
    patient = script.replace(_LONGEST_START, "LONGEST_START_MS = 60_000;")

    async def answer(asked: Asked) -> None:
        await asked.fulfill(body=patient, content_type="text/javascript")

    await context.route("**/static/events.js", answer)


async def test_forms_parts_and_choices(page: Page, watched: Watched, tmp_path: Path) -> None:
    """An action is sent once, the newest answer wins, and rows are checked one by one or as a range."""
    watched.allow(_REFUSALS)
    trial = _Trial()
    async with served_page(tmp_path, routes=trial.routes, sandbox=True) as served:
        await page.goto(f"{served.address.link}&path=/trial")
        await expect(page).to_have_title(re.compile(r"^Trial \d · batch-renamer$"))
        await expect(page.locator("h1")).to_be_focused()

        send = page.get_by_role("button", name="Send")
        async with page.expect_request("**/actions/trial"):
            await send.click()
        await send.press("Enter")
        trial.first_answer.set()
        await expect(page.get_by_role("alert").filter(has_text="Give a")).to_have_text("Give a <b>name</b>.")
        assert trial.posted == [{"name": ""}], "the second press, while the first is on its way, does nothing"

        find = page.locator("#find")
        async with page.expect_request("**/part?text=v"):
            await find.press("v")
        await find.press("i")
        await expect(page.locator("#part")).to_have_text("Found: vi")
        await expect(page.locator("#told")).to_have_text("Found: vi")
        trial.first_part.set()
        await expect(page).to_have_url(f"{served.address.origin}/#/trial?text=vi")

        await page.get_by_label("Row 3").click()
        await page.get_by_label("Row 6").click(modifiers=["Shift"])
        await expect(page.locator("[data-count=chosen]")).to_have_text("1,003")
        await page.keyboard.press("ArrowUp")
        await page.keyboard.press("ArrowUp")
        await page.keyboard.press("Space")
        await expect(page.locator("[data-count=chosen]")).to_have_text("1,004")
        assert trial.posted[1:] == [
            {"checked": True, "rows": [3]},
            {"checked": True, "rows": [3, 4, 5, 6]},
            {"checked": False, "rows": [4]},
        ]


async def test_what_has_changed_is_fetched_again(page: Page, tmp_path: Path) -> None:
    """Figures are text; what is typed, the focus and an open dialog stay as they are under the user's hands."""
    trial = _Trial()
    async with served_page(tmp_path, routes=trial.routes, sandbox=True) as served:
        async with page.expect_response("**/events"):
            await page.goto(f"{served.address.link}&path=/trial")
        await expect(page.locator("h1")).to_be_focused()
        await page.locator("#name").fill("Elm Street")
        await page.evaluate("document.activeElement.setSelectionRange(3, 3)")
        served.workspace.hub.publish(
            "job", {"run": "k1", "stage": "S", "done": 1234, "total": 5678, "note": "<b>x</b>"}
        )
        await expect(page.locator("[data-live=done]")).to_have_text("1,234")
        await expect(page.locator("[data-live=note]")).to_have_text("<b>x</b>")
        shown = await page.locator("h1").inner_text()
        served.workspace.hub.publish("changed", {"run": "k1"})
        await expect(page.locator("h1")).not_to_have_text(shown)
        await expect(page.locator("#name")).to_be_focused()
        await page.keyboard.type("!")
        await expect(page.locator("#name")).to_have_value("Elm! Street")

        trial.next_page = asyncio.Event()
        async with page.expect_request(_ITSELF):
            served.workspace.hub.publish("changed", {"run": "k1"})
        await page.get_by_role("button", name="Ask").click()
        async with page.expect_response(_ITSELF):
            trial.next_page.set()
        served.workspace.hub.publish("job", {"run": "k1", "done": 2000})
        await expect(page.locator("[data-live=done]")).to_have_text("2,000")
        await expect(page.get_by_role("dialog")).to_be_visible()
        shown = await page.locator("h1").inner_text()
        await page.keyboard.press("Escape")
        await expect(page.locator("h1")).not_to_have_text(shown)
        await expect(page.get_by_role("button", name="Ask")).to_be_focused()

        await page.get_by_role("link", name="Runs").click()
        await expect(page.locator("h1")).to_have_text("Past runs")
        trial.next_page = asyncio.Event()
        await page.go_back()
        await expect(page.locator("#told")).to_have_text("Loading …")
        await expect(page.locator("main.slow")).to_be_visible()
        trial.next_page.set()
        await expect(page.locator("h1")).to_be_focused()
        await expect(page.locator("main.slow")).to_have_count(0)


async def test_what_is_overtaken_is_not_shown(page: Page, tmp_path: Path) -> None:
    """What was asked for before an action was answered, a part was looked for, or a run changed, is asked for again."""
    trial = _Trial(refuses_first=False)
    async with served_page(tmp_path, routes=trial.routes, sandbox=True) as served:
        async with page.expect_response("**/events"):
            await page.goto(f"{served.address.link}&path=/trial")
        await expect(page.locator("h1")).to_be_focused()
        # The box is replaced while its choice is on the way.
        async with page.expect_request("**/actions/trial"):
            await page.get_by_label("Row 3").check()
        served.workspace.hub.publish("changed", {"run": "k1"})
        await expect(page.get_by_label("Row 3")).not_to_be_checked()
        trial.first_answer.set()
        await expect(page.get_by_label("Row 3")).to_be_checked()

        shown = trial.times
        trial.next_page = asyncio.Event()
        async with page.expect_request(_ITSELF):
            served.workspace.hub.publish("changed", {"run": "k1"})
        await page.get_by_label("Row 4").check()
        await expect(page.locator("[data-count=chosen]")).to_have_text("1,002")
        trial.next_page.set()
        await expect(page.locator("h1")).to_have_text(f"Trial {shown + 2}")

        trial.next_page = asyncio.Event()
        async with page.expect_request(_ITSELF):
            served.workspace.hub.publish("changed", {"run": "k1"})
        await page.locator("#find").fill("villa")
        await expect(page.locator("#part")).to_have_text("Found: villa")
        trial.next_page.set()
        await expect(page.locator("h1")).to_have_text(f"Trial {shown + 4}")

        # A run changes while its page is on the way, and another page is still shown.
        await page.evaluate("location.hash = '#/plain'")
        await expect(page.locator("h1")).to_have_text("Plain")
        trial.next_page = asyncio.Event()
        async with page.expect_request(_ITSELF):
            await page.evaluate("location.hash = '#/trial'")
        async with page.expect_request("**/pages/at-work"):
            served.workspace.hub.publish("changed", {"run": "k1"})
        trial.next_page.set()
        await expect(page.locator("h1")).to_have_text(f"Trial {shown + 6}")


async def test_tabs_and_a_server_that_ends(page: Page, watched: Watched, tmp_path: Path) -> None:
    """A second tab needs no link, all tabs share one stream, and each says when the server ends and goes on later."""
    watched.allow(_REFUSALS)
    routes = _Trial().routes
    async with served_page(tmp_path, routes=routes, sandbox=True) as served:
        port, old = URL(served.address.origin).port or 0, served.address.origin
        await page.goto(old)
        await expect(page.locator("h1")).to_have_text("Open this page again")
        await expect(page.locator("#lost")).to_be_hidden()
        assert await violations_of(page) == []
        await page.goto(served.address.link)
        await expect(page.locator("h1")).to_have_text(_HOME)
        await expect(page).to_have_url(f"{old}/#/home")

        second = await page.context.new_page()
        await second.goto(old)
        await expect(second.locator("h1")).to_have_text(_HOME)
        assert served.workspace.hub.listeners == 1
        await second.clock.install()
        await second.goto(f"{old}/#/trial")
        stop, elapsed = second.get_by_role("button", name="Stop…"), second.locator("[data-live-elapsed]")
        await expect(elapsed).to_have_text(re.compile("h"))
        await expect(stop).to_be_enabled()
    for tab in (page, second):
        await expect(tab.get_by_role("alert").filter(has_text="batch-renamer has ended")).to_be_visible()
    # Nothing is at work any more, so its clock stands still, and it can't be stopped.
    await expect(stop).to_be_disabled()
    stands_at = await elapsed.inner_text()
    await second.clock.run_for(120_000)
    await expect(elapsed).to_have_text(stands_at)
    assert await violations_of(page) == []
    await page.get_by_role("link", name="Runs").click()
    await expect(page.locator("h1")).to_have_text("batch-renamer has ended")

    async with served_page(tmp_path, port=port, routes=routes, sandbox=True) as again:
        third = await page.context.new_page()
        await third.goto(again.address.link)
        for tab, title in ((third, _HOME), (second, re.compile("Trial")), (page, "Past runs")):
            await expect(tab.locator("h1")).to_have_text(title)
            await expect(tab.locator("#lost")).to_be_hidden()
        await expect(stop).to_be_enabled()


async def test_accounts_moves_and_files(page: Page, watched: Watched, tmp_path: Path) -> None:
    """Back and forward work, the account in use is always in sight, and a file can be dropped on any page."""
    watched.allow(_REFUSALS)
    async with served_page(tmp_path, sandbox=True) as served:
        await page.goto(served.address.link)
        badge = page.locator("#account-in-use")
        await expect(badge).to_contain_text("Practice (sandbox)")
        await page.get_by_role("link", name="Runs").click()
        await expect(page.locator("h1")).to_have_text("Past runs")
        await expect(badge).to_contain_text("Practice (sandbox)")
        await expect(page.get_by_role("link", name="Runs")).to_have_attribute("aria-current", "page")
        await page.go_back()
        await expect(page.locator("h1")).to_have_text(_HOME)
        await page.go_forward()
        await expect(page.locator("h1")).to_have_text("Past runs")

        assert await page.evaluate(_DROP, {"name": "none.xlsx", "text": "no workbook"}), "the page shows where to drop"
        await expect(page.locator("h1")).to_contain_text("none.xlsx")
        await expect(badge).to_contain_text("Practice (sandbox)")
