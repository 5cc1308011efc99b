"""A number of kills enters; the server of the page dies that often in the middle of a commit; figures leave.

``python -m tests.benchmarks.web_kills --kills 20 --rows 300`` takes a minute or two. Each time a spreadsheet is
uploaded, planned and committed through the routes of the page, with faults on the way; the server is killed (-9) at a
random instant and started again, and the run is gone on with from its page. What is proven each time is in
`tests.support.killed_pages`. The first difference ends it.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from tests.support.killed_pages import SIDES, Instant, KilledPages
from tests.support.served import served

__all__ = ["main"]


async def prove(*, kills: int, rows: int, seed: int) -> Counter[str]:
    """Kill the server so often; return how often each standing was found after it."""
    chance, found = random.Random(seed), Counter[str]()  # noqa: S311 - to be repeatable
    with tempfile.TemporaryDirectory() as folder:
        async with served(Path(folder)) as renamer:
            pages = KilledPages(renamer, rows)
            await pages.set_up()
            for number in range(kills):
                instant = Instant.drawn(chance, of=pages.requests, side=SIDES[number % len(SIDES)])
                begun = time.monotonic()
                stood = await pages.prove(instant, seed=number)
                found[stood] += 1
                took = f"{time.monotonic() - begun:.1f} s"
                sys.stdout.write(f"kill {number + 1}, {instant}: {stood}, then as undisturbed ({took})\n")
                sys.stdout.flush()
    return found


def main() -> None:
    """Kill, compare, and print how often."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--rows", type=int, default=300)
    parser.add_argument("--seed", type=int, default=None)
    given = parser.parse_args()
    seed = given.seed if given.seed is not None else random.SystemRandom().randrange(1 << 32)
    sys.stdout.write(f"seed {seed}\n")
    found = asyncio.run(prove(kills=given.kills, rows=given.rows, seed=seed))
    sys.stdout.write(f"{given.kills} kills, seed {seed}; after the kill: {dict(found)}; all reports as undisturbed\n")


if __name__ == "__main__":
    main()
