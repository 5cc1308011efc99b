"""Outages enter; a table of how a run of 500 orders met each of them leaves, and exit code 1 if a promise is broken.

One outage of 30 s in mid-run, of each kind, is outlived with everything renamed; one that doesn't end is given up on
within 15 s of its begin with ``--patience 5``. ``python -m tests.benchmarks.outage``
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from batch_renamer.sandbox import FaultPlan, Outage, OutageMode
from tests.benchmarks.table import Table, say
from tests.e2e.truth import lies
from tests.support.command import COLD, Ended
from tests.support.served import served

ORDERS = 500
BEGINS_S = 2.5  # the renames take 5 s at 100 requests a second, so this is in the middle of them
LASTS_S = 30.0
GIVES_UP_WITHIN_S = 15.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Met:
    """How a run met an outage: ``after_s`` is from the first request refused to the end of the run."""

    ran: Ended
    after_s: float
    requests_meanwhile: int
    untrue: list[str]


async def meet(outage: Outage, *words: str) -> Met:
    """Run ``apply`` through one outage."""
    with tempfile.TemporaryDirectory() as folder:
        async with served(Path(folder), faults=FaultPlan(outages=[outage]), program=COLD) as renamer:
            rows = renamer.seed(ORDERS)
            ran = await renamer.apply(renamer.sheet(rows), "--json", "--rate", "100", *words)
            ended_s = asyncio.get_running_loop().time()
            log = list(renamer.sandbox.log)
            # Both clocks are the system's monotonic one.
            begun_s = next(entry.at_s for entry in log if entry.fault)
            untrue = list(lies(ran.rows, renamer.sandbox))
            meanwhile = sum(bool(entry.fault) for entry in log)
            return Met(ran=ran, after_s=ended_s - begun_s, requests_meanwhile=meanwhile, untrue=untrue)


def broken_promises(met: Met, *, ends: bool) -> list[str]:
    """Return what was promised and not kept."""
    counts = Counter(met.ran.results)
    promises = {
        "the results are true": not met.untrue,
        "no row is lost": sum(counts.values()) == ORDERS,
        "everything is renamed": not ends or counts["renamed"] == ORDERS,
        "exit code": met.ran.code == (0 if ends else 4),
        "renamed, pending or unknown": ends or counts.keys() <= {"renamed", "pending", "unknown"},
        f"given up within {GIVES_UP_WITHIN_S:g} s": ends or met.after_s <= GIVES_UP_WITHIN_S,
    }
    return [*(promise for promise, kept in promises.items() if not kept), *met.untrue]


def main() -> int:
    """Meet every kind of outage, once with an end and once without."""
    table = Table("outage", "ends", "renamed", "pending", "unknown", "failed", "exit", "seconds", "after its begin")
    broken = 0
    for ends in (True, False):
        for mode in OutageMode:
            outage = Outage(start_s=BEGINS_S, end_s=BEGINS_S + LASTS_S if ends else None, mode=mode)
            met = asyncio.run(meet(outage, *(() if ends else ("--patience", "5"))))
            counts = Counter(met.ran.results)
            shown = (counts[result] for result in ("renamed", "pending", "unknown", "failed"))
            table.row(
                mode.value, "30 s" if ends else "never", *shown, met.ran.code, met.ran.seconds, f"{met.after_s:.2f}"
            )
            say(f"      {met.requests_meanwhile} requests met it")
            for promise in broken_promises(met, ends=ends):
                broken += 1
                say(f"      BROKEN: {promise}")
    return int(broken > 0)


if __name__ == "__main__":
    sys.exit(main())
