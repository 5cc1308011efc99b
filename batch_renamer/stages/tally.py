"""How far a stage is: its decisions enter, two counts for those who watch leave.

What counts in the end is counted in the journal.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence

from batch_renamer.model import BAD_RESULTS, Change, Outcome

__all__ = ["Tally"]

log = logging.getLogger("batch_renamer")


class Tally:
    """Counts what a stage has decided, and logs every bad row."""

    def __init__(self) -> None:
        self.done = 0
        self.bad = 0

    def add(self, decisions: Sequence[Change | Outcome]) -> None:
        """Count a group of decisions."""
        self.done += len(decisions)
        for decision in decisions:
            if isinstance(decision, Outcome) and decision.result in BAD_RESULTS:
                self.bad += 1
                log.warning("row %d is %s: %s", decision.row, decision.result, decision.reason)
