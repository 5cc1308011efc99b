"""What the address of a page of rows asks for, and the addresses of other pages of the same rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol
from urllib.parse import urlencode

from batch_renamer.journal import RowFilter, RowOrder, SortKey
from batch_renamer.model import Result
from batch_renamer.text import storable

__all__ = ["Query", "RowsQuery", "filter_of"]

_LONGEST_TEXT = 500
_MOST_PAGES = 1_000_000
_DESCENDING = "-"


class Query(Protocol):
    """The query of an address, in which a name may stand several times."""

    def getall(self, name: str, default: Sequence[str], /) -> Sequence[str]:
        """Return the values of a name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RowsQuery:
    """Which rows are shown, in which order, and which page of them; the first page is 1.

    ``with_others``: each row shows its cells of all columns that the program does not use.

    Example:
        >>> from multidict import MultiDict
        >>> RowsQuery.of(MultiDict(results="failed,unknown", sort="-old_name")).address(page=2)
        '?results=failed&results=unknown&sort=-old_name&page=2'
    """

    wanted: RowFilter = RowFilter()  # noqa: RUF009 - frozen
    order: RowOrder = RowOrder()  # noqa: RUF009 - frozen
    page: int = 1
    with_others: bool = False

    @classmethod
    def of(cls, query: Query) -> RowsQuery:
        """Read the query of an address; what can't be understood is left out, as in an old link."""
        return cls(
            wanted=_filter(
                results=[word for one in query.getall("results", ()) for word in one.split(",")],
                text=next(iter(query.getall("text", ())), ""),
                unchecked=bool(next(iter(query.getall("unchecked", ())), "")),
            ),
            order=_order(next(iter(query.getall("sort", ())), "")),
            page=_page(next(iter(query.getall("page", ())), "")),
            with_others=bool(next(iter(query.getall("columns", ())), "")),
        )

    @property
    def sort(self) -> str:
        """The order as it stands in an address; "" for sheet order."""
        if self.order == RowOrder():
            return ""
        return f"{_DESCENDING if self.order.descending else ''}{self.order.key}"

    def address(self, *, order: RowOrder | None = None, page: int = 1) -> str:
        """Return the query of the same rows in another order, or of another page of them."""
        other = replace(self, order=self.order if order is None else order)
        values: list[tuple[str, str]] = [("results", result) for result in Result if result in self.wanted.results]
        values += [("text", self.wanted.text), ("unchecked", "1" if self.wanted.unchecked else "")]
        values += [("columns", "all" if self.with_others else ""), ("sort", other.sort)]
        values += [("page", str(page) if page > 1 else "")]
        given = [(name, value) for name, value in values if value]
        return f"?{urlencode(given)}" if given else ""

    def sorted_by(self, key: SortKey) -> RowOrder:
        """Return the order that a press on the heading of a column gives: upwards first, then downwards."""
        return RowOrder(key, descending=self.order == RowOrder(key))

    @property
    def filter_json(self) -> dict[str, object]:
        """The filter as an action sends it."""
        results = [result.value for result in Result if result in self.wanted.results]
        return {"results": results, "text": self.wanted.text, "unchecked": self.wanted.unchecked}


def filter_of(asked: object) -> RowFilter | None:
    """Return the filter that an action sent; None if it is none."""
    match asked:
        case {"results": list(results), "text": str(text), "unchecked": bool(unchecked)}:
            return _filter(results=[str(result) for result in results], text=text, unchecked=unchecked)
        case _:
            return None


def _filter(*, results: Sequence[str], text: str, unchecked: bool) -> RowFilter:
    known = frozenset(result for result in Result if result in results)
    return RowFilter(results=known, text=storable(text)[:_LONGEST_TEXT], unchecked=unchecked)


def _order(sort: str) -> RowOrder:
    key = sort.removeprefix(_DESCENDING)
    known = next((one for one in SortKey if one == key), None)
    return RowOrder() if known is None else RowOrder(known, descending=sort.startswith(_DESCENDING))


def _page(text: str) -> int:
    number = int(text) if text.isascii() and text.isdecimal() and len(text) < len(str(_MOST_PAGES)) else 1
    return max(number, 1)
