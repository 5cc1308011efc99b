"""Names that are HTML, scripts or turn the direction of writing are shown as texts, wherever they come from."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from playwright.async_api import FilePayload, Page, expect

from batch_renamer.sandbox import Fault, FaultKind, FaultPlan, Rule
from tests.support.browsing.office import office_in
from tests.support.browsing.way import Way

pytestmark = pytest.mark.asyncio(loop_scope="session")

_MARKUP = '<img src=x onerror="owned=1"><script>owned=1</script><b>bold</b>{{ 7 * 7 }}{% raw %}&amp;'
_TURNED = "12 Elm \u202egpj.exe\u202c red"
_FIELDS = "<iframe srcdoc='<script>parent.owned=1</script>'></iframe>"
_SHOWN = """() => ({
  owned: typeof owned,
  made: [...document.querySelectorAll("main img[src=x], main b, iframe, script:not([src]), main [onerror]")]
    .filter(element => element.textContent === "bold" || element.localName !== "b")
    .map(element => element.outerHTML),
  turned: document.querySelector("main").innerHTML.includes("\\u202e"),
  calculated: document.querySelector("main").innerText.includes("49&") || document.title.includes("49"),
})"""
_HARMLESS = {"owned": "undefined", "made": [], "turned": False, "calculated": False}


async def test_untrusted_texts_do_nothing(page: Page, tmp_path: Path) -> None:
    """File, headings, ids, old and new names, and what another name the API kept: each is only text on every page."""
    sheet = tmp_path / "sheet.csv"
    rows = [
        ("<b>bold", _MARKUP),
        ("turned", _TURNED),
        ("bad\u202eid", _TURNED),  # is to be repaired
        ("refused", "Refused"),
        ("kept", "Kept"),
    ]
    with sheet.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("order_id", "new_name", _FIELDS), *((*row, _FIELDS) for row in rows)])
    async with office_in(tmp_path, rows=30) as office, office.page() as served:
        office.sales.store.reset()
        office.sales.store.seed_many([(order, f"Old {_TURNED} {_MARKUP}") for order, _ in rows])
        third = Fault(kind=FaultKind.THIRD_NAME, text=_MARKUP)
        refused = Fault(kind=FaultKind.REFUSED)
        office.sales.faults = FaultPlan(
            rules=[
                Rule(fault=refused, method="PATCH", order_id="refused", times=None),
                Rule(fault=third, method="PATCH", order_id="kept", times=None),
            ]
        )
        way = Way(page)
        await way.open(served.address.link)
        payload: FilePayload = {"name": f"{_MARKUP.replace('/', '')}.csv", "mimeType": "", "buffer": sheet.read_bytes()}
        await page.get_by_label("choose").set_input_files(payload)
        await expect(way.heading).to_contain_text("img src=x")
        assert await page.evaluate(_SHOWN) == _HARMLESS
        await way.plan(renames=4, rows=5)
        await expect(page.locator("#rows")).to_contain_text("<script>owned=1")
        assert await page.evaluate(_SHOWN) == _HARMLESS
        await way.find_rows("<img src=x", found=4)
        await page.reload()
        await expect(page.get_by_role("searchbox")).to_have_value("<img src=x")
        assert await page.evaluate(_SHOWN) == _HARMLESS
        await way.ask_to_commit()
        await way.commit()
        await way.see_end()
        await expect(page.locator("#rows")).to_contain_text("<script>owned=1")
        assert await page.evaluate(_SHOWN) == _HARMLESS
        await way.see_runs()
        assert await page.evaluate(_SHOWN) == _HARMLESS
        assert office.names["<b>bold"] == _MARKUP
