"""Turns a report row into JSON values, or into the texts of its cells."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from operator import attrgetter
from pathlib import Path

from batch_renamer.model import COLUMNS, HERE, ReportRow, Result, RunSummary
from batch_renamer.reports.page_extras import PageExtras

__all__ = ["JsonValue", "WriteOptions", "row_as_json", "row_as_texts", "row_values", "shared_and_own"]

JsonValue = str | int | float | bool | None

_WITH_OWN_PART = (Result.INVALID, Result.SKIPPED)
_RESULT = COLUMNS.index("result")
_FRACTIONS = COLUMNS.index("total_images"), COLUMNS.index("seconds")
_FLAGS = tuple(COLUMNS.index(name) for name in ("is_processing", "is_merging", "is_deleted"))
_values_of = attrgetter(*COLUMNS)


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteOptions:
    """What a format may need besides the rows.

    ``page`` is for HTML alone. ``delimiter`` is that of the spreadsheet, for CSV. ``other_headings`` are those of the
    spreadsheet's columns whose cells come beside the rows. ``scratch`` is a temporary folder for the format's own
    files.

    Example:
        >>> WriteOptions(summary=RunSummary(run_id="k3", command="apply", counts={}), scratch=Path()).delimiter
        ','
    """

    summary: RunSummary
    scratch: Path
    page: PageExtras = field(default=PageExtras())
    delimiter: str = ","
    other_headings: tuple[str, ...] = ()


def shared_and_own(row: ReportRow) -> tuple[str, str]:
    """Return the part of a row's reason that other rows share, and what it says of this row alone.

    Only reasons of ours have both; an API may use the same words.

    Example:
        >>> row = ReportRow(row=2, order_id="a1", new_name="b", result=Result.INVALID, reason=f"Too long.{HERE}b")
        >>> shared_and_own(row)
        ('Too long.', 'b')
    """
    if row.result not in _WITH_OWN_PART:
        return row.reason, ""
    shared, _, own = row.reason.partition(HERE)
    return shared, own


def row_values(row: ReportRow) -> list[JsonValue]:
    """Return the values of the row in the order of the columns, each of the type that JSON has for it.

    Seconds are rounded to milliseconds. A number that JSON does not have (NaN, infinity) becomes ``None``.
    """
    values: list[JsonValue] = list(_values_of(row))
    values[_RESULT] = row.result.value
    for place in _FRACTIONS:
        values[place] = _json_number(values[place])
    return values


def row_as_json(row: ReportRow) -> dict[str, JsonValue]:
    """Return `row_values` as a JSON object with the columns as keys, in order; texts are not changed.

    Example:
        >>> row_as_json(ReportRow(row=2, order_id="a1", new_name="b", result=Result.PLANNED))["result"]
        'planned'
    """
    return dict(zip(COLUMNS, row_values(row), strict=True))


def row_as_texts(row: ReportRow) -> list[str | None]:
    """Return the texts of the row's cells, in the order of the columns; ``None`` is an empty cell.

    Booleans are ``TRUE`` and ``FALSE``, which spreadsheet programs write and the loader reads.

    Example:
        >>> row_as_texts(ReportRow(row=2, order_id="007", new_name="b", result=Result.PLANNED))[:3]
        ['2', '007', None]
    """
    values = row_values(row)
    for place in _FLAGS:
        if (flag := values[place]) is not None:
            values[place] = "TRUE" if flag else "FALSE"
    return [value if value is None or isinstance(value, str) else str(value) for value in values]


def _json_number(value: JsonValue) -> JsonValue:
    if not isinstance(value, float):
        return value
    if not math.isfinite(value):
        return None
    return int(value) if value.is_integer() else round(value, 3)
