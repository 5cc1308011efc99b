"""What committing a kept plan takes, from what the journal knows."""

from __future__ import annotations

from batch_renamer.jobs.api_session import DOCUMENTED_LIMIT_PER_S
from batch_renamer.journal import Journal, RunRecord
from batch_renamer.model import Forecast
from batch_renamer.settings import Settings

__all__ = ["forecast_of"]


def forecast_of(journal: Journal, plan: RunRecord, settings: Settings, *, renames: int) -> Forecast:
    """Return what it takes to commit so many renames of a kept plan, at the limit that its account has shown.

    The plan's orders are read again before they are renamed, with as many requests as the plan took.
    """
    most_per_s = settings.rate or DOCUMENTED_LIMIT_PER_S
    per_s = min(most_per_s, journal.limits.known(plan.account) or most_per_s)
    reads = plan.end_note.requests if plan.end_note is not None else renames
    return Forecast(requests=reads + renames, seconds=(reads + renames) / per_s, rate_per_s=per_s)
