"""What the HTML report of a run shows and no other format."""

from __future__ import annotations

from functools import partial

from batch_renamer.journal import Journal, RunRecord
from batch_renamer.reports import PageExtras
from batch_renamer.settings import Settings, order_pages

__all__ = ["page_extras"]


def page_extras(settings: Settings, journal: Journal, run: RunRecord) -> PageExtras:
    """Return what only the HTML report of a run shows."""
    return PageExtras(
        seconds=partial(journal.timeline.of, run),
        order_pages=order_pages(run.base_url) if settings.order_links else "",
    )
