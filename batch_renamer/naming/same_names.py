"""Orders that would have the same name: which rows these are, and numbers that tell their names apart.

Names are compared in Unicode's NFC, without invisible characters at both ends. The name that an order gives up is free
for others, so names may be swapped or passed around in a circle.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from batch_renamer.text import name_key

__all__ = ["Numbered", "Renamed", "number", "share_names"]


@dataclass(frozen=True, slots=True)
class Renamed:
    """One row that gives its order a new name; ``old_name`` is the name that the order gives up."""

    row: int
    new_name: str
    old_name: str


def share_names(renames: Sequence[Renamed], kept: Iterable[str]) -> list[int]:
    """Return the rows whose orders would have the name of another order, in sheet order.

    ``kept`` are the names of orders that keep them. An order whose row is refused keeps its name as well, so that the
    row which wanted that name can't have it.

    Example:
        >>> rows = [Renamed(2, "B", "A"), Renamed(3, "C", "B")]
        >>> share_names(rows, kept=[]), share_names(rows, kept=["C"])
        ([], [2, 3])
    """
    wanted_by: defaultdict[str, list[Renamed]] = defaultdict(list)
    for one in renames:
        wanted_by[name_key(one.new_name)].append(one)
    taken = {name_key(name) for name in kept}
    refused: set[int] = set()
    crowded = deque(key for key, rows in wanted_by.items() if len(rows) > 1 or key in taken)
    while crowded:
        for one in wanted_by.get(crowded.popleft(), ()):
            if one.row not in refused:
                refused.add(one.row)
                crowded.append(name_key(one.old_name))
    return sorted(refused)


@dataclass(frozen=True, slots=True)
class Numbered:
    """The rows that get another name than they wanted, and the reasons of rows whose name would break a rule."""

    names: dict[int, str] = field(default_factory=dict)
    refused: dict[int, str] = field(default_factory=dict)


def number(renames: Sequence[Renamed], kept: Sequence[str], broken: Callable[[str], str] = lambda _: "") -> Numbered:
    """Give orders that would have the same name the names ``NAME (2)``, ``NAME (3)`` in the order of ``renames``.

    No name that another row wants, or that an order keeps, is given. ``broken`` returns why a name breaks a house rule;
    such a row is refused, and its order keeps its name.

    Example:
        >>> number([Renamed(2, "A", "x"), Renamed(3, "A", "y"), Renamed(4, "A (2)", "z")], kept=[]).names
        {3: 'A (3)'}
    """
    refused: dict[int, str] = {}
    while True:
        # An order whose row is refused keeps its name, which others may have been given: they are numbered anew.
        left = [one for one in renames if one.row not in refused]
        names = _numbered(left, [*kept, *(one.old_name for one in renames if one.row in refused)])
        found = {row: reason for row, name in names.items() if (reason := broken(name))}
        if not found:
            return Numbered(names, refused)
        refused |= found


def _numbered(renames: Sequence[Renamed], kept: Iterable[str]) -> dict[int, str]:
    wanted = {name_key(one.new_name) for one in renames}
    taken = {name_key(name) for name in kept}
    next_number: defaultdict[str, int] = defaultdict(lambda: 2)
    names: dict[int, str] = {}
    for one in renames:
        key = name_key(one.new_name)
        if key in taken:
            wished, place = key, next_number[key]
            while (key := name_key(name := f"{one.new_name} ({place})")) in taken or key in wanted:
                place += 1
            names[one.row], next_number[wished] = name, place + 1
        taken.add(key)
    return names
