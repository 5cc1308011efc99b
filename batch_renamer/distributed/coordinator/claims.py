"""Keeps every shard from being begun twice. A scheduler runs a task again whose worker it has lost, unasked. Pure."""

from __future__ import annotations

from batch_renamer.distributed.messages import Claim

__all__ = ["Claims"]


class Claims:
    """Who has begun which attempt at which shard.

    Example:
        >>> claims = Claims()
        >>> claims.offer((1, 1), to="a")
        >>> claims.claim((1, 1), by="a"), claims.claim((1, 1), by="a"), claims.claim((1, 1), by="b")
        (True, False, False)
    """

    def __init__(self) -> None:
        self._offered: dict[Claim, str] = {}
        self._begun: set[Claim] = set()

    def offer(self, claim: Claim, *, to: str) -> None:
        """Allow a worker, and no other, to begin a shard, once."""
        self._offered[claim] = to

    def withdraw(self, claim: Claim) -> None:
        """Allow it no longer: the shard is lost, and its rows are looked after elsewhere."""
        self._offered.pop(claim, None)

    def claim(self, claim: Claim, *, by: str) -> bool:
        """Tell whether this worker may begin the shard now; it is asked once for each time that the task runs."""
        if claim in self._begun or self._offered.get(claim) != by:
            return False
        self._begun.add(claim)
        return True
