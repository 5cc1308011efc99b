"""Copies that are whole or not there, and names that no file has yet."""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path

from batch_renamer.files import digest_of, open_regular

__all__ = ["UNFINISHED", "copy_whole", "has_content", "numbered"]

UNFINISHED = ".part"
"""The ending of a copy that is not whole yet."""

_MOST_NAMES = 9_999
_LONGEST_NAME = 255  # bytes; less only on rare file systems
_BLOCK_BYTES = 1 << 20


def copy_whole(source: Path, target: Path, *, private: bool) -> None:
    """Copy a file so that ``target`` is whole and on the disk, or isn't there.

    ``private``: no other user may read the copy, whatever the umask is.

    Raises:
        OSError: the file can't be read, or the copy can't be written.
    """
    unfinished = target.with_suffix(UNFINISHED)
    unfinished.unlink(missing_ok=True)
    try:
        flags = os.O_CREAT | os.O_EXCL | os.O_WRONLY
        with (
            os.fdopen(open_regular(source, follow_links=False), "rb") as original,
            os.fdopen(open_regular(unfinished, flags), "wb") if private else unfinished.open("xb") as copy,
        ):
            shutil.copyfileobj(original, copy, _BLOCK_BYTES)
            copy.flush()
            os.fsync(copy.fileno())
        unfinished.rename(target)
    finally:
        unfinished.unlink(missing_ok=True)  # it has gone already when all went well


def has_content(path: Path, digest: str) -> bool:
    """Tell whether a path is a regular file of this content.

    Raises:
        OSError: it is there and can't be read.
    """
    try:
        return stat.S_ISREG(path.lstat().st_mode) and digest_of(path) == digest
    except FileNotFoundError:
        return False


def numbered(name: str) -> Iterator[str]:
    """Yield a name and further ones with numbers before its ending, each short enough for a file.

    Example:
        >>> names = numbered("orders.xlsx")
        >>> next(names), next(names)
        ('orders.xlsx', 'orders (2).xlsx')
    """
    yield name
    stem, ending = Path(name).stem, Path(name).suffix
    for number in range(2, _MOST_NAMES + 1):
        end = f" ({number}){ending}"
        while stem and len(os.fsencode(stem + end)) > _LONGEST_NAME:
            stem = stem[:-1]
        yield stem + end
