"""The plug is pulled at every request and at random instants; what is taken up ends as if nothing had been."""

from __future__ import annotations

import random
import sys
import time

import pytest

from tests.support.crashing import COMMANDS, Crash, prove_boundaries, prove_instant

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="forks, and kills with POSIX signals")

# Three for each command.
RANDOM_KILLS = 3


@pytest.mark.parametrize("crash", COMMANDS, indirect=True)
async def test_killed_at_every_request(crash: Crash) -> None:
    """Whichever it was, the report, the orders and every name ever given agree with an undisturbed run."""
    assert await prove_boundaries(crash, kind="send", side="before") >= 5


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
