"""A DataFrame enters; its rows leave as those of a sheet would."""

from __future__ import annotations

import datetime
import decimal
import uuid
from typing import Any

import pandas as pd
import pytest

from batch_renamer.errors import SheetError
from batch_renamer.loader import LoadOptions, open_frame
from batch_renamer.model import RenameRequest, RowProblem


def load(frame: pd.DataFrame, **options: Any) -> list[RenameRequest | RowProblem]:
    """Read a DataFrame to its end."""
    return [row for chunk in open_frame(frame, LoadOptions(**options)).chunks(2) for row in chunk]


def test_the_columns_of_a_dataframe_have_no_letters() -> None:
    """A short name that is mistyped must not choose another column."""
    with pytest.raises(SheetError, match='no heading "B"'):
        load(pd.DataFrame({"order_id": ["a1"], "Title": ["b"]}), name_column="B")


def test_rows_are_numbered_as_a_spreadsheet_would() -> None:
    """Headings are row 1; the index doesn't matter, blank rows count."""
    frame = pd.DataFrame(
        {"Order ID": ["a1", None, " ", "a4"], "new_name": ["b", None, "", "c"], "skip": ["", None, "", "x"]},
        index=[7, 7, 3, 1],
    )
    assert load(frame) == [
        RenameRequest(row=2, order_id="a1", new_name="b"),
        RenameRequest(row=5, order_id="a4", new_name="c", skip="x"),
    ]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (12345678901234567, "12345678901234567"),
        (1001.0, "1001"),
        (True, "TRUE"),
        (uuid.UUID(int=0xABCDEF0), "00000000-0000-0000-0000-00000abcdef0"),
        ("1001.5", "1001.5"),
    ],
)
def test_values_become_text(value: object, text: str) -> None:
    """Integers are exact in a DataFrame and keep all digits."""
    (row,) = load(pd.DataFrame({"id": pd.Series([value], dtype=object), "new_name": ["b"]}))
    assert isinstance(row, RenameRequest)
    assert row.order_id == text


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (1.5, "not text: convert the column to text. Here: a decimal number, 1.5."),
        (float("inf"), "Here: a decimal number, inf."),
        (1e18, "Here: a float of more than 15 digits, of which it keeps 15, 1e+18."),
        (pd.Timestamp("2024-05-01"), "Here: a date or time, 2024-05-01 00:00:00."),
        (datetime.date(2024, 5, 1), "Here: a date or time, 2024-05-01."),
        (decimal.Decimal(1), "not text: convert the column to text. Here: Decimal."),
        (["a"], "Here: list."),
        (b"a1", "Here: bytes."),
    ],
)
def test_other_values_are_problems(value: object, words: str) -> None:
    """As in a workbook, with the way to repair a DataFrame."""
    (row,) = load(pd.DataFrame({"id": pd.Series([value], dtype=object), "new_name": ["b"]}))
    assert isinstance(row, RowProblem)
    assert words in row.reason


@pytest.mark.parametrize("missing", [None, float("nan"), pd.NA, pd.NaT])
def test_missing_values_are_blank(missing: object) -> None:
    """All of pandas' ways to say nothing."""
    frame = pd.DataFrame(
        {"id": pd.Series(["a1", missing], dtype=object), "new_name": ["b", "c"], "old_name": [missing] * 2}
    )
    rows = load(frame)
    assert rows[0] == RenameRequest(row=2, order_id="a1", new_name="b")
    assert isinstance(rows[1], RowProblem)
    assert rows[1].reason == "The order id is blank."


def test_row_with_something_in_another_column_is_not_blank() -> None:
    """Every row that holds anything has a result."""
    rows = load(pd.DataFrame({"id": ["", ""], "new_name": ["", ""], "note": ["", 5]}))
    assert [row.row for row in rows] == [3]


def test_typed_columns_are_read() -> None:
    """Integer, categorical and nullable columns give the same as text."""
    frame = pd.DataFrame(
        {"id": pd.array([1, 2, None], dtype="Int64"), "new_name": pd.Categorical(["a", "b", "c"])},
    )
    assert [(row.order_id, row.new_name) for row in load(frame)] == [("1", "a"), ("2", "b"), ("", "c")]


def test_unusable_columns_are_refused() -> None:
    """In the same words as a sheet, naming what it is."""
    with pytest.raises(SheetError, match=r'^The DataFrame has no heading for the order id .*"0", "new_name"'):
        open_frame(pd.DataFrame([["a", "b"]], columns=pd.Index([0, "new_name"])))


@pytest.mark.parametrize("index", ["order_id", "new_name", ["order_id", "new_name"]])
def test_columns_that_are_the_index_are_named(index: str | list[str]) -> None:
    """The index is not read, and the way to make columns of it is one call."""
    frame = pd.DataFrame({"order_id": ["a1"], "new_name": ["b"], "agent": ["Ann"]}).set_index(index)
    with pytest.raises(
        SheetError, match=r'^The DataFrame has ".*" as its index, which is not read: give its reset_index'
    ):
        open_frame(frame)
    assert load(frame.reset_index()) == [RenameRequest(row=2, order_id="a1", new_name="b", other_cells=("Ann",))]


def test_an_index_that_does_not_help_is_not_named() -> None:
    """Nor is a DataFrame without columns said to have blank rows."""
    frame = pd.DataFrame({"title": ["b"]}, index=pd.Index(["a1"], name="order_id"))
    with pytest.raises(SheetError, match=r"^The DataFrame has no heading for the order id"):
        open_frame(frame)
    with pytest.raises(SheetError, match=r"^The DataFrame has no columns; it needs order_id and new_name\.$"):
        open_frame(pd.DataFrame())


def test_columns_can_be_named() -> None:
    """The options are those of a file."""
    frame = pd.DataFrame([["a1", "b"]], columns=pd.Index([0, 1]))
    assert load(frame, id_column="0", name_column="1") == [RenameRequest(row=2, order_id="a1", new_name="b")]


def test_long_frame_keeps_its_numbers() -> None:
    """Pieces leave no trace."""
    frame = pd.DataFrame({"id": range(25_000), "new_name": ["n"] * 25_000})
    assert [row.row for row in load(frame)] == list(range(2, 25_002))
