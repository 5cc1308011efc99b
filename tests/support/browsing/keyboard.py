"""A page is used by its keyboard alone: Tab until the wanted element has the focus, then Space, Enter or text."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.async_api import Locator, Page

__all__ = ["Keyboard"]

_FOCUS = """target => {
  const focused = document.activeElement;
  const shown = [focused, focused.closest("label")].filter(Boolean).map(element => getComputedStyle(element));
  const outlined = style => style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0;
  const label = focused.getAttribute("aria-label") || focused.innerText || focused.name || focused.id;
  return {
    here: target === focused,
    seen: focused === document.body || shown.some(style => outlined(style) || style.boxShadow !== "none"),
    words: `${focused.tagName.toLowerCase()} ${label}`.slice(0, 60),
  };
}"""

_CHOSEN = "element => element.selectedOptions[0].label"


@dataclass(frozen=True, slots=True)
class Keyboard:
    """The keyboard of one page; no method touches the mouse, or gives the focus by script."""

    page: Page
    most_tabs: int = 400

    async def to(self, target: Locator, *, backwards: bool = False) -> Locator:
        """Press Tab until the target has the focus; each stop on the way has to show that it has it."""
        stops: list[str] = []
        for _ in range(self.most_tabs):
            stop: dict[str, Any] = await target.evaluate(_FOCUS)
            if stop["here"]:
                assert stop["seen"], f"the focus can't be seen on: {stop['words']}"
                return target
            assert stop["seen"] or not stops, f"the focus can't be seen on: {stop['words']}"
            stops.append(stop["words"])
            await self.page.keyboard.press("Shift+Tab" if backwards else "Tab")
        raise AssertionError(f"Tab does not lead to {target}; it went through: {stops}")

    async def press(self, target: Locator, key: str = "Enter") -> None:
        """Go to the target and press a key on it, by default Enter."""
        await self.to(target)
        await self.page.keyboard.press(key)

    async def write(self, target: Locator, text: str) -> None:
        """Go to a field, and replace what it has by this text."""
        await self.to(target)
        await self.page.keyboard.press("Control+a")
        await self.page.keyboard.press("Delete")
        await self.page.keyboard.type(text)

    async def choose(self, target: Locator, file: Path) -> None:
        """Go to a file field, open the browser's file dialog by Enter, and choose a file there."""
        async with self.page.expect_file_chooser() as opened:
            await self.press(target)
        await (await opened.value).set_files(file)

    async def select(self, target: Locator, label: str) -> None:
        """Go to a list of choices, and press the arrow down until it has the one with this label."""
        await self.to(target)
        await self.page.keyboard.press("Home")
        labels: list[str] = []
        while label not in labels:
            chosen: str = await target.evaluate(_CHOSEN)
            assert chosen not in labels, f"no choice is called {label!r}: {labels}"
            labels.append(chosen)
            if chosen != label:
                await self.page.keyboard.press("ArrowDown")
