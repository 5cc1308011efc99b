"""Shows how far a run is while it works: with a live bar on a terminal, else with a line now and then."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Protocol, TextIO

from batch_renamer.progress.output import SafeStream, is_live_terminal, line_printer
from batch_renamer.progress.spans import Span
from batch_renamer.progress.staged import BarProgress, LineProgress
from batch_renamer.visible import visible

__all__ = ["Progress", "make_progress"]

Clock = Callable[[], float]


class Progress(Protocol):
    """How stages report their progress. Every call is cheap, and none raises."""

    def stage(self, name: str, total: int | None) -> None:
        """Begin a stage, ending the one before; ``total`` is ``None`` where it is not known."""

    def advance(self, done: int, *, failures: int = 0, note: str | None = None) -> None:
        """Tell how far the stage is: ``done`` of its total, counted from its start, ``failures`` of them.

        ``note`` is a few words ("limit 50/s") that stay until other ones come; ``None`` keeps the last ones.
        """

    def message(self, text: str, *, error: bool = False) -> None:
        """Say one plain sentence; with ``--quiet``, only an error is said."""

    def note(self, text: str) -> None:
        """Show a line that is useful and no warning; not with ``--quiet``."""

    def hint(self, text: str) -> None:
        """Tell a person who watches a terminal what they can do; it is said nowhere else."""

    def close(self) -> None:
        """End the last stage and give the terminal back. May be called twice."""


def make_progress(
    stream: TextIO,
    *,
    quiet: bool = False,
    no_progress: bool = False,
    is_terminal: bool | None = None,
    clock: Clock = time.monotonic,
) -> Progress:
    r"""Return the progress that suits the stream: a live bar on a terminal, else a line now and then.

    ``quiet`` shows errors only; ``no_progress`` shows lines on a terminal too. If
    ``is_terminal`` is None, the stream is asked.

    Example:
        >>> import io
        >>> stream = io.StringIO()
        >>> progress = make_progress(stream)
        >>> progress.message("The API does not answer; waiting.")
        >>> stream.getvalue()
        'The API does not answer; waiting.\n'
    """
    if quiet:
        return _QuietProgress(stream)
    if no_progress or not (is_live_terminal(stream) if is_terminal is None else is_terminal):
        return LineProgress(stream, clock=clock)
    return BarProgress(stream, clock=clock)


class _QuietProgress:
    """Shows errors and nothing else."""

    def __init__(self, stream: TextIO) -> None:
        self._print = line_printer(SafeStream(stream))

    def stage(self, name: str, total: int | None) -> None:
        """Say nothing."""

    def advance(self, done: int, *, failures: int = 0, note: str | None = None) -> None:
        """Say nothing."""

    def message(self, text: str, *, error: bool = False) -> None:
        """Say an error."""
        if error:
            self._print((Span(visible(text), "bad"),))

    def note(self, text: str) -> None:
        """Say nothing."""

    def hint(self, text: str) -> None:
        """Say nothing."""

    def close(self) -> None:
        """Do nothing: nothing is open."""
