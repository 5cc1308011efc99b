"""What a check says of an uploaded spreadsheet: how it was understood, and its rows; or why it can't be read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from batch_renamer.loader import Need, SheetContents
from batch_renamer.model import ReasonGroup, ReportRow, Result, Understood, WarningGroup

__all__ = ["CheckedSheet"]


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedSheet:
    """The result of checking one spreadsheet with certain settings.

    ``contents`` is what it has to choose from, as far as it could be opened. ``understood`` is None where its rows
    could not be read: then ``trouble`` says why, and ``needs`` are the options that would help. ``sentence`` says what
    came of the check. ``problems`` are the bad rows by reason, ``left_out`` the rows that are skipped, ``row_warnings``
    those with a warning; each group has its first few rows. ``warnings`` are about the whole spreadsheet.
    ``first_rows`` are its first few rows.
    """

    contents: SheetContents = field(default_factory=SheetContents)
    understood: Understood | None = None
    sentence: str = ""
    trouble: str = ""
    needs: tuple[Need, ...] = ()
    counts: Mapping[Result, int] = field(default_factory=dict)
    problems: tuple[ReasonGroup, ...] = ()
    left_out: tuple[ReasonGroup, ...] = ()
    warnings: tuple[str, ...] = ()
    row_warnings: tuple[WarningGroup, ...] = ()
    first_rows: tuple[ReportRow, ...] = ()

    @property
    def total(self) -> int:
        """The number of rows."""
        return sum(self.counts.values())

    @property
    def ready(self) -> int:
        """The number of rows in which nothing needs repair, and that ask for a rename."""
        return self.counts.get(Result.PLANNED, 0)
