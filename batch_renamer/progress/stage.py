"""How far a stage is, and the lines that show it: for a bar, for a log, and at the end of the stage. No I/O."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

from batch_renamer.progress.cutting import cells_of, cut_middle
from batch_renamer.progress.spans import Line, Span
from batch_renamer.text import duration

__all__ = ["ENOUGH_FOR_A_SPEED", "SAMPLE_EVERY_S", "Stage", "bar_line", "done_line", "plain_line"]

SAMPLE_EVERY_S = 0.5
_SAMPLES = 30  # the rate is that of the last 15 s
_NARROWEST_BAR, _WIDEST_BAR = 10, 40
_LONGEST_NOTE = 80  # columns
_WORTH_SAYING_S = 0.1
ENOUGH_FOR_A_SPEED = 20
"""So many requests or rows at least tell how fast something is; fewer of them only tell how it begins."""


@dataclass(slots=True, kw_only=True)
class Stage:
    """How far a stage is; times are in seconds by the clock of the progress."""

    name: str
    total: int | None
    started_s: float
    done: int = 0
    failures: int = 0
    note: str = ""
    samples: deque[tuple[float, int]] = field(default_factory=lambda: deque(maxlen=_SAMPLES))
    next_sample_s: float = 0.0

    def advance(self, done: int, *, failures: int = 0, note: str | None = None, now_s: float) -> None:
        """Take the figures of this moment; ``None`` keeps the note."""
        if now_s >= self.next_sample_s:
            self.samples.append((now_s, self.done))
            self.next_sample_s = now_s + SAMPLE_EVERY_S
        self.done, self.failures = done, failures
        if note is not None:
            self.note = note

    def rate_per_s(self, now_s: float) -> float | None:
        """Return how many were done a second in the last 15 s, or ``None`` while it is too early to say."""
        since_s, done_then = self.samples[0] if self.samples else (self.started_s, 0)
        elapsed_s = now_s - since_s
        return (self.done - done_then) / elapsed_s if elapsed_s >= SAMPLE_EVERY_S else None

    def left_s(self, now_s: float) -> float | None:
        """Return how long the rest takes at that rate, or ``None`` where that is not known."""
        rate_per_s = self.rate_per_s(now_s)
        if self.total is None or not rate_per_s or self.done >= self.total:
            return None
        return (self.total - self.done) / rate_per_s


def bar_line(stage: Stage, *, now_s: float, width: int) -> Line:
    """Return the live line, in at most ``width`` columns: the bar shrinks first, then the last words are left out."""
    parts = [Span(stage.name, "strong"), Span(_done_of(stage))]
    if stage.failures:
        parts.append(Span(_bad_of(stage), "bad"))
    if (left_s := stage.left_s(now_s)) is not None:
        parts.append(Span(f"{duration(left_s)} left"))
    if (rate_per_s := stage.rate_per_s(now_s)) is not None:
        parts.append(Span(f"{_rate(rate_per_s)}/s", "dim"))
    if stage.note:
        parts.append(Span(cut_middle(stage.note, width // 2), "warn"))
    while len(parts) > 2 and _taken(parts) > width:
        parts.pop()
    name, *rest = parts
    line: list[Span] = [name]
    room = min(width - _taken(parts) - 2, _WIDEST_BAR)
    if stage.total and room >= _NARROWEST_BAR:
        filled = min(room * stage.done // stage.total, room)
        line += [Span("  "), Span("━" * filled, "good"), Span("─" * (room - filled), "dim")]
    for number, part in enumerate(rest):
        line += [Span(" · " if number else "  ", "dim"), part]
    return tuple(line)


def plain_line(stage: Stage, *, now_s: float) -> Line:
    """Return the line that a log gets now and then."""
    text = f"{stage.name}: {_done_of(stage)}"
    if stage.total:
        text += f" ({100 * stage.done // stage.total} %)"
    if stage.failures:
        text += f", {_bad_of(stage)}"
    if (rate_per_s := stage.rate_per_s(now_s)) is not None:
        text += f", {_rate(rate_per_s)}/s"
    if (left_s := stage.left_s(now_s)) is not None:
        text += f", {duration(left_s)} left"
    if stage.note:
        text += f", {cut_middle(stage.note, _LONGEST_NOTE)}"
    return (Span(text),)


def done_line(stage: Stage, *, now_s: float) -> Line:
    """Return the line that stays on the screen when a stage has ended."""
    elapsed_s = now_s - stage.started_s
    text = f"{stage.name}: {_done_of(stage)}"
    if elapsed_s >= _WORTH_SAYING_S:
        text += f" in {duration(elapsed_s)}"
    if stage.done >= ENOUGH_FOR_A_SPEED and elapsed_s >= 1:
        text += f" ({_rate(stage.done / elapsed_s)}/s)"
    failed = (Span(f", {_bad_of(stage)}", "bad"),) if stage.failures else ()
    return (Span(text), *failed)


def _done_of(stage: Stage) -> str:
    return f"{stage.done:,}" if stage.total is None else f"{stage.done:,} of {stage.total:,}"


def _bad_of(stage: Stage) -> str:
    return f"{stage.failures:,} with problems"


def _rate(rate_per_s: float) -> str:
    return f"{rate_per_s:,.0f}" if rate_per_s >= 10 else f"{rate_per_s:.1f}"


def _taken(parts: list[Span]) -> int:
    return sum(cells_of(part.text) for part in parts) + 2 + 3 * (len(parts) - 2)
