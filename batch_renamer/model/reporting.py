"""What reports and summaries show of a run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import NamedTuple

from batch_renamer.model.outcomes import Result
from batch_renamer.model.run_facts import RunFacts

__all__ = [
    "COLUMNS",
    "Forecast",
    "Picture",
    "Pictures",
    "ReasonGroup",
    "ReportLine",
    "ReportRow",
    "RunSummary",
    "WarningGroup",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportRow:
    """One line of a report; the fields are the columns of the report, in this order.

    ``started_at`` is RFC 3339 in UTC; ``seconds`` is a duration.

    Example:
        >>> ReportRow(row=2, order_id="a1", new_name="b", result=Result.PLANNED).result.value
        'planned'
    """

    row: int
    order_id: str
    old_name: str | None = None
    new_name: str
    final_name: str | None = None
    skip: str = ""
    result: Result
    reason: str = ""
    warning: str = ""
    status: str | None = None
    is_processing: bool | None = None
    is_merging: bool | None = None
    is_deleted: bool | None = None
    total_images: float | None = None
    last_updated_at: str | None = None
    attempts: int = 0
    http_status: int | None = None
    started_at: str | None = None
    seconds: float | None = None


COLUMNS: tuple[str, ...] = tuple(column.name for column in fields(ReportRow))
"""The report's columns, in order."""


class ReportLine(NamedTuple):
    """A row of a report, and beside it the cells of the spreadsheet's other columns, in the order of their headings.

    ``other_cells`` may be shorter than the headings: what is missing is blank.
    """

    row: ReportRow
    other_cells: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ReasonGroup:
    """The rows of one result that share a reason: their number, and the first few of them.

    ``reason`` is without the part after `HERE`, which differs from row to row.
    """

    result: Result
    reason: str
    count: int
    rows: tuple[ReportRow, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class WarningGroup:
    """The rows with warnings of one kind: their row numbers, and the first few whole rows.

    ``kind`` is the text before the first colon of a warning; the rest differs from row to row.
    """

    kind: str
    numbers: tuple[int, ...]
    count: int
    rows: tuple[ReportRow, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A small picture, and what kind it is: ``image/jpeg``, ``image/png`` or ``image/webp``."""

    media_type: str
    data: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Pictures:
    """The small pictures of orders, by the numbers of their rows; ``note`` says which orders have none, and why."""

    by_row: Mapping[int, Picture] = field(default_factory=dict)
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """What it costs to commit a plan: the number of requests, and the seconds that they take at ``rate_per_s``.

    ``remark`` says what several machines would change about it; "" where only this one is meant.
    """

    requests: int
    seconds: float
    rate_per_s: float
    remark: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunSummary:
    """The figures of a run: the summary on the screen and the exit code are made from them.

    ``counts`` has every result that occurs. ``stopped`` is the sentence that says why a run ended early, or "".
    ``seconds`` is wall-clock time. ``changed_otherwise`` counts the failed rows whose orders now have another name than
    the one that was sent. ``facts`` are what reports for people say besides. ``workbook`` is the spreadsheet that the
    results were written into, ``backup`` what it was before.

    Example:
        >>> RunSummary(run_id="k3f9", command="apply", counts={Result.RENAMED: 2}).total
        2
    """

    run_id: str
    command: str
    counts: dict[Result, int]
    changed_otherwise: int = 0
    exit_code: int = 0
    stopped: str = ""
    seconds: float = 0.0
    requests: int = 0
    throttled: int = 0
    warnings: tuple[str, ...] = ()
    reports: tuple[str, ...] = field(default=())
    facts: RunFacts = field(default=RunFacts(), repr=False)
    workbook: str = ""
    backup: str = ""

    @property
    def total(self) -> int:
        """The number of rows."""
        return sum(self.counts.values())
