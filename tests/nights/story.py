"""A story: some nights in a row in one office, each compared with the truth as soon as it is over."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from batch_renamer.sandbox import FaultPlan
from tests.nights.house import House, Seen
from tests.nights.truth import Told, differences

__all__ = ["AFTER", "Entry", "Story", "Tale", "account", "play"]

_ORDERS = 900
AFTER = "after it: "
"""How a sentence begins that is about what a story looks at when its nights are over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One night of a story: what it was about, what it left, and what of that is untrue or missing."""

    title: str
    about: str
    seen: Seen
    told: Told
    wrong: list[str]


@dataclass(slots=True)
class Story:
    """The office during a story. ``truth`` is what each order should be called."""

    house: House
    title: str
    truth: dict[str, str | None]
    orders: Iterator[str]
    after: Callable[[Entry], None] | None = None
    asks_status: bool = False
    entries: list[Entry] = field(default_factory=list)

    def fresh(self, count: int, *, name: str = "New") -> dict[str, str]:
        """Return new names for orders that no story has renamed yet."""
        return {order: f"{name} {order[1:]}" for order in islice(self.orders, count)}

    async def night(self, about: str, told: Told, **how: Any) -> Seen:
        """Let a night pass, and compare it with the truth."""
        self.truth |= told.renamed
        seen = await self.house.night(**how)
        wrong = differences(self.house, seen, told, truth=self.truth)
        self.truth.update(seen.names)  # what is wrong is said once
        if self.asks_status:
            wrong += await self._in_status(seen, told)
        entry = Entry(title=self.title, about=about, seen=seen, told=told, wrong=wrong)
        self.entries.append(entry)
        if self.after is not None:
            self.after(entry)
        return seen

    async def _in_status(self, seen: Seen, told: Told) -> list[str]:
        """Compare what `status` says in the morning; it is about the night that began last, and has an end."""
        if told.no_page or told.two_nights or seen.ended.code < 0:
            return []
        status = await self.house.ask("status", "--max-age", "26h")
        is_well, says_so = seen.ended.code == 0, status.code == 0
        return [] if is_well is says_so else [f"status exits with {status.code}: {status.out}{status.err}"]

    def edited(self, order: str, name: str) -> None:
        """Let a colleague rename an order by hand."""
        self.house.sandbox.store.rename(order, name)
        self.truth[order] = name

    def mended(self) -> None:
        """Let the API be as it should be again."""
        self.house.sandbox.faults = FaultPlan()
        self.house.sandbox.outage = None
        self.house.sandbox.set_limit(None)


Tale = Callable[[Story], Awaitable[None]]


def account() -> dict[str, str]:
    """Return the orders of the account."""
    return {f"a{number:03d}": f"Old {number:03d}" for number in range(1, _ORDERS + 1)}


async def play(
    house: House,
    tales: Mapping[str, Tale],
    *,
    after: Callable[[Entry], None] | None = None,
    asks_status: bool = False,
) -> list[Entry]:
    """Play these stories one after the other in one office.

    ``after`` each night something may be done with it, and `status` may be asked.
    """
    truth: dict[str, str | None] = dict(account())
    orders = iter(account())
    entries: list[Entry] = []
    for title, tale in tales.items():
        told = Story(house, title, truth, orders, after, asks_status)
        try:
            await tale(told)
        except AssertionError as error:
            told.entries[-1].wrong.append(f"{AFTER}{error}")
        told.mended()
        entries += told.entries
    return entries
