"""What the user said about the spreadsheet enters the loader as one frozen value; nothing here does I/O."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["NO_COLUMN", "LoadOptions"]

NO_COLUMN = "none"
"""The word that, given as ``current_name_column``, leaves every row without a guard."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadOptions:
    """Say how a spreadsheet is to be read; ``None`` always means: find it out.

    ``sheet`` is the name of a sheet, or the number of its tab (the first visible one is 1). ``delimiter`` is one
    character, or ``tab``. Columns are named by their heading. With ``allow_guessed_encoding=False`` a text file that
    is neither UTF-8 nor UTF-16 is refused unless ``encoding`` says what it is. ``hidden_rows`` is ``include`` or
    ``skip``: whether rows that are hidden in a workbook are read like others, or left out. ``unattended`` tells that no
    person sees what is said of the file before it is used.

    Example:
        >>> LoadOptions(name_column="Title").name_column
        'Title'
    """

    sheet: str | None = None
    encoding: str | None = None
    delimiter: str | None = None
    id_column: str | None = None
    name_column: str | None = None
    current_name_column: str | None = None
    hidden_rows: str = "include"
    allow_guessed_encoding: bool = True
    unattended: bool = False
