"""In which program a spreadsheet is open, and who has it open: what the lock files beside it say.

Excel makes ``~$orders.xlsx`` and LibreOffice ``.~lock.orders.xlsx#``. Both remove them when the spreadsheet is closed.
After a crash they stay. That can't be told from a spreadsheet that is open for days, so such a file waits, and the
sentence about it says since when it is locked and which file to delete.
"""

from __future__ import annotations

import datetime
import errno
import re
from collections.abc import Callable
from pathlib import Path

from batch_renamer.files import read_regular
from batch_renamer.nightly.wording import LOOKED_AT_AGAIN, called
from batch_renamer.text import trimmed
from batch_renamer.visible import visible

__all__ = ["open_in"]

_LOCK_BYTES = 4_096  # one of Excel has 165
_UTF_16_AT = 55  # where the second copy of the name begins in a lock file of Excel, with its length
_LONGEST_NAME = 54
_CELL = re.compile(r"((?:\\.|[^,\\])*)(?:,|$)", re.DOTALL)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_TOO_LONG = frozenset({errno.ENAMETOOLONG, errno.EINVAL})
"""There is no lock file whose name would be longer than names can be."""


def open_in(path: Path) -> str:
    """Return a sentence about the program that has a file open, and about who works there; "" if no lock file says so.

    Raises:
        OSError: the folder can't be read.
    """
    for program, lock, owner in (
        ("Excel", path.with_name(f"~${path.name}"), _owner_in_excel),
        ("LibreOffice", path.with_name(f".~lock.{path.name}#"), _owner_in_libreoffice),
    ):
        try:
            since = datetime.datetime.fromtimestamp(lock.lstat().st_mtime)  # noqa: DTZ006 - local, for the reader
        except FileNotFoundError:
            continue
        except OSError as error:
            if error.errno in _TOO_LONG:
                continue
            raise
        who = _owner(lock, owner)
        by = f" ({who})" if who else ""
        return (
            f"{called(path.name)} is open in {program}{by}, locked since {since:%Y-%m-%d %H:%M}. "
            f"Save and close it; if it is not open, delete the lock file {called(lock.name)}. {LOOKED_AT_AGAIN}"
        )
    return ""


def _owner(lock: Path, owner: Callable[[bytes], str]) -> str:
    try:
        content, _ = read_regular(lock, limit_bytes=_LOCK_BYTES)
    except OSError:
        return ""  # Excel on Windows keeps its lock file to itself
    return visible(trimmed(owner(content))[:_LONGEST_NAME])


def _owner_in_excel(content: bytes) -> str:
    """Return the name in a lock file of Excel: a length and the name in the system's encoding, then both in UTF-16."""
    length = int.from_bytes(content[_UTF_16_AT : _UTF_16_AT + 2], "little")
    wide = content[_UTF_16_AT + 2 : _UTF_16_AT + 2 + 2 * length]
    if 0 < length <= _LONGEST_NAME and len(wide) == 2 * length:
        return wide.decode("utf-16-le", "replace")
    length = content[0] if content else 0
    return content[1 : 1 + length].decode("cp1252", "replace") if 0 < length <= _LONGEST_NAME else ""


def _owner_in_libreoffice(content: bytes) -> str:
    """Return the name in a lock file of LibreOffice: name, user, host and time, with commas between them."""
    cells = _CELL.findall(content.decode("utf-8", "replace"))
    name, user, host = (_ESCAPED.sub(r"\1", trimmed(cell)) for cell in (*cells, "", "", "")[:3])
    return (name or user) + (f" on {host}" if host and (name or user) else "")
