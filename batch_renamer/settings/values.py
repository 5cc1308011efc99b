"""Checks the value of one option and returns it in the form that the program uses.

The text of each ValueError continues a sentence after the option's name and value: "delimiter: 'ab' (from --delimiter)
must be ...".
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from batch_renamer.model import ColumnText
from batch_renamer.settings.wording import shown_value

__all__ = [
    "MaxFailures",
    "check_column",
    "check_current_name_column",
    "check_delimiter",
    "check_encoding",
    "check_not_blank",
    "check_one_line",
    "check_version",
    "expand_path",
    "make_absolute",
    "no_file",
    "no_text",
    "refuse_bool",
    "split_reports",
    "split_where",
]

_DELIMITER_WORDS = {"tab": "\t", "\\t": "\t", "comma": ",", "semicolon": ";", "pipe": "|"}
_ROWS_BEFORE_A_SHARE_COUNTS = 20


@dataclass(frozen=True, slots=True)
class MaxFailures:
    """How many rows may fail before a run stops: a number of rows, or a share in percent.

    A share counts from 20 rows on: one bad row among the first three proves little about the sheet.

    Raises:
        ValueError: neither or both were given, or one is out of range.

    Example:
        >>> MaxFailures.parse("5%").exceeded(failed=2, rows=20)
        True
        >>> MaxFailures.parse("20").exceeded(failed=20, rows=20)
        False
    """

    count: int | None = None
    percent: float | None = None

    def __post_init__(self) -> None:
        if (self.count is None) == (self.percent is None):
            raise ValueError("must be either a number of rows or a share in percent")
        if self.count is not None and self.count < 0:
            raise ValueError("must be at least 0")
        if self.percent is not None and not 0 <= self.percent <= 100:
            raise ValueError("must be between 0% and 100%")

    @classmethod
    def parse(cls, given: object) -> MaxFailures:
        """Read ``20``, ``"20"``, ``"5%"`` or ``"2.5 %"``.

        Raises:
            ValueError: it is none of these.
        """
        if isinstance(given, MaxFailures):
            return given
        if isinstance(given, str) and (share := re.fullmatch(r"\s*([0-9]{1,9}(?:\.[0-9]{1,9})?)\s*%\s*", given)):
            return cls(percent=float(share[1]))
        if isinstance(given, int | str) and not isinstance(given, bool) and re.fullmatch(r"-?[0-9]{1,9}", str(given)):
            return cls(count=int(given))
        raise ValueError("must be a number of rows such as 20, or a share such as 5%")

    def exceeded(self, *, failed: int, rows: int) -> bool:
        """Return whether ``failed`` rows of the ``rows`` decided so far are more than allowed."""
        if self.count is not None:
            return failed > self.count
        return rows >= _ROWS_BEFORE_A_SHARE_COUNTS and failed * 100 > (self.percent or 0) * rows

    def allowed(self, rows: int) -> int:
        """Return how many of so many rows may fail.

        Example:
            >>> share = MaxFailures.parse("5%")
            >>> share.allowed(60), share.allowed(10), MaxFailures.parse("5").allowed(60)
            (3, 10, 5)
        """
        if self.count is not None:
            return min(self.count, rows)
        return int((self.percent or 0) * rows / 100) if rows >= _ROWS_BEFORE_A_SHARE_COUNTS else rows

    def __str__(self) -> str:
        return f"{self.percent:g}%" if self.count is None else str(self.count)


def check_delimiter(given: str) -> str:
    r"""Return the delimiter for a word (tab, comma, semicolon, pipe, ``\t``) or for the character itself.

    Raises:
        ValueError: it is several signs, or one that occurs inside words, numbers or quoting.
    """
    sign = _DELIMITER_WORDS.get(given.lower(), given)
    if sign != "\t" and (len(sign) != 1 or sign.isalnum() or sign.isspace() or not sign.isprintable() or sign in "\"'"):
        raise ValueError("must be tab, comma, semicolon, pipe, or one sign that is no letter, digit, space or quote")
    return sign


def check_encoding(name: str) -> str:
    """Return the name of a text encoding that Python knows.

    Raises:
        ValueError: there is none of that name.
    """
    try:
        "".encode(name)
    except (LookupError, ValueError):
        raise ValueError("is not a known text encoding; common ones: utf-8, utf-16, cp1252, mac_roman") from None
    return name


def check_not_blank(text: str) -> str:
    """Return a text that has a visible character.

    Raises:
        ValueError: there is none.
    """
    if not text.strip():
        raise ValueError("must not be blank")
    return text


def check_column(heading: object) -> object:
    """Convert a heading or sheet that is a whole number in TOML to its digits.

    Example:
        >>> check_column(2024)
        '2024'
    """
    return str(heading) if isinstance(heading, int) and not isinstance(heading, bool) else heading


def check_current_name_column(heading: str) -> str:
    """Return the word ``none`` (no guard, whatever the headings are) in lower case; other headings unchanged."""
    return "none" if heading.strip().lower() == "none" else heading


def check_one_line(text: str) -> str:
    """Return a text that has neither line breaks nor other control characters.

    Raises:
        ValueError: it has one.
    """
    if re.search(r"[\x00-\x1f\x7f-\x9f]", text):
        raise ValueError("must be one line without control characters")
    return text


def check_version(text: str) -> str:
    """Return an API version that is safe in a header.

    Raises:
        ValueError: it has white space, control or non-ASCII characters, or is longer than 64.
    """
    if not re.fullmatch(r"[!-~]{1,64}", text):
        raise ValueError("must be 1 to 64 plain ASCII characters without spaces")
    return text


def expand_path(given: object) -> object:
    """Expand ``~`` in a path; a value that is no path is returned unchanged and refused later by its type.

    Raises:
        ValueError: it is blank, has a NUL, or begins with the home folder of an unknown user.
    """
    if not isinstance(given, str | Path):
        return given
    if not str(given).strip() or "\0" in str(given):
        raise ValueError("must be a path")
    try:
        return Path(given).expanduser()
    except RuntimeError:
        raise ValueError("begins with the home folder of a user that this machine doesn't know") from None


def make_absolute(path: Path) -> Path:
    """Make a relative path start at the working directory.

    Raises:
        ValueError: the working directory has been removed.
    """
    try:
        return path.absolute()
    except FileNotFoundError:
        raise ValueError("can't be found: the folder that this command was started in has been removed") from None


def no_file(given: object) -> object:
    """Turn the word ``none`` into no file at all; anything else passes through.

    Example:
        >>> no_file("none"), no_file("./none")
        (None, './none')
    """
    return None if isinstance(given, str) and given.strip().lower() == "none" else given


def no_text(given: object) -> object:
    """Turn the word ``none`` into no text at all; anything else passes through.

    Example:
        >>> no_text("None"), no_text("{none}")
        (None, '{none}')
    """
    return no_file(given)


def refuse_bool(given: object) -> object:
    """Refuse booleans where a number is expected; pydantic would read them as 1 and 0.

    Raises:
        ValueError: it is true or false.
    """
    if isinstance(given, bool):
        raise ValueError("must be a number")  # pydantic collects ValueErrors but not TypeErrors
    return given


def split_where(given: object) -> tuple[ColumnText, ...]:
    """Return the texts that columns must have, from ``COLUMN=TEXT``, several of them, or texts by column.

    Raises:
        ValueError: one of them is none of this.

    Example:
        >>> split_where("Region = North") == split_where({"Region": "North"}) == (ColumnText("Region", "North"),)
        True
    """
    if isinstance(given, Mapping):
        return tuple(_column_text(name, text) for name, texts in given.items() for text in _several(texts))
    return tuple(_column_text(*_split(one)) for one in _several(given))


def _several(given: object) -> Sequence[object]:
    return given if isinstance(given, list | tuple) and not isinstance(given, ColumnText) else (given,)


def _split(given: object) -> tuple[object, object]:
    if isinstance(given, ColumnText):
        return given
    column, sign, text = given.partition("=") if isinstance(given, str) else ("", "", "")
    return (column, text) if sign else (given, None)


def _column_text(column: object, text: object) -> ColumnText:
    if not isinstance(column, str) or not isinstance(text, str) or not column.strip():
        raise ValueError(f'must be a column and a text, such as "Region=North", not {shown_value(column)}')
    return ColumnText(column.strip(), text.strip())


def split_reports(given: object) -> object:
    """Return one report or a list of them as a tuple, with ``~`` expanded.

    Raises:
        ValueError: one of them is no path.
    """
    several = given if isinstance(given, list | tuple) else (given,)
    return tuple(str(expand_path(one)) if isinstance(one, str | Path) else one for one in several)
