"""What the API knows of one order, what a reading of it found, and the rename that is to be sent."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = [
    "Change",
    "Found",
    "Missing",
    "Order",
    "Reading",
    "Unreadable",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """An order as the API describes it, without its images; ``first_image`` is the id of the first, where it is wanted.

    Every field but the id may be missing. ``status`` is free text, so unknown values are accepted. ``created_at`` and
    ``last_updated_at`` are the RFC 3339 texts of the API.

    Example:
        >>> Order(order_id="a1", name="12 Elm St").status is None
        True
    """

    order_id: str
    name: str | None
    status: str | None = None
    is_processing: bool | None = None
    is_merging: bool | None = None
    is_deleted: bool | None = None
    total_images: float | None = None
    created_at: str | None = None
    last_updated_at: str | None = None
    first_image: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """The order was read; ``read_at`` is when, in seconds since the epoch."""

    order: Order
    read_at: float


@dataclass(frozen=True, slots=True)
class Missing:
    """The API has no order with this id in this account."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreadable:
    """The order could not be read; ``reason`` says why in a few words."""

    reason: str
    http_status: int | None = None


Reading = Found | Missing | Unreadable
"""What was found of the order of one id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One rename to be sent. ``read_at`` is the time at which ``order`` was read, in seconds since the epoch.

    ``dispatched`` tells that an earlier, interrupted part of this run may have sent the rename already. ``guarded``
    tells that the order is renamed only while it still has ``old_name``.

    Example:
        >>> Change(row=2, new_name="b", order=Order(order_id="a1", name="a"), read_at=0.0).old_name
        'a'
    """

    row: int
    new_name: str
    order: Order
    read_at: float
    dispatched: bool = False
    guarded: bool = False

    @property
    def order_id(self) -> str:
        """The order to rename."""
        return self.order.order_id

    @property
    def old_name(self) -> str | None:
        """The name that the order had when it was read."""
        return self.order.name
