"""Decides in which four columns the results go: those of an earlier write-back, or free ones beside the headings."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from batch_renamer.errors import WriteBackError
from batch_renamer.reports.own_workbook.columns import COLUMNS_BACK
from batch_renamer.reports.own_workbook.xlsx.areas import LAST_COLUMN, Area
from batch_renamer.reports.own_workbook.xlsx.survey import Survey

__all__ = ["Placement", "place_columns"]

_WIDTH = len(COLUMNS_BACK)


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement:
    """The first of the four columns side by side; ``is_new`` unless an earlier write-back made them.

    ``headings`` are their texts. ``style`` is that of the heading beside them.
    """

    first: int
    is_new: bool
    headings: tuple[str, ...]
    style: str | None = None

    @property
    def last(self) -> int:
        """The last of the columns."""
        return self.first + _WIDTH - 1


def place_columns(survey: Survey, *, heading_row: int, tables: Collection[Area] = ()) -> Placement:
    """Choose the columns.

    Raises:
        WriteBackError: The sheet has no four free columns side by side.
    """
    found = _columns_of_earlier(survey)
    if found is not None:
        headings = tuple(survey.headings[column].text for column in range(found, found + _WIDTH))
        return Placement(first=found, is_new=False, headings=headings)
    labelled = [column for column in survey.headings if column in survey.used]
    beside = max(labelled, default=0)
    taken = survey.used | _columns_below(survey.merged, heading_row) | _columns_below(tables, 1)
    for avoided in (taken | _hidden(survey), taken):
        for first in range(beside + 1, LAST_COLUMN - _WIDTH + 2):
            if avoided.isdisjoint(range(first, first + _WIDTH)):
                style = survey.headings[beside].style if beside else None
                return Placement(first=first, is_new=True, headings=COLUMNS_BACK, style=style)
    raise WriteBackError("The sheet has no four free columns side by side on the right of its headings.")


def _columns_of_earlier(survey: Survey) -> int | None:
    for column in sorted(survey.headings):
        texts = [survey.headings[at].text for at in range(column, column + _WIDTH) if at in survey.headings]
        if len(texts) == _WIDTH and all(map(_is_heading, texts, COLUMNS_BACK)):
            return column
    return None


def _is_heading(text: str, name: str) -> bool:
    """Tell whether a heading is one of ours; a table numbers a heading that it has already, as in ``reason2``."""
    return re.fullmatch(rf"\s*{name}\d*\s*", text, re.IGNORECASE) is not None


def _columns_below(areas: Collection[Area], row: int) -> set[int]:
    """Return the columns of the areas that reach this row or one below."""
    return _covered((area.first_column, area.last_column) for area in areas if area.last_row >= row)


def _hidden(survey: Survey) -> set[int]:
    return _covered((each.first, each.last) for each in survey.ranges if each.is_hidden)


def _covered(ranges: Iterable[tuple[int, int]]) -> set[int]:
    """Return the columns of ranges, of which there may be very many."""
    columns: set[int] = set()
    covered = 0
    for first, last in sorted(set(ranges)):
        columns.update(range(max(first, covered + 1), min(last, LAST_COLUMN) + 1))
        covered = max(covered, last)
    return columns
