"""Keeps how far a job is, so that a page can show it at any moment. Nothing is shown or sent from here."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from threading import Lock

from batch_renamer.progress import Stage
from batch_renamer.settings import redact

__all__ = ["LiveProgress", "Standing"]

_MOST_MESSAGES = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How far the stage at work is; the fields are those of `LiveJob`."""

    stage: str = ""
    done: int = 0
    total: int | None = None
    failures: int = 0
    rate_per_s: float | None = None
    left_s: float | None = None
    messages: tuple[str, ...] = ()


class LiveProgress:
    """The progress of one job, which keeps the figures of its stage and its newest messages; for every thread.

    ``secrets`` are kept out of the messages. ``clock`` gives seconds.

    Example:
        >>> progress = LiveProgress()
        >>> progress.stage("Renaming", 2)
        >>> progress.advance(1)
        >>> progress.standing().stage, progress.standing().done
        ('Renaming', 1)
    """

    def __init__(self, *, secrets: Sequence[str] = (), clock: Callable[[], float] = time.monotonic) -> None:
        self._secrets = secrets
        self._clock = clock
        self._lock = Lock()
        self._stage: Stage | None = None
        self._messages: deque[str] = deque(maxlen=_MOST_MESSAGES)

    def stage(self, name: str, total: int | None) -> None:
        """Begin a stage."""
        with self._lock:
            self._stage = Stage(name=name, total=total, started_s=self._clock())

    def advance(self, done: int, *, failures: int = 0, note: str | None = None) -> None:
        """Take the figures; the note is left out, because pages have the limit as a figure of its own."""
        with self._lock:
            if self._stage is not None:
                self._stage.advance(done, failures=failures, now_s=self._clock())

    def message(self, text: str, *, error: bool = False) -> None:
        """Keep a sentence."""
        with self._lock:
            self._messages.append(redact(text, self._secrets))

    def note(self, text: str) -> None:
        """Keep a line that is good to know."""
        self.message(text)

    def hint(self, text: str) -> None:
        """Do nothing: it is about keys."""

    def close(self) -> None:
        """Do nothing: the figures stay until the next stage begins."""

    def standing(self) -> Standing:
        """Return how far the stage at work is now."""
        with self._lock:
            messages, stage = tuple(self._messages), self._stage
            if stage is None:
                return Standing(messages=messages)
            now_s = self._clock()
            rate_per_s, left_s = stage.rate_per_s(now_s), stage.left_s(now_s)
            return Standing(
                stage=stage.name,
                done=stage.done,
                total=stage.total,
                failures=stage.failures,
                # As exact as it is shown: so a job that waits has nothing new to tell ten times a second.
                rate_per_s=None if rate_per_s is None else round(rate_per_s, 1 if rate_per_s < 10 else None),
                left_s=None if left_s is None else float(round(left_s)),
                messages=messages,
            )
