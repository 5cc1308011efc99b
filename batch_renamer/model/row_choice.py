"""Which rows of a spreadsheet a command is to work on: their numbers as typed, and what marks the rows left out."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import NamedTuple, Protocol

__all__ = ["ALL_ROWS", "LEFT_OUT_MARK", "ColumnText", "LeftOut", "RowChoice", "RowNumbers"]

LEFT_OUT_MARK = "left out by "
"""Begins the skip mark of a row that an option left out: it stays left out when the report is used as a spreadsheet."""

_DASH = re.compile("\\s*[-\u2013]\\s*")
_ONE = re.compile("([0-9]{1,9})(?:-([0-9]{1,9})?)?")
_EXAMPLES = "row numbers such as 57, 2-40,57 or 200-"


class ColumnText(NamedTuple):
    """A text that a column must have, for a row to be chosen: ``Region=North``."""

    column: str
    text: str

    def __str__(self) -> str:
        return f"{self.column}={self.text}"


class LeftOut(NamedTuple):
    """Why an option leaves a row out: the reason, and the skip mark that the row gets."""

    reason: str
    mark: str


_BY_ONLY = LeftOut("Left out: --only does not name this row.", f"{LEFT_OUT_MARK}--only")
_BY_EXCEPT = LeftOut("Left out: --except names this row.", f"{LEFT_OUT_MARK}--except")
_BY_HAND = LeftOut("Left out: this row was unchecked in the browser.", f"{LEFT_OUT_MARK}hand in the browser")


class SaysRows(Protocol):
    """What has the options of a choice."""

    @property
    def only(self) -> RowNumbers | None:
        """The rows to work on."""

    @property
    def except_rows(self) -> RowNumbers | None:
        """The rows to leave out."""


@dataclass(frozen=True, slots=True)
class RowNumbers:
    """Numbers of rows, as a spreadsheet program shows them.

    ``spans`` are first and last numbers, in order and apart from each other; without a last number (None) a span goes
    on to the end of the sheet. ``singles`` are the numbers that were given alone.

    Example:
        >>> chosen = RowNumbers.parse("57, 2-40, 200-")
        >>> 40 in chosen, 41 in chosen, 9_999 in chosen
        (True, False, True)
        >>> str(chosen)
        '2-40,57,200-'
    """

    spans: tuple[tuple[int, int | None], ...]
    singles: tuple[int, ...] = ()

    @classmethod
    def parse(cls, given: object) -> RowNumbers:
        """Read ``2-40,57``, ``200-`` (from there to the end), a number, or numbers.

        Raises:
            ValueError: it is none of these, or names no row.
        """
        if isinstance(given, RowNumbers):
            return given
        if isinstance(given, int) and not isinstance(given, bool):
            parts = [_whole(given)]
        elif isinstance(given, str):
            plain = _DASH.sub("-", given)
            parts = [_read(part) for part in re.split(r"[,;\s]+", plain) if part]
        elif isinstance(given, Collection):
            parts = [_whole(one) for one in given]
        else:
            raise ValueError(f"must be {_EXAMPLES}")
        if not parts:
            raise ValueError(f"names no row; give {_EXAMPLES}")
        singles = sorted({first for first, last in parts if first == last})
        return cls(tuple(_joined(sorted(parts, key=lambda part: part[0]))), tuple(singles))

    def __contains__(self, row: int) -> bool:
        place = bisect_right(self.spans, row, key=lambda span: span[0]) - 1
        if place < 0:
            return False
        last = self.spans[place][1]
        return last is None or row <= last

    def __str__(self) -> str:
        return ",".join(
            str(first) if first == last else f"{first}-{'' if last is None else last}" for first, last in self.spans
        )

    def absent(self, *, first: int, last: int, present: Collection[int]) -> list[int]:
        """Return the numbers named that are no rows of a sheet with rows from ``first`` to ``last``.

        ``present`` has those of the ``singles`` that are rows; within a span there may be blank rows.
        """
        ends = {end for span in self.spans for end in span if end is not None}
        return sorted({*(end for end in ends if not first <= end <= last), *set(self.singles).difference(present)})


@dataclass(frozen=True, slots=True, kw_only=True)
class RowChoice:
    """The rows that a command is to work on: ``only`` these numbers, and none of ``except_rows``; all where None.

    ``by_hand``: a person has unchecked the excepted rows in the browser, and no option names them.

    Example:
        >>> RowChoice(only=RowNumbers.parse("2-4")).leaves_out(5).mark
        'left out by --only'
        >>> RowChoice(except_rows=RowNumbers.parse("2-4")).leaves_out(5) is None
        True
    """

    only: RowNumbers | None = None
    except_rows: RowNumbers | None = None
    by_hand: bool = False

    @classmethod
    def of(cls, source: SaysRows, *, by_hand: bool = False) -> RowChoice:
        """Return the choice in what has the two options, such as the settings."""
        return cls(only=source.only, except_rows=source.except_rows, by_hand=by_hand)

    def __bool__(self) -> bool:
        return self.only is not None or self.except_rows is not None

    @property
    def _excepted(self) -> LeftOut:
        return _BY_HAND if self.by_hand else _BY_EXCEPT

    @property
    def numbers(self) -> Iterator[tuple[str, RowNumbers]]:
        """The options that were given, with the numbers that each names."""
        for flag, numbers in (("--only", self.only), ("--except", self.except_rows)):
            if numbers is not None:
                yield flag, numbers

    def __str__(self) -> str:
        return " ".join(f"{flag} {numbers}" for flag, numbers in self.numbers)

    @property
    def flags(self) -> str:
        """The flags that were given, for a sentence."""
        return " and ".join(flag for flag, _ in self.numbers)

    @property
    def singles(self) -> frozenset[int]:
        """The numbers that were given alone."""
        return frozenset(number for _, numbers in self.numbers for number in numbers.singles)

    def without(self, rows: Collection[int]) -> RowChoice:
        """Return the choice that leaves out these rows, too.

        Example:
            >>> str(RowChoice(except_rows=RowNumbers.parse("2-4")).without([5, 9]))
            '--except 2-5,9'
        """
        if not rows:
            return self
        excepted = self.except_rows.spans if self.except_rows is not None else ()
        spans = sorted([*excepted, *((row, row) for row in rows)], key=lambda span: span[0])
        return replace(self, except_rows=RowNumbers(tuple(_joined(spans))))

    def left_out_spans(self) -> Iterator[tuple[int, int | None, LeftOut]]:
        """Yield first and last number of what is left out, and why; a row is left out for its first reason."""
        for first, last in self.except_rows.spans if self.except_rows is not None else ():
            yield first, last, self._excepted
        if self.only is None:
            return
        after: int | None = 0
        for first, last in self.only.spans:
            if after is not None and after + 1 < first:
                yield after + 1, first - 1, _BY_ONLY
            after = last
        if after is not None:
            yield after + 1, None, _BY_ONLY

    def chosen_spans(self) -> Iterator[tuple[int, int | None]]:
        """Yield first and last number of what is not left out."""
        excepted = self.except_rows.spans if self.except_rows is not None else ()
        for first, last in self.only.spans if self.only is not None else ((1, None),):
            begin: int | None = first
            for out_first, out_last in excepted:
                if begin is None or (last is not None and out_first > last):
                    break
                if out_last is not None and out_last < begin:
                    continue
                if begin < out_first:
                    yield begin, out_first - 1
                begin = None if out_last is None else out_last + 1
            if begin is not None and (last is None or begin <= last):
                yield begin, last

    def leaves_out(self, row: int) -> LeftOut | None:
        """Return why a row is left out; None if it is chosen."""
        if self.except_rows is not None and row in self.except_rows:
            return self._excepted
        if self.only is not None and row not in self.only:
            return _BY_ONLY
        return None


ALL_ROWS = RowChoice()
"""The choice that leaves nothing out."""


def _read(part: str) -> tuple[int, int | None]:
    found = _ONE.fullmatch(part)
    if found is None:
        raise ValueError(f"must be {_EXAMPLES}")
    first = int(found[1])
    last = first if found[0] == found[1] else None if found[2] is None else int(found[2])
    _refuse_zero(first)
    if last is not None and last < first:
        raise ValueError(f"has a range that ends before it begins: {first}-{last}")
    return first, last


def _whole(number: object) -> tuple[int, int | None]:
    if isinstance(number, bool) or not hasattr(number, "__index__"):
        raise ValueError(f"must be {_EXAMPLES}")
    row = int(number.__index__())
    _refuse_zero(row)
    return row, row


def _refuse_zero(row: int) -> None:
    if row < 1:
        raise ValueError("must be row numbers, which begin at 1")


def _joined(parts: Iterable[tuple[int, int | None]]) -> Iterator[tuple[int, int | None]]:
    """Yield spans that don't touch each other, from spans in the order of their first numbers."""
    held: tuple[int, int | None] | None = None
    for first, last in parts:
        if held is None:
            held = first, last
        elif held[1] is None:
            break
        elif first <= held[1] + 1:
            held = held[0], None if last is None else max(held[1], last)
        else:
            yield held
            held = first, last
    if held is not None:
        yield held
