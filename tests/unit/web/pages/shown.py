"""A page that was answered, as a test reads it: its words, its buttons and what they do."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lxml import html

from batch_renamer.jobs import source_of
from batch_renamer.model import ALL_ROWS, RowChoice
from tests.support.gate import DEADLINE_S
from tests.support.served_page import ServedPage

__all__ = ["Shown", "acted", "committed", "downloaded", "ended", "planned", "shown", "until"]


@dataclass(frozen=True, slots=True)
class Shown:
    """A fragment of a page."""

    text: str
    root: Any

    @classmethod
    def of(cls, text: str) -> Shown:
        """Return a fragment, or a whole page, from its HTML."""
        return cls(text, html.fragment_fromstring(text, create_parent="main"))

    @property
    def plots(self) -> list[str]:
        """What can be read of each plot."""
        return [" ".join(plot.text_content().split()) for plot in self.root.xpath(".//*[@class='plot']")]

    @property
    def heading(self) -> str:
        """The heading."""
        return " ".join(self.root.xpath("string(.//h1)").split())

    @property
    def words(self) -> str:
        """All that can be read."""
        return " ".join(self.root.text_content().split())

    @property
    def standing(self) -> str:
        """How the run stands."""
        return str(self.root.xpath("string((.//*[contains(@class, 'standing')])[1])")).strip()

    @property
    def counts(self) -> dict[str, int]:
        """How many rows have each result."""
        items = self.root.xpath(".//ul[contains(@class, 'badges')]/li/a")
        return {str(item.text_content().split()[1]): int(item.xpath("string(b)").replace(",", "")) for item in items}

    @property
    def buttons(self) -> set[str]:
        """The words of the buttons that are not in a dialog."""
        found = self.root.xpath(".//button[not(ancestor::dialog)]")
        return {" ".join(button.text_content().split()) for button in found}

    @property
    def actions(self) -> set[str]:
        """The last word of each address that a button or a form posts to."""
        return {str(path).rsplit("/", 1)[1] for path in self.root.xpath(".//@data-action")}


async def shown(page: ServedPage, path: str, *, status: int = 200) -> Shown:
    """Return a page as it is shown now."""
    async with page.client.get(f"/pages{path}") as answer:
        text = await answer.text()
        assert answer.status == status, text
    return Shown.of(text)


async def acted(page: ServedPage, path: str, body: dict[str, object] | None = None, *, status: int = 200) -> Any:
    """Return the answer to an action."""
    async with page.client.post(f"/actions{path}", json=body or {}) as answer:
        said = await answer.json()
        assert answer.status == status, said
    return said


async def ended(page: ServedPage) -> None:
    """Wait until no job is at work."""
    async with asyncio.timeout(DEADLINE_S):
        await page.workspace.jobs.ended()


async def until(page: ServedPage, happened: Callable[[], bool]) -> None:
    """Wait until ``happened`` is true, asking at each event that pages are told."""
    async with asyncio.timeout(DEADLINE_S):
        with page.workspace.hub.listen() as listener:
            if happened():
                return
            async for _ in listener.updates():
                if happened():
                    return


async def planned(page: ServedPage, sheet: Path, *, account: str = "sales", **options: object) -> str:
    """Plan the renames of a spreadsheet to the end, with these options, and return the run's id."""
    chosen = page.workspace.accounts.get(account)
    settings = page.workspace.accounts.settings(chosen, options)
    source = source_of(sheet, settings, unattended=False)
    run_id = await page.workspace.jobs.plan(chosen, source, settings=settings)
    await ended(page)
    return run_id


async def committed(page: ServedPage, plan: str, *, choice: RowChoice = ALL_ROWS) -> str:
    """Begin to commit a plan, and return the id of the run that does it."""
    return await page.workspace.jobs.commit(page.workspace.journal.runs.get(plan), choice=choice)


async def downloaded(page: ServedPage, run_id: str) -> Any:
    """Return the JSON report of a run."""
    async with page.client.get(f"/downloads/runs/{run_id}/report.json") as answer:
        assert answer.status == 200
        return json.loads(await answer.read())
