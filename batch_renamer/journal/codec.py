"""Translates between the model's values and the columns of rows."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime

from batch_renamer.journal.settling import STATE
from batch_renamer.model import (
    HIDDEN_ROW,
    Change,
    Order,
    Outcome,
    RenameRequest,
    ReportLine,
    ReportRow,
    Result,
    RowProblem,
    Unsettled,
)

__all__ = [
    "REASON",
    "REPORT",
    "REPORT_LINE",
    "RESULT",
    "SENT",
    "as_stored",
    "loaded",
    "planned",
    "report_line",
    "report_row",
    "settled",
    "unsettled",
]

_UNRECORDED = "handed_out AND (result IS NULL OR result = 'planned')"
SENT = "It was sent, or was about to be sent, and no outcome is recorded: the API may have applied it."

# What a reader sees of a row. A row that was dispatched and has no outcome may have been applied, so it is ``unknown``.
RESULT = f"CASE WHEN {_UNRECORDED} THEN 'unknown' ELSE result END"
REASON = f"CASE WHEN {_UNRECORDED} THEN '{SENT}' ELSE reason END"

# The old name of an order that was never read is the one that the sheet gives: a report that is used as a spreadsheet
# keeps its guards.
_REPORT_COLUMNS = f"""
    row, order_id, COALESCE(old_name, NULLIF(guard, '')), new_name, final_name, skip,
        {RESULT}, {REASON}, warning, status, is_processing, is_merging, is_deleted, total_images, last_updated_at,
        attempts, http_status, started_at, seconds"""
REPORT = f"SELECT {_REPORT_COLUMNS} FROM rows WHERE run = ?"  # noqa: S608 - constants
REPORT_LINE = f"SELECT {_REPORT_COLUMNS}, other_cells FROM rows WHERE run = ?"  # noqa: S608 - constants


_NO_STATE = (None,) * len(STATE)


def _at_once(row: RenameRequest | RowProblem) -> tuple[Result | None, str]:
    if isinstance(row, RowProblem):
        return Result.INVALID, row.reason
    if row.skip == HIDDEN_ROW:
        return Result.SKIPPED, "Left out as a row that is hidden in the workbook (--hidden-rows skip)."
    if row.skip:
        return Result.SKIPPED, row.left_out or "Left out: the spreadsheet marks this row to be skipped."
    return None, ""


def loaded(run: int, row: RenameRequest | RowProblem) -> tuple[object, ...]:
    """Return a loaded row as columns; a bad or skipped row is settled at once."""
    result, reason = _at_once(row)
    others = json.dumps(row.other_cells, ensure_ascii=False) if row.other_cells else None
    rule = row.name_rule if isinstance(row, RenameRequest) else None
    asked = (row.order_id, row.new_name, row.current_name, row.skip, row.warning)
    return (run, row.row, *asked, result, reason, others, rule)


def _plain(number: int | None) -> int | None:
    """Return a flag or an HTTP status as a mere number.

    Where a value is of a subclass, as those and enumerations are, sqlite3 looks for an adapter of it, which costs more
    than the value's part of the statement.
    """
    return None if number is None else int(number)


def _state(order: Order | None) -> tuple[object, ...]:
    if order is None:
        return _NO_STATE
    return (
        order.status,
        _plain(order.is_processing),
        _plain(order.is_merging),
        _plain(order.is_deleted),
        order.total_images,
        order.last_updated_at,
        order.first_image,
    )


def planned(run: int, change: Change) -> tuple[object, ...]:
    """Return the values of `SETTLE_PLANNED`."""
    return (change.old_name, *_state(change.order), change.read_at, run, change.row)


def settled(run: int, outcome: Outcome) -> tuple[object, ...]:
    """Return the values of `SETTLE_OUTCOME`."""
    return (
        outcome.result.value,
        outcome.reason,
        outcome.warning,
        outcome.old_name,
        # An order that was read and has no name is not the same as one that was not read.
        "" if outcome.final_name is None and outcome.order is not None else outcome.final_name,
        *_state(outcome.order),
        outcome.attempts,
        _plain(outcome.http_status),
        outcome.started_at,
        outcome.seconds,
        run,
        outcome.row,
    )


def unsettled(row: tuple[object, ...]) -> Unsettled:
    """Return a row that was sent and not confirmed, from the columns in the order of `RowTable.unsettled`."""
    number, order_id, new_name, result, reason, old_name, final_name, http_status, started_at, seconds = row
    outcome = Outcome(
        row=number,  # type: ignore[arg-type]  # STRICT columns, here and below
        result=Result(str(result)),
        reason=reason,  # type: ignore[arg-type]
        old_name=old_name,  # type: ignore[arg-type]
        final_name=final_name,  # type: ignore[arg-type]
        http_status=http_status,  # type: ignore[arg-type]
        started_at=started_at,  # type: ignore[arg-type]
        seconds=seconds,  # type: ignore[arg-type]
    )
    return Unsettled(order_id=str(order_id), new_name=str(new_name), outcome=outcome)


def _flag(value: object) -> bool | None:
    return None if value is None else bool(value)


def as_stored(result: object) -> Result:
    """Return a result as it stands in the table."""
    return Result(str(result))


def report_row(row: tuple[object, ...], shown: Callable[[object], Result]) -> ReportRow:
    """Return a line of a report from the columns of `REPORT`; ``shown`` returns the result that a reader sees."""
    values = dict(zip(ReportRow.__slots__, row, strict=True))
    values["result"] = shown(values["result"])
    values["warning"] = str(values["warning"]).replace("\n", " ")
    for flag in ("is_processing", "is_merging", "is_deleted"):
        values[flag] = _flag(values[flag])
    if (started_at := values["started_at"]) is not None:
        moment = datetime.fromtimestamp(started_at, UTC).replace(tzinfo=None)  # type: ignore[arg-type]  # STRICT columns
        values["started_at"] = f"{moment.isoformat(timespec='milliseconds')}Z"
    return ReportRow(**values)  # type: ignore[arg-type]  # STRICT columns


def report_line(row: tuple[object, ...], shown: Callable[[object], Result]) -> ReportLine:
    """Return a line of a report with the sheet's other cells, from the columns of `REPORT_LINE`."""
    others = row[-1]
    return ReportLine(report_row(row[:-1], shown), () if others is None else tuple(json.loads(str(others))))
