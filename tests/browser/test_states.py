"""Every state of the page can be used by everybody: axe finds nothing, nothing is too wide, nothing moves."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from tests.support.browsing import Watched
from tests.support.browsing.looks import troubles_of
from tests.support.browsing.office import Office, office_in
from tests.support.browsing.way import Way

pytestmark = pytest.mark.asyncio(loop_scope="session")

_ROWS = 40
_HELD = 3


async def test_every_state_can_be_used_by_everybody(page: Page, watched: Watched, tmp_path: Path) -> None:
    """In light and dark, at 1280 and 360 pixels, at 200 % and 400 %, and without motion."""
    watched.allow("status of 403")  # of the page that is opened without its link
    found: dict[str, list[str]] = {}

    async def look(state: str) -> None:
        found[state] = await troubles_of(page)

    async with office_in(tmp_path, rows=_ROWS) as office, office.page() as served:
        await page.goto(served.address.origin)
        await expect(page.get_by_role("heading", level=1)).to_be_visible()
        await look("opened without its link")
        await _go(Way(page), office, served.address.link, look)
    assert {state: troubles for state, troubles in found.items() if troubles} == {}


async def _go(way: Way, office: Office, link: str, look: Callable[[str], Awaitable[None]]) -> None:
    """Go the whole way, and stop in each state to look at it."""
    page, listings = way.page, office.listings
    await way.open(link)
    await look("home")
    await way.choose(listings.path)
    await look("understood")
    await way.correct_new_names(bad=len(listings.bad))
    await look("corrected")
    await way.plan(renames=len(listings.planned), rows=_ROWS)
    await look("review")
    await way.find_rows("no such text", found=0)
    await look("nothing found")
    await way.find_rows("", found=_ROWS)
    await way.ask_to_commit()
    await look("question before a commit")
    gate = office.disturb(hold=_HELD)
    await way.commit()
    await gate.until_waiting(_HELD)
    await look("live")
    gate.open()
    await way.see_end()
    await look("result")
    await way.ask_to_take_back()
    await look("question before an undo")
    await way.plan_to_take_back("2-4", names=3)
    await look("review of an undo")
    await way.see_runs()
    await look("past runs")
    await page.get_by_role("link", name="Home").click()
    await expect(way.heading).to_contain_text("Rename orders")
    await look("home, with runs")
