"""The end of a night, also of one that could not begin: it is noted, shown and told.

None of this changes the exit code. What goes wrong with it is a note of the night.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from contextlib import ExitStack, suppress
from dataclasses import replace

from batch_renamer.errors import BatchRenamerError
from batch_renamer.jobs import open_journal
from batch_renamer.journal import Journal
from batch_renamer.model import Night, waiting_since
from batch_renamer.nightly.messages import tell
from batch_renamer.nightly.pages import nights_before, page_of, update_pages
from batch_renamer.nightly.watching import (
    Metrics,
    beat_end,
    heartbeat_of,
    log_beat,
    log_night_ends,
    log_written,
    write_metrics,
)
from batch_renamer.progress import every_line
from batch_renamer.settings import Settings

__all__ = ["conclude_night"]


def conclude_night(night: Night, settings: Settings, *, attended: bool) -> Night:
    """Note the end of a night, write its pages and figures, and tell people; return it with what went wrong of that.

    ``settings`` are those that can be used, if a mistake in them is why the night could not begin. ``attended``: a
    person watches, so no message is sent.
    """
    with ExitStack() as opened:
        ending = _Ending(night, settings, opened)
        ending.note_begin()
        opened.enter_context(every_line(night_id=ending.night.id or None))
        ending.write_pages()
        if not attended:
            ending.tell_people()
        ending.note()  # a night that is killed before people are told has no end, so that the next one tells it
        ending.write_figures()
        ending.call_heartbeat()
        if ending.night.notes != night.notes:  # what went wrong is shown, too
            ending.note()
            ending.write_pages()
        log_night_ends(ending.night)
        return ending.night


class _Ending:
    """A night that ends, and what the journal knows of the nights before it."""

    def __init__(self, night: Night, settings: Settings, opened: ExitStack) -> None:
        self.night = night
        self._settings = settings
        self._journal: Journal | None = None
        self._undelivered = 0
        try:
            self._journal = opened.enter_context(open_journal(settings))
        except BatchRenamerError as error:
            self._add([f"The night could not be noted in the journal: {error}"])

    def note_begin(self) -> None:
        """Note in the journal that a night began that could not get as far as that."""
        if self._journal is None or self.night.number:
            return
        try:
            begun = self._journal.nights.begin(self.night)
            self.night = replace(self.night, number=begun.number, id=begun.id)
        except BatchRenamerError as error:
            self._add([f"The night could not be noted in the journal: {error}"])

    def note(self) -> None:
        """Note the end of the night in the journal."""
        if self._journal is None or not self.night.number:
            return
        try:
            self._journal.nights.end(self.night)
        except BatchRenamerError as error:
            self._add([f"The night could not be noted in the journal: {error}"])

    def write_pages(self) -> None:
        """Write the page of tonight and that of the last nights."""
        self._add(update_pages(self.night, self._journal))

    def write_figures(self) -> None:
        """Write the file for Prometheus."""
        file = self._settings.nightly.metrics_file
        if file is None or self._settings.sandbox:  # a night for practice must not count as one
            return
        nights = [self.night, *nights_before(self.night, self._journal)]
        last_success_at = self.night.ended_at if self.night.exit_code == 0 else None
        if last_success_at is None and self._journal is not None:
            with suppress(BatchRenamerError):  # `note` has said what is wrong with the journal
                last_success_at = self._journal.nights.last_success_at(inbox=self.night.inbox)
        metrics = Metrics(
            night=self.night,
            last_success_at=last_success_at,
            waiting_since=waiting_since(nights),
            undelivered=self._undelivered,
        )
        wrong = list(filter(None, [write_metrics(file, metrics)]))
        self._add(wrong)
        log_written("the figures were", [str(file)], troubles=wrong)

    def call_heartbeat(self) -> None:
        """Tell the heartbeat service how the night ended."""
        beat = beat_end(heartbeat_of(self._settings), self.night)
        log_beat(beat)
        if beat is not None and beat.trouble:
            self._add([beat.trouble])

    def tell_people(self) -> None:
        """Send a message about the night, if there is news."""
        page = page_of(self.night) if self.night.reports else None
        page = page if page is not None and page.is_file() else None
        told = tell(self.night, self._settings.nightly, self._journal, environ=os.environ, page=page)
        self._undelivered = sum(not one.delivered for one in told.deliveries)
        self._add(told.notes)

    def _add(self, notes: Iterable[str]) -> None:
        self.night = replace(self.night, notes=tuple(dict.fromkeys((*self.night.notes, *notes))))
