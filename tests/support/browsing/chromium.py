"""Starts a Chromium without a window, and holds it to this machine."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from playwright.async_api import Browser, async_playwright, expect

from tests.support.gate import DEADLINE_S

__all__ = ["open_chromium"]

_OPTIONS = (
    # Every name and address but the one that the page is served at is unknown to it, so it can't leave this machine.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
    "--no-proxy-server",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-domain-reliability",
    "--disable-sync",
    "--no-pings",
    "--disable-dev-shm-usage",  # containers have little shared memory
    "--disable-gpu",
)


@asynccontextmanager
async def open_chromium(program: str, home: Path, *options: str) -> AsyncIterator[Browser]:
    """Start the browser with an empty home for as long as the block lasts.

    What is expected of its pages has a minute to come true.
    """
    expect.set_options(timeout=DEADLINE_S * 1000)
    env: dict[str, str | float | bool] = {
        **os.environ,
        "HOME": str(home),
        "XDG_CONFIG_HOME": str(home),
        "XDG_CACHE_HOME": str(home),
    }
    async with async_playwright() as playwright:
        # Its own sandbox needs rights that root and containers don't have; the pages are those of the tests alone.
        browser = await playwright.chromium.launch(
            executable_path=program, chromium_sandbox=False, args=[*_OPTIONS, *options], env=env
        )
        try:
            yield browser
        finally:
            await browser.close()
