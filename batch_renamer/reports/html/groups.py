"""The rows of a page, grouped by result and reason while they are read once; they wait in a file, not in memory."""

from __future__ import annotations

import json
from array import array
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from operator import attrgetter
from typing import BinaryIO

from batch_renamer.model import BAD_RESULTS, COLUMNS, ReportRow, Result
from batch_renamer.reports.rows import shared_and_own

__all__ = ["Group", "RowStore"]

_MOST_REASONS = 1_000
"""Different reasons that are told apart while rows are read: a sheet may have as many as rows."""

_MOST_GROUPS = 40
"""Groups of one result on the page; the smaller ones are shown together, each row with its reason."""

_WANTED = frozenset({Result.RENAMED, Result.PLANNED})
"""What the run is for. There may be few such rows beside thousands that are left as they are."""

_values_of = attrgetter(*COLUMNS)


@dataclass(slots=True)
class Group:
    """The rows of one result that share a reason ("" for none; None: each row has its own).

    ``places`` are those of its rows in the store, in sheet order. ``numbers`` are the rows' numbers.
    """

    result: Result
    reason: str | None
    places: array[int] = field(default_factory=lambda: array("Q"))
    numbers: array[int] = field(default_factory=lambda: array("Q"))

    @property
    def is_bad(self) -> bool:
        """Whether the rows need a look."""
        return self.result in BAD_RESULTS

    def __len__(self) -> int:
        return len(self.places)


class RowStore:
    """Keeps rows in a file, so that they can be read again group by group."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._groups: dict[tuple[Result, str | None], Group] = {}

    def add(self, row: ReportRow) -> None:
        """Keep a row."""
        key: tuple[Result, str | None] = (row.result, shared_and_own(row)[0])
        if key not in self._groups and len(self._groups) >= _MOST_REASONS:
            key = (row.result, None)
        group = self._groups.setdefault(key, Group(*key))
        group.places.append(self._file.tell())
        group.numbers.append(row.row)
        self._file.write(json.dumps(_values_of(row)).encode() + b"\n")

    def groups(self) -> list[Group]:
        """Return the groups: rows that need a look, then renamed or planned ones, then the others; largest first."""
        largest_first = sorted(self._groups.values(), key=lambda group: (-len(group), group.numbers[0]))
        left: dict[Result, int] = dict.fromkeys(Result, _MOST_GROUPS)
        shown: list[Group] = []
        rest: dict[Result, list[Group]] = {}
        for group in largest_first:
            left[group.result] -= 1
            if group.reason is None or left[group.result] < 0:
                rest.setdefault(group.result, []).append(group)
            else:
                shown.append(group)
        shown += [_joined(result, groups) for result, groups in rest.items()]
        return sorted(shown, key=lambda group: (not group.is_bad, group.result not in _WANTED))

    def rows(self, group: Group, start: int, end: int) -> Iterator[ReportRow]:
        """Yield the rows of a group from one position to before another."""
        for place in group.places[start:end]:
            self._file.seek(place)
            values = dict(zip(COLUMNS, json.loads(self._file.readline()), strict=True))
            yield ReportRow(**values | {"result": Result(values["result"])})


def _joined(result: Result, groups: Iterable[Group]) -> Group:
    joined = Group(result, None)
    for place, number in sorted(pair for group in groups for pair in zip(group.places, group.numbers, strict=True)):
        joined.places.append(place)
        joined.numbers.append(number)
    return joined
