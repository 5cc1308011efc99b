"""The end of a night, also of one that could not begin: it is noted, shown and told.

None of this changes the exit code. What goes wrong with it is a note of the night.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

from batch_renamer.errors import BatchRenamerError
from batch_renamer.jobs import open_journal
from batch_renamer.journal import Journal
from batch_renamer.model import Night
from batch_renamer.nightly.pages import write_pages
from batch_renamer.settings import Settings

__all__ = ["conclude_night"]

_NIGHTS_SHOWN = 120
"""Nights of about 30 dates, if there are several on some of them."""

log = logging.getLogger("batch_renamer")


def conclude_night(night: Night, settings: Settings) -> Night:
    """Note the end of a night in the journal, write its pages and tell people; return it with what went wrong of that.

    ``settings`` may be incomplete: of a night that could not begin because of its settings, they are those that can be
    used.
    """
    with ExitStack() as opened:
        journal, notes = _journal(settings, opened)
        if journal is not None:
            night, noted = _noted(night, journal)
            notes += noted
        night = _with(night, [*notes, *_pages(night, journal)])
        night, noted = _noted(night, journal) if journal is not None else (night, [])
        return _with(night, noted)


def _pages(night: Night, journal: Journal | None) -> list[str]:
    """Write the pages of tonight and of the last nights; return what went wrong."""
    if not night.reports:
        return []  # it is not known where they go
    before = journal.nights.newest(_NIGHTS_SHOWN, inbox=night.inbox) if journal is not None else []
    others = [other for other in before if other.number != night.number]
    return write_pages([night, *others], reports=Path(night.reports), now=night.ended_at or night.began_at)


def _journal(settings: Settings, opened: ExitStack) -> tuple[Journal | None, list[str]]:
    try:
        return opened.enter_context(open_journal(settings)), []
    except BatchRenamerError as error:
        return None, [f"The night could not be noted in the journal: {error}"]


def _noted(night: Night, journal: Journal) -> tuple[Night, list[str]]:
    """Note a night and its end; it begins here if it could not begin before."""
    try:
        if not night.number:
            night = replace(night, number=(begun := journal.nights.begin(night)).number, id=begun.id)
        journal.nights.end(night)
    except BatchRenamerError as error:
        return night, [f"The night could not be noted in the journal: {error}"]
    return night, []


def _with(night: Night, notes: Sequence[str]) -> Night:
    for note in notes:
        log.warning("%s", note)
    return replace(night, notes=tuple(dict.fromkeys((*night.notes, *notes))))
