"""An order as the server of the sandbox stores it. No I/O."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["StoredOrder"]


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredOrder:
    """An order on the server's side. ``seq`` numbers the orders as they were made; times are RFC 3339 in UTC.

    Example:
        >>> StoredOrder(seq=0, order_id="a1", name=None, created_at="", last_updated_at="").status
        'processed'
    """

    seq: int
    order_id: str
    name: str | None
    created_at: str
    last_updated_at: str
    status: str | None = "processed"
    is_processing: bool | None = False
    is_merging: bool | None = False
    is_deleted: bool | None = False
    total_images: int = 0
