"""A number enters; the spreadsheet of an office that sells houses leaves, with all that such spreadsheets have.

Its orders are named by the camera, its new names stand in two columns of which only the second is meant, and some rows
are bad. Everything is the same each time.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import xlsxwriter

__all__ = ["MEANT_COLUMN", "Listings", "made_listings"]

MEANT_COLUMN = "E: Title for the website"
"""The column of the new names as lists of columns show it; by its heading another one is found."""


_STREETS = (
    *("Elm Street", "Harbour View", "Church Lane", "Église Road", "Oak Avenue", "St. Mary’s Close"),
    *("Mill Hill", "Station Road", "Orchard Way", "The Crescent", "Königsallee", "Victoria Terrace"),
)
_ROOMS = ("Front", "Kitchen", "Living room", "Garden", "Bathroom", "Twilight", "Bedroom 1", "Floor plan")
_AGENTS = ("Amy", "Ben", "Carla", "Dai")
_HEADINGS = ("Order", "Agent", "Current name", "New title", "Title for the website", "Skip")
_FIRST_ROW = 2

_MISSING, _REFUSED, _RIGHT, _NOT_MEANT = 5, 7, 9, 12
_DRIFTED = range(14, 18)
_DECIMAL, _ERROR, _LONG_NUMBER, _NO_ID, _REPEATED = 20, 22, 24, 26, 29


@dataclass(frozen=True, slots=True, kw_only=True)
class Listings:
    """A spreadsheet, the orders as the API has them (``names``), and what there is to find, by row numbers.

    ``titles`` are the new names that are meant. ``bad`` rows have to be repaired, the orders of ``drifted`` rows have
    been renamed by another person, ``unchanged`` rows have their names already, the row ``missing`` has an order that
    the API does not know, that of the row ``refused`` can't be renamed, and the row ``skipped`` has a mark.
    """

    path: Path
    names: Mapping[str, str | None]
    ids: Mapping[int, str]
    titles: Mapping[int, str]
    bad: tuple[int, ...]
    drifted: tuple[int, ...]
    unchanged: tuple[int, ...]
    missing: int
    refused: int
    skipped: int

    @property
    def planned(self) -> list[int]:
        """The rows that a plan would rename, that of the refused order among them."""
        others = {*self.bad, *self.drifted, *self.unchanged, self.missing, self.skipped}
        return [row for row in self.titles if row not in others]


def made_listings(folder: Path, rows: int = 300, *, name: str = "Spring listings.xlsx") -> Listings:
    """Write a workbook with so many rows, at least 30, behind a sheet with notes."""
    path = folder / name
    names: dict[str, str | None] = {}
    ids: dict[int, str] = {}
    titles: dict[int, str] = {}
    with xlsxwriter.Workbook(path) as book:
        notes = book.add_worksheet("Notes")
        notes.write_string(0, 0, "Please use the titles for the website. Thanks, Amy")
        sheet = book.add_worksheet("Listings")
        sheet.write_row(0, 0, _HEADINGS)
        for place in range(rows):
            row = _FIRST_ROW + place
            order = str(uuid.UUID(int=0x6D803EFE << 96 | place * 7919 << 16 | 1 << 63 | 4 << 76))
            titles[row] = title = _title(place)
            current = f"IMG_{2000 + place}" if place % 3 == 0 else _hasty(title)
            ids[row] = order
            sheet.write_row(row - 1, 0, (order, _AGENTS[place % 4], current, _STREETS[place % 12], title))
            names[order] = "Sold" if row in _DRIFTED else current
        _spoil(sheet, names, ids)
    return Listings(
        path=path,
        names=names,
        ids=ids,
        titles=titles,
        bad=(_DECIMAL, _ERROR, _LONG_NUMBER, _NO_ID, _REPEATED - 1, _REPEATED),
        drifted=tuple(_DRIFTED),
        unchanged=(_RIGHT,),
        missing=_MISSING,
        refused=_REFUSED,
        skipped=_NOT_MEANT,
    )


def _title(place: int) -> str:
    house = 2 + 2 * (place // len(_ROOMS))
    return f"{house} {_STREETS[place // len(_ROOMS) % len(_STREETS)]} – {_ROOMS[place % len(_ROOMS)]}"


def _hasty(title: str) -> str:
    """Return a title as it is typed in haste."""
    return title.replace("Street", "St").replace("Road", "Rd").replace(" – ", " ").lower()


def _spoil(sheet: xlsxwriter.worksheet.Worksheet, names: dict[str, str | None], ids: dict[int, str]) -> None:
    """Put into the sheet and the account what has to be found there."""
    del names[ids[_MISSING]]
    names[ids[_RIGHT]] = _title(_RIGHT - _FIRST_ROW)
    sheet.write_string(_RIGHT - 1, 2, _title(_RIGHT - _FIRST_ROW))
    sheet.write_string(_NOT_MEANT - 1, 5, "x")
    sheet.write_number(_DECIMAL - 1, 0, 10047.5)
    sheet.write_formula(_ERROR - 1, 4, "=NA()", None, "#N/A")
    sheet.write_number(_LONG_NUMBER - 1, 0, 12345678901234567000)
    sheet.write_string(_NO_ID - 1, 0, " ")
    sheet.write_string(_REPEATED - 1, 0, ids[_REPEATED - 1])
