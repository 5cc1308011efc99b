"""Makes the pictures of the page in the README: ``python -m tests.support.page_pictures``.

With ``--all DIR`` it takes one of every state, wide and narrow, light and dark, to be looked at by a person, and writes
into ``DIR/troubles.txt`` what axe finds in each of these looks.
"""

from __future__ import annotations

import argparse
import asyncio
import re
import tempfile
from pathlib import Path

from playwright.async_api import Page, expect

from tests.support.browsing import NEEDED, find_chromium, open_chromium
from tests.support.browsing.looks import NARROW, WIDE, Scheme, looking, troubles_of
from tests.support.browsing.office import Office, office_in
from tests.support.browsing.small_png import with_few_colours
from tests.support.browsing.way import Way

__all__ = ["PICTURES"]

PICTURES = Path(__file__).parents[2] / ".github"
_HEIGHT = 760
_OF_README: dict[str, tuple[int, int, Scheme]] = {
    "review": (WIDE, 1040, "light"),
    "live": (WIDE, _HEIGHT, "light"),
    "result": (WIDE, _HEIGHT, "dark"),
}
"""The states of which the README has pictures: width and height in pixels, light or dark."""

_SCHEMES: tuple[Scheme, ...] = ("light", "dark")
_ROWS = 300
_RATE = 60  # so slow that a person could watch, and that the run is at work while its pictures are taken


class _Camera:
    """Takes pictures of one page: those of the README, or all into a folder."""

    def __init__(self, page: Page, folder: Path | None) -> None:
        self._page = page
        self._folder = folder

    async def take(self, state: str) -> None:
        """Take the pictures of a state that are wanted."""
        if self._folder is None:
            if state in _OF_README:
                await self._shoot(PICTURES / f"page-{state}.png", *_OF_README[state])
            return
        for width in (WIDE, NARROW):
            for scheme in _SCHEMES:
                await self._shoot(self._folder / f"{state}-{width}-{scheme}.png", width, _HEIGHT, scheme)

        found = await troubles_of(self._page, in_every_look=True)
        with (self._folder / "troubles.txt").open("a", encoding="utf-8") as file:
            file.writelines(f"{state}: {trouble}\n" for trouble in found or ["nothing"])

    async def _shoot(self, file: Path, width: int, height: int, scheme: Scheme) -> None:
        async with looking(self._page, width=width, height=height, scheme=scheme, calm=True):
            png = await self._page.screenshot()
        small = await asyncio.to_thread(with_few_colours, png)
        await asyncio.to_thread(file.write_bytes, small)


async def _go(office: Office, way: Way, link: str, camera: _Camera) -> None:
    """Go the whole way, and stop in each state for its pictures."""
    listings = office.listings
    await way.open(link)
    await camera.take("home")
    await way.choose(listings.path)
    await camera.take("understood")
    await way.correct_new_names(bad=len(listings.bad))
    await camera.take("corrected")
    await way.plan(renames=len(listings.planned), rows=_ROWS)
    await camera.take("review")
    await way.find_rows("kitchen", found=sum("Kitchen" in title for title in listings.titles.values()))
    await camera.take("filtered")
    await way.find_rows("", found=_ROWS)
    await way.ask_to_commit()
    await camera.take("question")
    office.disturb()
    await way.commit()
    await expect(way.page.locator("main [data-live=stage]").first).to_have_text("Renaming")
    await expect(way.page.locator("main [data-live=done]").first).to_have_text(re.compile(r"1[0-9]{2}"))
    await camera.take("live")
    await way.see_end()
    await camera.take("result")
    await way.ask_to_take_back()
    await camera.take("undo")
    await way.plan_to_take_back("2-4", names=3)
    await camera.take("review-of-undo")
    await way.see_runs()
    await camera.take("runs")


async def _take(program: str, folder: Path, into: Path | None) -> None:
    (home := folder / "browser").mkdir()
    async with (
        office_in(folder, rows=_ROWS, rate=_RATE) as office,
        office.page() as served,
        open_chromium(program, home) as browser,
    ):
        page = await browser.new_page(viewport={"width": WIDE, "height": _HEIGHT}, locale="en-GB")
        await _go(office, Way(page), served.address.link, _Camera(page, into))


def main() -> None:
    """Take the pictures with the browser of this machine."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--all", dest="into", type=Path, metavar="DIR")
    asked = parser.parse_args()
    if (program := find_chromium()) is None:
        raise SystemExit(NEEDED)
    if asked.into is not None:
        asked.into.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(_take(program, Path(folder), asked.into))


if __name__ == "__main__":
    main()
