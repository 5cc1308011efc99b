"""Tells whether an existing file is a report of this program, from its beginning."""

from __future__ import annotations

import csv
import html
import re
import zipfile
import zlib
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from batch_renamer.files import read_regular
from batch_renamer.model import COLUMNS

__all__ = ["is_report"]

_BEGINNING_BYTES = 65_536
_DELIMITERS = ",;\t|"
_JSON = re.compile(rb'\s*\{\s*"command":\s*"[^"]*",\s*"run_id":')
_HTML = re.compile(
    rb'<!DOCTYPE html>\s*<html lang="[a-z]+">\s*<head>\s*<meta charset="utf-8">\s*'
    rb'<meta name="generator" content="batch-renamer report">'
)
_TEXT = re.compile(r"<(?:\w+:)?t(?:\s[^>]*)?>([^<]*)</")
_FIRST_COLUMNS = COLUMNS[:5]
"""Only reports, of this version or an earlier one, begin with these columns."""


def is_report(path: Path) -> bool:
    """Tell whether an existing file can be replaced: it is empty, or a report in the format of its ending.

    Raises:
        OSError: it can't be read.
    """
    beginning, _ = read_regular(path, limit_bytes=_BEGINNING_BYTES)
    return not beginning or _RECOGNISERS[path.suffix.lower()](path, beginning)


def _is_csv(_: Path, beginning: bytes) -> bool:
    heading = beginning.decode("utf-8-sig", "replace").partition("\n")[0].rstrip("\r")
    try:
        return any(_begins_a_report(next(csv.reader([heading], delimiter=sign), [])) for sign in _DELIMITERS)
    except csv.Error:  # a carriage return within a line, or an unclosed field
        return False


def _is_json(_: Path, beginning: bytes) -> bool:
    return _JSON.match(beginning) is not None


def _is_html(_: Path, beginning: bytes) -> bool:
    return _HTML.match(beginning) is not None


def _is_xlsx(path: Path, _: bytes) -> bool:
    # A report has its texts in the first sheet; a spreadsheet program that saves it moves them to the shared strings.
    return any(_begins_a_report(_texts_in(path, part)) for part in ("xl/worksheets/sheet1.xml", "xl/sharedStrings.xml"))


def _texts_in(path: Path, part: str) -> list[str]:
    try:
        with zipfile.ZipFile(path) as book, book.open(part) as file:
            beginning = file.read(_BEGINNING_BYTES).decode("utf-8", "replace")
    except (zipfile.BadZipFile, zlib.error, KeyError, EOFError, NotImplementedError, RuntimeError, ValueError):
        return []  # no zip file, no such part, encrypted, damaged
    return [html.unescape(text) for text in _TEXT.findall(beginning)[: len(_FIRST_COLUMNS)]]


def _begins_a_report(headings: Iterable[str]) -> bool:
    headings = tuple(headings)
    return headings[: len(_FIRST_COLUMNS)] == _FIRST_COLUMNS and set(headings) <= set(COLUMNS)


_RECOGNISERS: Mapping[str, Callable[[Path, bytes], bool]] = {
    ".csv": _is_csv,
    ".html": _is_html,
    ".json": _is_json,
    ".xlsx": _is_xlsx,
}
