"""Notices a limit that lets no row through, tells the user, and says when the patience of the run is over."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from batch_renamer.loop_clock import loop_time

__all__ = ["ShutLimit"]

_SHUT_AFTER_S = 20.0


class ShutLimit:
    """Notices that rows have got nothing but 429s for a while; times are in seconds."""

    def __init__(self, *, patience_s: float, notify: Callable[[str], None]) -> None:
        self._patience_s = patience_s
        self._notify = notify
        self._since: float | None = None
        self._told = False

    @property
    def is_refusing(self) -> bool:
        """Whether 429s are all that was seen lately, or the user was told so."""
        return self._since is not None or self._told

    def open(self, *, let_through: bool) -> None:
        """Note an answer other than a 429; ``let_through``: it was a good one."""
        self._since = None
        if let_through and self._told:
            self._told = False
            self._notify("The API lets rows through again.")

    def refused(self, failure: str) -> Literal["full", "shut", "give up"]:
        """Note a 429; return what state the limit is in now."""
        now = loop_time()
        if self._since is None:
            self._since = now
        if now - self._since > self._patience_s:
            return "give up"
        if now - self._since < _SHUT_AFTER_S:
            return "full"
        if not self._told:
            self._told = True
            self._notify(
                f"The API lets no row through ({failure}). Waiting up to {self._patience_s:g} s for its "
                "limit to clear. No row counts as failed meanwhile."
            )
        return "shut"

    @staticmethod
    def shut_long_after(moment: float) -> bool:
        """Tell whether so much time has passed since that moment that another row is worth a try."""
        return loop_time() - moment >= _SHUT_AFTER_S
