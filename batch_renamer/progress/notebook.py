"""How far a run is enters; in a notebook one line of the cell's output leaves, which is redrawn in place.

It needs nothing but IPython, which every notebook has; nothing here imports it unless it is running already.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import Any, TextIO

from batch_renamer.progress.live import Progress
from batch_renamer.progress.output import PLAIN_WIDTH, plain_text
from batch_renamer.progress.spans import Line
from batch_renamer.progress.stage import Stage, bar_line
from batch_renamer.progress.staged import REDRAWS_PER_S, StagedProgress

__all__ = ["notebook_progress"]


def notebook_progress(stream: TextIO, *, clock: Callable[[], float] = time.monotonic) -> Progress | None:
    """Return the progress for a notebook's cell; None where this is no notebook.

    ``stream`` takes the lines that stay, such as one at the end of each stage.

    Example:
        >>> notebook_progress(sys.stderr) is None
        True
    """
    shell = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
    if not hasattr(shell, "kernel"):  # no IPython, or one in a terminal
        return None
    return _NotebookProgress(stream, display=sys.modules["IPython"].display.display, clock=clock)


class _NotebookProgress(StagedProgress):
    """A line that is redrawn a few times a second, and emptied at the end; what stays goes to the stream."""

    def __init__(self, stream: TextIO, *, display: Callable[..., Any], clock: Callable[[], float]) -> None:
        super().__init__(stream, clock=clock)
        self._display = display
        self._handle: Any = None
        self._drawn = False
        self._next_draw_s = 0.0

    def _begun(self, now_s: float) -> None:
        self._next_draw_s = now_s

    def _advanced(self, stage: Stage, now_s: float) -> None:
        if now_s >= self._next_draw_s:
            self._next_draw_s = now_s + 1 / REDRAWS_PER_S
            self._draw(plain_text(bar_line(stage, now_s=now_s, width=PLAIN_WIDTH)))

    def _show(self, line: Line) -> None:
        self._stream.write(plain_text(line) + "\n")

    def close(self) -> None:
        """Empty the line, and leave one about the last stage."""
        if self._drawn:
            self._draw("")
        super().close()

    def _draw(self, text: str) -> None:
        shown, self._drawn = {"text/plain": text}, bool(text)
        if self._handle is None:
            self._handle = self._display(shown, raw=True, display_id=True)
        else:
            self._handle.update(shown, raw=True)
