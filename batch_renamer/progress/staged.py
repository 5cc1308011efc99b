"""The stage at work as a bar on a terminal, or as a line now and then anywhere else."""

from __future__ import annotations

import os
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import TYPE_CHECKING, TextIO

from batch_renamer.progress.output import SafeStream, line_printer, make_console, print_line, rich_text
from batch_renamer.progress.spans import Line, Span
from batch_renamer.progress.stage import Stage, bar_line, done_line, plain_line
from batch_renamer.visible import visible

if TYPE_CHECKING:
    from rich.text import Text

__all__ = ["REDRAWS_PER_S", "BarProgress", "LineProgress", "StagedProgress"]

Clock = Callable[[], float]

REDRAWS_PER_S = 8
_LINE_EVERY_S = 10.0
_LINE_AT_MOST_EVERY_S = 1.0


class StagedProgress(ABC):
    """What a bar and lines have in common: the figures of the stage at work."""

    def __init__(self, stream: TextIO, *, clock: Clock) -> None:
        self._stream = SafeStream(stream)
        self._clock = clock
        self._stage: Stage | None = None

    def stage(self, name: str, total: int | None) -> None:
        """Leave a line about the stage before, and begin this one."""
        self._end_stage()
        now_s = self._clock()
        self._stage = Stage(name=visible(name), total=total, started_s=now_s)
        self._begun(now_s)

    def advance(self, done: int, *, failures: int = 0, note: str | None = None) -> None:
        """Take the figures; they are not drawn here."""
        stage = self._stage
        if stage is None:
            return
        now_s = self._clock()
        stage.advance(done, failures=failures, note=note, now_s=now_s)
        self._advanced(stage, now_s)

    def message(self, text: str, *, error: bool = False) -> None:
        """Say the sentence between the lines, or above the bar."""
        self._show((Span(visible(text), "bad" if error else "warn"),))

    def note(self, text: str) -> None:
        """Leave the line between the others, or above the bar."""
        self._show((Span(visible(text)),))

    def close(self) -> None:
        """Leave a line about the last stage."""
        self._end_stage()

    def _end_stage(self) -> None:
        stage, self._stage = self._stage, None
        if stage is not None and (stage.done or stage.total):  # a stage with nothing to do is not worth a line
            self._show(done_line(stage, now_s=self._clock()))

    @abstractmethod
    def _begun(self, now_s: float) -> None:
        """Notice that a stage has begun."""

    @abstractmethod
    def _advanced(self, stage: Stage, now_s: float) -> None:
        """Notice that the figures of a stage have changed."""

    @abstractmethod
    def hint(self, text: str) -> None:
        """Tell a person who watches a terminal what they can do."""

    @abstractmethod
    def _show(self, line: Line) -> None:
        """Show a line that stays."""


def _keeps_long_lines() -> bool:
    """Tell whether the terminal cuts lines when it is made narrower, as few do, instead of breaking them."""
    return os.environ.get("TERM") == "linux" or "XTERM_VERSION" in os.environ


class LineProgress(StagedProgress):
    """A line every 10 s, or at each 10 % but not more than one a second."""

    def __init__(self, stream: TextIO, *, clock: Clock) -> None:
        super().__init__(stream, clock=clock)
        self._print = line_printer(self._stream, coloured=False)
        self._last_line_s = 0.0
        self._next_tenth = 1

    def _begun(self, now_s: float) -> None:
        self._last_line_s = now_s
        self._next_tenth = 1

    def _advanced(self, stage: Stage, now_s: float) -> None:
        since_s = now_s - self._last_line_s
        if since_s < _LINE_AT_MOST_EVERY_S or stage.done == stage.total:  # the end has a line of its own
            return
        tenth = 10 * stage.done // stage.total if stage.total else 0
        if since_s >= _LINE_EVERY_S or tenth >= self._next_tenth:
            self._last_line_s = now_s
            self._next_tenth = tenth + 1
            self._show(plain_line(stage, now_s=now_s))

    def hint(self, text: str) -> None:
        """Say nothing: there may be no person who watches."""

    def _show(self, line: Line) -> None:
        self._print(line)


class BarProgress(StagedProgress):
    """A bar that a thread of rich redraws in place, so that it moves while the run only waits."""

    def __init__(self, stream: TextIO, *, clock: Clock) -> None:
        super().__init__(stream, clock=clock)
        from rich.live import Live  # noqa: PLC0415  # rich is imported only when something is shown

        self._console = make_console(self._stream)
        self._drawn_columns = 0
        self._live = Live(
            console=self._console,
            get_renderable=self._bar,
            refresh_per_second=REDRAWS_PER_S,
            transient=True,
            redirect_stdout=False,  # the program's own streams are left as they are
            redirect_stderr=False,
        )

    def hint(self, text: str) -> None:
        """Leave the line above the bar, paler than what happens."""
        self._show((Span(visible(text), "dim"),))

    def close(self) -> None:
        """Erase the bar, show the cursor again, and leave a line about the last stage."""
        self._live.stop()
        super().close()

    def _begun(self, now_s: float) -> None:
        self._live.start()

    def _advanced(self, stage: Stage, now_s: float) -> None:
        """Draw nothing: the thread reads the figures when it redraws the bar."""

    def _bar(self) -> Text:
        stage, width = self._stage, self._console.width
        self._erase_what_a_resize_left(width)
        line = () if stage is None else bar_line(stage, now_s=self._clock(), width=width - 1)
        text = rich_text(line)
        self._drawn_columns = text.cell_len
        text.no_wrap, text.overflow = True, "crop"
        return text

    def _erase_what_a_resize_left(self, width: int) -> None:
        """Erase all but the last line of a bar that a narrower terminal has broken; rich erases the last one alone."""
        lines = -(-self._drawn_columns // width)
        if lines > 1 and not _keeps_long_lines():
            self._stream.write("\x1b[2K\x1b[1A" * (lines - 1))

    def _show(self, line: Line) -> None:
        print_line(self._console, line)
