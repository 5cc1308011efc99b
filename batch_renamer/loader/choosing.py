"""Leaves out the rows that the user did not choose, and says where a choice does not fit the sheet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from batch_renamer.errors import SheetError
from batch_renamer.loader.cells import Cell, Flaw, RawRow, Unusable
from batch_renamer.loader.columns import Columns
from batch_renamer.loader.options import LoadOptions
from batch_renamer.loader.shown import listed, quoted
from batch_renamer.model import LEFT_OUT_MARK, ColumnText, LeftOut, RenameRequest, RowChoice, RowProblem
from batch_renamer.text import caseless, trimmed

__all__ = ["Choosing"]

_MOST_SEEN = 100
"""So many texts of a column are remembered, to be shown where none of them was asked for."""

_MIXED_UP = frozenset({Flaw.MOVED, Flaw.QUOTES, Flaw.SPLIT, Flaw.SURPLUS, Flaw.SWALLOWED})
"""In a row with one of these flaws, it is not known which cell belongs to which column."""


class Choosing:
    """Applies a choice to the rows of one sheet, in their order."""

    def __init__(self, choice: RowChoice, where: Sequence[ColumnText], columns: Columns, label: str) -> None:
        self._choice, self._columns, self._label = choice, columns, label
        self._unseen = set(choice.singles)
        self._first = self._last = 0
        self._chosen = 0
        self._conditions = _conditions(where, columns)

    @classmethod
    def of(cls, options: LoadOptions, columns: Columns, label: str) -> Choosing | None:
        """Return what applies the choice in the options; None if they leave nothing out."""
        return cls(options.choice, options.where, columns, label) if options.choice or options.where else None

    def applied(self, raw: RawRow, row: RenameRequest | RowProblem) -> RenameRequest | RowProblem:
        """Return the row as it is, or skipped if it was not chosen; then nothing is wrong with it.

        A row that is skipped already stays as it is: it would be left out without the choice, too.
        """
        self._first, self._last = self._first or row.row, row.row
        self._unseen.discard(row.row)
        left_out = self._choice.leaves_out(row.row) or self._not_as_asked(raw)
        self._chosen += left_out is None
        if left_out is None or (isinstance(row, RenameRequest) and row.skip):
            return row
        return RenameRequest(
            row=row.row,
            order_id=row.order_id,
            new_name=row.new_name,
            current_name=row.current_name,
            skip=left_out.mark,
            left_out=left_out.reason,
            warning=row.warning if isinstance(row, RenameRequest) else "",
            other_cells=row.other_cells,
        )

    def _not_as_asked(self, raw: RawRow) -> LeftOut | None:
        """Return which column has another text than asked for; None for a row whose cells can't be relied on."""
        if not self._conditions or (isinstance(raw.new_name, Unusable) and raw.new_name.flaw in _MIXED_UP):
            return None
        cells = dict(zip(self._columns.others, raw.others, strict=False))
        cells |= dict(zip(self._columns.used, raw[1:5], strict=True))  # type: ignore[arg-type]  # the key None is not asked
        return next((one.left_out for one in self._conditions if not one.holds(cells[one.place])), None)

    def check(self) -> None:
        """Check the choice when all rows have been read.

        Raises:
            SheetError: it names rows that the sheet does not have, or leaves none.
        """
        if not self._last:
            return  # the sheet has no rows at all, which is said elsewhere
        present = self._choice.singles - self._unseen
        for flag, numbers in self._choice.numbers:
            if absent := numbers.absent(first=self._first, last=self._last, present=present):
                raise SheetError(f"{self._label}: {flag} names {self._about(absent[0])}")
        if not self._chosen:
            given = [flag for flag, _ in self._choice.numbers] + ["--where"] * bool(self._conditions)
            flags = " and ".join(given)
            seen = "".join(one.about() for one in self._conditions if not one.found)
            raise SheetError(f"{self._label}: with {flags}, no row is left to work on.{seen}")

    def _about(self, row: int) -> str:
        if row == self._columns.row:
            return f"row {row}, which has the headings. The rows below it are {self._first} to {self._last}."
        if self._first < row < self._last:
            return f"row {row}, which is blank."
        return f"row {row}. The spreadsheet's rows are {self._first} to {self._last}."


@dataclass(slots=True, kw_only=True)
class _Condition:
    """What one column must have: any of the texts. ``found``: a row has it; ``seen`` are the texts of the others."""

    place: int
    heading: str
    texts: frozenset[str]
    found: bool = False
    seen: dict[str, None] = field(default_factory=dict)

    @property
    def left_out(self) -> LeftOut:
        """Why a row with another text is left out."""
        return LeftOut(f"Left out: --where asks for another {quoted(self.heading)}.", f"{LEFT_OUT_MARK}--where")

    def holds(self, cell: Cell) -> bool:
        """Tell whether a cell has one of the texts; they are compared trimmed, in NFC and without case."""
        text = cell.text if isinstance(cell, Unusable) else cell
        if caseless(trimmed(text)) in self.texts:
            self.found = True
            return True
        if not self.found and len(self.seen) < _MOST_SEEN:
            self.seen[trimmed(text)] = None
        return False

    def about(self) -> str:
        """Say what the column has instead."""
        return f" The column {quoted(self.heading)} has {listed(list(self.seen), 5)}."


def _conditions(where: Sequence[ColumnText], columns: Columns) -> list[_Condition]:
    texts: dict[int, set[str]] = {}
    for place, (_, text) in zip(columns.where, where, strict=True):
        texts.setdefault(place, set()).add(caseless(trimmed(text)))
    return [
        _Condition(place=place, heading=columns.headings[place], texts=frozenset(found))
        for place, found in texts.items()
    ]
