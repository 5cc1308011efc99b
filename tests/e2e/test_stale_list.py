"""The command against a list from an old copy, while single reads are fresh: no row is decided by what was."""

from __future__ import annotations

from pathlib import Path

from batch_renamer.sandbox import Fault, FaultKind, FaultPlan, Share
from tests.e2e.truth import lies
from tests.support.served import Command, served

HOUR_OLD = FaultPlan(shares=[Share(fault=Fault(kind=FaultKind.STALE_LIST, seconds=3600), share=1.0)])


def seed_with_changes(renamer: Command, *, changed: int) -> list[tuple[str, str]]:
    """Seed sixty orders; the first so many had their new names an hour ago, and have others now."""
    rows = renamer.seed(60)
    store = renamer.sandbox.store
    for order_id, new_name in rows[:changed]:
        store.seed(order_id, new_name)
        store.rename(order_id, f"{new_name}, by a colleague")
    return rows


async def test_nothing_is_called_unchanged_by_an_old_list(tmp_path: Path) -> None:
    """Twenty orders had their new names when the list was made, and have lost them since."""
    async with served(tmp_path, faults=HOUR_OLD) as renamer:
        rows = seed_with_changes(renamer, changed=20)
        ran = await renamer.apply(renamer.sheet(rows), "--json")
        assert (ran.code, set(ran.results)) == (0, {"renamed"})
        assert [row["old_name"] for row in ran.rows[:20]] == [f"{name}, by a colleague" for _, name in rows[:20]]
        # A name by a colleague is no name that the sheet asked for either.
        assert [lie for lie in lies(ran.rows, renamer.sandbox) if "not asked for" not in lie] == []


async def test_an_audit_reads_every_order_alone(tmp_path: Path) -> None:
    """It is there to find what changed since: the list has no say in it."""
    async with served(tmp_path) as renamer:
        rows = renamer.seed(60)
        assert (await renamer.apply(renamer.sheet(rows))).code == 0
        renamer.sandbox.store.rename("order-7", "By a colleague")
        renamer.sandbox.faults, before = HOUR_OLD, len(renamer.requests)
        audit = await renamer.run("audit", "--base-url", renamer.base_url, "--json")
        assert (audit.code, audit.results.count("unchanged"), audit.results.count("drifted")) == (1, 59, 1)
        pages = [
            path for _, path in renamer.requests[before:] if "per_page" in path and "per_page=1&" not in path + "&"
        ]
        assert pages == []


async def test_a_guarded_order_is_never_judged_by_the_list(tmp_path: Path) -> None:
    """The list shows the expected name; the order itself has another one, and keeps it."""
    async with served(tmp_path, faults=HOUR_OLD) as renamer:
        rows = renamer.seed(60)
        for order_id, _ in rows[:10]:
            renamer.sandbox.store.rename(order_id, "By a colleague")
        guarded = [(*row, f"Old name {number}") for number, row in enumerate(rows, 1)]
        sheet = renamer.sheet(guarded, headings=("order_id", "new_name", "current_name"))
        ran = await renamer.apply(sheet, "--json")
        assert (ran.code, ran.results) == (1, ["drifted"] * 10 + ["renamed"] * 50)
        assert renamer.sandbox.store.names()["order-3"] == "By a colleague"
