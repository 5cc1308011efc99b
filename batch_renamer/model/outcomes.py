"""What became of one row."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from batch_renamer.model.orders import Order

__all__ = [
    "BAD_RESULTS",
    "Outcome",
    "Result",
    "SettledRow",
    "Unsettled",
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


BAD_RESULTS = frozenset({Result.FAILED, Result.UNKNOWN, Result.DRIFTED, Result.INVALID})
"""A finished run with any of these exits 1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What one row came to. ``attempts`` counts the PATCH requests sent, including those answered with 429.

    ``order`` is the last known state of the order and ``final_name`` its last known name. ``old_name`` is the name
    before the rename; for a drifted row it is the name that was expected. If a failed row has a ``final_name`` that
    differs from the old name, this run changed the order, but the server stored another name than the one sent.
    ``warning`` is added to the warnings that the row has already. ``started_at`` is in seconds since the epoch;
    ``seconds`` is the time from the first try to the outcome.

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
class SettledRow:
    """What a row comes to because of rows elsewhere, before its order is read; ``mark`` is the skip mark it gets.

    Example:
        >>> SettledRow(result=Result.INVALID, reason="Another file gives this order another name.").mark
        ''
    """

    result: Result
    reason: str
    mark: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unsettled:
    """A row that was sent and not confirmed; ``outcome`` is what is known so far."""

    order_id: str
    new_name: str
    outcome: Outcome
