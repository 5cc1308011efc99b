"""The table of a plan in a real browser: what is looked for, sorted and turned over stays where the user is."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

import pytest
from playwright.async_api import Page, expect
from playwright.async_api import Route as Asked

from batch_renamer.model import Result
from tests.support.browsing import Watched, violations_of
from tests.support.plans import Row, plan_of, planned
from tests.support.served_page import served_page

pytestmark = pytest.mark.asyncio(loop_scope="session")

MISSING: Row = (1, Result.FAILED, "gone", "Oak Way", "")


async def test_rows_are_found_sorted_turned_over_and_unchecked(page: Page, tmp_path: Path) -> None:
    """Filter, order and page are in the address, the focus stays, and all that is found is unchecked at once."""
    async with served_page(tmp_path, sandbox=True) as served:
        journal, account = served.workspace.journal, served.workspace.accounts.default
        plan = plan_of(journal, [*planned(250), MISSING], base_url=account.base_url)
        await page.goto(served.address.link)
        await page.goto(f"{served.address.origin}/#/runs/{plan.id}")
        told, commit = page.locator(".shown-rows"), page.locator("#open-commit")
        await expect(told).to_have_text("Rows 1–100 of 251")

        # A cause in the list of problems shows its rows, and the form says what is looked for.
        await page.locator("#problems > summary").click()
        await page.get_by_role("link", name="1 row", exact=True).click()
        await expect(told).to_have_text("1 row found")
        await expect(page.locator("#chip-failed")).to_be_checked()
        await expect(page.locator("#row-text")).to_have_value("There is no order with this id.")
        await expect(page.locator("#row-filter")).to_be_in_viewport()

        # What is typed and chosen counts from there on, also for a heading that sorts.
        await page.locator("#chip-failed").uncheck()
        await page.locator("#row-text").fill("ELM")
        await expect(told).to_have_text("Rows 1–100 of 250 found")
        await expect(page.locator("[data-row]")).to_have_count(100)  # those below the window a frame later
        await page.locator("#sort-new").press("Enter")
        await expect(page.locator("th[aria-sort=ascending] #sort-new")).to_be_focused()
        await page.keyboard.press("Enter")
        await expect(page.locator("th[aria-sort=descending] #sort-new")).to_be_focused()
        await page.locator("#below-next").press("Enter")
        await expect(told).to_have_text("Rows 101–200 of 250 found")
        await expect(page.locator("#below-next")).to_be_focused()
        await expect(page).to_have_url(re.compile(r"\?text=ELM&sort=-new_name&page=2$"))
        await page.keyboard.press("Enter")
        await expect(page.locator("#below-next")).to_have_attribute("aria-disabled", "true")
        await expect(page.locator("#below-next")).to_be_focused()

        # All that is found, whatever page it is on; then a range by keyboard, against the order of the sheet.
        await page.locator("#row-text").fill("25")
        found = sum("25" in str(row) for row in range(2, 252))
        await expect(told).to_have_text(f"Rows 1–{found} of {found} found")
        await page.locator("#uncheck-found").press("Enter")
        await expect(commit).to_have_text(f"Rename {250 - found} orders")
        await expect(page.locator("#uncheck-found")).to_be_focused()
        boxes = page.locator("[data-row]")
        await expect(boxes.first).not_to_be_checked()  # the rows are fetched after the number is shown
        await boxes.first.press("Space")
        await expect(commit).to_have_text(f"Rename {251 - found} orders")
        for _ in range(3):
            await page.keyboard.press("ArrowDown")
        await page.keyboard.press("Shift+Space")
        await expect(commit).to_have_text(f"Rename {254 - found} orders")

        # A reload shows all of it again, and so does the journal.
        await page.reload()
        await expect(commit).to_have_text(f"Rename {254 - found} orders")
        await expect(page.locator("#row-text")).to_have_value("25")
        assert journal.unchecked.chosen(plan).renames == 254 - found


async def test_what_was_asked_for_on_one_plan_is_not_shown_on_the_next(page: Page, tmp_path: Path) -> None:
    """Its late answers change neither the rows, nor the choice, nor the address; and its search is not taken over."""
    async with served_page(tmp_path, sandbox=True) as served:
        journal, account = served.workspace.journal, served.workspace.accounts.default
        first, second = (plan_of(journal, planned(12), base_url=account.base_url) for _ in range(2))
        told, commit = page.locator(".shown-rows"), page.locator("#open-commit")
        rows_of_second = page.locator(f'[data-choice="/actions/runs/{second.id}/choice"]')
        left = asyncio.Event()

        async def answer_late(asked: Asked) -> None:
            await left.wait()
            await asked.continue_()

        await page.goto(served.address.link)
        await page.goto(f"{served.address.origin}/#/runs/{first.id}")
        await page.locator("#row-text").fill("2 Elm")
        await expect(told).to_have_text("Rows 1–2 of 2 found")
        await page.route(f"**/runs/{first.id}/**", answer_late)
        async with page.expect_request("**/choice"):
            await page.get_by_label("Rename row 2", exact=True).uncheck()
        async with page.expect_request("**/rows?text=13*"):
            await page.locator("#row-text").fill("13")
        await page.evaluate(f"location.hash = '#/runs/{second.id}'")
        await expect(rows_of_second).to_be_visible()
        async with page.expect_response("**/choice"), page.expect_response("**/rows?text=13*"):
            left.set()
        await page.get_by_label("Rename row 3", exact=True).uncheck()
        await expect(commit).to_have_text("Rename 11 orders")
        await page.locator("#uncheck-found").click()
        await expect(page.get_by_label("Rename row 4", exact=True)).not_to_be_checked()
        await expect(rows_of_second).to_be_visible()
        await expect(told).to_have_text("Rows 1–12 of 12")
        await expect(page).to_have_url(re.compile(rf"/runs/{second.id}$"))
        assert (journal.unchecked.chosen(first).renames, journal.unchecked.chosen(second).renames) == (11, 0)


async def test_what_stands_in_another_column_is_found_and_shown(page: Page, tmp_path: Path) -> None:
    """It is unchecked as any other row; the box that shows all columns stays checked, whatever a link looks for."""
    async with served_page(tmp_path, sandbox=True) as served:
        account, cells = served.workspace.accounts.default, [("7 Chapel Lane", "Ann" * 100)]
        plan = plan_of(
            served.workspace.journal,
            [*planned(3), MISSING],
            base_url=account.base_url,
            other_headings=["Adresse", "Agent"],
            other_cells=cells,
        )
        await page.set_viewport_size({"width": 360, "height": 740})
        await page.goto(served.address.link)
        await page.goto(f"{served.address.origin}/#/runs/{plan.id}")
        told, others = page.locator(".shown-rows"), page.locator(".others")
        await page.locator("#row-text").fill("chapel")
        await expect(told).to_have_text("1 row found")
        await expect(others).to_have_text("Adresse: 7 Chapel Lane")
        await page.locator("#uncheck-found").press("Enter")
        await expect(page.locator("#open-commit")).to_have_text("Rename 2 orders")
        await page.locator("#show-columns").press("Space")
        await expect(others).to_have_text(re.compile(r"^Adresse: 7 Chapel LaneAgent: (Ann)+.*…"))
        assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert await violations_of(page) == []
        await page.locator("#problems > summary").click()
        await page.get_by_role("link", name="1 row", exact=True).click()
        await expect(page).to_have_url(re.compile(r"\?results=failed&text=There[^&]+&columns=all$"))
        await page.reload()
        await expect(page.locator("#show-columns")).to_be_checked()
        await page.locator("#chip-failed").uncheck()
        await page.locator("#row-text").fill("")
        await expect(others).to_have_count(1)
        await expect(told).to_have_text("Rows 1–4 of 4")


async def test_a_choice_that_was_changed_in_another_tab_is_not_committed(
    page: Page, watched: Watched, tmp_path: Path
) -> None:
    """It is shown where another tab looks at the plan; a question that was open says so, and nothing is sent."""
    async with served_page(tmp_path, sandbox=True) as served:
        journal, account = served.workspace.journal, served.workspace.accounts.default
        plan = plan_of(journal, planned(3), base_url=account.base_url)
        await page.goto(served.address.link)
        await page.goto(f"{served.address.origin}/#/runs/{plan.id}")
        other = await page.context.new_page()
        await other.goto(f"{served.address.origin}/#token={served.address.token}")
        await other.goto(f"{served.address.origin}/#/runs/{plan.id}")
        await page.locator("#open-commit").click()
        await other.locator("[data-row='3']").uncheck()
        await expect(other.locator("#open-commit")).to_have_text("Rename 2 orders")
        await page.locator("#commit button.primary").click()
        await expect(page.locator("#commit [role=alert]")).to_contain_text("2 renames are checked now")
        assert served.workspace.jobs.at_work() == []
        # As soon as nothing is being decided, each tab shows what the other one has done.
        await page.locator("#commit [data-closes]").click()
        await expect(page.locator("[data-row='3']")).not_to_be_checked()
        await expect(page.locator("#open-commit")).to_have_text("Rename 2 orders")
        await other.locator("[data-row='4']").uncheck()
        await expect(page.locator("[data-row='4']")).not_to_be_checked()
        await expect(page.locator("#open-commit")).to_have_text("Rename 1 order")
        # From the keyboard, the button is one key behind the table, not a key for each box.
        await page.get_by_role("link", name="Skip the rows").press("Enter")
        await expect(page.locator("#open-commit")).to_be_focused()
        await expect(page).to_have_url(f"{served.address.origin}/#/runs/{plan.id}")
        # The last box that is unchecked moves no other box under the pointer.
        top = "table => table.getBoundingClientRect().top + scrollY"
        before = await page.locator(".rows-table").evaluate(top)
        await page.locator("[data-row='2']").uncheck()
        await expect(page.locator("#commit-why")).to_contain_text("No row is checked.")
        assert await page.locator(".rows-table").evaluate(top) == before
    watched.allow("409")  # the refusal
