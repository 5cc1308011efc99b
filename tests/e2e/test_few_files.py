"""Few open files: a shell's limit enters; every row is renamed, and the API is not blamed."""

from __future__ import annotations

import sys

import pytest

from batch_renamer.sandbox import Latency
from tests.support.served import Command

pytest.importorskip("resource", reason="POSIX only")


@pytest.mark.parametrize(("soft", "hard"), [(80, 80), (64, 400)], ids=["no more allowed", "more allowed"])
async def test_slow_api_under_a_low_limit_of_open_files_is_no_outage(renamer: Command, soft: int, hard: int) -> None:
    """Two hundred workers were asked for, but no more connections are opened than there are files for."""
    limited = ("sh", "-c", f'ulimit -S -n {soft} && ulimit -H -n {hard} && exec "$0" "$@"')
    renamer.sandbox.latency = Latency(base_s=0.05)
    words = renamer.line("apply", renamer.sheet(renamer.seed(300)), "--json", "--workers", "200")
    async with renamer.start(*words, program=(*limited, sys.executable, "-m", "batch_renamer")) as started:
        ran = await started.ended()
    assert (ran.code, set(ran.results)) == (0, {"renamed"})
    assert {row["attempts"] for row in ran.rows} == {1}
    assert "no good answer" not in ran.err
    assert "shortage" not in ran.err
