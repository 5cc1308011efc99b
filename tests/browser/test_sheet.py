"""A person corrects how a spreadsheet is read, by keyboard alone, and sees what came of it."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from batch_renamer.jobs import sheet_file
from tests.support.browsing import Keyboard, Watched, violations_of
from tests.support.browsing.looks import troubles_of
from tests.support.served_page import served_page
from tests.support.slow_reader import SlowReader
from tests.support.workbooks import xlsx, xlsx_row

pytestmark = pytest.mark.asyncio(loop_scope="session")

MARCH = xlsx_row(1, "order_id", "new_name", "Title") + xlsx_row(2, "a1", "Barn", "Old barn")
APRIL = xlsx_row(1, "Ref", "new_name", "Title") + "".join(
    xlsx_row(row, order_id, "Mill", "Old mill") for row, order_id in enumerate(["b1", "", "b/3", "b4"], 2)
)


async def test_a_spreadsheet_is_corrected_by_keyboard(
    page: Page, keyboard: Keyboard, watched: Watched, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A sheet is chosen, then a column; bad rows are shown; a change that was not read yet is no plan."""
    reader = SlowReader()
    file = tmp_path / "orders.xlsx"
    file.write_bytes(xlsx({"March": MARCH, "Spring": MARCH, "April": APRIL}))
    async with served_page(tmp_path / "state", sandbox=True) as served:
        await page.goto(served.address.link)
        await keyboard.choose(page.get_by_label("Drop a spreadsheet here, or choose one"), file)
        await expect(page.get_by_text('has 2 sheets with usable headings: "March", "Spring".')).to_be_visible()
        assert await violations_of(page) == []

        await keyboard.select(page.get_by_label("Sheet", exact=True), "April")
        await keyboard.press(page.get_by_role("button", name="Read it again"))
        await expect(page.get_by_text("Choose the column with the order ids.")).to_be_visible()
        await expect(page.locator("h1")).to_be_focused()
        await keyboard.select(page.get_by_label("Order ids", exact=True), "A: Ref")
        await keyboard.press(page.get_by_role("button", name="Read it again"))
        await expect(page.get_by_text("Checked 4 rows: 2 ready, 2 to repair. Nothing was sent.")).to_be_visible()
        await expect(page.get_by_role("cell", name="b/3").first).to_be_visible()

        await keyboard.press(page.get_by_text("You have corrected how it is read. Change it"))
        await keyboard.select(page.get_by_label("New names", exact=True), "C: Title")
        assert await troubles_of(page) == []
        await keyboard.press(page.get_by_role("button", name="Look at the renames"))
        await expect(page.get_by_role("alert").filter(has_text='Press "Read it again"')).to_be_visible()
        await keyboard.press(page.get_by_role("button", name="Read it again"))
        await expect(page.get_by_role("cell", name="Old mill").first).to_be_visible()

        # As long as the spreadsheet is being read, its plan can be stopped; then it is planned after all.
        monkeypatch.setattr(sheet_file, "open_sheet", reader.open)
        plan, stop = (page.get_by_role("button", name=name) for name in ("Look at the renames", "Stop"))
        await keyboard.press(plan)
        await asyncio.to_thread(reader.begun.acquire)
        await keyboard.press(stop)
        await expect(page.get_by_role("alert").filter(has_text="Stopped. Nothing was planned.")).to_be_visible()
        await expect(stop).to_be_hidden()
        await expect(plan).to_be_focused()
        reader.may_read.set()
        await keyboard.press(plan)
        await expect(page).to_have_url(re.compile(r"/#/runs/\w+$"))
    watched.allow("409")  # the refusal of what was not read yet, and the plan that was stopped
