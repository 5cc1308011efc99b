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

from tests.support.crashing import COMMANDS, OPTIONS, Crash, KilledCommand, prove_boundaries, prove_instant
from tests.support.served import served

SIDES = [(kind, side) for kind in ("commit", "send") for side in ("before", "after")]


async def at_boundaries(command: KilledCommand) -> dict[str, int]:
    """Kill a command on both sides of every boundary; return how many there were."""
    with tempfile.TemporaryDirectory() as folder:
        async with served(Path(folder), options=OPTIONS) as renamer:
            crash = Crash(renamer, command)
            await crash.set_up()
            return {f"{side} {kind}": await prove_boundaries(crash, kind=kind, side=side) for kind, side in SIDES}


async def at_random(command: KilledCommand, *, kills: int, rows: int, chance: random.Random) -> int:
    """Kill a command at random instants of a run of many rows; return how often it really died."""
    sheet = [(f"o{number}", "", f"New {number}", "") for number in range(rows)]
    seeds: dict[str, str | None] = {f"o{number}": f"Old {number}" for number in range(rows) if number % 20}
    with tempfile.TemporaryDirectory() as folder:
        async with served(Path(folder), options=OPTIONS) as renamer:
            crash = Crash(renamer, command, rows=sheet, seeds=seeds)
            await crash.set_up()
            begun = time.monotonic()
            await crash.killed()
            took_s = time.monotonic() - begun
            died = 0
            for number in range(kills):
                after_s = chance.uniform(0, took_s)
                died += await crash.killed(after_s=after_s)
                await prove_instant(crash, number=number, where=f"killed after {after_s:.4f} s")
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
    for name, command in COMMANDS.items():
        found = await at_boundaries(command)
        died = await at_random(command, kills=given.random, rows=given.rows, chance=chance)
        sys.stdout.write(f"{name:13} {found}, at random {died} of {given.random}: all agree\n")
        sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(main())
