"""One row as a page shows it: both names in parts, those marked that differ, and what is odd in the row."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote

from batch_renamer.differences import Part, changed_words
from batch_renamer.model import LEFT_OUT_MARK, ReportRow, Result
from batch_renamer.text import storable
from batch_renamer.visible import visible

__all__ = ["ShownRow", "shown_row"]

_LEFT_OUT = "Left out: this rename was not wanted."


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownRow:
    """One row; its texts can be shown as they are.

    ``checked``: the rename is wanted (None: there is nothing to choose). ``old`` and ``new`` are the names in parts, ""
    for none. ``now`` is the order's name where it is neither of them. ``address`` is that of the order's page at the
    vendor, ``picture`` that of a small picture ("": none). ``remarks`` are the reason and what else is to be said,
    ``warnings`` the row's warnings.
    """

    number: int
    order_id: str
    address: str
    picture: str
    checked: bool | None
    old: tuple[Part, ...]
    new: tuple[Part, ...]
    now: str
    result: Result
    remarks: tuple[str, ...]
    warnings: tuple[str, ...]


def shown_row(row: ReportRow, *, checked: bool | None, order_pages: str, picture: str) -> ShownRow:
    """Return a row as a page shows it; ``order_pages`` is the beginning of the addresses of orders ("": no links)."""
    old, new = changed_words(visible(row.old_name or ""), visible(row.new_name))
    # The id of an invalid row may be of no order.
    has_page = order_pages and row.order_id and row.result is not Result.INVALID
    return ShownRow(
        number=row.row,
        order_id=visible(row.order_id),
        address=order_pages + quote(storable(row.order_id), safe="") if has_page else "",
        picture=picture,
        checked=checked,
        old=old,
        new=new,
        now=visible(row.final_name) if row.final_name and row.final_name not in (row.old_name, row.new_name) else "",
        result=row.result,
        remarks=tuple(visible(remark) for remark in (_reason(row), _tries(row)) if remark),
        warnings=(visible(row.warning),) if row.warning else (),
    )


def _reason(row: ReportRow) -> str:
    """Return the reason; that of a row that an option left out names this option of the command line."""
    return _LEFT_OUT if row.skip.startswith(f"{LEFT_OUT_MARK}--") else row.reason


def _tries(row: ReportRow) -> str:
    return f"{row.attempts:,} tries" if row.attempts > 1 else ""
