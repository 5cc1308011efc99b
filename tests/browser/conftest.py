"""What tests in a browser share: one browser for each process of pytest, a page of its own for each test.

The browser, its driver and what it is served live in one event loop, that of the session.
"""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, Page

from tests.support.browsing import NEEDED, Keyboard, Watched, find_chromium, open_chromium, watch
from tests.support.gate import DEADLINE_S


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Browser]:
    """Start this machine's Chromium once; without one, the test says what it needs."""
    if (program := find_chromium()) is None:
        pytest.skip(NEEDED)
    async with open_chromium(program, tmp_path_factory.mktemp("browser")) as opened:
        yield opened


@pytest_asyncio.fixture(loop_scope="session")
async def context(browser: Browser) -> AsyncIterator[BrowserContext]:
    """Give a test a browser without memory, 1280 pixels wide."""
    context = await browser.new_context(viewport={"width": 1280, "height": 900}, locale="en-GB")
    context.set_default_timeout(DEADLINE_S * 1000)
    try:
        yield context
    finally:
        await context.close()


@pytest_asyncio.fixture(loop_scope="session")
async def watched(context: BrowserContext) -> Watched:
    """Notice what goes wrong in the pages of the test; `Watched.allow` names what it expects.

    To watch is to tell the driver, which needs the running loop: so this fixture is async, though it awaits nothing.
    """
    return watch(context)


@pytest_asyncio.fixture(loop_scope="session")
async def page(context: BrowserContext, watched: Watched) -> AsyncIterator[Page]:
    """Give a test a page, and fail it if anything went wrong in it."""
    page = await context.new_page()
    yield page
    assert watched.unexpected == []


@pytest.fixture
def keyboard(page: Page) -> Keyboard:
    """Give a test the keyboard of its page."""
    return Keyboard(page)
