"""Seeds enter; a table of how truly 500 orders were told of, and undone, leaves, and exit code 1 on any lie.

Every fault of the sandbox at once: what servers do to answers, late renames, names kept in other ways, old copies,
foreign shapes, a block of orders that can't be renamed, one that is always 401 and one that is always 429. The results
are compared with what the sandbox holds 20 s after the run; then the run is undone, and every order has its old name or
is in the undo's report as one that has not. "changed" are rows that ended with another name than the one sent.

``python -m tests.benchmarks.truth [--seeds 10] [--orders 500] [--share 0.03] [--at-once 5]``
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from batch_renamer.model import Result
from batch_renamer.sandbox import Fault, FaultKind, FaultPlan, Poison, Share
from tests.benchmarks.table import Table, say
from tests.e2e.trouble import Naps
from tests.e2e.truth import lies
from tests.support.command import COLD, Ended
from tests.support.served import Command, served

SHOWN = (Result.RENAMED, Result.UNCHANGED, Result.FAILED, Result.UNKNOWN, Result.PENDING)

LATER_S = 20.0
"""So long after the run its results are compared with the sandbox's orders, in seconds."""

MOST_S = 600.0
"""No run takes longer, in seconds."""

_LATE_S = (5.0, 8.0, 11.0, 14.0)
_SLOWER_THAN_THE_TIMEOUT_S = 3.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What one seed has shown."""

    ran: Ended
    undone: Ended
    requests: int
    untrue: list[str]

    @property
    def changed(self) -> int:
        """How many rows ended with another name than the one that was sent."""
        return sum(
            row["result"] == "failed" and row["final_name"] not in (None, row["old_name"]) for row in self.ran.rows
        )


def faults(share: float, *, seed: int, orders: int) -> FaultPlan:
    """Spread a share over every kind of fault, and poison a block and two orders."""
    each = share / len(FaultKind)
    kinds = [Fault(kind=kind, seconds=_seconds(place, kind)) for place, kind in enumerate(FaultKind)]
    shares = [Share(fault=fault, share=each) for fault in kinds]
    poisons = [
        Poison(fault=Fault(kind=FaultKind.SERVER_ERROR), first=orders // 2, last=orders // 2 + max(orders // 20, 1)),
        Poison(fault=Fault(kind=FaultKind.UNAUTHORIZED), first=orders // 3, last=orders // 3),
        Poison(fault=Fault(kind=FaultKind.THROTTLED), first=orders // 4, last=orders // 4),
    ]
    return FaultPlan(shares=shares, poisons=poisons, seed=seed)


def _seconds(place: int, kind: FaultKind) -> float:
    if kind.late:
        return _LATE_S[place % len(_LATE_S)]
    if kind.stale:
        return LATER_S
    return _SLOWER_THAN_THE_TIMEOUT_S if "slow" in kind else 0.5


async def one_seed(seed: int, *, orders: int, share: float, turn: asyncio.Semaphore) -> Told:
    """Apply, compare, undo, compare again."""
    naps = Naps()
    async with turn, asyncio.timeout(2 * MOST_S):
        with tempfile.TemporaryDirectory() as folder:
            async with served(
                Path(folder), sleep=naps, faults=faults(share, seed=seed, orders=orders), program=COLD
            ) as renamer:
                rows = [(order_id, f"Café & Söhne, {name}") for order_id, name in renamer.seed(orders)]
                old_names = renamer.sandbox.store.names()
                words = ("--json", "--rate", "300", "--timeout", "2", "--patience", "60")
                async with renamer.start(*renamer.line("apply", renamer.sheet(rows), *words)) as started:
                    ran = await started.ended(within_s=MOST_S)
                requests = renamer.sandbox.log.total
                await naps.over()
                await asyncio.sleep(LATER_S)
                untrue = list(lies(ran.rows, renamer.sandbox))
                if [(row["order_id"], row["new_name"]) for row in ran.rows] != rows:
                    untrue.append("the rows of the result are not those of the sheet")
                renamer.sandbox.faults = FaultPlan()
                undone = await renamer.run("undo", "--yes", "--json", "--base-url", renamer.base_url)
                untrue += _not_put_back(renamer, undone, old_names)
    return Told(ran=ran, undone=undone, requests=requests, untrue=untrue)


def _not_put_back(renamer: Command, undone: Ended, old_names: dict[str, str | None]) -> Iterator[str]:
    told = {row["order_id"]: row["result"] for row in undone.rows}
    for order_id, name in renamer.sandbox.store.names().items():
        if name == old_names[order_id]:
            continue
        if told.get(order_id) in (None, "renamed", "unchanged", "skipped"):
            yield f"after the undo {order_id} is named {name!r}, and its row there is {told.get(order_id)}"


async def all_seeds(*, seeds: int, orders: int, share: float, at_once: int) -> list[Told]:
    """Play every seed, so many at a time: most of their time is waiting."""
    turn = asyncio.Semaphore(at_once)
    return await asyncio.gather(
        *(one_seed(seed, orders=orders, share=share, turn=turn) for seed in range(1, seeds + 1))
    )


def main() -> int:
    """Play all seeds and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--orders", type=int, default=500)
    parser.add_argument("--share", type=float, default=0.03)
    parser.add_argument("--at-once", type=int, default=5)
    asked = parser.parse_args()
    told = asyncio.run(all_seeds(seeds=asked.seeds, orders=asked.orders, share=asked.share, at_once=asked.at_once))
    results = [result.value for result in SHOWN]
    table = Table("seed", *results, "changed", "exit", "requests", "seconds", "put back", "lies")
    for seed, one in enumerate(told, 1):
        counts, back = Counter(one.ran.results), Counter(one.undone.results)
        table.row(
            seed,
            *(counts[result] for result in SHOWN),
            one.changed,
            one.ran.code,
            one.requests,
            one.ran.seconds,
            back[Result.RENAMED],
            len(one.untrue),
        )
        for lie in one.untrue:
            say(f"      {lie}")
    return int(any(one.untrue for one in told))


if __name__ == "__main__":
    sys.exit(main())
