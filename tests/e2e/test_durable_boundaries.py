"""The plug is pulled at every commit, at every request and at random; what is taken up ends as if nothing had been.

The commands run in processes of their own that die by SIGKILL; the sandbox they speak to survives. What is durable just
before a boundary is what was durable after the one before it, so one side of each is enough here; the other side, and
many more random instants: ``python -m tests.benchmarks.crashes``.
"""

from __future__ import annotations

import random
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.support.crashing import COMMANDS, OPTIONS, RESULTS, Crash, prove_boundaries, prove_instant
from tests.support.served import served

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="forks, and kills with POSIX signals")

# Three for each command.
RANDOM_KILLS = 3


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


@pytest.mark.parametrize("kind", ["commit", "send"])
@pytest.mark.parametrize("crash", COMMANDS, indirect=True)
async def test_killed_at_every_boundary(crash: Crash, kind: str) -> None:
    """Whatever boundary it was, the report, the orders and every name ever given agree with an undisturbed run."""
    assert await prove_boundaries(crash, kind=kind, side="before") >= 5


@pytest.mark.parametrize("crash", COMMANDS, indirect=True)
async def test_killed_at_random_instants(crash: Crash) -> None:
    """Not only between two steps, but in the middle of any."""
    begun = time.monotonic()
    assert not await crash.killed()
    took_s = time.monotonic() - begun
    for number in range(RANDOM_KILLS):
        after_s = random.uniform(0, took_s)  # noqa: S311 - any instant will do, and what fails is said
        await crash.killed(after_s=after_s)
        await prove_instant(crash, number=number, where=f"killed after {after_s:.4f} s")
