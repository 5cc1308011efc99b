"""A number of kills enters; the real command dies that often, at every boundary and at random instants; figures leave.

``python -m tests.benchmarks.crashes --random 60 --rows 300`` takes some minutes. Each command (plan, apply, apply of a
kept plan, resume, undo) is killed before and after every commit and every request, and then so many times at random
instants of a longer run; each time it is taken up, and compared with an undisturbed one. The first difference ends it.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import sys
import tempfile
import time
from pathlib import Path

from tests.support.crashing import COMMANDS, Bench, Command, prove_boundaries, prove_instant
from tests.support.durable import Nursery, place

SIDES = [(kind, side) for kind in ("commit", "send") for side in ("before", "after")]


async def at_boundaries(nursery: Nursery, command: Command) -> dict[str, int]:
    """Kill a command on both sides of every boundary; return how many there were."""
    with tempfile.TemporaryDirectory() as folder:
        async with place(Path(folder)) as here:
            bench = Bench(here, nursery, command)
            await bench.set_up()
            return {f"{side} {kind}": await prove_boundaries(bench, kind=kind, side=side) for kind, side in SIDES}


async def at_random(nursery: Nursery, command: Command, *, kills: int, rows: int, chance: random.Random) -> int:
    """Kill a command at random instants of a run of many rows; return how often it really died."""
    sheet = [(f"o{number}", "", f"New {number}", "") for number in range(rows)]
    seeds: dict[str, str | None] = {f"o{number}": f"Old {number}" for number in range(rows) if number % 20}
    with tempfile.TemporaryDirectory() as folder:
        async with place(Path(folder)) as here:
            bench = Bench(here, nursery, command, rows=sheet, seeds=seeds)
            await bench.set_up()
            begun = time.monotonic()
            await bench.killed()
            took_s = time.monotonic() - begun
            died = 0
            for number in range(kills):
                after_s = chance.uniform(0, took_s)
                died += await bench.killed(after_s=after_s)
                await prove_instant(bench, number=number, where=f"killed after {after_s:.4f} s")
            return died


async def main() -> None:
    """Kill, compare, and print how often."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--random", type=int, default=60, help="random kills of each command")
    parser.add_argument("--rows", type=int, default=300, help="rows of the sheet that is killed at random")
    parser.add_argument("--seed", type=int, default=None)
    given = parser.parse_args()
    seed = given.seed if given.seed is not None else random.SystemRandom().randrange(1 << 32)
    chance = random.Random(seed)  # noqa: S311 - to be repeatable
    sys.stdout.write(f"seed {seed}\n")
    with Nursery.opened() as nursery:
        for name, command in COMMANDS.items():
            found = await at_boundaries(nursery, command)
            died = await at_random(nursery, command, kills=given.random, rows=given.rows, chance=chance)
            sys.stdout.write(f"{name:13} {found}, at random {died} of {given.random}: all agree\n")
            sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(main())
