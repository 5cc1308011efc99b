"""The table of looks: how each file of an inbox was when a night last looked at it."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass, replace
from pathlib import Path
from typing import cast

from batch_renamer.journal.database import Database

__all__ = ["Look", "LookTable"]

_SHOWN = "size, mtime_ns, digest, unchanged_since, known_since"
"""The columns of a look, as its fields are called."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """How a file was: its size, modification time and content. The times of looks are in seconds since the epoch.

    ``digest`` is "" for a file that was not read. ``unchanged_since`` is when it was first seen like this, and
    ``known_since`` when a file of this name was first seen.

    Example:
        >>> first = Look(size=3, mtime_ns=1, digest="c0", unchanged_since=10.0, known_since=10.0)
        >>> first.shows_the_same_as(Look(size=3, mtime_ns=1, digest="c0", unchanged_since=99.0, known_since=99.0))
        True
    """

    size: int
    mtime_ns: int
    digest: str
    unchanged_since: float
    known_since: float

    def shows_the_same_as(self, other: Look) -> bool:
        """Tell whether size, time and content are equal in two looks that have read the file."""
        mine, others = (self.size, self.mtime_ns, self.digest), (other.size, other.mtime_ns, other.digest)
        return bool(self.digest) and mine == others

    def after(self, earlier: Look | None) -> Look:
        """Return this look with the times of an earlier one at the same name."""
        if earlier is None:
            return self
        unchanged_since = earlier.unchanged_since if self.shows_the_same_as(earlier) else self.unchanged_since
        return replace(self, unchanged_since=unchanged_since, known_since=earlier.known_since)


class LookTable:
    """The last look at each file of each inbox. File names are bytes, because not every name is text."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of(self, inbox: Path) -> dict[str, Look]:
        """Return the last looks at the files of an inbox, by name."""
        found = self._database.select(f"SELECT name, {_SHOWN} FROM looks WHERE inbox = ?", (os.fsencode(inbox),))  # noqa: S608 - constants
        return {os.fsdecode(cast(bytes, name)): _look(values) for name, *values in found}

    def replace(self, inbox: Path, looks: Mapping[str, Look]) -> None:
        """Keep these looks at the files of an inbox, by name, and forget all others of that inbox."""
        folder = os.fsencode(inbox)
        with self._database.transaction() as connection:
            connection.execute("DELETE FROM looks WHERE inbox = ?", (folder,))
            connection.executemany(
                f"INSERT INTO looks (inbox, name, {_SHOWN}) VALUES (?, ?, ?, ?, ?, ?, ?)",  # noqa: S608 - constants
                [(folder, os.fsencode(name), *astuple(look)) for name, look in looks.items()],
            )


def _look(values: Sequence[object]) -> Look:
    return Look(**dict(zip(_SHOWN.split(", "), values, strict=True)))  # type: ignore[arg-type]  # STRICT columns
