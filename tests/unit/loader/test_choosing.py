"""A sheet and a choice of its rows enter; chosen rows leave as they are, and the others are skipped."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from batch_renamer.errors import SheetError
from batch_renamer.loader import LoadOptions, open_frame
from batch_renamer.model import COLUMNS, RenameRequest, RowChoice, RowNumbers, RowProblem

_ONLY, _EXCEPT = "left out by --only", "left out by --except"
ORDERS = pd.DataFrame(
    {
        "order_id": ["a1", "a2", "", "a4", None, "a6"],
        "new_name": ["One", "Two", "no id", "Four", None, "Six"],
        "skip": ["", "x", "", "", None, ""],
    }
)


def chosen(only: str | None = None, except_rows: str | None = None) -> LoadOptions:
    """Return the options with this choice."""
    numbers = [None if typed is None else RowNumbers.parse(typed) for typed in (only, except_rows)]
    return LoadOptions(choice=RowChoice(only=numbers[0], except_rows=numbers[1]))


def load(frame: pd.DataFrame, options: LoadOptions) -> list[RenameRequest | RowProblem]:
    """Read a DataFrame to its end, two rows at a time."""
    return [row for chunk in open_frame(frame, options).chunks(2) for row in chunk]


def marks(rows: list[RenameRequest | RowProblem]) -> dict[int, str]:
    """Return the skip mark of each row."""
    return {row.row: row.skip for row in rows}


@pytest.mark.parametrize(
    ("options", "left"),
    [
        (chosen(only="2,7"), {2: "", 3: "x", 4: "left out by --only", 5: "left out by --only", 7: ""}),
        (chosen(except_rows="4-"), {2: "", 3: "x", **dict.fromkeys((4, 5, 7), "left out by --except")}),
        (
            chosen(only="2-5", except_rows="4"),
            {2: "", 3: "x", 4: "left out by --except", 5: "", 7: "left out by --only"},
        ),
    ],
    ids=["only", "except", "both"],
)
def test_rows_are_left_out_with_a_mark(options: LoadOptions, left: dict[int, str]) -> None:
    """A mark of the sheet itself stays, and nothing is wrong with a bad row that is left out."""
    rows = load(ORDERS, options)
    assert marks(rows) == left
    assert all(isinstance(row, RenameRequest) for row in rows)


def test_a_row_left_out_keeps_what_was_typed() -> None:
    """The report shows it, and says which option left it out."""
    _, _, bad, *_ = load(ORDERS, chosen(only="2"))
    assert (bad.order_id, bad.new_name) == ("", "no id")
    assert isinstance(bad, RenameRequest)
    assert bad.left_out == "Left out: --only does not name this row."


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (chosen(only="2,9"), "--only names row 9. The sheet's rows are 2 to 7."),
        (chosen(only="3-9"), "--only names row 9. The sheet's rows are 2 to 7."),
        (chosen(except_rows="8-"), "--except names row 8. The sheet's rows are 2 to 7."),
        (chosen(only="6"), "--only names row 6, which is blank."),
        (chosen(only="1-4"), "--only names row 1, which has the headings. The rows below it are 2 to 7."),
        (chosen(except_rows="2-"), "with --except, no row is left to work on."),
        (chosen(only="3", except_rows="3"), "with --only and --except, no row is left to work on."),
    ],
    ids=["single", "end-of-span", "open-span", "blank", "headings", "none-left", "both"],
)
def test_a_choice_that_does_not_fit_the_sheet_is_refused(options: LoadOptions, says: str) -> None:
    """A wrong number may mean that it is the wrong sheet."""
    with pytest.raises(SheetError) as refused:
        load(ORDERS, options)
    assert str(refused.value) == f"The DataFrame: {says}"


def test_blank_rows_inside_a_span_do_not_matter() -> None:
    """Only a row that is named alone must be there."""
    assert marks(load(ORDERS, chosen(only="5-7")))[7] == ""


@pytest.mark.parametrize(
    "bad", [{"order_id": ""}, {"new_name": "a\x00b"}, {"order_id": "a/b"}], ids=["id", "name", "/"]
)
def test_a_row_left_out_stays_left_out_in_the_report(bad: dict[str, str]) -> None:
    """Fed back in, the report leaves out the same rows, whatever else is wrong with them."""
    report = pd.DataFrame([dict.fromkeys(COLUMNS, "") | {"order_id": "a1", "new_name": "b"} | bad])
    [row] = load(report.assign(skip="left out by --only"), LoadOptions())
    assert (row.skip, isinstance(row, RenameRequest)) == ("left out by --only", True)
    [row] = load(report.assign(skip="x"), LoadOptions())
    assert isinstance(row, RowProblem)


CELLS = st.sampled_from(["", "a1", "a2", "b/c", "x"])
SHEETS = st.lists(st.tuples(CELLS, CELLS, st.sampled_from(["", "", "x"])), min_size=1, max_size=20)
NUMBERS = st.lists(st.tuples(st.integers(2, 22), st.integers(0, 6)), min_size=1, max_size=4).map(
    lambda spans: RowNumbers.parse(",".join(f"{first}-{first + more}" for first, more in spans))
)


@given(sheet=SHEETS, only=st.none() | NUMBERS, except_rows=st.none() | NUMBERS)
def test_every_row_is_chosen_or_left_out_once(
    sheet: Any, only: RowNumbers | None, except_rows: RowNumbers | None
) -> None:
    """For any sheet and any choice, chosen and left-out rows are together the rows of the sheet."""
    frame = pd.DataFrame(sheet, columns=["order_id", "new_name", "skip"])
    choice = RowChoice(only=only, except_rows=except_rows)
    whole = {row.row: row for row in load(frame, LoadOptions())}
    try:
        rows = load(frame, LoadOptions(choice=choice))
    except SheetError:
        return
    assert Counter(row.row for row in rows) == Counter(whole.keys())
    for row in rows:
        if choice.leaves_out(row.row) is None:
            assert row == whole[row.row]
        else:
            assert isinstance(row, RenameRequest)
            assert row.skip
