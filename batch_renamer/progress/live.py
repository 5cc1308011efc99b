"""How far a run is enters, as often as anybody likes; a live bar or a line now and then leaves."""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol, TextIO

from batch_renamer.progress.output import (
    SafeStream,
    is_live_terminal,
    make_console,
    plain_text,
    rich_text,
)
from batch_renamer.progress.stage import SAMPLE_EVERY_S, Stage, bar_line, done_line, plain_line
from batch_renamer.progress.texts import Line, Span, visible

if TYPE_CHECKING:
    from rich.text import Text

__all__ = ["Progress", "make_progress"]

Clock = Callable[[], float]

_REDRAWS_PER_S = 8
_LINE_EVERY_S = 10.0
_LINE_AT_MOST_EVERY_S = 1.0


class Progress(Protocol):
    """What the stages tell about themselves while they run. Every call is cheap and none ever raises."""

    def stage(self, name: str, total: int | None) -> None:
        """Begin a stage, ending the one before; ``total`` is ``None`` where nobody knows it."""

    def advance(self, done: int, *, failures: int = 0, note: str | None = None) -> None:
        """Tell how far the stage is: ``done`` of its total, counted from its start, ``failures`` of them.

        ``note`` is a few words that stay until others come ("limit 50/s"); ``None`` leaves them as they are.
        """

    def message(self, text: str, *, error: bool = False) -> None:
        """Say one plain sentence; with ``--quiet``, only an error is said."""

    def note(self, text: str) -> None:
        """Leave a line that is good to know and no warning; with ``--quiet`` it is not shown."""

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

    ``quiet`` shows errors only; ``no_progress`` shows lines on a terminal too. ``is_terminal`` is found out if it
    isn't said.

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
        return _PlainProgress(stream, clock=clock)
    return _TerminalProgress(stream, clock=clock)


class _QuietProgress:
    """Errors, and nothing else."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = SafeStream(stream)

    def stage(self, name: str, total: int | None) -> None:
        """Say nothing."""

    def advance(self, done: int, *, failures: int = 0, note: str | None = None) -> None:
        """Say nothing."""

    def message(self, text: str, *, error: bool = False) -> None:
        """Say an error."""
        if error:
            self._stream.write(f"{visible(text)}\n")

    def note(self, text: str) -> None:
        """Say nothing."""

    def close(self) -> None:
        """Do nothing: nothing is open."""


class _StagedProgress(ABC):
    """What a bar and lines have in common: the figures of the stage under way."""

    def __init__(self, stream: TextIO, *, clock: Clock) -> None:
        self._stream = SafeStream(stream)
        self._clock = clock
        self._stage: Stage | None = None
        self._next_sample_s = 0.0

    def stage(self, name: str, total: int | None) -> None:
        """Leave a line about the stage before, and begin this one."""
        self._end_stage()
        now_s = self._clock()
        self._stage = Stage(name=visible(name), total=total, started_s=now_s)
        self._next_sample_s = now_s
        self._begun(now_s)

    def advance(self, done: int, *, failures: int = 0, note: str | None = None) -> None:
        """Take the figures; drawing them is another matter."""
        stage = self._stage
        if stage is None:
            return
        now_s = self._clock()
        if now_s >= self._next_sample_s:
            stage.samples.append((now_s, stage.done))
            self._next_sample_s = now_s + SAMPLE_EVERY_S
        stage.done, stage.failures = done, failures
        if note is not None:
            stage.note = note
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
        if stage is not None and (stage.done or stage.total):  # nobody wants to read of a stage with nothing to do
            self._show(done_line(stage, now_s=self._clock()))

    @abstractmethod
    def _begun(self, now_s: float) -> None:
        """Take note that a stage has begun."""

    @abstractmethod
    def _advanced(self, stage: Stage, now_s: float) -> None:
        """Take note that a stage has got on."""

    @abstractmethod
    def _show(self, line: Line) -> None:
        """Leave a line for good."""


class _PlainProgress(_StagedProgress):
    """A line every 10 s, or at each 10 % but not more than one a second."""

    def __init__(self, stream: TextIO, *, clock: Clock) -> None:
        super().__init__(stream, clock=clock)
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

    def _show(self, line: Line) -> None:
        self._stream.write(plain_text(line) + "\n")


class _TerminalProgress(_StagedProgress):
    """A bar that is redrawn in place by a thread of rich's, so that it is alive while nothing else is."""

    def __init__(self, stream: TextIO, *, clock: Clock) -> None:
        super().__init__(stream, clock=clock)
        from rich.live import Live  # noqa: PLC0415  # rich is imported only when something is shown

        self._console = make_console(self._stream)
        self._live = Live(
            console=self._console,
            get_renderable=self._bar,
            refresh_per_second=_REDRAWS_PER_S,
            transient=True,
            redirect_stdout=False,  # the program's own streams are left as they are
            redirect_stderr=False,
        )

    def close(self) -> None:
        """Erase the bar, show the cursor again, and leave a line about the last stage."""
        self._live.stop()
        super().close()

    def _begun(self, now_s: float) -> None:
        self._live.start()

    def _advanced(self, stage: Stage, now_s: float) -> None:
        """Draw nothing: the thread looks at the figures when it is time."""

    def _bar(self) -> Text:
        stage = self._stage
        line = () if stage is None else bar_line(stage, now_s=self._clock(), width=self._console.width - 1)
        text = rich_text(line)
        text.no_wrap, text.overflow = True, "crop"
        return text

    def _show(self, line: Line) -> None:
        self._console.print(rich_text(line), soft_wrap=True)
