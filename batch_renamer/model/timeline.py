"""What happened in each second of a run, as far as its requests are concerned."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Second"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Second:
    """One second of a run; ``at`` is when it began, in whole seconds since the epoch.

    ``requests`` left in it, and ``throttled`` of these were answered with 429. ``limit_per_s`` is the highest limit
    that was kept to in it, in requests per second (0: no request left). ``outage``: the run waited for an API that
    gave no good answer.

    Example:
        >>> Second(at=1764146400, requests=280).throttled
        0
    """

    at: int
    requests: int = 0
    throttled: int = 0
    limit_per_s: float = 0.0
    outage: bool = False
