"""Files as people and programs really write them: the command does what the person in front of them means."""

from __future__ import annotations

from pathlib import Path

import pytest

from batch_renamer.sandbox import Sandbox
from tests.e2e.bench import Bench, Ran, serving

CASES = Path(__file__).parents[1] / "data" / "cases"


@pytest.mark.parametrize("orders", [3, 60], ids=["read singly", "read by pages"])
async def test_upper_case_uuids_are_renamed_and_put_back(tmp_path: Path, orders: int) -> None:
    """The API answers with lower case; the report has the ids as they were typed."""
    ids = [f"3F2504E0-4F89-41D3-9A0C-{number:012X}" for number in range(orders)]
    async with serving(tmp_path) as bench:
        bench.sandbox.store.seed_many((order_id.lower(), f"Old {order_id[-2:]}") for order_id in ids)
        sheet = bench.sheet([(order_id, f"New {order_id[-2:]}") for order_id in ids])
        done = await bench.apply(sheet, "--json")
        assert (done.code, done.results) == (0, ["renamed"] * orders)
        assert [row["order_id"] for row in done.rows] == ids
        assert (await bench.apply(sheet, "--json")).results == ["unchanged"] * orders
        undone = await bench.run("undo", done.result["run_id"], "--base-url", bench.base_url, "--yes", "--json")
        assert (undone.code, undone.results) == (0, ["renamed"] * orders)
        assert set(bench.sandbox.store.names().values()) == {f"Old {order_id[-2:]}" for order_id in ids}


async def checked(tmp_path: Path, name: str, *words: str) -> Ran:
    """Run ``check CASE --json``."""
    bench = Bench(sandbox=Sandbox(), base_url="", folder=tmp_path)
    return await bench.check(CASES / name, "--json", *words)


async def test_near_miss_headings_are_recognised(tmp_path: Path) -> None:
    """What was understood is on the screen."""
    ran = await checked(tmp_path, "near-miss-headings.csv")
    assert ran.results == ["planned", "skipped"]
    assert [row["old_name"] for row in ran.rows] == ["IMG_1", "IMG_2"]
    assert 'Using: id "order_id" · new name "new_name" · current name "Old name" · skip "Skip?"' in ran.err


async def test_damaged_names_are_warned_about_on_the_screen(tmp_path: Path) -> None:
    """In groups, with row numbers; what was never a name is invalid."""
    ran = await checked(tmp_path, "damaged-names.csv")
    assert ran.results == ["planned", "planned", "invalid", "invalid", "planned", "planned"]
    assert all(row["warning"] for row in ran.rows if row["result"] == "planned")
    assert "Warning · 2 rows · The new name reads like a date or time" in ran.err
    assert "    row 7  A-6  Mar-26" in ran.err


async def test_text_guards_are_unwrapped(tmp_path: Path) -> None:
    """Ids and names alike."""
    ran = await checked(tmp_path, "text-guards.csv")
    assert [(row["order_id"], row["new_name"]) for row in ran.rows] == [
        ("000123", "12 Elm Street"),
        ("000124", "14 Elm Street"),
    ]


async def test_mojibake_is_warned_about(tmp_path: Path) -> None:
    """The name is sent as it is, for only a person can tell."""
    ran = await checked(tmp_path, "mojibake.csv")
    assert ran.results == ["planned", "planned"]
    assert "may be “Café Flore”" in ran.rows[0]["warning"]
    assert "Warning · 2 rows · The new name looks like text that was read in a wrong encoding." in ran.err


async def test_plan_says_that_only_the_unicode_form_of_a_name_differs(tmp_path: Path) -> None:
    """One order has the composed form already, one has the other, and one another name."""
    async with serving(tmp_path) as bench:
        ids = [f"3f2504e0-4f89-41d3-9a0c-00000000000{number}" for number in (1, 2, 3)]
        bench.sandbox.store.seed_many(zip(ids, ("Caf\xe9 1", "Cafe\u0301 2", "IMG_3"), strict=True))
        ran = await bench.plan(CASES / "decomposed-accents.csv")
        assert "1  unchanged" in ran.out
        assert "Caf\xe9 2 (only the Unicode form differs)" in ran.out
        assert "Warning · 3 rows · Only the Unicode form of the new name is changed" in ran.out
        done = await bench.apply(CASES / "decomposed-accents.csv", "--json", "--report", tmp_path / "r.csv")
        assert done.results == ["unchanged", "renamed", "renamed"]
        assert list(bench.sandbox.store.names().values()) == ["Caf\xe9 1", "Caf\xe9 2", "Caf\xe9 3"]
