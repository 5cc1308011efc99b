"""A report row as JSON values and as the texts of its cells."""

from __future__ import annotations

import json

import pytest

from batch_renamer.model import COLUMNS, ReportRow, Result
from batch_renamer.reports import row_as_json
from batch_renamer.reports.rows import row_as_texts


def test_json_has_every_column_in_order() -> None:
    """The keys are the promised columns, in their order."""
    row = ReportRow(row=2, order_id="a1", new_name="b", result=Result.PLANNED)
    assert tuple(row_as_json(row)) == COLUMNS


def test_texts_line_up_with_the_columns() -> None:
    """Each text stands at its column's place."""
    row = ReportRow(row=2, order_id="007", old_name="NA", new_name="null", result=Result.RENAMED, attempts=3)
    filled = {column: text for column, text in zip(COLUMNS, row_as_texts(row), strict=True) if text}
    assert filled == {
        "row": "2",
        "order_id": "007",
        "old_name": "NA",
        "new_name": "null",
        "result": "renamed",
        "attempts": "3",
    }


@pytest.mark.parametrize(
    ("value", "as_json", "as_text"),
    [
        pytest.param(None, None, None, id="none"),
        pytest.param(12, 12, "12", id="int"),
        pytest.param(12.0, 12, "12", id="whole float"),
        pytest.param(2.5, 2.5, "2.5", id="fraction"),
        pytest.param(0.1234567, 0.123, "0.123", id="rounded to three places"),
        pytest.param(float("nan"), None, None, id="nan"),
        pytest.param(float("inf"), None, None, id="infinity"),
    ],
)
def test_numbers(value: float | None, as_json: float | None, as_text: str | None) -> None:
    """Numbers stay short and are always valid JSON."""
    row = ReportRow(row=2, order_id="a1", new_name="b", result=Result.RENAMED, total_images=value)
    assert row_as_json(row)["total_images"] == as_json
    assert row_as_texts(row)[COLUMNS.index("total_images")] == as_text
    json.dumps(row_as_json(row), allow_nan=False)


@pytest.mark.parametrize(("value", "text"), [(True, "TRUE"), (False, "FALSE"), (None, None)])
def test_truth_values_are_the_spreadsheets_words(value: bool | None, text: str | None) -> None:
    """Cells say TRUE and FALSE; JSON keeps true and false."""
    row = ReportRow(row=2, order_id="a1", new_name="b", result=Result.RENAMED, is_deleted=value)
    assert row_as_texts(row)[COLUMNS.index("is_deleted")] == text
    assert row_as_json(row)["is_deleted"] is value


def test_a_result_is_plain_text() -> None:
    """The result leaves as ``str``, not as the enumeration, so that every writer shows the same word."""
    row = ReportRow(row=2, order_id="a1", new_name="b", result=Result.UNKNOWN)
    assert type(row_as_json(row)["result"]) is str
