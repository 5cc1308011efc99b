"""Several machines: how well all workers keep one limit, and what becomes of a run of which something dies.

A scheduler and three worker processes of this machine. Each part prints its figures. Those in which something dies end
the program at the first row that is untrue or sent more than twice, and at the first report that is not that of one
machine.

``python -m tests.benchmarks.machines [--only pace] [--runs 5] [--workers 20] [--coordinators 10]`` takes about half an
hour, most of it for `pace` and `joining`: five minutes a run. On a machine that is not idle, ``chrt -f 10`` before it
keeps others from delaying requests.

- alike: the reports of the three kinds, byte for byte but for times, tries and how the command was called.
- pace: requests in any second, and the share of a limit of 300 a second that renames use until 97 % are done.
- joining: seconds until the pace has followed a worker that is added or killed, with one limit for all workers, and
  with one for each address.
- cut off: seconds from when the scheduler is stopped to the last request.
- restarted: a worker is killed and started again at its address; the scheduler gives it its shards again, unasked.
- stopped: seconds from Ctrl-C to the end of the command, and requests that came after it; `resume` finishes the run.
- kills: workers and commands are killed at random instants, while 2 % of the requests go wrong on their way.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import statistics
import sys
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path
from urllib.parse import urlsplit

from batch_renamer.sandbox import Fault, FaultKind, FaultPlan, Share
from tests.benchmarks.paced_machines import Paced, PacedMachines
from tests.benchmarks.served import serving
from tests.benchmarks.table import say
from tests.support.killed_machines import KilledMachines
from tests.support.machines import Machines, machines
from tests.support.relay import Relay, relay_to
from tests.support.served import served

_PARTS = ("alike", "pace", "joining", "cut off", "restarted", "stopped", "kills")
_ROWS, _PACED_ROWS = 600, 3_000
_LIMIT_PER_S = 300.0
_EACH_PER_S = 100.0
_FAST = {"--rate": "400"}
_JOINING_S = 15
_KINDS = (FaultKind.RESET_AFTER, FaultKind.SERVER_ERROR)
_FAULTS = 0.02
_CUT_OFF_ROWS = 6_000
_LEASE_S = 0.5


def _share(runs: list[Paced]) -> str:
    shares = [run.record.share_until(_LIMIT_PER_S) for run in runs]
    return f"{statistics.median(shares):.1%} of the limit ({min(shares):.1%}-{max(shares):.1%})"


async def _pace(paced: PacedMachines, cluster: Machines, *, runs: int) -> None:
    for shape in ("sliding", "fixed", "bucket:10"):
        for who, options in (("one machine", ()), ("three workers", cluster.options)):
            seen = [
                await paced.run(*options, orders=_PACED_ROWS, limit=f"300/{shape}", per_s=_LIMIT_PER_S)
                for _ in range(runs)
            ]
            most = max(run.most_in_a_second for run in seen)
            say(
                f"pace, {shape}, {who}: {_share(seen)}, at most {most} requests in a second, 429s "
                f"{[len(run.record.refused) for run in seen]}, lost {sum(run.lost for run in seen)}"
            )


async def _joining(paced: PacedMachines, cluster: Machines, *, runs: int) -> None:
    own = (*cluster.options, "--limit-per", "address")

    async def add() -> None:
        await cluster.add("")

    async def kill_newest() -> None:
        await cluster.kill(cluster.workers[-1])

    async def add_elsewhere() -> None:
        await cluster.add("elsewhere")

    cases: list[tuple[str, tuple[str, ...], Callable[[], Awaitable[None]], float, float]] = [
        ("a fourth worker is added", cluster.options, add, _LIMIT_PER_S, _LIMIT_PER_S),
        ("one of four is killed", cluster.options, kill_newest, _LIMIT_PER_S, _LIMIT_PER_S),
        ("one with an address of its own is added", own, add_elsewhere, _EACH_PER_S, 2 * _EACH_PER_S),
        ("it is killed", own, kill_newest, _EACH_PER_S, _EACH_PER_S),
    ]
    for _ in range(runs):
        for what, options, meanwhile, per_s, then_per_s in cases:
            limit = "300/sliding" if per_s == _LIMIT_PER_S else "none"
            orders = int(_JOINING_S * max(per_s, then_per_s))
            run = await paced.run(*options, orders=orders, limit=limit, per_s=per_s, meanwhile=meanwhile)
            say(f"joining, {what}: {run.follows_after_s(then_per_s):.1f} s until {then_per_s:.0f}/s, {_of(run)}")


async def _one_cut_off(paced: PacedMachines, cluster: Machines, *, runs: int) -> None:
    scheduler = urlsplit(cluster.address)
    for _ in range(runs):
        await cluster.kill(cluster.workers[-1])
        async with relay_to(scheduler.hostname or "", scheduler.port or 0) as relay:
            await cluster.add("", scheduler=f"tcp://127.0.0.1:{relay.port}")

            async def cut(relay: Relay = relay) -> None:
                relay.cut()

            run = await paced.run(
                *cluster.options, orders=_CUT_OFF_ROWS, limit="300/sliding", per_s=_LIMIT_PER_S, meanwhile=cut
            )
            await cluster.kill(cluster.workers[-1])
        await cluster.add("")
        say(
            f"joining, one of three is cut off: {run.follows_after_s(_LIMIT_PER_S):.1f} s until {_LIMIT_PER_S:.0f}/s, "
            f"{_of(run)}"
        )


def _of(run: Paced) -> str:
    return (
        f"at most {run.most_in_a_second} requests in a second, {len(run.record.refused)} 429s, lost {run.lost}; "
        f"{' '.join(str(good) for good, _ in run.record.per_second())}"
    )


async def _cut_off(killed: KilledMachines, *, runs: int) -> None:
    came = [max(await killed.cut_off(for_s=3), default=0.0) for _ in range(runs)]
    later_s = f"{statistics.median(came):.2f} s later, at most {max(came):.2f} s"
    say(f"cut off: the last request came {later_s}; a lease holds {_LEASE_S} s")


async def _restarted(killed: KilledMachines, chance: random.Random, *, runs: int) -> None:
    killed.renamer.options = {"--rate": "100"}  # So slowly that the worker is back before the end.
    again = [await killed.worker_restarts(chance) for _ in range(runs)]
    killed.renamer.options = _FAST
    say(f"restarted: shards that the scheduler began again: {again}; no order was renamed again unread")


async def _stopped(killed: KilledMachines, chance: random.Random, *, runs: int) -> None:
    took = [await killed.command_stops(chance) for _ in range(runs)]
    say(f"stopped: the command ended {statistics.median(took):.1f} s later, at most {max(took):.1f} s")


async def _kills(killed: KilledMachines, chance: random.Random, *, workers: int, coordinators: int) -> None:
    shares = [Share(fault=Fault(kind=kind), share=_FAULTS / len(_KINDS)) for kind in _KINDS]
    killed.faults = FaultPlan(shares=shares, seed=chance.randrange(1 << 32))
    for _ in range(workers):
        await killed.worker_dies(chance)
        await killed.machines.add("")
        sys.stdout.write(".")
        sys.stdout.flush()
    say(f"\nkills: {workers} workers; every run finished by itself")
    for number in range(coordinators):
        await killed.coordinator_dies(chance, with_cluster=bool(number % 2))
        sys.stdout.write(".")
        sys.stdout.flush()
    say(f"\nkills: {coordinators} commands; `resume` finished every run")


async def _paced_parts(folder: Path, parts: list[str], *, runs: int) -> None:
    with serving(alone=True) as server:
        paced = PacedMachines(server)
        async with machines(folder / "paced") as cluster:
            if "pace" in parts:
                await _pace(paced, cluster, runs=runs)
            if "joining" in parts:
                await _joining(paced, cluster, runs=runs)
                await _one_cut_off(paced, cluster, runs=runs)


async def _killed_parts(folder: Path, parts: list[str], given: argparse.Namespace, chance: random.Random) -> None:
    async with (
        served(folder, options=_FAST) as renamer,
        machines(folder / "killed") as cluster,
    ):
        killed = KilledMachines(renamer, cluster, rows=given.rows)
        await killed.alone()
        if "alike" in parts:
            await killed.undisturbed()
            say("alike: report.json, report.csv and report.xlsx are those of one machine")
        if "cut off" in parts:
            await _cut_off(killed, runs=given.runs)
        if "restarted" in parts:
            await _restarted(killed, chance, runs=given.runs)
        if "stopped" in parts:
            await _stopped(killed, chance, runs=given.runs)
        if "kills" in parts:
            await _kills(killed, chance, workers=given.workers, coordinators=given.coordinators)


async def main() -> None:
    """Measure, kill, compare, and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", action="append", choices=_PARTS, help="repeatable")
    parser.add_argument("--workers", type=int, default=20, help="kills of a worker")
    parser.add_argument("--coordinators", type=int, default=10, help="kills of the command")
    parser.add_argument("--rows", type=int, default=_ROWS, help="rows of a run of which something dies")
    parser.add_argument("--runs", type=int, default=5, help="runs of each of the other cases")
    parser.add_argument("--seed", type=int, default=None)
    given = parser.parse_args()
    parts = given.only or list(_PARTS)
    seed = given.seed if given.seed is not None else random.SystemRandom().randrange(1 << 32)
    say(f"seed {seed}")
    with tempfile.TemporaryDirectory() as name:
        if {"pace", "joining"} & set(parts):
            await _paced_parts(Path(name), parts, runs=given.runs)
        if set(parts) - {"pace", "joining"}:
            await _killed_parts(Path(name), parts, given, random.Random(seed))  # noqa: S311 - to be repeatable


if __name__ == "__main__":
    asyncio.run(main())
