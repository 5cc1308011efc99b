"""A sandbox that admits 50 requests in any second enters; how closely ``--rate 50`` keeps to it leaves.

Exit code 1 if the median of the runs has a 429 or takes 1.1 x requests / 50 or more, or if more than 51 tries fall into
any second. Names are read by pages, so an order takes little more than one request; with much fewer orders the start of
the command is most of what is timed.

``python -m tests.benchmarks.pacing [--runs 5] [--orders 1000]``
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import sys
import tempfile
from pathlib import Path

from batch_renamer.sandbox import LimitSpec
from tests.benchmarks.table import Table, say
from tests.support.command import COLD
from tests.support.fullest import most_in_any_second
from tests.support.served import served

RATE = 50


async def one_run(folder: Path, orders: int) -> tuple[int, int, int, float, float]:
    """Return requests, 429s, the most tries in any second, the ratio by the log, and that of the whole command."""
    async with served(folder, program=COLD) as renamer:
        renamer.sandbox.set_limit(LimitSpec(requests=RATE, algorithm="sliding"))
        rows = renamer.seed(orders)
        ran = await renamer.apply(renamer.sheet(rows), "--json", "--rate", str(RATE))
        assert set(ran.results) == {"renamed"}, ran.err
        log = list(renamer.sandbox.log)
        ideal_s = len(log) / RATE
        throttled = sum(entry.status == 429 for entry in log)
        on_the_wire_s = log[-1].at_s - log[0].at_s
        return len(log), throttled, most_in_any_second(log), on_the_wire_s / ideal_s, ran.seconds / ideal_s


def main() -> int:
    """Make the runs and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--orders", type=int, default=1_000)
    asked = parser.parse_args()
    table = Table("run", "requests", "429s", "most in any second", "sending / ideal", "whole command / ideal")
    throttled, ratios, most = [], [], 0
    for run in range(1, asked.runs + 1):
        with tempfile.TemporaryDirectory() as folder:
            requests, refused, fullest, sending, whole = asyncio.run(one_run(Path(folder), asked.orders))
        table.row(run, requests, refused, fullest, f"{sending:.3f}", f"{whole:.3f}")
        throttled.append(refused)
        ratios.append(whole)
        most = max(most, fullest)
    median_429s, median_ratio = statistics.median(throttled), statistics.median(ratios)
    say(f"median: {median_429s:g} x 429, {median_ratio:.3f} x requests/{RATE}; most in any second {most}")
    return int(median_429s > 0 or median_ratio >= 1.1 or most > RATE + 1)


if __name__ == "__main__":
    sys.exit(main())
