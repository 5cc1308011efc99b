"""A limit and a latency enter; how fast everybody renames under them leaves, side by side, as a table.

One command starts its own server, measures what that can do at most, and lets the product and the peers rename the same
orders, one client at a time, several times, each time in another order. Client and server share the machine's cores.

``python -m tests.benchmarks.field [--runs 5] [--orders 1500] [--latency 100ms] [--limit 300/sliding]``

- A limit is that of the sandbox (``300/sliding``, ``sliding-all``, ``fixed``, ``bucket``), a burst after a colon:
  ``300/bucket:10``. A latency is ``100ms``; ``100ms+10ms`` has jitter on the way there.
- ``--told 300``: the rate that the clients are given, where the server's real limit is another; ``none`` leaves the
  product to find out, and the peers that need one are left out.
- seconds: from the first line of a client that has its libraries to the last; of the command from its start to its end.
- x ideal: those seconds, by what the limit allows for the requests that were let in.
- limit used: what was let in from first to last, by the limit, on the server's own clock; "PATCH" is of those alone.
- CPU s: user and system, without the start (of the command, what it costs with one row).
"""

from __future__ import annotations

import argparse
import json
import math
import os
import platform
import statistics
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.benchmarks.child import Cost, Task, in_child, write_sheet
from tests.benchmarks.command import run_command, start_up
from tests.benchmarks.peers import PEERS
from tests.benchmarks.served import Record, Served, ceiling_of, limit_per_s, serving
from tests.benchmarks.server import Shape, order_id_of
from tests.benchmarks.table import Table, say

_HEADINGS = ("client", "seconds", "min-max", "x ideal", "requests", "429s", "lost", "CPU s", "limit used", "PATCH")


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """A line of the table: its name, and what lets it rename the orders of a sheet."""

    name: str
    rename: Callable[[Path], Cost]


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What one run of one client came to, by its own clock and by the server's."""

    seconds: float
    cpu_s: float
    requests: int
    throttled: int
    lost: int
    ideal_s: float
    used: float
    used_in_patches: float
    by_second: list[tuple[int, int]]


def clients(asked: argparse.Namespace, served: Served, starting: Cost) -> list[Client]:
    """Return everybody who is to run."""
    told = asked.told

    def command(sheet: Path) -> Cost:
        rate = ["--rate", f"{told:g}"] if told is not None else []
        workers = ["--workers", str(asked.workers)] if asked.workers else []
        cost = run_command("apply", sheet, served.base_url, *rate, *workers)
        return replace(cost, cpu_s=cost.cpu_s - starting.cpu_s)

    def child(client: str, at_once: int | None) -> Callable[[Path], Cost]:
        def rename(sheet: Path) -> Cost:
            return in_child(
                Task(client=client, sheet=str(sheet), base_url=served.base_url, rate_per_s=told, at_once=at_once)
            )

        return rename

    everybody = [
        Client(name="batch-renamer apply", rename=command),
        Client(name="batch-renamer, started", rename=child("job", asked.workers)),
        Client(name="batch-renamer, PATCH alone", rename=child("renames", asked.workers)),
    ]
    for peer in PEERS:
        if not peer.here:
            _note(f"{peer.name}: left out, {peer.needs} is not installed (pip install --group bench)")
        elif (asked.slow or not peer.slow) and (told is not None or not peer.paced):
            everybody.append(Client(name=peer.name, rename=child(peer.name, 50)))
    return [client for client in everybody if not asked.only or any(word in client.name for word in asked.only)]


def one_run(client: Client, served: Served, shape: Shape, folder: Path, number: int) -> Seen:
    """Let a client rename all orders once."""
    rows = [(order_id_of(order), f"New name {order} of run {number}") for order in range(shape.orders)]
    sheet = write_sheet(folder / "orders.csv", rows)
    served.reset(shape)
    cost = client.rename(sheet)
    return seen(cost, served.record(), lost=served.lost(rows), limit=limit_per_s(shape.limit))


def seen(cost: Cost, record: Record, *, lost: int, limit: float) -> Seen:
    """Put both clocks together."""
    return Seen(
        seconds=cost.seconds,
        cpu_s=cost.cpu_s,
        requests=record.requests,
        throttled=len(record.refused),
        lost=lost,
        ideal_s=len(record.let_in) / limit,
        used=record.share_of(limit),
        used_in_patches=record.share_of(limit, "PATCH"),
        by_second=record.per_second(),
    )


def line_of(name: str, runs: Sequence[Seen]) -> list[str]:
    """Return one line of the table: medians, with the extremes of the seconds and the most of 429s and lost rows."""

    def median(of: Callable[[Seen], float]) -> float:
        return statistics.median(map(of, runs))

    def and_most(of: Callable[[Seen], int]) -> str:
        most, middle = max(map(of, runs)), median(of)
        return f"{middle:g}" if most == middle else f"{middle:g} ({most})"

    def percent(of: Callable[[Seen], float]) -> str:
        return "" if math.isnan(median(of)) or not median(of) else f"{median(of):.1%}"

    return [
        name,
        f"{median(lambda run: run.seconds):.2f}",
        f"{min(run.seconds for run in runs):.2f}-{max(run.seconds for run in runs):.2f}",
        f"{median(lambda run: run.seconds / run.ideal_s if run.ideal_s else math.nan):.3f}",
        f"{median(lambda run: run.requests):g}",
        and_most(lambda run: run.throttled),
        and_most(lambda run: run.lost),
        f"{median(lambda run: run.cpu_s):.2f}",
        percent(lambda run: run.used),
        percent(lambda run: run.used_in_patches),
    ]


def machine() -> str:
    """Return what it was measured on."""
    cores = os.cpu_count()
    return f"{platform.machine()}, {cores} cores, {platform.system()}, Python {platform.python_version()}"


def show(found: dict[str, list[Seen]], *, markdown: bool) -> None:
    """Print the table."""
    lines = [line_of(name, runs) for name, runs in found.items()]
    if markdown:
        for cells in (_HEADINGS, ["---"] * len(_HEADINGS), *lines):
            say(f"| {' | '.join(cells)} |")
        return
    table = Table(*(heading.rjust(max(map(len, found))) if heading == "client" else heading for heading in _HEADINGS))
    for cells in lines:
        table.row(*cells)


def main() -> None:
    """Measure everybody."""
    asked = _asked()
    shape = Shape(orders=asked.orders, images=asked.images, limit=asked.limit, latency=asked.latency)
    limit = limit_per_s(asked.limit)
    if asked.told == "limit":
        asked.told = f"{limit:g}" if math.isfinite(limit) else "none"
    asked.told = None if asked.told == "none" else float(asked.told)
    with serving() as served, tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        ceiling = ceiling_of(served)
        starting = start_up(served, folder)
        setting: dict[str, Any] = {
            "date": datetime.now(UTC).date().isoformat(),
            "machine": machine(),
            "shape": asdict(shape),
            "told_per_s": asked.told,
            "ceiling": asdict(ceiling),
            "start_up": asdict(starting),
        }
        _note(
            f"{setting['date']}, {setting['machine']}; limit {shape.limit}, told {asked.told}, "
            f"latency {shape.latency}, {shape.orders} orders of {shape.images} images, runs {asked.runs}.\n"
            f"The server answers {ceiling.driven_per_s:,.0f} requests/s driven by one process on the same cores, "
            f"{ceiling.by_cpu_per_s:,.0f} by its CPU time alone.\n"
            f"The command costs {starting.seconds:.2f} s and {starting.cpu_s:.2f} CPU s with one row."
        )
        everybody = clients(asked, served, starting)
        found: dict[str, list[Seen]] = {client.name: [] for client in everybody}
        for number in range(asked.runs):
            turn = number % len(everybody)
            for client in [*everybody[turn:], *everybody[:turn]]:
                run = one_run(client, served, shape, folder, number)
                found[client.name].append(run)
                _note(f"  run {number + 1}: " + "  ".join(line_of(client.name, [run])))
    if asked.json:
        runs = {name: [asdict(run) for run in runs] for name, runs in found.items()}
        say(json.dumps({**setting, "clients": runs}))
    else:
        show(found, markdown=asked.markdown)


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--orders", type=int, default=1_500)
    parser.add_argument("--images", type=int, default=3, help="images of each order: the weight of an answer")
    parser.add_argument("--latency", default="100ms")
    parser.add_argument("--limit", default="300/sliding")
    parser.add_argument("--told", default="limit", help="the rate that clients are given: a number, or none")
    parser.add_argument("--workers", type=int, help="of the product; without it, it finds out itself")
    parser.add_argument("--only", action="append", metavar="WORD", help="clients whose names have this; repeatable")
    parser.add_argument("--slow", action="store_true", help="the documentation's sample as well")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--markdown", action="store_true")
    return parser.parse_args()


def _note(text: str) -> None:
    sys.stderr.write(f"{text}\n")


if __name__ == "__main__":
    main()
