"""A page as it stands enters; what keeps people from using it leaves, in light and dark, on wide and narrow windows.

At 640 pixels a window of 1280 is seen at 200 %, at 320 at 400 %.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Literal

from playwright.async_api import Page

from tests.support.browsing.accessible import axe_in

__all__ = ["NARROW", "WIDE", "Scheme", "looking", "troubles_of"]

Scheme = Literal["light", "dark"]
WIDE, NARROW = 1280, 360
_ZOOMED, _ZOOMED_MORE = 640, 320
_HEIGHT = 900
_TOO_WIDE = """() => {
  const width = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= width) return [];
  const scrolls = element => element
    && (getComputedStyle(element).overflowX !== "visible" || scrolls(element.parentElement));
  const wide = [...document.body.querySelectorAll("*")].filter(element =>
    element.getBoundingClientRect().right > width + 1 && !scrolls(element.parentElement));
  return wide.slice(0, 3).map(element => element.outerHTML.slice(0, 120));
}"""
_MOVING = "() => document.getAnimations().filter(each => each.playState === 'running').length"


@asynccontextmanager
async def looking(
    page: Page, *, width: int = WIDE, height: int = _HEIGHT, scheme: Scheme = "light", calm: bool = False
) -> AsyncIterator[None]:
    """Look at the page in another way for as long as the block lasts; ``calm`` is for people who want no motion."""
    before = page.viewport_size
    assert before is not None
    await page.set_viewport_size({"width": width, "height": height})
    await page.emulate_media(color_scheme=scheme, reduced_motion="reduce" if calm else "no-preference")
    try:
        yield
    finally:
        await page.emulate_media(color_scheme="light", reduced_motion="no-preference")
        await page.set_viewport_size(before)


async def troubles_of(page: Page, *, in_every_look: bool = False) -> list[str]:
    """Return what axe finds, what is wider than the window, and what moves though it should not.

    axe looks at the page when it is wide and light, and then, for what depends on the look, narrow and dark, or with
    ``in_every_look`` in all four looks, which takes twice as long.
    """
    found: list[str] = []
    looks: list[tuple[int, Scheme]] = [(WIDE, "light"), (NARROW, "dark")]
    if in_every_look:
        looks += [(WIDE, "dark"), (NARROW, "light")]
    async with axe_in(page) as ask:
        for width, scheme in looks:
            async with looking(page, width=width, scheme=scheme, calm=scheme == "dark"):
                lines = await ask(of_looks=(width, scheme) != looks[0])
                found += [f"{width} {scheme}: {line}" for line in lines]
                if scheme == "dark" and await page.evaluate(_MOVING):
                    found.append(f"{width}: something moves")
    for width in (WIDE, _ZOOMED, NARROW, _ZOOMED_MORE):
        async with looking(page, width=width):
            found += [f"{width}: wider than the window: {line}" for line in await page.evaluate(_TOO_WIDE)]
    return found
