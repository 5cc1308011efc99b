"""Gives the four columns their widths among the ``col`` elements, each of which may describe many columns."""

from __future__ import annotations

from collections.abc import Sequence

from batch_renamer.reports.own_workbook.columns import COLUMNS_BACK
from batch_renamer.reports.own_workbook.xlsx.placement import Placement
from batch_renamer.reports.own_workbook.xlsx.survey import ColumnRange
from batch_renamer.reports.own_workbook.xml_scan import prefix_of, with_attribute, without_attribute

__all__ = ["WidthChanges", "styles_of"]

_WIDTHS = {"result": 12, "reason": 44, "final_name": 34, "renamed_at": 19}


def styles_of(ranges: Sequence[ColumnRange], placement: Placement) -> tuple[str | None, ...]:
    """Return the style that each of the four columns has."""
    return tuple(
        next((each.style for each in ranges if each.first <= column <= each.last), None)
        for column in range(placement.first, placement.last + 1)
    )


class WidthChanges:
    """Makes the new ``col`` elements, in their order. Columns of an earlier write-back keep their widths."""

    def __init__(self, placement: Placement) -> None:
        names = zip(range(placement.first, placement.last + 1), COLUMNS_BACK, strict=True)
        self._open = [(column, _WIDTHS[name]) for column, name in names] if placement.is_new else []

    def of_range(self, each: ColumnRange) -> bytes:
        """Return the elements that replace one: it is divided where it describes one of the four columns."""
        tag, first, last = each.tag.content, each.first, each.last
        pieces = []
        while self._open and self._open[0][0] < first:
            pieces.append(_new(prefix_of(tag), *self._open.pop(0)))
        while self._open and self._open[0][0] <= last:
            column, width = self._open.pop(0)
            if first < column:
                pieces.append(_limited(tag, first, column - 1))
            pieces.append(_widened(_limited(tag, column, column), width))
            first = column + 1
        if first <= last:
            pieces.append(_limited(tag, first, last))
        return b"".join(pieces)

    def rest(self, prefix: str) -> bytes:
        """Return the elements that come after all others."""
        pieces = [_new(prefix, column, width) for column, width in self._open]
        self._open = []
        return b"".join(pieces)


def _new(prefix: str, column: int, width: int) -> bytes:
    return f'<{prefix}col min="{column}" max="{column}" width="{width}" customWidth="1"/>'.encode()


def _limited(tag: bytes, first: int, last: int) -> bytes:
    return with_attribute(with_attribute(tag, "min", str(first)), "max", str(last))


def _widened(tag: bytes, width: int) -> bytes:
    for name in ("hidden", "collapsed", "bestFit"):
        tag = without_attribute(tag, name)
    return with_attribute(with_attribute(tag, "width", str(width)), "customWidth", "1")
