"""The tools of the tests in a browser notice what they are there for: a test that can't fail proves nothing."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Page

from tests.support.browsing import Keyboard, Watched, violations_of
from tests.support.browsing.looks import troubles_of
from tests.support.browsing.small_site import small_site

pytestmark = pytest.mark.asyncio(loop_scope="session")

_HEAD = '<!doctype html><html lang="en"><head><title>Tools</title><link rel="icon" href="icon.svg">'
_FILES = {
    "icon.svg": '<svg xmlns="http://www.w3.org/2000/svg"/>',
    "quiet.css": "a:focus { outline: none }",
    "throws.js": "console.error('another'); throw new Error('a fault')",
    "good.html": f'{_HEAD}<main><h1>Good</h1><a href="#x">One</a> <input type="file" aria-label="Two"></main>',
    "hidden.html": f'{_HEAD}<link rel="stylesheet" href="quiet.css"><main><h1>Bad</h1><a href="#x">One</a></main>',
    "wide.css": "p { width: 700px; animation: 9s infinite grow } @keyframes grow { to { opacity: 0 } }",
    "wide.html": f'{_HEAD}<link rel="stylesheet" href="wide.css"><main><h1>Wide</h1><p>A</p></main>',
    "bad.html": f'{_HEAD}<script src="throws.js"></script><main><h1 onclick="1">Bad</h1><img src="icon.svg"></main>',
}


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def site() -> AsyncIterator[str]:
    """Serve pages with faults, and one without."""
    async with small_site(_FILES) as url:
        yield url


async def test_faults_of_a_page_are_noticed(page: Page, watched: Watched, site: str) -> None:
    """What a script throws, what the console shows, a breach of the policy, and what axe finds."""
    await page.goto(f"{site}/bad.html")
    assert [line.partition(" ")[0] for line in await violations_of(page)] == ["image-alt"]
    told = "\n".join(watched.faults)
    assert all(part in told for part in ("uncaught: a fault", "console: another", "Content Security Policy"))
    watched.allow("")


async def test_the_browser_is_held_to_this_machine(page: Page, watched: Watched) -> None:
    """No name is looked up, and no address but 127.0.0.1 is asked."""
    for elsewhere in ("http://example.com/", "http://192.0.2.1/", "http://localhost/"):
        with pytest.raises(Exception, match="ERR_NAME_NOT_RESOLVED"):
            await page.goto(elsewhere)
    assert watched.addresses


async def test_the_keyboard_reaches_what_it_should(page: Page, site: str) -> None:
    """Tab leads to an element, and one that it does not lead to, or whose focus is invisible, is a failure."""
    keyboard = Keyboard(page, most_tabs=5)
    await page.goto(f"{site}/good.html")
    assert await violations_of(page) == []
    await keyboard.to(page.get_by_label("Two"))
    await keyboard.to(page.get_by_role("link"), backwards=True)
    with pytest.raises(AssertionError, match="Tab does not lead to"):
        await keyboard.to(page.get_by_role("heading"))
    await page.goto(f"{site}/hidden.html")
    with pytest.raises(AssertionError, match="the focus can't be seen on: a One"):
        await keyboard.to(page.get_by_role("heading"))


async def test_each_look_is_looked_at(page: Page, site: str) -> None:
    """What is too wide on a narrow or zoomed window is found, and what moves before people who want no motion."""
    await page.goto(f"{site}/good.html")
    assert await troubles_of(page) == []
    await page.goto(f"{site}/wide.html")
    troubles = await troubles_of(page)
    assert [trouble.partition(":")[0] for trouble in troubles] == ["360", "640", "360", "320"]
    assert "something moves" in troubles[0]
