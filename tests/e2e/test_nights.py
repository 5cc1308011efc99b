"""Nights in a row: folder, page, message, log, exit code and heartbeat of each say what really happened.

All nights are in `tests/nights`, which is a script; these are those that no other test has and that take little time.
"""

from __future__ import annotations

import random
import sys
from pathlib import Path

import pytest

from tests.nights import STORIES, account, open_house, play
from tests.nights.kills import killed_night

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="nights are forked")

WEEKS = {
    "sheets": ("good sheets", "same sheet again", "half-written", "two that contradict each other"),
    "trouble": ("bad rows", "key revoked", "typo in the configuration", "kill -9", "log can not be written"),
    "calendar": ("clock changes", "overwritten orders.xlsx", "dead cron", "what is kept"),
}


@pytest.mark.parametrize("week", WEEKS)
async def test_everything_that_a_night_says_is_true(tmp_path: Path, week: str) -> None:
    """No sentence is untrue or missing, each change of state is told once, and no sheet is lost."""
    async with open_house(tmp_path, account()) as house:
        entries = await play(house, {title: STORIES[title] for title in WEEKS[week]})
    assert [f"{entry.title}, {entry.about}: {wrong}" for entry in entries for wrong in entry.wrong] == []


@pytest.mark.parametrize("seed", range(3))
async def test_killed_night_is_finished_by_the_next_one(tmp_path: Path, seed: int) -> None:
    """At whatever instant: each order as it was asked, each sheet once and in its folder."""
    after_s = random.Random(seed).uniform(0.1, 0.8)  # noqa: S311 - to be repeatable
    _, wrong = await killed_night(tmp_path, after_s=after_s)
    assert wrong == []
