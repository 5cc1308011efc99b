"""Finds cells that an unquoted delimiter has split in two.

Such a delimiter cuts a text and moves every later cell by one column, so a name would be shortened or replaced by the
text of another column. Two signs give it away: one filled cell too many, or the space that people type after a comma.
"""

from __future__ import annotations

from collections.abc import Sequence

from batch_renamer.loader.cells import Flaw, Unusable
from batch_renamer.loader.columns import Columns
from batch_renamer.loader.quotes import is_quoted
from batch_renamer.loader.shown import quoted
from batch_renamer.model import COLUMNS_BACK
from batch_renamer.text import trimmed

__all__ = ["SplitFinder"]

_ENOUGH_CELLS = 4


class SplitFinder:
    """Finds split cells in the records of one file.

    ``headings`` is the heading line as typed, ``sample`` are some records below it. They show which columns mostly
    begin with a space, because of a formula or a habit; in these columns a space proves nothing.
    """

    def __init__(
        self, columns: Columns, delimiter: str, *, headings: Sequence[str], sample: Sequence[Sequence[str]]
    ) -> None:
        self._columns = columns
        self._delimiter = delimiter
        self._labelled = columns.labelled
        self._indented = _mostly_indented(sample)
        self._indented_headings = {place for place, heading in enumerate(headings) if heading[:1] == " "}
        self._after_ids = {0} if columns.order_id is None else {0, columns.order_id + 1}
        # Where names are made, the last cell that is read may be another one than the name.
        name = columns.key if columns.new_name is None else columns.new_name
        # Cells after the ones that are read may begin with a space, unless they could be the end of a name, guard or
        # mark.
        extra = [place + step for place in (columns.current_name, columns.skip) if place is not None for step in (0, 1)]
        extra += [place + 1 for place in columns.rule]
        places = {*range(1, max(name, *columns.rule) + 1 if columns.rule else name + 1), *extra} - self._indented
        # Names contain commas more often than other texts, so the cell after the name is always checked. An
        # id contains no delimiter, so a space after it does not come from a split.
        self._places = sorted((places | {name + 1}) - self._indented_headings - self._after_ids)

    def find(self, record: Sequence[str], line: str) -> Unusable | None:
        """Return why the cells of a record can't be relied on, or None; ``line`` is the record as it is in the file."""
        name = self._columns.new_name
        if self._has_moved(record):
            return Unusable(Flaw.SURPLUS, self._delimiter.join(record[name or 0 :]))
        if self._columns.is_report or f"{self._delimiter} " not in line:  # names in a report come from the API
            return None
        if all(cell[:1] == " " for cell in record[1:] if trimmed(cell)):
            return None  # the file has a space after every delimiter
        for place in self._places:
            if self._is_split(record, place) and not any(
                is_quoted(line, self._delimiter, at)
                for at in (place - 1, place)  # a quoted cell is complete
            ):
                text = self._delimiter.join(record[place - 1 : place + 1])
                return Unusable(Flaw.SPLIT if place - 1 == name else Flaw.MOVED, text)
        return None

    def _has_moved(self, record: Sequence[str]) -> bool:
        """Tell whether there are filled cells after the last heading, or where only results of this program stand."""
        place = self._columns.results
        among_results = () if place is None else record[place : place + len(COLUMNS_BACK)]
        return any(map(trimmed, among_results)) or any(map(trimmed, record[self._labelled :]))

    @staticmethod
    def _is_split(record: Sequence[str], place: int) -> bool:
        """Tell whether a cell begins with a space and the one before it doesn't, as if they had been one text."""
        if place >= len(record):
            return False
        before, cell = record[place - 1 : place + 1]
        return cell[:1] == " " != before[:1] and bool(trimmed(cell) and trimmed(before))

    @property
    def warnings(self) -> tuple[str, ...]:
        """Warn that most names begin with a space, which is cut."""
        name = self._columns.new_name
        if name is None:
            return ()
        passed_over = name in self._indented and name not in {*self._after_ids, *self._indented_headings}
        if self._columns.is_report or not passed_over or name - 1 in self._indented:
            return ()
        text = (
            f"Most cells in {quoted(self._columns.headings[name])} begin with a space, which is cut. If they are the "
            "ends of the cells before them, put those in quotes."
        )
        return (text,)


def _mostly_indented(records: Sequence[Sequence[str]]) -> set[int]:
    """Return the columns in which more than half of the filled cells begin with a space."""
    filled: dict[int, int] = {}
    indented: dict[int, int] = {}
    for record in records:
        for place, cell in enumerate(record):
            if trimmed(cell):
                filled[place] = filled.get(place, 0) + 1
                indented[place] = indented.get(place, 0) + (cell[:1] == " ")
    return {place for place, count in filled.items() if count >= _ENOUGH_CELLS and 2 * indented[place] > count}
