"""What is known of the user's own spreadsheet, so that results can be written into it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from batch_renamer.model.outcomes import Result
from batch_renamer.text import trimmed

__all__ = ["COLUMNS_BACK", "SheetPlace", "WrittenBack", "is_of_columns_back", "place_of_columns_back"]

COLUMNS_BACK = ("result", "reason", "final_name", "renamed_at")
"""The headings of the columns that results are written to, in the order in which they stand side by side."""

_RESULTS = frozenset(result.value for result in Result)


def place_of_columns_back(headings: Sequence[str]) -> int | None:
    """Return the first of the four columns with results, counted from 0; None where they do not stand side by side.

    A column that is called ``result`` or ``reason`` and stands alone is the user's own.

    Example:
        >>> place_of_columns_back(["order_id", "result", "reason", "final_name", "renamed_at"])
        1
        >>> place_of_columns_back(["order_id", "reason"]) is None
        True
    """
    width = len(COLUMNS_BACK)
    for place in range(len(headings) - width + 1):
        if all(map(_is_heading, headings[place : place + width], COLUMNS_BACK)):
            return place
    return None


def _is_heading(text: str, name: str) -> bool:
    """Tell whether a heading is one of ours; a table numbers a heading that it has already, as in ``reason2``."""
    return re.fullmatch(rf"{name}[0-9]*", trimmed(text), re.IGNORECASE) is not None


def is_of_columns_back(cells: Sequence[str]) -> bool:
    """Tell whether the cells of a row in the four columns are blank, or a result that was written there.

    Other cells are the user's own: a text that has moved there because of a comma without quotation marks.

    Example:
        >>> is_of_columns_back(["renamed", "", "12 Elm St", ""]), is_of_columns_back(["Springfield"])
        (True, False)
    """
    result = trimmed(cells[0]) if cells else ""
    return result in _RESULTS if result else not any(map(trimmed, cells))


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetPlace:
    """Where in a spreadsheet the rows of a run stand, and how they were read.

    ``digest`` is that of the file's bytes (None: unknown). ``heading_row`` counts from 1, as a spreadsheet program
    does. ``sheet`` is the name of the sheet in a workbook; ``encoding`` and ``delimiter`` are those of a text file, and
    ``has_sep_line`` tells that it begins with a line such as ``sep=;``. ``is_report`` tells that it is a report of this
    program. ``id_column``, ``name_column`` and ``current_name_column`` are the options by which the columns were found,
    ``match_by`` tells by what its rows find their orders, ``read_as`` is a text of all options for reading it.

    Example:
        >>> SheetPlace(heading_row=1, encoding="utf-8", delimiter=",").sheet is None
        True
    """

    heading_row: int
    digest: str | None = None
    sheet: str | None = None
    encoding: str | None = None
    delimiter: str | None = None
    has_sep_line: bool = False
    is_report: bool = False
    id_column: str | None = None
    name_column: str | None = None
    current_name_column: str | None = None
    match_by: str = "id"
    read_as: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenBack:
    """What a run has left of the user's spreadsheet.

    ``file`` has the results; ``backup`` is the spreadsheet as it was before ("" where it was not replaced), and
    ``digest`` that of the bytes that were written.

    Example:
        >>> WrittenBack(file="/in/orders.results-k3f9ab.csv", digest="").backup
        ''
    """

    file: str
    digest: str
    backup: str = ""
