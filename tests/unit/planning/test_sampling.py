"""Which orders of a page are read singly as well, and what speaks against the list."""

from __future__ import annotations

import pytest

from batch_renamer.model import Found, Missing, Order, Reading, RenameRequest, Unreadable
from batch_renamer.planning.sampling import contradicts, sample


def page_of(names: list[str]) -> tuple[list[RenameRequest], dict[str, Order]]:
    """Return requests that want the name "new" for orders with these names."""
    orders = {f"o{number}": Order(order_id=f"o{number}", name=name) for number, name in enumerate(names)}
    return [RenameRequest(row=row, order_id=order_id, new_name="new") for row, order_id in enumerate(orders)], orders


@pytest.mark.parametrize(
    ("right", "others", "of_right", "of_others"),
    [(3, 97, 3, 9), (60, 40, 6, 6), (100, 0, 12, 0), (0, 100, 0, 12), (9, 2, 9, 2)],
)
def test_those_that_seem_right_are_half_of_the_sample(right: int, others: int, of_right: int, of_others: int) -> None:
    """What would be called unchanged is never looked at again, so it has its share, and so have the others."""
    requests, orders = page_of(["new"] * right + ["old"] * others)
    chosen = [orders[request.order_id].name for request in sample(requests, orders, size=12)]
    assert (chosen.count("new"), chosen.count("old")) == (of_right, of_others)


def test_a_sample_comes_from_all_over_the_page() -> None:
    """An old copy of a part of the list is met as well."""
    requests, orders = page_of(["old"] * 100)
    assert [request.row for request in sample(requests, orders, size=4)] == [0, 25, 50, 75]


@pytest.mark.parametrize(
    ("reading", "against"),
    [
        (Found(order=Order(order_id="a", name="x"), read_at=0), False),
        (Found(order=Order(order_id="a", name="y"), read_at=0), True),
        (Found(order=Order(order_id="a", name="x", is_deleted=True), read_at=0), True),
        (Missing(), True),
        (Unreadable(reason="403"), False),
    ],
)
def test_what_speaks_against_a_list(reading: Reading, *, against: bool) -> None:
    """Another name, or an order that is gone; a reading that failed shows nothing."""
    assert contradicts(reading, Order(order_id="a", name="x")) is against
