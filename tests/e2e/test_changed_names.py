"""A server that keeps other names, answers wrongly or renames late: report, audit and undo of the command agree."""

from __future__ import annotations

from pathlib import Path

from batch_renamer.sandbox import Fault, FaultKind, FaultPlan, Rule
from tests.e2e.truth import lies
from tests.support.served import served

KINDS = {
    # what becomes of the row, and whether its order ends with another name than its old one
    FaultKind.KEEPS_CUT: ("failed", True),
    FaultKind.KEEPS_LOWER_CASE: ("failed", True),
    FaultKind.KEEPS_ESCAPED: ("failed", True),
    FaultKind.KEEPS_SPACES: ("renamed", True),
    FaultKind.KEEPS_NFD: ("renamed", True),
    FaultKind.LATE_ACCEPTED: ("renamed", True),
    FaultKind.LATE_BAD_GATEWAY: ("renamed", True),
    FaultKind.LATE_STALE: ("renamed", True),
    FaultKind.ACCEPTED: ("renamed", True),
    FaultKind.NO_CONTENT: ("renamed", True),
    FaultKind.APPLIED_409: ("renamed", True),
    FaultKind.APPLIED_404: ("renamed", True),
    FaultKind.WRAPPED: ("renamed", True),
    FaultKind.REFUSED: ("failed", False),
    FaultKind.UNAVAILABLE: ("unknown", False),
}


async def test_whatever_a_run_has_changed_is_told_audited_and_undone(tmp_path: Path) -> None:
    """Failed rows that were changed all the same are counted, and get their old names back like the others."""
    faults = [
        Rule(fault=Fault(kind=kind, seconds=1.5), method="PATCH", order_id=f"order-{number}", times=None)
        for number, kind in enumerate(KINDS, 1)
    ]
    async with served(tmp_path, faults=FaultPlan(rules=faults)) as renamer:
        names = [
            (order_id, f"Café  & Söhne {number}") for number, (order_id, _) in enumerate(renamer.seed(len(KINDS)), 1)
        ]
        old_names, sheet = renamer.sandbox.store.names(), renamer.sheet(names)
        # The renames that come late are there before their orders are read again.
        ran = await renamer.apply(sheet, "--json", "--attempts", "1", "--patience", "4", "--max-failures", "100%")
        assert dict(zip(KINDS, ran.results, strict=True)) == {kind: result for kind, (result, _) in KINDS.items()}
        assert list(lies(ran.rows, renamer.sandbox)) == []
        assert [bool(row["warning"]) for row in ran.rows].count(True) == 2
        shown = await renamer.run("show", ran.result["run_id"], "--base-url", renamer.base_url)
        assert "of these, 3 changed to another name than the one sent" in shown.out
        renamer.sandbox.faults = FaultPlan()
        changed = [order_id for order_id, name in renamer.sandbox.store.names().items() if name != old_names[order_id]]
        assert len(changed) == sum(changed for _, changed in KINDS.values())
        audit = await renamer.run("audit", "--json", "--base-url", renamer.base_url)
        refused = {f"order-{list(KINDS).index(FaultKind.REFUSED) + 1}"}  # it still has the name that the report shows
        assert {row["order_id"] for row in audit.rows if row["result"] == "unchanged"} == set(changed) | refused
        undone = await renamer.run("undo", "--yes", "--json", "--base-url", renamer.base_url)
        # The order that has its old name may be renamed yet, so shortly after its rename was sent.
        unsettled = [row["order_id"] for row in undone.rows if row["result"] == "unknown"]
        assert (undone.code, unsettled) == (1, [f"order-{list(KINDS).index(FaultKind.UNAVAILABLE) + 1}"])
        assert {row["order_id"] for row in undone.rows if row["result"] == "renamed"} == set(changed)
        assert renamer.sandbox.store.names() == old_names


async def test_an_undo_in_the_first_minute_puts_nothing_back_that_may_be_renamed_yet(tmp_path: Path) -> None:
    """An order has its old name when the undo reads it, and the new one half a minute later."""
    rule = Rule(fault=Fault(kind=FaultKind.LATE_ACCEPTED, seconds=30), method="PATCH", times=None)
    async with served(tmp_path, faults=FaultPlan(rules=[rule])) as renamer:
        ran = await renamer.apply(renamer.sheet(renamer.seed(2)), "--json", "--patience", "1", "--max-failures", "100%")
        assert (ran.code, ran.results) == (1, ["unknown", "unknown"])
        undone = await renamer.run("undo", "--yes", "--json", "--base-url", renamer.base_url)
        assert (undone.code, undone.results) == (1, ["unknown", "unknown"])
        assert "Undo the run again in a minute." in undone.rows[0]["reason"]
        renamer.sandbox.faults = FaultPlan()
        again = await renamer.run("resume", "--yes", "--json", "--base-url", renamer.base_url)
        assert "renamed" not in again.results
