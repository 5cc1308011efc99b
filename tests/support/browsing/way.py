"""The way of a person through the page, by the keyboard alone: from a spreadsheet to its renames, and back.

Each step waits until the page shows what comes of it. They speak of what a person sees, not of how the page is built.
"""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

from playwright.async_api import Locator, Page, expect

from tests.support.browsing.keyboard import Keyboard
from tests.support.browsing.listings import MEANT_COLUMN

__all__ = ["Way"]


@dataclass(frozen=True, slots=True)
class Way:
    """One person at one page."""

    page: Page

    @property
    def keyboard(self) -> Keyboard:
        """What the person uses."""
        return Keyboard(self.page)

    @property
    def heading(self) -> Locator:
        """The heading of the page."""
        return self.page.get_by_role("heading", level=1)

    @property
    def dialog(self) -> Locator:
        """The open dialog."""
        return self.page.get_by_role("dialog")

    @property
    def commit_button(self) -> Locator:
        """The button that opens the question before a commit."""
        return self.page.locator("#open-commit")

    @property
    def run(self) -> str:
        """The id of the run that is shown."""
        found = re.search(r"#/runs/(\w+)", self.page.url)
        assert found, f"no run is shown at {self.page.url}"
        return found[1]

    async def open(self, link: str) -> None:
        """Open the page by its link, and see where a spreadsheet is given."""
        await self.page.goto(link)
        await expect(self.page.get_by_label("choose")).to_be_visible()

    async def choose(self, file: Path) -> None:
        """Choose a spreadsheet, and see its name."""
        await self.keyboard.choose(self.page.get_by_label("choose"), file)
        await expect(self.heading).to_have_text(file.name)

    async def correct_new_names(self, *, bad: int) -> None:
        """Take the new names from the column that is meant, and see how many rows are to be repaired then."""
        await self.keyboard.press(self.page.get_by_text("Is something wrong?"))
        await self.keyboard.select(self.page.get_by_label("New names", exact=True), MEANT_COLUMN)
        await self.keyboard.press(self.page.get_by_role("button", name="Read it again"))
        await expect(self.page.get_by_role("list", name="Rows")).to_contain_text(f"{bad} to repair")

    async def plan(self, *, renames: int, rows: int) -> str:
        """Plan the renames, see how many there would be, and return the id of the plan."""
        await self.keyboard.press(self.page.get_by_role("button", name="Look at the renames"))
        await expect(self.heading).to_contain_text(f"{renames} of {rows} rows can be renamed")
        await expect(self.page.locator("#rows tbody tr").first).to_be_visible()
        return self.run

    async def find_rows(self, text: str, *, found: int) -> None:
        """Look for rows with a text, and see how many there are."""
        await self.keyboard.write(self.page.get_by_role("searchbox"), text)
        await expect(self.page).to_have_url(
            re.compile(re.escape(urlencode({"text": text})) if text else "/runs/[^?]+$")
        )
        await expect(self.page.locator("#rows")).to_contain_text(f"of {found}" if found else "No row is like this")

    async def uncheck(self, first: int, last: int, *, left: int) -> None:
        """Uncheck the rows from the first to the last one that is shown, and see how many renames are left."""
        await self.keyboard.press(self.page.get_by_label(f"Rename row {first}", exact=True), "Space")
        await self.keyboard.press(self.page.get_by_label(f"Rename row {last}", exact=True), "Shift+Space")
        await expect(self.commit_button).to_have_text(f"Rename {left} orders")

    async def ask_to_commit(self) -> None:
        """Press the button of the plan, and see the question."""
        await self.keyboard.press(self.commit_button)
        await expect(self.dialog).to_be_visible()

    async def commit(self) -> str:
        """Say yes to the question, see the run that follows, and return its id."""
        plan = self.run
        await self.keyboard.press(self.dialog.get_by_role("button").first)
        await expect(self.page).not_to_have_url(re.compile(rf"/runs/{plan}\b"))
        return self.run

    async def see_end(self) -> None:
        """Wait for the result of the run that is shown."""
        await expect(self.page.get_by_role("heading", name="Results")).to_be_visible()

    async def download(self, name: str) -> bytes:
        """Download the file behind a button."""
        async with self.page.expect_download() as begun:
            await self.keyboard.press(self.page.get_by_role("button", name=name))
        return await asyncio.to_thread((await (await begun.value).path()).read_bytes)

    async def ask_to_take_back(self) -> None:
        """Press the button that takes a run back, and see the question."""
        await self.keyboard.press(self.page.get_by_role("button", name="Undo…"))
        await expect(self.dialog).to_be_visible()

    async def plan_to_take_back(self, rows: str, *, names: int) -> None:
        """Answer with some row numbers, and see how many names would be put back."""
        await self.keyboard.write(self.dialog.get_by_label("Only these rows"), rows)
        await self.keyboard.press(self.dialog.get_by_role("button").first)
        await expect(self.commit_button).to_contain_text(f"{names}")

    async def see_runs(self) -> None:
        """Go to the past runs."""
        await self.keyboard.press(self.page.get_by_role("navigation", name="Main").get_by_role("link", name="Runs"))
        await expect(self.page.locator("main table tbody tr").first).to_be_visible()
