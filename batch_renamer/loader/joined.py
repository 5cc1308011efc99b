"""Recognizes heading lines that are repeated further down, as in a file that was joined from two."""

from __future__ import annotations

from batch_renamer.errors import SheetError
from batch_renamer.loader.cells import RawRow
from batch_renamer.loader.columns import Columns
from batch_renamer.loader.wanted import KNOWN_HEADINGS, without_remarks
from batch_renamer.model import RenameRequest
from batch_renamer.text import storable, trimmed

__all__ = ["RepeatedHeadings"]


class RepeatedHeadings:
    """The headings of one sheet, to recognize them in a later row."""

    def __init__(self, columns: Columns, label: str) -> None:
        self._label = label
        headings = [heading for i, heading in enumerate(columns.headings) if i not in columns.of_results]
        own = (columns.key, columns.new_name)
        self._own = tuple("" if column is None else without_remarks(columns.headings[column]) for column in own)
        self._has_ids = columns.order_id is not None
        known = {without_remarks(heading) for heading in (*KNOWN_HEADINGS, *headings)}
        self._known = known - {""}
        # For most rows, one set lookup shows that they are no headings.
        spelled = {heading.lower() for heading in (*KNOWN_HEADINGS, *headings)} | self._known
        self._quick = frozenset(spelled | {word.replace("_", to) for word in spelled for to in (" ", "-")})

    def left_out(self, raw: RawRow) -> RenameRequest | None:
        """Return a skipped row for a repeated heading line; None for any other row.

        Raises:
            SheetError: its headings are in another order, so the rows after it would be read wrongly.
        """
        number, order_id, new_name, current_name, *_ = raw
        key = order_id if self._has_ids else current_name
        if not isinstance(key, str) or key.strip(' "\ufeff').lower() not in self._quick:
            return None
        if not isinstance(order_id, str) or not isinstance(new_name, str):
            return None
        found = without_remarks(key), without_remarks(new_name)
        if found == self._own:
            return RenameRequest(
                row=number,
                order_id=storable(trimmed(order_id)),
                new_name=storable(trimmed(new_name)),
                current_name=storable(trimmed(current_name)) or None if isinstance(current_name, str) else None,
                skip="headings",
                left_out="Left out: the headings are repeated here.",
                warning="The headings are repeated here, as if two spreadsheets had been joined; this row is no order.",
            )
        if self._known.issuperset(found):
            raise SheetError(
                f"{self._label}, row {number}: the headings are repeated here in another order, as if two spreadsheets "
                "had been joined. Put the rows from there on into a spreadsheet of their own."
            )
        return None
