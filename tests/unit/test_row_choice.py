"""Row numbers as a person types them enter; which rows are meant leaves."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from batch_renamer.model import RowChoice, RowNumbers


@pytest.mark.parametrize(
    ("given_", "rows"),
    [
        ("57", [57]),
        ("2-4,57", [2, 3, 4, 57]),
        (" 2 - 4 ,57,", [2, 3, 4, 57]),
        ("2\u20134;57", [2, 3, 4, 57]),
        ("57 2-4", [2, 3, 4, 57]),
        ("3-5,2-4,6", [2, 3, 4, 5, 6]),
        ("98-", [98, 99, 100]),
        ("97-,98-99", [97, 98, 99, 100]),
        (57, [57]),
        ([57, 2, 2], [2, 57]),
        (range(2, 5), [2, 3, 4]),
        (pd.Index([0, 1]) + 2, [2, 3]),
    ],
    ids=["one", "list", "spaces", "dash", "blanks", "overlap", "open", "open-joined", "int", "ints", "range", "index"],
)
def test_numbers_are_read_as_a_person_means_them(given_: object, rows: list[int]) -> None:
    """Spaces, a long dash and any order are fine; a program gives numbers."""
    numbers = RowNumbers.parse(given_)
    assert [row for row in range(1, 101) if row in numbers] == rows


@pytest.mark.parametrize(
    ("given_", "says"),
    [
        ("", "names no row"),
        (",", "names no row"),
        ([], "names no row"),
        ("x", "must be row numbers such as 57, 2-40,57 or 200-"),
        ("-5", "must be row numbers such as"),
        ("1.5", "must be row numbers such as"),
        ("2--4", "must be row numbers such as"),
        ("2-4-6", "must be row numbers such as"),
        (True, "must be row numbers such as"),
        (1.5, "must be row numbers such as"),
        ([1.5], "must be row numbers such as"),
        ([True], "must be row numbers such as"),
        (None, "must be row numbers such as"),
        ("0-4", "which begin at 1"),
        ([-1], "which begin at 1"),
        ("5-2", "ends before it begins: 5-2"),
        ("9" * 40, "must be row numbers such as"),
    ],
    ids=lambda value: repr(value)[:12],
)
def test_what_is_no_row_number_is_refused(given_: object, says: str) -> None:
    """The sentence shows how it is written."""
    with pytest.raises(ValueError, match="(?s)^" + ".*" + says):
        RowNumbers.parse(given_)


SPANS = st.lists(st.tuples(st.integers(1, 60), st.integers(0, 8) | st.none()), min_size=1, max_size=12)


@given(SPANS)
def test_any_list_of_spans_means_their_union_and_is_written_back(spans: list[tuple[int, int | None]]) -> None:
    """However they overlap, a row is chosen if a span has it; the text of the numbers means the same numbers."""
    typed = ",".join(f"{first}-" if more is None else f"{first}-{first + more}" for first, more in spans)
    numbers = RowNumbers.parse(typed)
    for row in range(1, 80):
        within = any(first <= row and (more is None or row <= first + more) for first, more in spans)
        assert (row in numbers) is within
        assert (row in RowNumbers.parse(str(numbers))) is within


def test_numbers_that_the_sheet_does_not_have_are_found() -> None:
    """A single number must be a row; the ends of a span must be within the sheet, blank rows inside are fine."""
    numbers = RowNumbers.parse("1-3,7,9,12-30,40-")
    assert numbers.absent(first=2, last=20, present={7}) == [1, 9, 30, 40]


def test_except_wins_over_only() -> None:
    """A row that both name is left out."""
    choice = RowChoice(only=RowNumbers.parse("2-4"), except_rows=RowNumbers.parse("3"))
    left_out = [choice.leaves_out(row) for row in (2, 3, 5)]
    assert [found and found.mark for found in left_out] == [None, "left out by --except", "left out by --only"]
