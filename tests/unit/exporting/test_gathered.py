"""Orders enter in the order of the list, some twice; each leaves once, sorted."""

from __future__ import annotations

import sqlite3

import pytest

from batch_renamer.errors import ReportWriteError
from batch_renamer.exporting import SORTS, Gathered
from batch_renamer.model import Order

ORDERS = [
    Order(order_id="b2", name="elm", created_at="2026-11-03T00:00:00Z", total_images=3.0),
    Order(order_id="a1", name="Oak", created_at="2026-11-02T23:30:00-01:00"),
    Order(order_id="c3", name=None),
]
AS_SORTED = {"name": "c3 b2 a1", "-name": "a1 b2 c3", "date": "c3 b2 a1", "-date": "a1 b2 c3"}


def test_every_way_to_sort_has_its_case() -> None:
    """A way that is added gets its line above."""
    assert set(AS_SORTED) == set(SORTS)


@pytest.mark.parametrize("sort", SORTS)
def test_orders_are_sorted(sort: str) -> None:
    """Names without regard to case, dates as moments; what has none comes first, or last backwards."""
    with Gathered.opened() as gathered:
        gathered.add(ORDERS)
        assert " ".join(order.order_id for order in gathered.sorted(sort)) == AS_SORTED[sort]
        assert [order.order_id for order in gathered.sorted(sort, limit=1)] == AS_SORTED[sort].split()[:1]


def test_an_order_that_comes_again_counts_once() -> None:
    """The later reading is kept; UUIDs are the same in any case."""
    one, other = "3f2504e0-4f89-41d3-9a0c-00000000000a", "3F2504E0-4F89-41D3-9A0C-00000000000A"
    with Gathered.opened() as gathered:
        gathered.add([Order(order_id=one, name="old"), *ORDERS])
        gathered.add([Order(order_id=other, name="new", status="error", last_updated_at="2026-11-04T00:00:00Z")])
        assert len(gathered) == 4
        [found] = [order for order in gathered.sorted("name") if order.order_id == other]
        assert (found.name, found.status, found.last_updated_at) == ("new", "error", "2026-11-04T00:00:00Z")


def test_a_full_disk_is_a_sentence() -> None:
    """It says where room is needed."""
    with Gathered.opened() as gathered:
        gathered._connection.execute("PRAGMA max_page_count=3")
        with pytest.raises(ReportWriteError, match="TMPDIR") as failed:
            gathered.add(Order(order_id=f"a{number}", name="x" * 100) for number in range(10_000))
        assert isinstance(failed.value.__cause__, sqlite3.Error)
