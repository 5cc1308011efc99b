"""The nouns that the rooms exchange: plain frozen values enter and leave; nothing here does I/O."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from enum import StrEnum

__all__ = [
    "BAD_RESULTS",
    "COLUMNS",
    "HERE",
    "HIDDEN_ROW",
    "Change",
    "Forecast",
    "Found",
    "Missing",
    "Order",
    "Outcome",
    "Reading",
    "ReasonGroup",
    "RenameRequest",
    "ReportRow",
    "Result",
    "RowProblem",
    "RunSummary",
    "Understood",
    "Unreadable",
    "Unsettled",
    "WarningGroup",
]


class Result(StrEnum):
    """What became of one row; its text is what reports show.

    Example:
        >>> f"{Result.RENAMED}"
        'renamed'
    """

    RENAMED = "renamed"
    UNCHANGED = "unchanged"
    FAILED = "failed"
    UNKNOWN = "unknown"
    DRIFTED = "drifted"
    SKIPPED = "skipped"
    INVALID = "invalid"
    PENDING = "pending"
    PLANNED = "planned"


HIDDEN_ROW = "hidden row"
"""The skip mark of a row that was left out because it is hidden in the workbook."""

HERE = " Here: "
"""Stands in the reason of an ``invalid`` row between what is wrong with its kind and what is to be seen in the row."""

BAD_RESULTS = frozenset({Result.FAILED, Result.UNKNOWN, Result.DRIFTED, Result.INVALID})
"""A finished run with any of these exits 1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RenameRequest:
    """One usable row of the spreadsheet: this order shall bear this name.

    ``row`` is the number that the spreadsheet program shows. ``current_name`` is the guard: the rename happens
    only if the order still has that name (``None``: no guard). ``skip`` is the mark as typed ("" = do it). ``warning``
    has a line for each thing to be said; what stands before its first colon is what it has in common with other rows.
    ``left_out`` is the reason of a row that is skipped for another reason than a mark of the sheet; it has a mark, too,
    so that it stays left out when a report is fed back in.
    ``guard_reason`` is what is said of an order that has another name, where the sheet is not what guards it.

    Example:
        >>> RenameRequest(row=2, order_id="a1", new_name="12 Elm St").skip
        ''
    """

    row: int
    order_id: str
    new_name: str
    current_name: str | None = None
    skip: str = ""
    warning: str = ""
    left_out: str = ""
    guard_reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RowProblem:
    """One bad row of the spreadsheet, and the sentence that says how to repair it.

    The texts are as typed, as far as they could be read, so that the report shows the user their own row.

    Example:
        >>> RowProblem(row=3, order_id="", new_name="x", reason="The order id is blank.").row
        3
    """

    row: int
    order_id: str
    new_name: str
    reason: str
    current_name: str | None = None
    skip: str = ""
    warning: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Understood:
    """What a spreadsheet was taken for, for a person to compare with what was meant.

    The columns are headings as typed; None where there is no such column. ``unused`` are the headings of the columns
    that were not read; of a report of this program, which has more columns than anybody wants listed, there are none.
    ``sheet`` is the name of a workbook's sheet, ``encoding`` is named where it was guessed.

    Example:
        >>> Understood(order_id="Order ID", new_name="New name").hidden_rows
        0
    """

    order_id: str
    new_name: str
    current_name: str | None = None
    skip: str | None = None
    unused: tuple[str, ...] = ()
    sheet: str | None = None
    hidden_rows: int = 0
    encoding: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """An order as the API describes it; its images are never kept.

    Any field but the id may be missing. ``status`` is free text: unknown values pass through.
    ``last_updated_at`` stays the API's own RFC 3339 text.

    Example:
        >>> Order(order_id="a1", name="12 Elm St").status is None
        True
    """

    order_id: str
    name: str | None
    status: str | None = None
    is_processing: bool | None = None
    is_merging: bool | None = None
    is_deleted: bool | None = None
    total_images: float | None = None
    last_updated_at: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """The order was read; ``read_at`` is when, in seconds since the epoch."""

    order: Order
    read_at: float


@dataclass(frozen=True, slots=True)
class Missing:
    """There is no such order, or it is not the account's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreadable:
    """The order could not be read; ``reason`` says why in a few words."""

    reason: str
    http_status: int | None = None


Reading = Found | Missing | Unreadable
"""What lookup brings back for one order id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One rename to be sent. ``read_at`` is when ``order`` was read, in seconds since the epoch.

    ``handed_out`` tells that an earlier, interrupted part of the run may have sent it already. ``guarded`` tells that
    the order is renamed only while it still has ``old_name``.

    Example:
        >>> Change(row=2, new_name="b", order=Order(order_id="a1", name="a"), read_at=0.0).old_name
        'a'
    """

    row: int
    new_name: str
    order: Order
    read_at: float
    handed_out: bool = False
    guarded: bool = False

    @property
    def order_id(self) -> str:
        """The order to rename."""
        return self.order.order_id

    @property
    def old_name(self) -> str | None:
        """The name that the order had when it was read."""
        return self.order.name


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What one row ended in. ``attempts`` counts the PATCHes sent, 429s included.

    ``order`` is the order's last known state and ``final_name`` its last known name. ``old_name`` is the name before
    (of a drifted row: the name that was expected). A failed row whose final name is neither unknown nor the old one was
    changed by this run: the server made another name of the one that was sent. ``warning`` is added to the row's own.
    ``started_at`` is in seconds since the epoch, ``seconds`` how long the row took from its first try to its outcome.

    Example:
        >>> Outcome(row=2, result=Result.RENAMED, final_name="b").reason
        ''
    """

    row: int
    result: Result
    reason: str = ""
    warning: str = ""
    old_name: str | None = None
    final_name: str | None = None
    order: Order | None = None
    attempts: int = 0
    http_status: int | None = None
    started_at: float | None = None
    seconds: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Unsettled:
    """A row that was sent and not confirmed, with the ``outcome`` that it has so far."""

    order_id: str
    new_name: str
    outcome: Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportRow:
    """One line of a report; its fields, in this order, are the report's columns.

    ``started_at`` is RFC 3339 in UTC; ``seconds`` are seconds.

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


@dataclass(frozen=True, slots=True, kw_only=True)
class ReasonGroup:
    """Rows of one result that share a reason: how many there are, and the first few of them.

    What a reason says after `HERE` is about the one row, and is no part of ``reason``.
    """

    result: Result
    reason: str
    count: int
    rows: tuple[ReportRow, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class WarningGroup:
    """The rows that have a warning of one kind: their numbers, and the first few of them whole.

    What a warning says before its first colon is its kind; what follows is about the one row.
    """

    kind: str
    numbers: tuple[int, ...]
    count: int
    rows: tuple[ReportRow, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """What committing a plan would take: ``requests``, and ``seconds`` at the rate chosen (requests per second)."""

    requests: int
    seconds: float
    rate_per_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class RunSummary:
    """A run in figures: what the summary on the screen and the exit code are made of.

    ``counts`` has every result that occurs. ``stopped`` is the sentence that says why a run ended early ("" when
    it did not). ``seconds`` is wall time. ``changed_otherwise`` is how many of the failed rows have changed their
    orders to another name than the one sent.

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

    @property
    def total(self) -> int:
        """The number of rows."""
        return sum(self.counts.values())
