"""What the HTML report of a run shows and no other format."""

from __future__ import annotations

from functools import partial

from batch_renamer.journal import Journal, RunRecord
from batch_renamer.reports import PageExtras

__all__ = ["page_extras"]


def page_extras(journal: Journal, run: RunRecord) -> PageExtras:
    """Return what only the HTML report of a run shows."""
    return PageExtras(seconds=partial(journal.timeline.of, run))
