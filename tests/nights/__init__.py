"""Nights of an office, played with the real command, real files and real HTTP on this machine, on virtual dates.

::

    python -m tests.nights                  all nights, and a table of what each one said and did
    python -m tests.nights --only upgrade   those whose title has this text
    python -m tests.nights --keep FOLDER    leaves folder, mailbox, pages and the truth of each night there
    python -m tests.nights.kills --kills 20 ends a night at random instants

`house` is the office: the inbox, the account, the mailbox, and one night of it. `truth` compares what a night left with
what it should have. `stories` are the nights. `tests/e2e/test_nights.py` plays some of them in the gate.
"""

from __future__ import annotations

from tests.nights import api_stories, calendar_stories, machine_stories, sheet_stories
from tests.nights.house import open_house
from tests.nights.story import account, play

__all__ = ["STORIES", "account", "open_house", "play"]

STORIES = sheet_stories.STORIES | api_stories.STORIES | machine_stories.STORIES | calendar_stories.STORIES
"""Every story by its title, in the order of the month."""
