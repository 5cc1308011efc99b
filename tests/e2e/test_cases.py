"""Files as people and programs really write them: the command does what the person in front of them means."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.e2e.bench import serving

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
