"""An undo after others have renamed many of the run's orders: every stage, with a fake API."""

from __future__ import annotations

from pathlib import Path

from batch_renamer.model import Result
from tests.flow.test_kept_plans import an_office, by_order


async def test_orders_that_others_renamed_do_not_stop_an_undo(tmp_path: Path) -> None:
    """Three in four have another name by now, which is more than ``--max-failures`` allows; the others are put back."""
    orders = [f"o{number}" for number in range(40)]
    old, new = {order: f"old {order}" for order in orders}, {order: f"new {order}" for order in orders}
    with an_office(tmp_path, {**old}, new) as office:
        run = await office.perform("apply")
        for order in orders[:30]:
            office.api.names[order] = "sold"
        undo = await office.perform("undo", run.record)
        results = {order: row.result for order, row in by_order(undo).items()}
    assert undo.stop.cause is None
    assert [results[order] for order in orders] == [Result.DRIFTED] * 30 + [Result.RENAMED] * 10
    assert office.api.names == {order: "sold" if order in orders[:30] else old[order] for order in orders}
