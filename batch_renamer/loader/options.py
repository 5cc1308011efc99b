"""The user's options for reading a spreadsheet."""

from __future__ import annotations

from dataclasses import dataclass, field

from batch_renamer.model import ColumnText, RowChoice

__all__ = ["NO_COLUMN", "LoadOptions"]

NO_COLUMN = "none"
"""As ``current_name_column``, this word leaves every row without a guard; as ``id_column``, without an id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadOptions:
    """How to read a spreadsheet; ``None`` means that the loader finds it out.

    ``sheet`` is the name of a sheet, or the number of its tab (the first visible one is 1). ``delimiter`` is one
    character, or ``tab``. Columns are named by their heading; with ``column_letters`` also by the letter that a
    spreadsheet program shows above them, if no heading is the same. With ``allow_guessed_encoding=False``, a text file
    that is neither UTF-8 nor UTF-16 is refused unless ``encoding`` is given. ``hidden_rows`` is ``include`` or
    ``skip``. ``blank_names`` says what a row without a new name is: ``skip`` (its order is left as it is) or
    ``invalid``. ``match_by`` is ``id`` or ``current-name``: then the sheet needs current names and no ids. ``choice``
    and ``where`` are the rows to work on. ``rule`` says in words how new names are made where the sheet gives none;
    with it, a row needs none. ``rule_columns`` are the headings of the columns that it uses. ``unattended`` tells that
    no person sees the warnings before the rows are used.

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
    column_letters: bool = True
    hidden_rows: str = "include"
    blank_names: str = "skip"
    match_by: str = "id"
    choice: RowChoice = field(default_factory=RowChoice)
    where: tuple[ColumnText, ...] = ()
    rule: str = ""
    rule_columns: tuple[str, ...] = ()
    allow_guessed_encoding: bool = True
    unattended: bool = False

    @property
    def by_name(self) -> bool:
        """Whether a row without an id has its order found by its current name."""
        return self.match_by != "id"
