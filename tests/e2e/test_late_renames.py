"""The command against an API that carries out every rename some seconds after its answer."""

from __future__ import annotations

from pathlib import Path

import pytest

from batch_renamer.sandbox import Fault, FaultKind, FaultPlan, Rule
from tests.e2e.truth import lies
from tests.support.served import served


def late(kind: FaultKind, seconds: float) -> FaultPlan:
    """Return a plan by which every rename is answered so, and applied so many seconds later."""
    return FaultPlan(rules=[Rule(fault=Fault(kind=kind, seconds=seconds), method="PATCH", times=None)])


@pytest.mark.parametrize("kind", [FaultKind.LATE_ACCEPTED, FaultKind.LATE_STALE])
async def test_an_api_that_is_late_with_every_rename_does_not_end_the_run(tmp_path: Path, kind: FaultKind) -> None:
    """Rows that are read again later are not counted as failures before that: all are renamed in the end."""
    async with served(tmp_path, faults=late(kind, 1.0)) as renamer:
        rows = renamer.seed(70)
        ran = await renamer.apply(renamer.sheet(rows), "--json", "--attempts", "1", "--patience", "3")
        assert (ran.code, set(ran.results)) == (0, {"renamed"})
        assert list(lies(ran.rows, renamer.sandbox)) == []


async def test_an_api_that_carries_out_nothing_ends_the_run_after_the_late_look(tmp_path: Path) -> None:
    """What is not renamed by then counts for --max-failures, and most rows are not sent at all."""
    async with served(tmp_path, faults=late(FaultKind.LATE_ACCEPTED, 3600.0)) as renamer:
        rows = renamer.seed(300)
        ran = await renamer.apply(renamer.sheet(rows), "--json", "--patience", "2", "--rate", "60")
        assert (ran.code, set(ran.results)) == (4, {"unknown", "pending"})
        assert "--max-failures" in ran.result["stopped"]
        assert ran.results.count("pending") > 150
