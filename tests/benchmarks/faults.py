"""Seeds enter; a table of how 500 orders fared with 5 % faults of every kind leaves, and exit code 1 on any lie.

``python -m tests.benchmarks.faults [--seeds 10] [--orders 500] [--share 0.05]``
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
from collections import Counter
from pathlib import Path

from batch_renamer.model import Result
from tests.benchmarks.table import Table, say
from tests.e2e.trouble import Naps, faults_of_every_kind
from tests.e2e.truth import lies
from tests.support.command import COLD, Ended
from tests.support.served import served

SHOWN = (Result.RENAMED, Result.FAILED, Result.UNKNOWN, Result.PENDING)


async def one_run(folder: Path, *, seed: int, orders: int, share: float) -> tuple[Ended, int, list[str]]:
    """Run ``apply`` once; return what it said, how many requests it took, and its lies."""
    naps = Naps()
    # Slow answers outlast the timeout, so that some renames are carried out after the client has given up.
    plan = faults_of_every_kind(share, seed=seed, slow_s=3.0, retry_after_s=1.0)
    async with served(folder, sleep=naps, faults=plan, program=COLD) as renamer:
        rows = renamer.seed(orders)
        ran = await renamer.apply(renamer.sheet(rows), "--json", "--rate", "300", "--timeout", "2")
        await naps.over()
        untrue = list(lies(ran.rows, renamer.sandbox))
        if [(row["order_id"], row["new_name"]) for row in ran.rows] != rows:
            untrue.append("the rows of the result are not those of the sheet")
        return ran, renamer.sandbox.log.total, untrue


def main() -> int:
    """Run all seeds and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--orders", type=int, default=500)
    parser.add_argument("--share", type=float, default=0.05)
    asked = parser.parse_args()
    table = Table("seed", *(result.value for result in SHOWN), "exit", "requests", "seconds", "lies")
    told = 0
    for seed in range(1, asked.seeds + 1):
        with tempfile.TemporaryDirectory() as folder:
            ran, requests, untrue = asyncio.run(
                one_run(Path(folder), seed=seed, orders=asked.orders, share=asked.share)
            )
        counts = Counter(ran.results)
        table.row(seed, *(counts[result] for result in SHOWN), ran.code, requests, ran.seconds, len(untrue))
        for lie in untrue:
            say(f"      {lie}")
        told += len(untrue)
    return int(told > 0)


if __name__ == "__main__":
    sys.exit(main())
