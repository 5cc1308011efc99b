"""A page as it stands enters; what keeps people from using it leaves, one line each, as axe-core finds it."""

from __future__ import annotations

import importlib.resources
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import cache
from typing import Any

from playwright.async_api import Page

__all__ = ["axe_in", "violations_of"]

_RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
_RULES_OF_LOOKS = ("color-contrast", "link-in-text-block", "scrollable-region-focusable", "target-size")


@cache
def _axe() -> str:
    return importlib.resources.files("axe_playwright_python").joinpath("axe.min.js").read_text("utf-8")


Ask = Callable[..., Awaitable[list[str]]]


@asynccontextmanager
async def axe_in(page: Page) -> AsyncIterator[Ask]:
    """Put axe beside the page; yield a function that returns each violation with the elements that have it.

    With ``of_looks=True`` it returns only those that depend on style and width. axe runs in a world of its own beside
    the page's scripts, so the page's content policy need not allow it; the world ends with the next navigation.
    """
    session = await page.context.new_cdp_session(page)
    try:
        tree = await session.send("Page.getFrameTree")
        world = await session.send("Page.createIsolatedWorld", {"frameId": tree["frameTree"]["frame"]["id"]})
        place = {"contextId": world["executionContextId"], "returnByValue": True, "awaitPromise": True}
        await session.send("Runtime.evaluate", {"expression": f"{_axe()};0", **place})

        async def ask(*, of_looks: bool = False) -> list[str]:
            options = json.dumps({"resultTypes": ["violations"], "runOnly": _RULES_OF_LOOKS if of_looks else _RULES})
            answer = await session.send(
                "Runtime.evaluate", {"expression": f"axe.run({options}).then(found => found.violations)", **place}
            )
            assert "exceptionDetails" not in answer, answer["exceptionDetails"]
            return [_line(violation) for violation in answer["result"]["value"]]

        yield ask
    finally:
        await session.detach()


async def violations_of(page: Page) -> list[str]:
    """Return each violation of the page as it stands, with the elements that have it."""
    async with axe_in(page) as ask:
        return await ask()


def _line(violation: dict[str, Any]) -> str:
    shown = "; ".join(f"{node['html'][:160]} {node['failureSummary']}" for node in violation["nodes"][:3])
    return f"{violation['id']} ({violation['impact']}, {len(violation['nodes'])} times): {violation['help']}: {shown}"
