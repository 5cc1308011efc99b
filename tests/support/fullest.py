"""The requests that a sandbox has seen enter; how many came in the fullest second leaves."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable

from batch_renamer.sandbox import LoggedRequest

__all__ = ["most_in_any_second"]


def most_in_any_second(log: Iterable[LoggedRequest]) -> int:
    """Return the most requests in any second; it is open at its end: with one every half second, it holds two."""
    inside: deque[float] = deque()
    most = 0
    for entry in log:
        inside.append(entry.at_s)
        while entry.at_s - inside[0] >= 1.0:
            inside.popleft()
        most = max(most, len(inside))
    return most
