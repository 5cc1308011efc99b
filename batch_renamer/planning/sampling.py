"""Which orders of a page are read singly as well, and whether what that shows speaks against the list.

A list may be served from an old copy while single reads are fresh. Pure: no I/O.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeVar

from batch_renamer.model import Found, Missing, Order, Reading, RenameRequest
from batch_renamer.text import order_key

__all__ = ["SAMPLES", "contradicts", "sample"]

T = TypeVar("T")

SAMPLES = (12, 4, 2)
"""How many orders of the first, the second and each later page are read singly as well. Where a third of the orders has
other names than the list shows, 16 of them all look right once in 650 times. Caches keep each page on its own, so that
good first pages say little about the rest."""


def sample(requests: Sequence[RenameRequest], orders: Mapping[str, Order], *, size: int) -> list[RenameRequest]:
    """Choose so many requests, from all over the page.

    Those that the list shows with their new names go first, up to half: nothing would be sent for them, so that nothing
    later would show that they are wrong.
    """
    right = [request for request in requests if orders[order_key(request.order_id)].name == request.new_name]
    rows = {request.row for request in right}
    others = [request for request in requests if request.row not in rows]
    of_right = _spread(right, max(size - len(others), size - size // 2))
    return [*of_right, *_spread(others, size - len(of_right))]


def contradicts(reading: Reading, listed: Order) -> bool:
    """Tell whether a single reading shows the order otherwise than the list; one that failed shows nothing."""
    match reading:
        case Found(order=order):
            return order.name != listed.name or bool(order.is_deleted) != bool(listed.is_deleted)
        case Missing():
            return True
        case _:
            return False


def _spread(items: Sequence[T], size: int) -> list[T]:
    """Return so many items, evenly spaced."""
    if len(items) <= size:
        return list(items)
    return [items[place * len(items) // size] for place in range(size)]
