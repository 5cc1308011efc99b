"""Which runs of the library were left unfinished, and in which folders their journals are.

A run of the library has a journal of its own (`shared_state_dir`), which is removed at its end. The journal of a run
that was stopped or killed after it had begun to rename stays: only that journal knows the old names.
"""

from __future__ import annotations

import logging
from dataclasses import replace
from pathlib import Path

from batch_renamer.errors import BatchRenamerError
from batch_renamer.jobs.standing import is_left_in_the_middle
from batch_renamer.jobs.state import open_journal
from batch_renamer.journal import LIBRARY_RUNS, Journal
from batch_renamer.settings import Settings

__all__ = ["left_by_library"]

log = logging.getLogger("batch_renamer")


def left_by_library(settings: Settings, prefix: str = "") -> list[Path]:
    """Return the state directories of library runs that were left unfinished, or whose ids begin with ``prefix``.

    Example:
        >>> left_by_library(Settings(state_dir=Path("nowhere")))
        []
    """
    journals = sorted((settings.state_dir / LIBRARY_RUNS).glob("*/journal.sqlite3"))
    if prefix:
        return [path.parent for path in journals if Journal.knows(path, prefix)]
    return [path.parent for path in journals if _has_one_left(replace(settings, state_dir=path.parent, sandbox=False))]


def _has_one_left(settings: Settings) -> bool:
    try:
        with open_journal(settings, only_read=True) as journal:
            return any(is_left_in_the_middle(journal, run) for run in journal.runs.find())
    except BatchRenamerError as error:
        # This journal belongs to another run; the error is reported when the user asks for that run.
        log.debug("the journal in %s can't be read: %s", settings.state_dir, error)
        return False
