"""What an export says of an order: its cells, in the order of the columns."""

from __future__ import annotations

from batch_renamer.model import EXPORT_COLUMNS, Order
from batch_renamer.workbooks import SURELY_FITS, cut

__all__ = ["number_of", "texts_of", "texts_that_fit"]

_SKIP = EXPORT_COLUMNS.index("skip")


def texts_of(order: Order) -> list[str]:
    """Return the texts of an order's cells; "" is an empty cell.

    Example:
        >>> texts_of(Order(order_id="a1", name="12 Elm St", status="processed", total_images=3))
        ['a1', '12 Elm St', '', '', 'processed', '3', '', '']
    """
    return [
        order.order_id,
        order.name or "",
        "",
        "",
        order.status or "",
        str(number) if (number := number_of(order)) is not None else "",
        order.created_at or "",
        order.last_updated_at or "",
    ]


def number_of(order: Order) -> int | float | None:
    """Return how many pictures an order has; a whole number as such."""
    images = order.total_images
    return int(images) if images is not None and float(images).is_integer() else images


def texts_that_fit(order: Order) -> list[str]:
    """Return the texts for cells of a workbook. A name that is too long is cut, and the row is marked to be skipped."""
    texts = texts_of(order)
    if any(len(text) > SURELY_FITS for text in texts):
        shortened = [cut(text) for text in texts]
        if shortened != texts:
            shortened[_SKIP] = "too long for a cell"
        return shortened
    return texts
