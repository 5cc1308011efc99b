"""Reads a TOML file; every mistake becomes one sentence with file and line."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

from batch_renamer.files import read_regular

__all__ = ["read_toml", "read_usable_toml"]

_FILE_LIMIT_BYTES = 1_000_000
_MOST_MISTAKES = 20


def read_toml(path: Path) -> dict[str, object]:
    """Read a TOML file.

    Raises:
        ValueError: it can't be read or isn't TOML; the text is the whole sentence.
    """
    try:
        data, _ = read_regular(path, limit_bytes=_FILE_LIMIT_BYTES)
    except FileNotFoundError:
        raise ValueError(f"{path}: there is no such configuration file.") from None
    except IsADirectoryError:
        raise ValueError(f"{path} is a folder, not a configuration file.") from None
    except OSError as error:
        raise ValueError(f"{path}: the configuration file can't be read: {error.strerror}.") from None
    if len(data) > _FILE_LIMIT_BYTES:
        raise ValueError(f"{path} is larger than 1 MB; that is no configuration file.")
    try:
        return tomllib.loads(data.decode("utf-8-sig"))  # Windows editors write a byte order mark
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise ValueError(f"{path}, line {line}: not UTF-8; save the file as UTF-8.") from None
    except (ValueError, RecursionError) as error:
        raise ValueError(_syntax_error(path, str(error), data)) from None


def read_usable_toml(path: Path) -> dict[str, object]:
    """Read the lines of a TOML file that have no mistake; a table whose heading has one is left out.

    Only for saying where and how to report the mistake.

    Raises:
        ValueError: the file can't be read, or its mistakes can't be told from the rest.
    """
    try:
        data, _ = read_regular(path, limit_bytes=_FILE_LIMIT_BYTES)
    except OSError as error:
        raise ValueError(f"{path}: the configuration file can't be read: {error.strerror}.") from None
    lines = data.decode("utf-8-sig", "replace").splitlines()
    for _ in range(_MOST_MISTAKES):
        try:
            return tomllib.loads("\n".join(lines))
        except (ValueError, RecursionError) as error:
            if not (found := re.search(r"\(at line (\d+), column \d+\)$", str(error))):
                break
            _blank(lines, int(found[1]) - 1)
    raise ValueError(f"{path} can't be read as TOML.")


def _blank(lines: list[str], place: int) -> None:
    """Make a line blank, and after a heading all lines of its table."""
    is_heading = lines[place].lstrip().startswith("[")
    lines[place] = ""
    while is_heading and (place := place + 1) < len(lines) and not lines[place].lstrip().startswith("["):
        lines[place] = ""


def _syntax_error(path: Path, said: str, data: bytes) -> str:
    """Put the place first, which tomllib puts last: "(at line 3, column 5)" or "(at end of document)"."""
    if not (found := re.fullmatch(r"(.*) \(at (?:(line \d+), (column \d+)|(end of document))\)", said, re.DOTALL)):
        return f"{path} can't be read as TOML: a number in it is too long, or its brackets are nested too deeply."
    if found[1] == "Cannot overwrite a value" and (twice := _set_twice(data.decode("utf-8-sig"))):
        return f"{path}: {twice}; leave one of them."
    place = "the end of the file" if found[4] else f"{found[2]}, {found[3]}"
    if found[1].startswith("Cannot declare"):
        return f"{path}, {place}: this table is in the file twice; merge the two."
    return f"{path}, {place}: {found[1]}. Write each line as name = value, and text in quotes."


def _set_twice(document: str) -> str:
    """Return which name is set twice in one table, with the lines; "" if that can't be found out."""
    table, seen = "", dict[tuple[str, str], int]()
    for number, line in enumerate(document.splitlines(), start=1):
        if heading := re.match(r"\s*(\[[^\]]*\]+)", line):
            table = heading[1]
        elif name := re.match(r"\s*([\w-]+)\s*=", line):
            first = seen.setdefault((table, name[1]), number)
            if first != number:
                return f"{name[1]} is set in line {first} and again in line {number}"
    return ""
