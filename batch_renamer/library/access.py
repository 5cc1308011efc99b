"""How a call of the library reaches its account and its journal, and its result; also looks up past runs."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import pandas as pd

from batch_renamer.commands import CARRIED_OPTIONS
from batch_renamer.jobs import broken_off, open_journal, summary_of
from batch_renamer.journal import Journal, RunRecord
from batch_renamer.library.frames import CallersFrame, outcomes_frame
from batch_renamer.library.next_steps import NOTHING_RENAMED
from batch_renamer.library.options import resolved
from batch_renamer.library.progress import OnProgress
from batch_renamer.library.wording import as_arguments, worded_for_callers
from batch_renamer.model import RunSummary
from batch_renamer.settings import ApiKey, Settings

__all__ = ["Access", "Done", "look_up", "past", "worded"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """How a call reaches its account and its journal; what follows from its result reaches them in the same way.

    ``given`` are the options. ``same_account``: the key of the run was replaced by this one.
    """

    given: Mapping[str, object]
    key: ApiKey | None = field(default=None, repr=False)
    progress: OnProgress | bool = False
    frame: CallersFrame | None = None
    same_account: bool = False

    def settings(self, options: Mapping[str, object], *, known: Collection[str]) -> Settings:
        """Return the settings for a call that follows, with options of its own; ``known`` are those that it takes.

        Raises:
            InputError: an option is wrong.
        """
        return resolved({**self.given, **options}, known=self.given.keys() | known)

    def afterwards(self, state_dir: Path | None) -> Access:
        """Return how calls about the run reach it when it has ended; ``state_dir`` is where its journal is."""
        carried = {name: value for name, value in self.given.items() if name in CARRIED_OPTIONS}
        return replace(self, given={**carried, "state_dir": None if state_dir is None else str(state_dir)})


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """The result of a call; ``state_dir`` is where the journal is, None if it is gone.

    ``cancelled`` is what cancelled the call, to be raised when its result has been made.
    """

    outcomes: pd.DataFrame = field(repr=False)
    summary: RunSummary
    state_dir: Path | None
    access: Access
    how_to_go_on: str = NOTHING_RENAMED
    cancelled: asyncio.CancelledError | None = None


def look_up(access: Access, settings: Settings, find: Callable[[Journal], RunRecord]) -> Done:
    """Return a past run as it is now; nothing is sent.

    Raises:
        InputError: there is no such run.
    """
    with worded_for_callers(), open_journal(settings, only_read=True) as journal:
        run = find(journal)
        with journal.runs.pin(run, to_read=True):
            return past(journal, run, access, settings.state_dir)


def past(journal: Journal, run: RunRecord, access: Access, state_dir: Path) -> Done:
    """Return a past run as it is now."""
    summary = summary_of(journal, run)
    if run.id in journal.runs.at_work():
        summary = replace(summary, stopped=f"Run {run.id} is at work in another process.")
    return Done(
        outcomes=outcomes_frame(journal.results.report_rows(run, over=broken_off(run)), access.frame),
        summary=worded(summary),
        state_dir=state_dir,
        access=access.afterwards(state_dir),
    )


def worded(summary: RunSummary) -> RunSummary:
    """Return the figures of a run in a caller's words."""
    return replace(summary, stopped=as_arguments(summary.stopped), warnings=tuple(map(as_arguments, summary.warnings)))
