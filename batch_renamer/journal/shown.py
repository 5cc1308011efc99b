"""How the results that the table of rows has are shown to a reader."""

from __future__ import annotations

from dataclasses import dataclass

from batch_renamer.model import Result

__all__ = ["Shown"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What is shown for a row that is ``undecided``, and for one that is ``planned``.

    Example:
        >>> Shown(undecided=Result.PENDING, planned=Result.PLANNED)(None)
        <Result.PENDING: 'pending'>
    """

    undecided: Result
    planned: Result

    def __call__(self, stored: object, /) -> Result:
        """Return the result that a reader sees."""
        if stored is None:
            return self.undecided
        return self.planned if stored == Result.PLANNED else Result(str(stored))
