"""Shows how far a run is in a notebook: one text in the cell's output, which is redrawn in place.

It needs nothing but IPython, which every notebook has; nothing here imports it unless it is running already.
"""

from __future__ import annotations

import io
import sys
import time
from collections.abc import Callable
from typing import Any

from batch_renamer.progress.live import Progress
from batch_renamer.progress.output import PLAIN_WIDTH, plain_text
from batch_renamer.progress.spans import Line
from batch_renamer.progress.stage import Stage, bar_line
from batch_renamer.progress.staged import REDRAWS_PER_S, StagedProgress

__all__ = ["notebook_progress"]


def notebook_progress(*, clock: Callable[[], float] = time.monotonic) -> Progress | None:
    """Return the progress for a notebook's cell; None where this is no notebook.

    Example:
        >>> notebook_progress() is None
        True
    """
    shell = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
    if not hasattr(shell, "kernel"):  # no IPython, or one in a terminal
        return None
    return _NotebookProgress(display=sys.modules["IPython"].display.display, clock=clock)


class _NotebookProgress(StagedProgress):
    """One text: the lines that stay, and below them the live one, which is redrawn a few times a second."""

    def __init__(self, *, display: Callable[..., Any], clock: Callable[[], float]) -> None:
        super().__init__(io.StringIO(), clock=clock)
        self._display = display
        self._handle: Any = None
        self._lines: list[str] = []
        self._next_draw_s = 0.0

    def hint(self, text: str) -> None:
        """Say nothing: a notebook has a button that stops, and no keys."""

    def _begun(self, now_s: float) -> None:
        self._next_draw_s = now_s

    def _advanced(self, stage: Stage, now_s: float) -> None:
        if now_s >= self._next_draw_s:
            self._next_draw_s = now_s + 1 / REDRAWS_PER_S
            self._draw(plain_text(bar_line(stage, now_s=now_s, width=PLAIN_WIDTH)))

    def _show(self, line: Line) -> None:
        self._lines.append(plain_text(line))
        self._draw()

    def _draw(self, *live: str) -> None:
        shown = {"text/plain": "\n".join([*self._lines, *live])}
        if self._handle is None:
            self._handle = self._display(shown, raw=True, display_id=True)
        else:
            self._handle.update(shown, raw=True)
