"""Past runs as a page shows them: those that had an order, of a spreadsheet, of an account, a few at a time.

It only reads, and never asks for more runs than one page has.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path

from batch_renamer.journal.database import Database
from batch_renamer.journal.matching_text import NEW_NAME, OLD_NAME, ORDER_ID, add_functions, needle
from batch_renamer.journal.record import COLUMNS, RunRecord, record_of
from batch_renamer.text import caseless, order_key, trimmed

__all__ = ["FoundRuns", "RunFilter", "RunSearch", "is_sheet_named"]

_HAD_ORDER = "EXISTS (SELECT 1 FROM rows WHERE rows.run = runs.number AND order_key = :order)"
_NO_ROW = -1  # a number of a row is not what is looked for
_HAD_NAME = f"""EXISTS (SELECT 1 FROM rows WHERE rows.run = runs.number
    AND has_text(:needle, {_NO_ROW}, NULL, {ORDER_ID}, {OLD_NAME}, {NEW_NAME}, COALESCE(final_name, ''), '', ''))"""  # noqa: S608 - constants


@dataclass(frozen=True, slots=True, kw_only=True)
class RunFilter:
    """Which runs are looked for; what is "" or None is not asked.

    ``order`` is the id of an order or, where no run had such an order, a part of an id or name. ``sheet`` is a part of
    the spreadsheet's name. ``account`` is a base URL with a profile.

    Example:
        >>> bool(RunFilter()), bool(RunFilter(order="12 Elm"))
        (False, True)
    """

    order: str = ""
    sheet: str = ""
    account: tuple[str, str | None] | None = None

    def __bool__(self) -> bool:
        return bool(trimmed(self.order) or trimmed(self.sheet) or self.account is not None)


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundRuns:
    """A few runs of those that a filter finds, by what they did last, the newest first.

    ``has_more``: there are further ones. ``order_id`` is the id of the order that was asked for; "" where the text is
    in ids or names.
    """

    runs: tuple[RunRecord, ...]
    has_more: bool
    order_id: str = ""


def is_sheet_named(path: str, text: str) -> bool:
    """Tell whether a spreadsheet has a text in its name; a text with a slash is looked for in its whole path.

    Example:
        >>> is_sheet_named("/in/Houses.xlsx", "houses"), is_sheet_named("/in/Houses.xlsx", "in")
        (True, False)
    """
    return caseless(trimmed(text)) in caseless(path if os.sep in text else Path(path).name)


class RunSearch:
    """Finds runs of a journal."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def find(self, wanted: RunFilter = RunFilter(), *, offset: int = 0, limit: int = 50) -> FoundRuns:
        """Return at most ``limit`` runs from the place ``offset`` on."""
        text = trimmed(wanted.order)
        if not text:
            return self._page(wanted, "", {}, offset, limit)
        order: dict[str, object] = {"order": order_key(text)}
        found = self._page(wanted, _HAD_ORDER, order, offset, limit)
        if found.runs or (offset and self._page(wanted, _HAD_ORDER, order, 0, 1).runs):
            return FoundRuns(runs=found.runs, has_more=found.has_more, order_id=text)
        return self._page(wanted, _HAD_NAME, {"needle": needle(text)}, offset, limit)

    def _page(self, wanted: RunFilter, had: str, values: dict[str, object], offset: int, limit: int) -> FoundRuns:
        parts = [had] if had else []
        values = {**values, "limit": limit + 1, "offset": offset}
        if wanted.account is not None:
            parts.append("base_url = :base_url AND profile IS :profile")
            values["base_url"], values["profile"] = wanted.account
        if trimmed(wanted.sheet):
            parts.append("sheet IN (SELECT value FROM json_each(:sheets))")
            values["sheets"] = json.dumps(self._sheets(wanted.sheet))
        where = f"WHERE {' AND '.join(parts)}" if parts else ""
        query = f"SELECT {COLUMNS} FROM runs {where} ORDER BY active DESC, number DESC LIMIT :limit OFFSET :offset"  # noqa: S608 - constants
        with self._database.in_memory() as connection:
            add_functions(connection)
            runs = [record_of(row) for row in connection.execute(query, values)]
        return FoundRuns(runs=tuple(runs[:limit]), has_more=len(runs) > limit)

    def _sheets(self, text: str) -> list[str]:
        paths = self._database.select("SELECT DISTINCT sheet FROM runs WHERE sheet IS NOT NULL", ())
        return [str(path) for (path,) in paths if is_sheet_named(str(path), text)]
