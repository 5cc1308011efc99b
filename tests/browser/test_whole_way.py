"""A person renames 300 orders from a spreadsheet that has all kinds of faults, without a mouse, and takes some back."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from tests.e2e.truth import lies
from tests.support.browsing.office import office_in
from tests.support.browsing.way import Way
from tests.support.workbooks import unzipped

pytestmark = pytest.mark.asyncio(loop_scope="session")

_HELD = 5


async def test_the_whole_way_by_keyboard(page: Page, tmp_path: Path) -> None:
    """Bad rows are said, a wrong column is corrected, exactly the checked rows are renamed, and some are taken back."""
    async with office_in(tmp_path) as office, office.page() as served:
        listings, way = office.listings, Way(page)
        await way.open(served.address.link)
        await way.choose(listings.path)
        await way.correct_new_names(bad=len(listings.bad))
        plan = await way.plan(renames=len(listings.planned), rows=len(listings.titles))
        assert set(office.sales.store.names().values()) == set(listings.names.values()), "a plan renames nothing"

        gate = office.disturb(hold=_HELD)
        kitchens = [row for row, title in listings.titles.items() if "Kitchen" in title]
        planned_kitchens = [row for row in kitchens if row in listings.planned]
        unchecked = planned_kitchens[1:5]
        wanted = [row for row in listings.planned if row not in unchecked]
        await way.find_rows("kitchen", found=len(kitchens))
        await way.uncheck(unchecked[0], unchecked[-1], left=len(wanted))
        await way.ask_to_commit()
        run = await way.commit()
        await gate.until_waiting(_HELD)
        done = page.locator("[data-live=done]").first
        await expect(done).to_have_text(str(len(wanted) - _HELD))
        gate.open()
        await way.see_end()

        renamed = [row for row in wanted if row != listings.refused]
        await expect(page.get_by_role("list", name="Results")).to_contain_text(f"{len(renamed)} renamed")
        assert office.names == dict(listings.names) | {listings.ids[row]: listings.titles[row] for row in renamed}
        report = json.loads(await way.download("Download JSON"))
        assert report["run_id"] == run
        assert list(lies(report["rows"], office.sales)) == []
        assert [row["row"] for row in report["rows"] if row["result"] == "renamed"] == renamed
        workbook = await way.download("Your spreadsheet")
        assert "xl/workbook.xml" in unzipped(workbook)

        await way.ask_to_take_back()
        await way.plan_to_take_back(f"{renamed[0]}-{renamed[2]}", names=3)
        await way.ask_to_commit()
        await way.commit()
        await way.see_end()
        kept = renamed[3:]
        assert office.names == dict(listings.names) | {listings.ids[row]: listings.titles[row] for row in kept}
        await way.see_runs()
        for known in (plan, run):
            await expect(page.get_by_role("rowheader", name=known)).to_be_visible()
