"""The small picture of a row: the free preview alone, never its id, and nothing while a run is at work."""

from __future__ import annotations

from pathlib import Path

from batch_renamer.client.sharing import live_folder
from batch_renamer.liveness import Registration
from tests.support.browsing.office import office_in
from tests.support.practised import practised_in
from tests.support.served_page import ServedPage, served_page
from tests.unit.web.pages.shown import committed, ended, planned, shown

_FREE = "/original?preview=true&max_width=160&quality=60"


async def _picture(page: ServedPage, run: str, row: object) -> tuple[int, str, bytes]:
    async with page.client.get(f"/pictures/runs/{run}/{row}") as answer:
        return answer.status, answer.content_type, await answer.read()


async def test_a_row_has_the_free_picture_of_its_order(tmp_path: Path) -> None:
    """It is asked for once, by the address that costs nothing; the page never has the id of an image."""
    async with office_in(tmp_path, rows=40) as office, office.page() as page:
        plan = await planned(page, office.listings.path, name_column="Title for the website")
        office.sales.log.clear()
        for _ in range(2):
            status, kind, data = await _picture(page, plan, 2)
            assert (status, kind) == (200, "image/png")
            assert data.startswith(b"\x89PNG")
        assert [entry.raw_path.endswith(_FREE) for entry in office.sales.log] == [True]
        image = next(iter(office.sales.log)).raw_path.split("/")[3]
        for path in (f"/runs/{plan}", f"/runs/{plan}/rows"):
            assert image not in (await shown(page, path)).text

        assert (await _picture(page, plan, office.listings.missing))[0] == 404, "the account does not have the order"
        for row in ("99", "0", "-1", "x", "٣", "9" * 30):
            assert (await _picture(page, plan, row))[0] == 404

        gate = office.hold_renames()
        run = await committed(page, plan)
        await gate.until_waiting(1)
        office.sales.log.clear()
        assert (await _picture(page, run, 2))[0] == 200, "it is in memory"
        assert (await _picture(page, run, 3))[0] == 204, "a request would take its turn from a rename"
        assert not [entry for entry in office.sales.log if "/images/" in entry.raw_path]
        gate.open()
        await ended(page)
        assert (await _picture(page, run, 3))[0] == 200

        folder = live_folder(office.state, page.workspace.accounts.get("sales").base_url)
        await page.workspace.pictures.close()
        with Registration(folder, label="run"):
            assert (await _picture(page, plan, 4))[0] == 204, "a run of another process is at work at this address"


async def test_in_the_sandbox_pictures_keep_no_run_out(tmp_path: Path) -> None:
    """Only one process can have its orders open: pictures give them up at once."""
    practised_in(tmp_path)
    async with served_page(tmp_path / "state", sandbox=True) as page:
        plan = await planned(page, tmp_path / "oak.csv", account="sandbox")
        assert (await _picture(page, plan, 2))[:2] == (200, "image/png")
        run = await committed(page, plan)
        await ended(page)
        assert (await shown(page, f"/runs/{run}")).counts == {"renamed": 3}
