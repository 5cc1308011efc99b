"""A folder enters; an office with two accounts leaves: their orders, its settings, and the page, served in this loop.

Everything is in one process: a test can look into the journal and the accounts, hold requests, and see that nothing
else was asked for.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from batch_renamer.sandbox import Fault, FaultKind, FaultPlan, OrderStore, Rule, Sandbox, Share, running
from tests.support.browsing.listings import Listings, made_listings
from tests.support.command import KEY
from tests.support.gate import Gate
from tests.support.served_page import ServedPage, served_page

__all__ = ["Office", "office_in"]

_OTHER_KEY = f"{KEY}-lettings"
_TIMEOUT_S = 600  # a request that a test holds is not given up, however slow its browser is


@dataclass(slots=True, kw_only=True)
class Office:
    """Two accounts, `sales` and `lettings`, each with a sandbox of its own, and one spreadsheet of the first."""

    folder: Path
    listings: Listings
    sales: Sandbox
    lettings: Sandbox
    config: Path

    @property
    def state(self) -> Path:
        """Where the journal is."""
        return self.folder / "state"

    @property
    def names(self) -> dict[str, str | None]:
        """What the orders of the first account are called now."""
        return self.sales.store.names()

    def disturb(self, *, share: float = 0.02, hold: int = 0) -> Gate:
        """Let this share of the requests go wrong on its way, but none for good, and refuse the order of one row.

        ``hold`` renames, from the twentieth on, wait at the gate that is returned, so that the run can't end before.
        """
        kinds = (FaultKind.RESET_AFTER, FaultKind.SERVER_ERROR)
        refused = Rule(
            fault=Fault(kind=FaultKind.REFUSED),
            method="PATCH",
            order_id=self.listings.ids[self.listings.refused],
            times=None,
        )
        held = [Rule(fault=Fault(kind=FaultKind.SLOW), method="PATCH", nth=20, times=hold)] if hold else []
        self.sales.faults = FaultPlan(
            shares=[Share(fault=Fault(kind=kind), share=share / len(kinds)) for kind in kinds],
            rules=[refused, *held],
            seed=15,
        )
        gate = self.sales.sleep = Gate()
        return gate

    def hold_renames(self, *, first: int = 1) -> Gate:
        """Let the renames of the first account wait at a gate from the ``first`` one on; nothing else goes wrong."""
        gate = self.sales.sleep = Gate()
        slow = Rule(fault=Fault(kind=FaultKind.SLOW), method="PATCH", nth=first, times=None)
        self.sales.faults = FaultPlan(rules=[slow])
        return gate

    def page(self) -> AbstractAsyncContextManager[ServedPage]:
        """Serve the page in this event loop for as long as the block lasts."""
        return served_page(self.state, config=str(self.config), profile="sales")


@asynccontextmanager
async def office_in(folder: Path, *, rows: int = 300, images: int = 2, rate: int = 2000) -> AsyncIterator[Office]:
    """Serve the two accounts, and write the configuration, their keys and the spreadsheet.

    ``rate`` is how many requests a second are sent at most.
    """
    listings = await asyncio.to_thread(made_listings, folder, rows)
    sales, lettings = Sandbox(api_key=KEY, store=OrderStore(images=images)), Sandbox(api_key=_OTHER_KEY)
    sales.store.seed_many(listings.names.items())
    lettings.store.seed_many((order, f"To let {number}") for number, order in enumerate(listings.names, 1))
    async with running(sales) as sales_url, running(lettings) as lettings_url:
        config = folder / "config.toml"
        profiles = _profile("sales", sales_url) + _profile("lettings", lettings_url)
        config.write_text(f"rate = {rate}\ntimeout = {_TIMEOUT_S}\n{profiles}")
        for name, key in (("sales", KEY), ("lettings", _OTHER_KEY)):
            (path := folder / f"{name}.key").write_text(key)
            path.chmod(0o600)
        config.chmod(0o600)
        yield Office(folder=folder, listings=listings, sales=sales, lettings=lettings, config=config)
        for account in (sales, lettings):
            assert not account.log.purchases, "an address was asked for that sells an image"


def _profile(name: str, url: str) -> str:
    return f'[profiles.{name}]\nbase_url = "{url}"\napi_key_file = "{name}.key"\n'
