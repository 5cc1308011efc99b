"""Several machines: workers and coordinator are killed at random instants; how often all was well leaves.

``python -m tests.benchmarks.machines --workers 20 --coordinators 10`` takes some minutes. Three worker processes and a
scheduler rename the orders of a sandbox. After each kill the run finishes by itself, or by ``resume`` with the cluster
and without it in turn, and is compared with that of one machine. The first difference ends it.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import sys
import tempfile
from collections import Counter
from pathlib import Path

from batch_renamer.sandbox import parse_limit
from tests.support.killed_machines import KilledMachines, Times
from tests.support.machines import machines
from tests.support.served import served


def show(times: Times, what: str) -> None:
    """Print how well a limit of 300 a second was kept and used."""
    begun = times.renames[0]
    seconds = Counter(int(at - begun) for at in times.renames)
    each = [seconds[number] for number in range(max(seconds) + 1)]
    sys.stdout.write(
        f"{what}: at most {times.most_in_a_second} requests in a second, {times.refused} 429s, "
        f"{times.rate_per_s:.1f} renames a second until 97 % are done; second by second {each}\n"
    )
    sys.stdout.flush()


async def main() -> None:
    """Kill, compare, and print how often."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--workers", type=int, default=20, help="kills of a worker")
    parser.add_argument("--coordinators", type=int, default=10, help="kills of the command")
    parser.add_argument("--rows", type=int, default=600)
    parser.add_argument("--paced", type=int, default=3_000, help="rows of the runs whose pace is measured")
    parser.add_argument("--runs", type=int, default=5, help="undisturbed runs whose pace is measured")
    parser.add_argument("--seed", type=int, default=None)
    given = parser.parse_args()
    seed = given.seed if given.seed is not None else random.SystemRandom().randrange(1 << 32)
    chance = random.Random(seed)  # noqa: S311 - to be repeatable
    sys.stdout.write(f"seed {seed}\n")
    with tempfile.TemporaryDirectory() as folder:
        async with (
            served(Path(folder), options={"--rate": "400"}) as renamer,
            machines(Path(folder) / "cluster") as cluster,
        ):
            killed = KilledMachines(renamer, cluster, rows=given.rows)
            await killed.alone()
            await killed.undisturbed()
            renamer.options = {}
            renamer.sandbox.set_limit(parse_limit("300/sliding"))
            paced = KilledMachines(renamer, cluster, rows=given.paced)
            for _ in range(given.runs):
                show(await paced.times(alone=True), "one machine")
                show(await paced.times(), "three")
            show(await paced.times(meanwhile=cluster.add), "a worker added")
            show(await paced.times(meanwhile=lambda: cluster.kill(cluster.workers[0])), "a worker killed")
            renamer.options = {"--rate": "400"}
            renamer.sandbox.set_limit(None)
            came = await killed.cut_off(for_s=3)
            sys.stdout.write(f"scheduler frozen: the last request came {max(came, default=0):.3f} s later\n")
            for _ in range(given.workers):
                await killed.worker_dies(chance)
                sys.stdout.write(".")
                sys.stdout.flush()
            sys.stdout.write(f"\n{given.workers} workers killed: every run finished by itself\n")
            for number in range(given.coordinators):
                await killed.coordinator_dies(chance, with_cluster=bool(number % 2))
                sys.stdout.write(".")
                sys.stdout.flush()
            sys.stdout.write(f"\n{given.coordinators} commands killed: `resume` finished every run\n")


if __name__ == "__main__":
    asyncio.run(main())
