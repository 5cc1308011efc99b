"""A fast server enters; what a request costs the client in CPU time leaves, the product by a bare loop.

Each of the product's is compared with a bare aiohttp loop that makes the same requests, as many at once, in turns:

- "command": the real ``apply`` at ``--rate 10000``, with pacing, its start, sheet, journal and report: all CPU time of
  its process. Its bare loop sends as many pages, single reads and PATCHes as the command did.
- "renames": a PATCH for each row through pool, gateway, retrier and client.
- "job": the whole of ``apply`` with its sheet and journal, but for the command line and the report; a GET and a PATCH
  for each row, because this server puts a single order on a page of the list.
- "job by pages": the same where the list has full pages, so that it takes about half the requests of its bare loop;
  only the cost of a row compares.

Of the others, and of the bare loops, start-up is in none of the figures, and pacing is off. Client and server share the
machine's cores. The extra ``speed`` is used where it is installed; a bare loop never uses it.

``python -m tests.benchmarks.cpu [--runs 5] [--rows 50000] [--only command] [--profile renames|job|bare]``
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from tests.benchmarks.child import Task, in_child, write_sheet
from tests.benchmarks.command import run_command
from tests.benchmarks.internals import UNPACED_PER_S
from tests.benchmarks.served import Served, ceiling_of, serving
from tests.benchmarks.server import Shape, order_id_of
from tests.benchmarks.table import Table, say

_BARE = {"command": "bare alike", "renames": "bare", "job": "bare with reads", "job by pages": "bare with reads"}
_COMMAND_RATE = "10000"
_FULL_PAGE = 100
_MICRO = 1e6


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """CPU time in microseconds, of the client a request and a row, of the server a request; requests per second."""

    per_request_us: float
    per_row_us: float
    server_us: float
    requests: int
    per_s: float
    singles: int
    pages: int


def measure(
    client: str,
    asked: argparse.Namespace,
    served: Served,
    folder: Path,
    *,
    like: Figure | None = None,
    profile: bool = False,
) -> Figure:
    """Let one client rename all rows, as fast as it can; ``like`` is the run whose requests ``bare alike`` sends."""
    rows = [(order_id_of(number), f"New name {number}") for number in range(asked.rows)]
    sheet = write_sheet(folder / "orders.csv", rows)
    full_pages = client in ("command", "bare alike", "job by pages")
    served.reset(Shape(orders=asked.rows, images=asked.images, most_per_page=_FULL_PAGE if full_pages else 1))
    if client == "command":
        words = ("--rate", _COMMAND_RATE, "--workers", str(asked.workers))
        cost = run_command("apply", sheet, served.base_url, *words)
        assert cost.told["exit_code"] == 0, cost
    else:
        cost = in_child(
            Task(
                client="job" if client == "job by pages" else client,
                sheet=str(sheet),
                base_url=served.base_url,
                rate_per_s=UNPACED_PER_S,
                at_once=asked.workers,
                singles=like.singles if like is not None else 0,
                pages=like.pages if like is not None else 0,
                profile=profile,
            )
        )
    record = served.record()
    assert not served.lost(rows), f"{client} lost rows"
    return Figure(
        per_request_us=cost.cpu_s / record.requests * _MICRO,
        per_row_us=cost.cpu_s / asked.rows * _MICRO,
        server_us=record.cpu_s / record.requests * _MICRO,
        requests=record.requests,
        per_s=record.requests / cost.seconds,
        singles=len(record.accepted["GET"]),
        pages=len(record.accepted["LIST"]),
    )


def main() -> int:
    """Measure in turns and print the ratios; exit code 1 if a median is above the bound."""
    asked = _asked()
    with _bench() as (served, folder):
        if asked.profile:
            figure = measure(asked.profile, asked, served, folder, profile=True)
            say(f"{figure.requests} requests, {figure.per_request_us:.0f} us each under the profiler")
            return 0
        ceiling = ceiling_of(served)
        say(f"The server answers {ceiling.driven_per_s:,.0f} requests/s, {ceiling.by_cpu_per_s:,.0f} by its CPU time.")
        found: dict[str, list[Figure]] = {}
        table = Table("run", "client".rjust(15), "us a request", "us a row", "server us", "requests", "requests/s")
        pairs = {client: bare for client, bare in _BARE.items() if not asked.only or client in asked.only}
        for number in range(1, asked.runs + 1):
            everybody = list(dict.fromkeys(name for pair in pairs.items() for name in pair))
            for client in everybody if number % 2 else reversed(everybody):
                last_command = found["command"][-1] if "command" in found else None
                figure = measure(client, asked, served, folder, like=last_command if client == "bare alike" else None)
                found.setdefault(client, []).append(figure)
                table.row(
                    number,
                    client,
                    f"{figure.per_request_us:.1f}",
                    f"{figure.per_row_us:.1f}",
                    f"{figure.server_us:.1f}",
                    figure.requests,
                    f"{figure.per_s:,.0f}",
                )
    ratios = {client: _ratios(found[client], found[bare]) for client, bare in pairs.items()}
    if asked.json:
        say(json.dumps({"ratios": ratios, **{name: [asdict(run) for run in runs] for name, runs in found.items()}}))
    for client, (per_request, per_row) in ratios.items():
        say(f"{client}: {_spread(per_request)} x {_BARE[client]} a request, {_spread(per_row)} x a row")
    compared = (ratios[client][0] for client in ("command", "renames", "job") if client in ratios)
    return int(any(statistics.median(per_request) > asked.bound for per_request in compared))


def _ratios(product: list[Figure], bare: list[Figure]) -> tuple[list[float], list[float]]:
    pairs = list(zip(product, bare, strict=True))
    return (
        [ours.per_request_us / theirs.per_request_us for ours, theirs in pairs],
        [ours.per_row_us / theirs.per_row_us for ours, theirs in pairs],
    )


def _spread(ratios: list[float]) -> str:
    return f"{statistics.median(ratios):.2f} ({min(ratios):.2f}-{max(ratios):.2f})"


@contextmanager
def _bench() -> Iterator[tuple[Served, Path]]:
    with serving() as served, tempfile.TemporaryDirectory() as name:
        yield served, Path(name)


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--rows", type=int, default=50_000)
    parser.add_argument("--images", type=int, default=3, help="images of each order: the weight of an answer")
    parser.add_argument("--workers", type=int, default=50)
    parser.add_argument("--only", metavar="CLIENT", action="append", help="a client of the product; repeatable")
    parser.add_argument("--bound", type=float, default=1.5, help="the ratio that is still good")
    parser.add_argument("--profile", metavar="CLIENT", help="only show where the time of this client goes (cProfile)")
    parser.add_argument("--json", action="store_true")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
