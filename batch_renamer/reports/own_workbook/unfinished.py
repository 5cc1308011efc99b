"""The temporary files of a write-back, beside the spreadsheet, and how they take their final names.

Their names have the run's id: what a killed process has left is found and removed by a later run.
"""

from __future__ import annotations

import os
import re
import secrets
import shutil
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

from batch_renamer.files import digest_of, open_regular, sync_folder
from batch_renamer.temporary import OURS, numbered, place_of, take_name

__all__ = ["Unfinished", "free_names", "kept_as", "remove_leftovers", "replace_file", "same_look", "synced"]

_LEFTOVER = re.compile(r"\.batch-renamer-[0-9a-f]{8}-([2-9a-hjkmnp-z]{6})-[0-9a-f]{8}\.[0-9A-Za-z]+")
_MOST_NAMES = 98


class Unfinished:
    """The temporary files for one spreadsheet; those that are still there at the end of the block are removed."""

    def __init__(self, place: Path, run_id: str) -> None:
        self._place, self._run_id = place, run_id
        self._made: list[Path] = []

    def __enter__(self) -> Self:
        """Return the object itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Remove the files that have not taken their final names."""
        for path in self._made:
            path.unlink(missing_ok=True)

    def new(self) -> tuple[Path, BinaryIO]:
        """Create a file that only this user can read (0600); what it holds may be as private as the spreadsheet."""
        name = f"{OURS}{self._run_id}-{secrets.token_hex(4)}{self._place.suffix or '.tmp'}"
        path = self._place.with_name(name)
        descriptor = open_regular(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, follow_links=False)
        self._made.append(path)
        return path, os.fdopen(descriptor, "w+b")

    def copy(self) -> tuple[Path, os.stat_result]:
        """Copy the spreadsheet with its permissions and times; return the copy, and what was found of the original."""
        with os.fdopen(open_regular(self._place), "rb") as source:
            found = os.fstat(source.fileno())
            path, target = self.new()
            with target:
                shutil.copyfileobj(source, target, 1 << 20)
                synced(target)
        same_look(self._place, path)
        return path, found


def synced(file: BinaryIO) -> None:
    """Bring a file to the disk."""
    file.flush()
    os.fsync(file.fileno())


def same_look(original: Path, copy: Path, *, now: bool = False) -> None:
    """Give a copy the permissions of the original, and its owner where that is allowed; ``now``: it is a new file."""
    found = original.stat()
    if os.name == "posix":
        with suppress(OSError):  # only an administrator may give a file away
            os.chown(copy, found.st_uid, found.st_gid)
    shutil.copystat(original, copy)
    if now:
        os.utime(copy)


def free_names(place: Path, word: str, run_id: str) -> Iterator[Path]:
    """Yield the names of a second file beside a spreadsheet, such as ``orders.backup-k3f9ab.xlsx``; further with -2.

    Example:
        >>> next(free_names(Path("orders.csv"), "backup", "k3f9ab")).name
        'orders.backup-k3f9ab.csv'
    """
    return numbered(place.with_stem(f"{place.stem}.{word}-{run_id}"), _MOST_NAMES)


def kept_as(temporary: Path, names: Iterator[Path], *, same_as: str | None = None) -> Path:
    """Give a file the first of these names that no other file has, and return it.

    A file of such a name whose digest is ``same_as`` is this one, from an attempt that was cut short.

    Raises:
        OSError: there is no free name, or the file can't be moved.
    """
    for name in names:
        if take_name(temporary, name):
            sync_folder(name.parent)
            return name
        if same_as is not None and name.is_file() and digest_of(name) == same_as:
            return name
    raise FileExistsError("every name for it is taken")


def replace_file(temporary: Path, place: Path) -> None:
    """Put a finished file in the place of another one in one step.

    Raises:
        OSError: it can't be replaced.
    """
    temporary.replace(place)
    sync_folder(place.parent)


def remove_leftovers(spreadsheet: Path, *, is_over: Callable[[str], bool]) -> None:
    """Remove what killed processes have left beside a spreadsheet; ``is_over`` tells that no process works on a run."""
    for path in place_of(spreadsheet).parent.glob(".batch-renamer-*"):
        found = _LEFTOVER.fullmatch(path.name)
        if found and is_over(found[1]):
            with suppress(OSError):  # a file of another user
                path.unlink(missing_ok=True)
