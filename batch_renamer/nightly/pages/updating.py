"""The pages of a night from what the journal knows: at its beginning, so that a power cut is seen, and at its end."""

from __future__ import annotations

from pathlib import Path

from batch_renamer.errors import BatchRenamerError
from batch_renamer.journal import Journal
from batch_renamer.model import Night
from batch_renamer.nightly.pages.writing import page_of, write_pages
from batch_renamer.nightly.watching import log_written

__all__ = ["nights_before", "update_pages"]

_NIGHTS_SHOWN = 120
"""Nights of about 30 dates, if there are several on some of them."""


def update_pages(night: Night, journal: Journal | None) -> list[str]:
    """Write the page of a night and that of the last nights; return what went wrong, in sentences."""
    if not night.reports:
        return []  # it is not known where they go
    reports, now = Path(night.reports), night.began_at if night.ended_at is None else night.ended_at
    wrong = write_pages([night, *nights_before(night, journal)], reports=reports, now=now)
    log_written("the pages were", [str(page_of(night)), str(reports / "index.html")], troubles=wrong)
    return wrong


def nights_before(night: Night, journal: Journal | None) -> list[Night]:
    """Return the nights of the same inbox before a night, the newest first, as far as the journal can be read."""
    if journal is None:
        return []
    try:
        nights = journal.nights.newest(_NIGHTS_SHOWN, inbox=night.inbox)
    except BatchRenamerError:
        return []  # what is wrong with the journal is said where the night is noted
    return [other for other in nights if other.number != night.number]
