"""What a page sends when rows of a plan are checked or unchecked, and what it is told then."""

from __future__ import annotations

from collections.abc import Mapping

from batch_renamer.errors import InputError
from batch_renamer.journal import Chosen, Journal, RunRecord
from batch_renamer.model import RowNumbers
from batch_renamer.web.row_pages.query import filter_of

__all__ = ["change_choice", "counts_of"]

_LAST_ROW = 2**40


def change_choice(journal: Journal, plan: RunRecord, asked: Mapping[str, object]) -> Chosen:
    """Check or uncheck renames of a plan; return what is wanted then. Must not be called in the event loop.

    ``asked`` has ``checked`` and, as the rows that are meant, ``rows`` (numbers), ``filter`` (all that are found by it)
    or ``all``. With ``only`` in place of ``checked``, these rows are checked and all others are unchecked.

    Raises:
        InputError: it is not understood.
    """
    match asked:
        case {"checked": True, "all": True}:
            return journal.unchecked.check_all(plan)
        case {"only": True, **rest}:
            return journal.unchecked.check_only(plan, _meant(journal, plan, rest))
        case {"checked": True, **rest}:
            return journal.unchecked.check(plan, _meant(journal, plan, rest))
        case {"checked": False, **rest}:
            return journal.unchecked.uncheck(plan, _meant(journal, plan, rest))
        case _:
            raise InputError("It is not clear which rows are meant. Reload the page.")


def counts_of(chosen: Chosen) -> dict[str, object]:
    """Return what a page shows of a choice, by the names of its places."""
    return {
        "chosen": chosen.renames,
        "unchecked": chosen.unchecked,
        "orders": "order" if chosen.renames == 1 else "orders",
        "names": "name" if chosen.renames == 1 else "names",
        "renames": chosen.renames,
        "fingerprint": chosen.fingerprint,
    }


def _meant(journal: Journal, plan: RunRecord, asked: Mapping[str, object]) -> RowNumbers:
    if (wanted := filter_of(asked.get("filter"))) is not None:
        return journal.row_search.renames(plan, wanted)
    rows = asked.get("rows")
    if not isinstance(rows, list) or not rows or not all(_is_row(row) for row in rows):
        raise InputError("It is not clear which rows are meant. Reload the page.")
    return RowNumbers.parse(rows)


def _is_row(row: object) -> bool:
    return isinstance(row, int) and not isinstance(row, bool) and 0 < row < _LAST_ROW
