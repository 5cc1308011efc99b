"""The fields by which a person corrects how a spreadsheet is read: what each offers, and what it is called."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from batch_renamer.commands import setting_of
from batch_renamer.loader import NO_COLUMN
from batch_renamer.progress import cut_middle
from batch_renamer.settings import Settings
from batch_renamer.web.uploads import CheckedSheet, ReadingOptions

__all__ = ["LABELS", "Field", "advice_for", "as_fields", "reading_fields"]

LABELS = {
    "account": "Account",
    "sheet": "Sheet",
    "id_column": "Order ids",
    "name_column": "New names",
    "current_name_column": "Current names",
    "match_by": "Find orders by",
    "encoding": "Encoding",
    "delimiter": "Separator",
    "hidden_rows": "Hidden rows",
    "blank_new_name": "Rows without a new name",
    "name_template": "Make new names from columns",
    "replace": "Replace in current names",
    "replace_regex": "Replace patterns in current names",
    "same_name": "Orders with the same name",
}
"""What the page calls the account and each option for reading, by the names of the settings."""

_ENCODINGS = (
    ("utf-8", "UTF-8"),
    ("utf-16", "UTF-16"),
    ("cp1252", "Windows-1252 (Western Europe)"),
    ("cp1250", "Windows-1250 (Central Europe)"),
    ("cp1251", "Windows-1251 (Cyrillic)"),
    ("cp1253", "Windows-1253 (Greek)"),
    ("cp1254", "Windows-1254 (Turkish)"),
    ("cp437", "DOS 437 (United States)"),
    ("cp850", "DOS 850 (Western Europe)"),
    ("mac_roman", "Mac Roman"),
    ("shift_jis", "Shift JIS (Japanese)"),
    ("gb18030", "GB 18030 (Chinese)"),
    ("big5", "Big5 (Chinese)"),
    ("euc_kr", "EUC-KR (Korean)"),
)
_DELIMITERS = ((",", "Comma ,"), (";", "Semicolon ;"), ("\t", "Tab"), ("|", "Pipe |"))
_ADVICE = {
    "sheet": "Choose the sheet with the orders.",
    "id_column": "Choose the column with the order ids.",
    "name_column": "Choose the column with the new names.",
    "current_name_column": "Choose the column with the current names.",
    "match_by": "Or find the orders by their current names.",
    "encoding": 'Choose another encoding, or save the spreadsheet as "CSV UTF-8" and choose it again.',
    "delimiter": "Choose the separator, or let it be found out.",
    "name_template": "Name other columns.",
}

_LONGEST_SHOWN = 60
_MOST_SHEETS = 300

_GROUPS = (
    {"account": "Account"}
    | dict.fromkeys(("id_column", "name_column", "current_name_column", "match_by"), "Columns")
    | dict.fromkeys(("hidden_rows", "blank_new_name"), "Rows")
    | dict.fromkeys(("name_template", "replace", "replace_regex", "same_name"), "New names by a rule")
)

# "pass --encoding", "give --sheet NAME": the verb is about typing.
_FLAG = re.compile(r"(?:\b(pass|give|use) )?--(?P<name>[a-z]+(?:-[a-z]+)*)")
# The advice of the loader about a column whose heading is nearly one that it knows.
_NAME_IT = re.compile(r'name it "(?P<heading>order_id|new_name|current_name)"')
_FIELD_OF_HEADING = {"order_id": "id_column", "new_name": "name_column", "current_name": "current_name_column"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One field: ``name`` is that of the setting, ``options`` are pairs of value and text to choose from.

    Without ``options`` it is a field to type into, which has several ``lines`` or one.
    """

    name: str
    value: str
    options: tuple[tuple[str, str], ...] = ()
    help: str = ""
    lines: int = 1

    @property
    def group(self) -> str:
        """The title under which it stands together with others."""
        return _GROUPS.get(self.name, "The file")

    @property
    def label(self) -> str:
        """What the page calls it."""
        return LABELS[self.name]


def as_fields(text: str) -> str:
    """Return a sentence that names fields of the page where it named options of the command line.

    Example:
        >>> as_fields("If that looks wrong, pass --encoding.")
        'If that looks wrong, change "Encoding".'
        >>> as_fields("Left out as a row that is hidden in the workbook (--hidden-rows skip).")
        'Left out as a row that is hidden in the workbook ("Hidden rows" skip).'
        >>> as_fields('If it holds the current name, name it "current_name".')
        'If it holds the current name, choose it as "Current names" under "Correct how it is read".'
    """
    return _NAME_IT.sub(_field_of_heading, _FLAG.sub(_field_of, text))


def _field_of_heading(advice: re.Match[str]) -> str:
    return f'choose it as "{LABELS[_FIELD_OF_HEADING[advice["heading"]]]}" under "Correct how it is read"'


def _field_of(flag: re.Match[str]) -> str:
    label = LABELS.get(setting_of(flag["name"]))
    if label is None:
        return flag[0]
    return f'change "{label}"' if flag[1] else f'"{label}"'


def advice_for(checked: CheckedSheet) -> tuple[str, ...]:
    """Return what to do about a spreadsheet that can't be read, a sentence for each field that would help."""
    return tuple(_ADVICE[need.option] for need in checked.needs if need.option in _ADVICE)


def reading_fields(checked: CheckedSheet, reading: ReadingOptions, settings: Settings) -> tuple[Field, ...]:
    """Return the fields that make sense for a spreadsheet, with what was chosen in them.

    ``settings`` are those of the account without what was chosen on the page.
    """
    # What was chosen is always shown: it could not be removed otherwise.
    has_columns = bool(checked.contents.columns or reading.chosen())
    return (
        *_sheet(checked, reading),
        *(_columns(checked, reading, settings) if has_columns else ()),
        *_of_text(checked, reading, settings),
        *(_rows(checked, reading, settings) if has_columns else ()),
        *(_rules(reading, settings) if has_columns else ()),
    )


def _short(heading: str) -> str:
    return cut_middle(heading, _LONGEST_SHOWN)


def _sheet(checked: CheckedSheet, reading: ReadingOptions) -> Iterator[Field]:
    sheets = checked.contents.sheets[:_MOST_SHEETS]
    if len(sheets) > 1 or reading.sheet is not None:
        found = checked.understood.sheet if checked.understood is not None and reading.sheet is None else None
        yield _select(
            "sheet", reading.sheet, f"Found: {_short(found)}" if found else "Find it", [(one, one) for one in sheets]
        )


def _columns(checked: CheckedSheet, reading: ReadingOptions, settings: Settings) -> Iterator[Field]:
    understood = checked.understood
    columns = [(column.option, f"{column.letters}: {_short(column.heading)}") for column in checked.contents.columns]
    by_name = (reading.match_by or settings.match_by) != "id"

    def column(
        name: str, heading: str | None, *more: tuple[str, str], nothing: str = "Find it by its heading"
    ) -> Field:
        chosen = getattr(reading, name)
        if chosen is None and (configured := getattr(settings, name)) is not None:
            nothing = f"As in the settings: {configured}"
        elif chosen is None and heading is not None:
            nothing = f"Found: {_short(heading)}"
        return _select(name, chosen, nothing, [*columns, *more])

    ids = ((NO_COLUMN, "There are no ids"),) if by_name else ()
    yield column("id_column", understood.order_id if understood else None, *ids)
    yield column("name_column", understood.new_name if understood else None)
    yield column(
        "current_name_column",
        understood.current_name if understood else None,
        (NO_COLUMN, "Do not use them"),
        nothing="Find them by their heading",
    )
    words = {"id": "Order ids", "current-name": "Current names, where there is no order id"}
    yield _choice("match_by", reading.match_by, settings.match_by, words)


def _of_text(checked: CheckedSheet, reading: ReadingOptions, settings: Settings) -> Iterator[Field]:
    """Yield the fields of a text file; a file that is none of both has no use for them."""
    contents, needed = checked.contents, {need.option for need in checked.needs}
    chosen = reading.encoding or reading.delimiter
    if not (contents.codec or chosen or needed & {"encoding", "delimiter"}):
        return
    found = (
        f"Found out: {_name_of_encoding(contents.codec)}" if contents.codec and not reading.encoding else "Find it out"
    )
    if settings.encoding is not None:
        found = f"As in the settings: {settings.encoding}"
    yield _select("encoding", reading.encoding, found, _ENCODINGS)
    found = f"Found out: {_name_of_delimiter(contents.delimiter)}" if contents.delimiter else "Find it out"
    if settings.delimiter is not None:
        found = f"As in the settings: {_name_of_delimiter(settings.delimiter)}"
    yield _select("delimiter", reading.delimiter, "Find it out" if reading.delimiter else found, _DELIMITERS)


def _rows(checked: CheckedSheet, reading: ReadingOptions, settings: Settings) -> Iterator[Field]:
    if checked.contents.is_workbook or reading.hidden_rows:
        words = {"include": "Use them like all others", "skip": "Leave them out"}
        yield _choice("hidden_rows", reading.hidden_rows, settings.hidden_rows, words)
    words = {"skip": "Leave their orders as they are", "invalid": "Report them as mistakes"}
    yield _choice("blank_new_name", reading.blank_new_name, settings.blank_new_name, words)


def _rules(reading: ReadingOptions, settings: Settings) -> Iterator[Field]:
    yield Field(
        name="name_template",
        value=reading.name_template or "",
        help="A text with headings in braces, such as {address}, {city}. It fills rows without a new name.",
    )
    pairs = "One replacement on each line: the old text, the sign =, and the new text, such as St.=Street."
    yield Field(name="replace", value="\n".join(reading.replace), help=pairs, lines=3)
    pairs = "The same with patterns (regular expressions), such as ^Order \\d+=House."
    yield Field(name="replace_regex", value="\n".join(reading.replace_regex), help=pairs, lines=3)
    words = {"warn": "Warn of them", "refuse": "Report them as mistakes", "number": "Number them"}
    yield _choice("same_name", reading.same_name, settings.same_name, words)


def _choice(name: str, chosen: str | None, usual: str, words: dict[str, str]) -> Field:
    """Return a field for an option that always has one of a few values; ``usual`` is that of the settings."""
    others = [(value, text) for value, text in words.items() if value != usual]
    return _select(name, None if chosen == usual else chosen, words[usual], others)


def _select(
    name: str,
    chosen: str | None,
    nothing: str,
    options: Sequence[tuple[str, str]],
    *,
    help: str = "",  # noqa: A002 - what HTML calls it, too
) -> Field:
    """Return a field to choose from; what was chosen can be seen also where the spreadsheet does not have it."""
    known = [value for value, _ in options]
    gone = [(chosen, f"{chosen} (not there)")] if chosen is not None and chosen not in known else []
    return Field(name=name, value=chosen or "", options=(("", nothing), *options, *gone), help=help)


def _name_of_encoding(codec: str) -> str:
    plain = {"utf-8-sig": "utf-8", "utf-16-le": "utf-16", "utf-16-be": "utf-16"}.get(codec, codec)
    return dict(_ENCODINGS).get(plain, codec)


def _name_of_delimiter(delimiter: str) -> str:
    return dict(_DELIMITERS).get(delimiter, delimiter)
