"""What committing a kept plan takes, from what the journal knows."""

from __future__ import annotations

from batch_renamer.jobs.api_session import DOCUMENTED_LIMIT_PER_S
from batch_renamer.journal import Journal, RunRecord
from batch_renamer.model import Forecast
from batch_renamer.renaming import GUARDED_FRESH_S
from batch_renamer.settings import Settings

__all__ = ["forecast_of", "requests_of_commit"]


def requests_of_commit(renames: int, per_s: float) -> int:
    """Return how many requests it takes to commit so many renames of a kept plan at a pace.

    What the plan has shown is a guard, so each order is read for itself before the first rename is sent: pages of the
    list may be old copies. Where this takes longer than such a reading is fresh, each order is read once more right
    before its rename.

    Example:
        >>> requests_of_commit(1_000, 300.0), requests_of_commit(3_000, 300.0)
        (2000, 9000)
    """
    is_fresh = renames / per_s <= GUARDED_FRESH_S
    return (2 if is_fresh else 3) * renames


def forecast_of(journal: Journal, plan: RunRecord, settings: Settings, *, renames: int) -> Forecast:
    """Return what it takes to commit so many renames of a kept plan, at the limit that its account has shown."""
    most_per_s = settings.rate or DOCUMENTED_LIMIT_PER_S
    per_s = min(most_per_s, journal.limits.known(plan.account) or most_per_s)
    requests = requests_of_commit(renames, per_s)
    return Forecast(requests=requests, seconds=requests / per_s, rate_per_s=per_s)
