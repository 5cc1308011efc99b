"""Joins a run's rows with the caller's DataFrame: one DataFrame with the caller's index and stable dtypes."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from batch_renamer.library.wording import as_arguments
from batch_renamer.model import COLUMNS, ReportRow, Result

__all__ = ["DTYPES", "CallersFrame", "outcomes_frame"]

_FIRST_ROW = 2
"""The number of a DataFrame's first row, as a spreadsheet program counts: the headings are row 1."""

# Not pyarrow's, even where it is installed: that one can't hold half a surrogate pair, which a name may have.
_TEXT = pd.StringDtype("python")
_TIME = pd.DatetimeTZDtype("us", "UTC")

DTYPES: Mapping[str, Any] = {
    "row": pd.Int64Dtype(),
    "order_id": _TEXT,
    "old_name": _TEXT,
    "new_name": _TEXT,
    "final_name": _TEXT,
    "skip": _TEXT,
    "result": _TEXT,
    "reason": _TEXT,
    "warning": _TEXT,
    "status": _TEXT,
    "is_processing": pd.BooleanDtype(),
    "is_merging": pd.BooleanDtype(),
    "is_deleted": pd.BooleanDtype(),
    "total_images": pd.Float64Dtype(),
    "last_updated_at": _TIME,
    "attempts": pd.Int64Dtype(),
    "http_status": pd.Int64Dtype(),
    "started_at": _TIME,
    "seconds": pd.Float64Dtype(),
}
"""The columns of ``outcomes`` that are not the caller's own, and their dtypes, which never depend on the values."""

_OWN_WORDS = (Result.SKIPPED, Result.DRIFTED)
"""Results whose reasons are sentences of the program alone, which may speak of options."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallersFrame:
    """The caller's DataFrame; ``used`` are the positions of the columns that were read."""

    frame: pd.DataFrame
    used: Collection[int]

    def beside(self, outcomes: pd.DataFrame) -> pd.DataFrame:
        """Return the outcomes with the index and the other columns of their rows.

        A column that was read and is called as one of the report's columns is not repeated. Another one with such a
        name gets ``_given`` after it; of a DataFrame that came from here all of them are replaced.
        """
        places = (outcomes["row"] - _FIRST_ROW).astype("int64")
        rows = self.frame.iloc[places.to_numpy()]
        labels = list(self.frame.columns)
        came_from_here = set(COLUMNS) <= set(labels)
        kept = [
            position
            for position, label in enumerate(labels)
            if label not in COLUMNS or not (came_from_here or position in self.used)
        ]
        others = rows.iloc[:, kept]
        taken = {labels[at] for at in kept}
        names = [*COLUMNS, *(_other_label(labels[at], taken) if labels[at] in COLUMNS else labels[at] for at in kept)]
        joined = pd.concat([outcomes.set_axis(rows.index), others], axis="columns", sort=False)
        return joined.set_axis(pd.Index(names, tupleize_cols=False), axis="columns")


def outcomes_frame(rows: Iterable[ReportRow], given: CallersFrame | None = None) -> pd.DataFrame:
    """Return the rows of a run as a DataFrame; without the caller's own its index counts from 0.

    Example:
        >>> outcomes_frame([]).dtypes["result"]
        <StringDtype(storage='python', na_value=<NA>)>
    """
    found: dict[str, list[Any]] = {column: [] for column in COLUMNS}
    for row in rows:
        for column in COLUMNS:
            found[column].append(getattr(row, column))
    found["reason"] = [
        as_arguments(str(reason)) if result in _OWN_WORDS else reason
        for reason, result in zip(found["reason"], found["result"], strict=True)
    ]
    found["result"] = [None if result is None else str(result) for result in found["result"]]
    outcomes = pd.DataFrame({column: _series(found[column], DTYPES[column]) for column in COLUMNS})
    return outcomes if given is None else given.beside(outcomes)


def _other_label(label: object, taken: Collection[object]) -> str:
    """Return another label for a column whose own one is the report's; ``taken`` are those of other columns."""
    another = f"{label}_given"
    return _other_label(another, taken) if another in taken else another


def _series(values: list[Any], dtype: Any) -> pd.Series[Any]:
    if dtype is _TIME:
        # What is no time is missing here; the reports have it as the API gave it.
        times = pd.to_datetime(pd.Series(values, dtype=object), utc=True, format="ISO8601", errors="coerce")
        return times.astype(dtype)
    series: pd.Series[Any] = pd.Series(values, dtype=dtype)
    return series
