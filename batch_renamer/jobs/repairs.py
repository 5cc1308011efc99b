"""Which rows only a person can repair: trying them again changes nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from batch_renamer.model import ReasonGroup, Result
from batch_renamer.planning import NO_SUCH_ORDER, ORDER_DELETED
from batch_renamer.text import counted

__all__ = ["never_there", "things_to_repair"]


def never_there(reasons: Sequence[ReasonGroup]) -> int:
    """Return how many failed rows name an order that does not exist; trying these again changes nothing."""
    return sum(group.count for group in reasons if group.reason in (NO_SUCH_ORDER, ORDER_DELETED))


def things_to_repair(counts: Mapping[Result, int], reasons: Sequence[ReasonGroup]) -> str:
    """Return which rows only a person can repair; "" for none.

    Example:
        >>> things_to_repair({Result.INVALID: 7, Result.RENAMED: 2}, [])
        '7 rows are invalid'
    """
    invalid, missing = counts.get(Result.INVALID, 0), never_there(reasons)
    found = [f"{counted(invalid, 'row')} {'is' if invalid == 1 else 'are'} invalid"] if invalid else []
    if missing:
        found.append(f"{counted(missing, 'order')} {'is' if missing == 1 else 'are'} not in this account")
    return " and ".join(found)
