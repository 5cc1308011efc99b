"""The page shows the journal: a run is there again after a reload, in a second tab, and after the server was killed."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.async_api import BrowserContext, Locator, Page, expect

from tests.support.browsing.office import office_in
from tests.support.browsing.way import Way
from tests.support.browsing.web_process import web_process

pytestmark = pytest.mark.asyncio(loop_scope="session")

_ROWS = 40
_HELD = 3


async def test_a_run_is_found_again(page: Page, context: BrowserContext, tmp_path: Path) -> None:
    """Reloaded, in another tab, in a new tab after all were closed, and gone on with after the server was killed."""
    async with office_in(tmp_path, rows=_ROWS) as office:
        listings, way = office.listings, Way(page)
        wanted = [row for row in listings.planned if row != listings.refused]
        async with web_process(office) as served:
            await way.open(served.link)
            await way.choose(listings.path)
            await way.correct_new_names(bad=len(listings.bad))
            await way.plan(renames=len(listings.planned), rows=_ROWS)
            await page.reload()
            await expect(way.commit_button).to_have_text(f"Rename {len(listings.planned)} orders")
            gate = office.disturb(hold=_HELD)
            await way.ask_to_commit()
            run = await way.commit()
            await gate.until_waiting(_HELD)
            done = str(len(listings.planned) - _HELD)
            await expect(_done(page)).to_have_text(done)
            await page.reload()
            await expect(_done(page)).to_have_text(done)

            other = await context.new_page()
            await other.goto(served.link)
            # In the page itself: the line at the top goes when the first page has come.
            await other.get_by_role("main").get_by_role("link", name=listings.path.name).first.click()
            await expect(_done(other)).to_have_text(done)
            await page.close()
            await other.close()
            page = await context.new_page()
            way = Way(page)
            await way.open(served.link)
            await expect(page.get_by_role("heading", name="At work")).to_be_visible()
            await served.kill()
            await expect(page.get_by_text("batch-renamer has ended").first).to_be_visible()
        gate.open()
        async with web_process(office) as served:
            await page.goto("about:blank")  # the address differs behind the # alone, which would not load the page anew
            await way.open(served.link)
            await expect(page.get_by_role("heading", name="Interrupted")).to_be_visible()
            await way.keyboard.press(page.get_by_role("link", name=listings.path.name).first)
            await way.keyboard.press(page.get_by_role("button", name="Go on with the run…"))
            await way.keyboard.press(way.dialog.get_by_role("button").first)
            await way.see_end()
            await expect(page.get_by_role("list", name="Results")).to_contain_text(f"{len(wanted)} renamed")
            assert way.run == run
        assert office.names == dict(listings.names) | {listings.ids[row]: listings.titles[row] for row in wanted}


def _done(page: Page) -> Locator:
    return page.locator("main [data-live=done]").first
