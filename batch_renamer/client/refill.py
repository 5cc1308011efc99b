"""Measures how fast a token bucket is refilled, from the tries between two refusals. Pure: no clock, no I/O.

A bucket is empty when it refuses. So what it lets in between two refusals is what has refilled it meanwhile: exactly,
if it was never full between them, and at least that if it was.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

__all__ = ["BucketRefill", "Refilled"]

_LONG_ENOUGH_S = 1.0
"""A measurement goes on over the next refusals until it is as long as this: a few tries are a rough measure."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refilled:
    """What was let in between two refusals, and how many seconds lie between them."""

    let_in: int
    seconds: float

    @property
    def per_s(self) -> float:
        """The refill, in requests per second."""
        return self.let_in / self.seconds

    @property
    def doubt(self) -> float:
        """How far off the refill may be, as a share of it: the last request was counted or was not."""
        return 1 / max(self.let_in, 1)


class BucketRefill:
    """Counts what is let in since a refusal; ``is_bucket`` is set when the limit was found to be a bucket.

    Example:
        >>> refill = BucketRefill()
        >>> refill.emptied(at=1.0)
        >>> for _ in range(60):
        ...     refill.note_let_in()
        >>> refill.until(1.5).per_s
        120.0
    """

    def __init__(self) -> None:
        self.is_bucket = False
        self._let_in = 0
        self._let_in_before = 0
        self._empty_at = math.inf
        self._burst: Refilled | None = None

    def note_let_in(self) -> None:
        """Count a try that was let in."""
        self._let_in += 1

    def until(self, refused_at: float) -> Refilled | None:
        """Return what was let in until a try was refused that left at this moment; None: nothing was refused before."""
        if refused_at <= self._empty_at:
            return None
        return Refilled(let_in=self._let_in - self._let_in_before, seconds=refused_at - self._empty_at)

    def begin(self, *, seconds: float) -> None:
        """Note the first refusal of all, so many seconds after the first try: what was let in tells the burst."""
        self._burst = Refilled(let_in=self._let_in, seconds=seconds)

    def least_per_s(self, let_in: int, *, seconds: float, per_s: float) -> float:
        """Return what refills the bucket at least, if so many were let in within the seconds before it was empty.

        At their begin it was full at most. What it holds then is what it let in at first, less what ``per_s`` refilled.
        """
        if self._burst is None:
            return 0.0
        burst = self._burst.let_in - self._burst.seconds * per_s
        return (let_in - max(burst, 0.0)) / seconds

    def emptied(self, *, at: float) -> None:
        """Note a refusal of a try that left at this moment; a short measurement of a bucket goes on."""
        if not self.is_bucket or at - self._empty_at >= _LONG_ENOUGH_S or self._empty_at == math.inf:
            self._empty_at, self._let_in_before = at, self._let_in
