"""The DataFrame of outcomes: the caller's index and columns are kept, and dtypes never depend on the values."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import pandas as pd
import pytest

from batch_renamer.library import RunResult
from batch_renamer.library.frames import DTYPES, CallersFrame, outcomes_frame
from batch_renamer.model import COLUMNS, ReportRow, Result

FULL = ReportRow(
    row=2,
    order_id="a1",
    old_name="old",
    new_name="new",
    final_name="new",
    result=Result.RENAMED,
    status="processed",
    is_processing=False,
    is_merging=False,
    is_deleted=False,
    total_images=3,
    last_updated_at="2026-11-25T10:00:00.123456Z",
    attempts=1,
    http_status=200,
    started_at="2026-11-25T10:00:00+00:00",
    seconds=0.25,
)
BARE = ReportRow(row=3, order_id="", new_name="", result=Result.INVALID, reason="The order id is blank.")


@pytest.mark.parametrize("rows", [[], [BARE], [FULL], [FULL, BARE]], ids=["none", "bare", "full", "both"])
def test_dtypes_are_always_the_same(rows: Sequence[ReportRow]) -> None:
    """Whether there are rows or values or not."""
    outcomes = outcomes_frame(rows)
    assert list(outcomes.columns) == list(COLUMNS)
    assert dict(outcomes.dtypes) == dict(DTYPES)


def test_the_dtypes_are_those_of_the_docstring() -> None:
    """Every column stands in the table once, with the name that pandas gives its dtype."""
    assert RunResult.__doc__ is not None
    [table] = re.findall(r"=+  =+\n(.*?)\n +=+  =+", RunResult.__doc__, re.DOTALL)
    said: dict[str, str] = {}
    for line in table.splitlines():
        names, _, dtype = line.strip().rpartition("  ")
        for name in " ".join(re.findall(r"``([\w ]+)``", names)).split():
            assert name not in said
            said[name] = dtype.strip()
    assert said == {name: str(dtype) for name, dtype in DTYPES.items()}


def test_values_are_kept_and_missing_ones_are_missing() -> None:
    """Times are in UTC, and a text that is no time is missing."""
    odd = ReportRow(row=4, order_id="\ud800", new_name="=1+1", result=Result.PENDING, last_updated_at="yesterday")
    outcomes = outcomes_frame([FULL, BARE, odd])
    assert outcomes.loc[0, "last_updated_at"] == pd.Timestamp("2026-11-25T10:00:00.123456Z")
    assert outcomes[["is_deleted", "total_images", "seconds"]].iloc[0].tolist() == [False, 3.0, 0.25]
    assert outcomes[["old_name", "is_deleted", "http_status", "started_at"]].isna().iloc[1].all()
    assert outcomes["order_id"].tolist() == ["a1", "", "\ud800"]
    assert outcomes["result"].tolist() == ["renamed", "invalid", "pending"]
    assert outcomes["last_updated_at"].isna().tolist() == [False, True, True]


def _beside(frame: pd.DataFrame, *used: int, rows: Sequence[ReportRow] = (FULL, BARE)) -> pd.DataFrame:
    return outcomes_frame(rows, CallersFrame(frame=frame, used=set(used)))


@pytest.mark.parametrize(
    "index",
    [
        pd.RangeIndex(5, 8),
        pd.Index(["x", "y", "y"], name="key"),
        pd.MultiIndex.from_tuples([("x", 1), ("x", 2), ("y", 1)], names=["street", "number"]),
        pd.DatetimeIndex(["2026-01-01", "2026-01-02", "2026-01-03"], tz="UTC"),
    ],
    ids=["range", "repeated", "levels", "times"],
)
def test_the_index_is_the_callers(index: pd.Index[Any]) -> None:
    """Rows that were passed over as blank are not there; the others keep their labels."""
    frame = pd.DataFrame({"order_id": ["a1", None, "a3"], "new_name": ["new", None, ""]}, index=index)
    third = ReportRow(row=4, order_id="a3", new_name="", result=Result.INVALID)
    outcomes = _beside(frame, 0, 1, rows=[FULL, third])
    pd.testing.assert_index_equal(outcomes.index, index.take([0, 2]))


def test_other_columns_are_kept_with_their_dtypes() -> None:
    """After the report's; one that was read under another name is kept as it was."""
    frame = pd.DataFrame(
        {
            "Order no.": [1, 2],
            "new_name": ["new", ""],
            "agent": pd.Categorical(["Ann", "Bob"]),
            "sold": [True, False],
            ("a", "pair"): [1.5, 2.5],
        }
    )
    outcomes = _beside(frame, 0, 1)
    assert list(outcomes.columns) == [*COLUMNS, "Order no.", "agent", "sold", ("a", "pair")]
    for label in ("Order no.", "agent", "sold", ("a", "pair")):
        pd.testing.assert_series_equal(outcomes[label], frame[label])
    assert outcomes["new_name"].dtype == DTYPES["new_name"]


def test_a_column_with_a_reports_name_is_kept_beside_it() -> None:
    """The caller's ``status`` is not the order's."""
    frame = pd.DataFrame({"order_id": ["a1", ""], "status": ["sold", "free"], "new_name": ["new", ""]})
    outcomes = _beside(frame, 0, 2)
    assert list(outcomes.columns) == [*COLUMNS, "status_given"]
    assert outcomes["status"].tolist() == ["processed", pd.NA]
    assert outcomes["status_given"].tolist() == ["sold", "free"]


def test_a_label_that_is_taken_is_lengthened() -> None:
    """No two columns get the same one."""
    frame = pd.DataFrame(
        {"order_id": ["a1", ""], "status_given": ["x", "y"], "new_name": ["n", ""], "status": ["s", "t"]}
    )
    outcomes = _beside(frame, 0, 2)
    assert outcomes["status_given"].tolist() == ["x", "y"]
    assert outcomes["status_given_given"].tolist() == ["s", "t"]


def test_outcomes_that_come_again_are_replaced() -> None:
    """They don't grow by a set of columns each time."""
    first = _beside(pd.DataFrame({"order_id": ["a1", ""], "new_name": ["new", ""], "agent": ["Ann", "Bob"]}), 0, 1)
    assert list(_beside(first, 1, 3).columns) == [*COLUMNS, "agent"]


def test_no_rows_keep_the_callers_columns_as_well() -> None:
    """A DataFrame without rows has outcomes of the same shape."""
    frame = pd.DataFrame({"order_id": [], "new_name": [], "agent": pd.Series([], dtype="Int64")})
    outcomes = _beside(frame, 0, 1, rows=[])
    assert len(outcomes) == 0
    assert dict(outcomes.dtypes) == {**DTYPES, "agent": pd.Int64Dtype()}


def test_repeated_labels_are_no_trouble() -> None:
    """Columns are told apart by their places."""
    frame = pd.DataFrame([["a1", "new", 1, 2]], columns=["order_id", "new_name", "n", "n"])
    outcomes = _beside(frame, 0, 1, rows=[FULL])
    assert list(outcomes.columns) == [*COLUMNS, "n", "n"]
    assert outcomes["n"].iloc[0].tolist() == [1, 2]
