"""Which account is in use can always be seen, in words and colour, and nothing is renamed in another one."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from tests.support.browsing.office import office_in
from tests.support.browsing.way import Way

pytestmark = pytest.mark.asyncio(loop_scope="session")

_ROWS = 30


async def test_two_accounts_are_told_apart(page: Page, tmp_path: Path) -> None:
    """The account that was chosen is named on every page of the way, has its own colour, and alone is changed."""
    async with office_in(tmp_path, rows=_ROWS) as office, office.page() as served:
        way, in_use = Way(page), page.locator("#account-in-use")
        await way.open(served.address.link)
        await expect(in_use).to_have_text("Account: sales")
        colours = {await _colour(page)}
        await way.keyboard.press(page.get_by_role("link", name="lettings"))
        await expect(in_use).to_have_text("Account: lettings")
        colours.add(await _colour(page))
        assert len(colours) == 2, "both accounts have one colour"

        office.listings.path.write_text("order_id,new_name\n" + "".join(f"{each},Let\n" for each in office.names))
        await way.choose(office.listings.path.rename(tmp_path / "lettings.csv"))
        await expect(in_use).to_have_text("Account: lettings")
        orders = len(office.names)
        await way.plan(renames=orders, rows=orders)
        await way.ask_to_commit()
        await expect(way.dialog).to_contain_text("lettings")
        await way.commit()
        await way.see_end()
        await expect(in_use).to_have_text("Account: lettings")
        assert set(office.lettings.store.names().values()) == {"Let"}
        assert office.names == office.listings.names
        assert [entry for entry in office.sales.log if entry.method == "PATCH"] == []


async def _colour(page: Page) -> str:
    shown: str = await page.locator("#account-in-use .shape").evaluate("element => getComputedStyle(element).color")
    return shown
