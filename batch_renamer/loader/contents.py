"""What a spreadsheet has to choose from, for a person who corrects how it is read; and the error that asks for that."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

from batch_renamer.column_letters import letters_of
from batch_renamer.errors import SheetError
from batch_renamer.loader.options import NO_COLUMN
from batch_renamer.loader.wanted import Wanted

__all__ = ["ColumnChoice", "Need", "SheetContents", "UndecidedSheetError", "column_choices"]

_MOST_COLUMNS = 500
_LONGEST_OPTION = 100
"""A longer heading is chosen by its letter."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnChoice:
    """A column that can be chosen: its heading, the letters above it, and the text of an option that means it."""

    heading: str
    letters: str
    option: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetContents:
    """What is known of a spreadsheet, whether or not its columns could be chosen.

    ``sheets`` are the visible sheets of a workbook, and ``sheet`` is the one that is read, or the likeliest one;
    a text file has none. ``columns`` are those with a heading in row ``heading_row``; there are none where no row was
    found, or where a sheet must be chosen first. ``codec`` and ``delimiter`` are those of a text file.

    Example:
        >>> SheetContents(sheets=("Orders", "Notes")).is_workbook
        True
    """

    sheets: tuple[str, ...] = ()
    sheet: str | None = None
    heading_row: int | None = None
    columns: tuple[ColumnChoice, ...] = ()
    codec: str | None = None
    delimiter: str | None = None

    @property
    def is_workbook(self) -> bool:
        """Whether it is a workbook; False for a text file, and for a workbook without a visible sheet."""
        return bool(self.sheets)


@dataclass(frozen=True, slots=True)
class Need:
    """An option that the user must give, by its name in `LoadOptions`; ``fitting`` are headings or sheets that fit."""

    option: str
    fitting: tuple[str, ...] = ()


class UndecidedSheetError(SheetError):
    """A spreadsheet can be opened, and not read without an option of the user's.

    ``fact`` is what was found, and ``advice`` goes on with what helps; together they are the text. ``contents`` is what
    the spreadsheet has to choose from, ``needs`` are the options that would help; none of them may be known.
    """

    def __init__(self, fact: str, advice: str = "", *, contents: SheetContents, needs: Sequence[Need] = ()) -> None:
        super().__init__(f"{fact}{advice}")
        self.fact, self.contents, self.needs = fact, contents, tuple(needs)


def column_choices(headings: Sequence[str]) -> tuple[ColumnChoice, ...]:
    """Return the columns with a heading, and how an option names each: by its heading, or by its letter.

    Example:
        >>> [column.option for column in column_choices(["Id", "Name", "", "Name"])]
        ['Id', 'B', 'D']
    """
    labelled = ((place, heading) for place, heading in enumerate(headings) if heading)
    return tuple(
        ColumnChoice(heading=heading, letters=letters_of(place + 1), option=_option(place, headings))
        for place, heading in islice(labelled, _MOST_COLUMNS)
    )


def _option(place: int, headings: Sequence[str]) -> str:
    heading = headings[place]
    asked = Wanted(what="", first=(), asked=heading)
    if len(heading) <= _LONGEST_OPTION and heading.lower() != NO_COLUMN and asked.matches(headings) == [place]:
        return heading
    return letters_of(place + 1)
