"""The plug is pulled at every commit of the journal; what is taken up ends as if nothing had been.

The commands run in processes of their own that die by SIGKILL; the sandbox they speak to survives. What is durable just
before a boundary is what was durable after the one before it, so one side of each is enough here; the other side, and
many more random instants: ``python -m tests.benchmarks.crashes``. Requests: `test_durable_requests`.
"""

from __future__ import annotations

import sys

import pytest

from tests.support.crashing import COMMANDS, Crash, prove_boundaries

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="forks, and kills with POSIX signals")


@pytest.mark.parametrize("crash", COMMANDS, indirect=True)
async def test_killed_at_every_commit(crash: Crash) -> None:
    """Whichever it was, the report, the orders and every name ever given agree with an undisturbed run."""
    assert await prove_boundaries(crash, kind="commit", side="before") >= 5
