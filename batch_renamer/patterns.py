r"""Regular expressions that a user gives: compiled with a reason where they are wrong, and used with a limit on time.

Some patterns need more time than there is on some texts ("catastrophic backtracking"). Python's `re` can't be stopped
then, so the library `regex` is used, whose patterns are those of `re` and more. It is imported with the first pattern.
"""

from __future__ import annotations

import time
from typing import Any

__all__ = ["Pattern"]

_ONE_TEXT_S = 1.0
_IN_ALL_S = 30.0
"""What a pattern may take on one text, and on all texts of a run together, in seconds. Usual ones take microseconds."""


class Pattern:
    r"""A regular expression with a limit on time; ``new`` is the text that is put where it matches.

    Raises:
        ValueError: the pattern or ``new`` is not valid; the text says where, and goes on after "pattern".

    Example:
        >>> Pattern(r"\bSt\b", new="Street").replaced("12 Elm St")
        '12 Elm Street'
        >>> Pattern("[0-9]+ .*").matches("12 Elm St")
        True
        >>> Pattern("(St")
        Traceback (most recent call last):
        ValueError: is no valid pattern: missing ) at position 3
    """

    def __init__(self, text: str, *, new: str = "") -> None:
        import regex  # noqa: PLC0415 - only a run with a pattern needs it

        self._new = new
        self._left_s = _IN_ALL_S
        try:
            self._compiled: Any = regex.compile(text)
        except (regex.error, OverflowError, RecursionError) as error:
            raise ValueError(f"is no valid pattern: {error}") from None
        try:
            # ``new`` is examined where the pattern matches: this one has the same groups and matches at once. The line
            # break ends a comment of a verbose pattern.
            regex.compile(f"(?:|{text}\n)").sub(new, "")
        except (regex.error, IndexError) as error:
            raise ValueError(f"is replaced by a text that can't be used: {error}") from None

    def replaced(self, text: str) -> str:
        """Return a text with every match replaced.

        Raises:
            TimeoutError: that takes too long.
        """
        return str(self._timed(lambda limit_s: self._compiled.sub(self._new, text, timeout=limit_s)))

    def matches(self, text: str) -> bool:
        """Tell whether the pattern matches a whole text.

        Raises:
            TimeoutError: that takes too long.
        """
        return self._timed(lambda limit_s: self._compiled.fullmatch(text, timeout=limit_s)) is not None

    def _timed(self, work: Any) -> Any:
        begun = time.perf_counter()
        try:
            return work(min(_ONE_TEXT_S, self._left_s))
        finally:
            self._left_s = max(self._left_s - (time.perf_counter() - begun), 0.001)
