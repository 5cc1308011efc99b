"""Chooses which orders of a page are also read singly, and tells whether a single reading contradicts the list.

The list may be served from an old copy while single reads are fresh. Pure: no I/O.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeVar

from batch_renamer.model import Found, Missing, Order, Reading, RenameRequest
from batch_renamer.text import order_key

__all__ = ["SAMPLES", "contradicts", "sample"]

T = TypeVar("T")

SAMPLES = (12, 4, 2)
"""How many orders of the first, the second and each later page are also read singly. If a third of the orders on a list
have other names than shown, 16 samples all agree with it once in 650 times. Caches store each page separately, so
correct first pages prove little about later ones."""


def sample(requests: Sequence[RenameRequest], orders: Mapping[str, Order], *, size: int) -> list[RenameRequest]:
    """Choose ``size`` requests from all over the page.

    Orders that the page shows with their new name are preferred, up to half of the sample: nothing is sent for them, so
    no later step would discover that the page is wrong.
    """
    right = [request for request in requests if orders[order_key(request.order_id)].name == request.new_name]
    rows = {request.row for request in right}
    others = [request for request in requests if request.row not in rows]
    of_right = _spread(right, max(size - len(others), size - size // 2))
    return [*of_right, *_spread(others, size - len(of_right))]


def contradicts(reading: Reading, listed: Order) -> bool:
    """Tell whether a single reading contradicts the list; a failed reading proves nothing."""
    match reading:
        case Found(order=order):
            return order.name != listed.name or bool(order.is_deleted) != bool(listed.is_deleted)
        case Missing():
            return True
        case _:
            return False


def _spread(items: Sequence[T], size: int) -> list[T]:
    """Return ``size`` items, evenly spaced."""
    if len(items) <= size:
        return list(items)
    return [items[place * len(items) // size] for place in range(size)]
