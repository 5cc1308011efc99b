"""What the end-to-end tests share: the command beside an empty sandbox, served for one test."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.crashing import COMMANDS, OPTIONS, RESULTS, Crash
from tests.support.served import Command, served

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path


@pytest.fixture
async def renamer(tmp_path: Path) -> AsyncIterator[Command]:
    """Serve an empty sandbox; the test seeds it, and exchanges its faults."""
    async with served(tmp_path) as made:
        yield made


@pytest.fixture
async def crash(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Crash]:
    """Set the stage for a command."""
    async with served(tmp_path, options=OPTIONS) as renamer:
        made = Crash(renamer, COMMANDS[request.param])
        await made.set_up()
        if request.param in ("apply", "apply --plan", "resume", "resume early"):
            # What the killed runs are compared with is itself right.
            assert [row[-1] for row in made.rows] == RESULTS
        yield made
