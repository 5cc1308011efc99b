"""A fingerprint of what a spreadsheet asks for, however its file was saved.

Two spreadsheets with the same rows have the same fingerprint, also where the order of the rows, the line ends, the
quotes, the columns of notes or the blank lines differ.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from batch_renamer.model import LEFT_OUT_MARK, RenameRequest, RowProblem
from batch_renamer.text import order_key

__all__ = ["Content"]

_BYTES = 16


class Content:
    """Gathers the fingerprint of rows; ``rules`` are those by which some of their names are made.

    Example:
        >>> rows = [RenameRequest(row=row, order_id=f"a{row}", new_name="b") for row in (2, 3)]
        >>> one, other = Content(), Content()
        >>> one.add(rows)
        >>> other.add(rows[1:])
        >>> other.add(rows[:1])
        >>> one.fingerprint == other.fingerprint
        True
    """

    def __init__(self, rules: str | None = None) -> None:
        self._sum = 0
        self._rules = rules

    def _rule_of(self, row: RenameRequest | RowProblem) -> tuple[str | None, ...]:
        """Return from what the name of a row is made; nothing if it is known."""
        if isinstance(row, RowProblem) or row.name_rule is None:
            return ()
        return (row.name_rule, self._rules)

    def add(self, rows: Sequence[RenameRequest | RowProblem]) -> None:
        """Add rows; neither a row's number nor what an option leaves out is a part of what the sheet asks for."""
        for row in rows:
            mark = "" if row.skip.startswith(LEFT_OUT_MARK) else row.skip
            asked = repr((order_key(row.order_id), row.new_name, row.current_name, mark, *self._rule_of(row)))
            digest = hashlib.blake2b(asked.encode(errors="backslashreplace"), digest_size=_BYTES).digest()
            # A sum, unlike an exclusive or, also tells how often a row is there.
            self._sum = (self._sum + int.from_bytes(digest)) % (1 << 8 * _BYTES)

    @property
    def fingerprint(self) -> str:
        """The fingerprint of all rows added so far."""
        return f"{self._sum:0{2 * _BYTES}x}"
