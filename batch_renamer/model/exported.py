"""The columns of an export: what the list shows of an order, beside the two cells that a person fills in."""

from __future__ import annotations

__all__ = ["EXPORT_COLUMNS"]

EXPORT_COLUMNS: tuple[str, ...] = (
    "order_id",
    "current_name",
    "new_name",
    "skip",
    "status",
    "total_images",
    "created_at",
    "last_updated_at",
)
"""The headings of an exported spreadsheet, in order. The loader recognizes an export by them."""
