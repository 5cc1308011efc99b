"""The server of the page is killed in mid-commit, and what it left is gone on with from the page.

Many more instants: ``python -m tests.benchmarks.web_kills``.
"""

from __future__ import annotations

import random
import sys
from pathlib import Path

import pytest

from tests.support.killed_pages import SIDES, Instant, KilledPages
from tests.support.served import served

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="forks, and kills with POSIX signals")


async def test_a_page_whose_server_was_killed_goes_on_as_if_nothing_had_been(tmp_path: Path) -> None:
    """The report is the undisturbed one, no order is sent three times, and nothing that was sent is called unsent."""
    async with served(tmp_path) as renamer:
        pages = KilledPages(renamer, 60)
        await pages.set_up()
        for seed, side in enumerate(SIDES):
            chance = random.Random(seed)  # noqa: S311 - to be repeatable
            await pages.prove(Instant.drawn(chance, of=pages.requests, side=side), seed=seed)
