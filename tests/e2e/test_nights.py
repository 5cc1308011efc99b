"""Nights in a row: folder, page, message, log, exit code and heartbeat of each say what really happened.

All nights are in `tests/nights`, which is a script; these are those that no other test has and that take little time.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.nights import STORIES, account, open_house, play
from tests.nights.kills import killed_night

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="nights are forked")

WEEKS = {
    "sheets": ("half-written", "two that contradict each other"),
    "trouble": ("key revoked", "typo in the configuration", "kill -9"),
}


@pytest.mark.parametrize("week", WEEKS)
async def test_everything_that_a_night_says_is_true(tmp_path: Path, week: str) -> None:
    """No sentence is untrue or missing, each change of state is told once, and no sheet is lost."""
    async with open_house(tmp_path, account(), addresses=("webhook",)) as house:
        entries = await play(house, {title: STORIES[title] for title in WEEKS[week]})
    assert [f"{entry.title}, {entry.about}: {wrong}" for entry in entries for wrong in entry.wrong] == []


@pytest.mark.parametrize("failpoint", ["send:20:after", "commit:26:after", "commit:70:before"])
async def test_killed_night_is_finished_by_the_next_one(tmp_path: Path, failpoint: str) -> None:
    """In the first sheet, in its move, and in the last sheet: each order as it was asked, each sheet in its folder."""
    died, wrong = await killed_night(tmp_path, failpoint=failpoint, addresses=())
    assert (died, wrong) == (True, [])
