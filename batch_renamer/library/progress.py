"""Shows the progress of the stages as the caller wants it: through a callback, as a bar, or not at all."""

from __future__ import annotations

import io
import logging
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace

from batch_renamer.errors import SettingsError
from batch_renamer.progress import Progress, make_progress, notebook_progress

__all__ = ["OnProgress", "RunProgress", "progress_for"]

log = logging.getLogger("batch_renamer")


@dataclass(frozen=True, slots=True, kw_only=True)
class RunProgress:
    """How far a run is.

    Attributes:
        stage: What is being done, in words: "Renaming".
        done: How many rows of the stage are done.
        total: How many rows the stage has; None where that is not known.
        failures: How many of those that are done need a look.
        note: A few words that hold for now, such as the limit kept to: "limit 50/s".
        message: A sentence said this moment, such as that the API does not answer; "" otherwise.

    Example:
        >>> RunProgress(stage="Renaming", done=3, total=4).done
        3
    """

    stage: str
    done: int = 0
    total: int | None = None
    failures: int = 0
    note: str = ""
    message: str = ""


OnProgress = Callable[[RunProgress], object]
"""A function that is called with the progress of a run, by one thread at a time, not always the caller's."""


def progress_for(wanted: OnProgress | bool) -> Progress:
    """Return the progress that the caller wants: True is a bar, or lines where a bar can't be drawn.

    Raises:
        SettingsError: it is neither a function nor True or False.
    """
    if wanted is True:
        return notebook_progress() or make_progress(sys.stderr)
    if wanted is False:
        return make_progress(io.StringIO(), quiet=True)
    if not callable(wanted):
        raise SettingsError(
            f"progress must be True, False or a function that takes a RunProgress, not {type(wanted).__name__}."
        )
    return _CallbackProgress(wanted)


class _CallbackProgress:
    """Tells a function of the caller. If that fails, it is not called again, and the run goes on."""

    def __init__(self, tell: OnProgress) -> None:
        self._tell: OnProgress | None = tell
        self._now = RunProgress(stage="")
        self._lock = threading.Lock()

    def stage(self, name: str, total: int | None) -> None:
        """Tell that a stage begins."""
        self._tell_of(RunProgress(stage=name, total=total))

    def advance(self, done: int, *, failures: int = 0, note: str | None = None) -> None:
        """Tell how far it is."""
        self._tell_of(replace(self._now, done=done, failures=failures, note=self._now.note if note is None else note))

    def message(self, text: str, *, error: bool = False) -> None:
        """Tell a sentence."""
        self._tell_of(self._now, message=text)

    def note(self, text: str) -> None:
        """Tell a line that is good to know."""
        self._tell_of(self._now, message=text)

    def hint(self, text: str) -> None:
        """Do nothing: it is about keys."""

    def close(self) -> None:
        """Do nothing: the next stage, or the result, tells that this one has ended."""

    def _tell_of(self, now: RunProgress, *, message: str = "") -> None:
        with self._lock:
            self._now = now
            if self._tell is None:
                return
            try:
                self._tell(replace(now, message=message) if message else now)
            except Exception:
                self._tell = None
                log.exception("the function given as progress= failed and is not called again")
