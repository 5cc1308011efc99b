"""How many rows a stage has decided so far, and how many of them are bad, for the screen and the limits.

The counts of the report come from the journal.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence

from batch_renamer.model import BAD_RESULTS, Change, Outcome, Result
from batch_renamer.progress import about

__all__ = ["Tally", "bad_outcomes", "log_bad_row"]

log = logging.getLogger("batch_renamer")


class Tally:
    """Counts what a stage has decided, and logs every bad row.

    ``unsettled`` are those of the bad rows that were sent, are ``unknown``, and will be read again.
    """

    def __init__(self) -> None:
        self.done = 0
        self.bad = 0
        self.drifted = 0
        self.unsettled = 0

    def add(self, decisions: Sequence[Change | Outcome], order_ids: Mapping[int, str]) -> None:
        """Count a group of decisions; ``order_ids`` are those of its bad rows at least, by row."""
        self.done += len(decisions)
        for bad in bad_outcomes(decisions):
            self.bad += 1
            self.drifted += bad.result is Result.DRIFTED
            self.unsettled += bad.result is Result.UNKNOWN and bad.attempts > 0
            log_bad_row(bad.row, order_ids[bad.row], bad.result, bad.reason)

    def settle(self, results: Sequence[tuple[Result, Result]]) -> None:
        """Count rows anew after the late look; each is given with its result before it and after it."""
        self.bad -= sum(before in BAD_RESULTS and after not in BAD_RESULTS for before, after in results)


def log_bad_row(row: int, order_id: str, result: Result, reason: str) -> None:
    """Log a bad row, as soon as it is known."""
    extra = about(row=row, order_id=order_id, result=result.value, reason=reason)
    log.warning("row %d is %s: %s", row, result, reason, extra=extra)


def bad_outcomes(decisions: Sequence[Change | Outcome]) -> list[Outcome]:
    """Return the outcomes of bad rows."""
    return [one for one in decisions if isinstance(one, Outcome) and one.result in BAD_RESULTS]
