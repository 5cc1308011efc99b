"""Limits known, unknown, changing, shared and far away enter; a table of what the product makes of each leaves.

Over real sockets, by the clock of the measuring server, which has a process and a core of its own. The whole command
``apply`` is run: it reads the names by pages, without latency, and sends the renames, with it. Exit code 1 if the
median of the runs is short of a promise, if too much was refused, or if a row was lost.

``python -m tests.benchmarks.adapting [--runs 5] [--only halved]`` takes about sixteen minutes a run.

- figure: the share of the limit that renames used (median, and from the least to the most of the runs), from the first
  rename that was let in until 97 % of all were: what the start of the renames and the learning cost is in it.
  Where runs share a limit, the reads of those that begin later count as well.
  After a change of the limit: seconds until 90 % of the then limit is used for three seconds, with 429s under 1 %.
  The same for 97 % after a run has joined two others, or one of them was killed.
- 429s: as a share of all requests, and the most of any run.
- lost: orders that don't have their new name, the most of any run.
"""

from __future__ import annotations

import argparse
import math
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from tests.benchmarks.child import write_sheet
from tests.benchmarks.command import run_command
from tests.benchmarks.field import machine
from tests.benchmarks.internals import KEY
from tests.benchmarks.served import Record, Served, ceiling_of, limit_per_s, serving
from tests.benchmarks.server import Shape, order_id_of
from tests.benchmarks.table import Table, say

_ALGORITHMS = ("sliding", "sliding-all", "fixed", "bucket:10")
_UNDER_ONE_PERCENT = math.nextafter(0.01, 0)
_PHASE_S = 25.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One run of a case: the server's record, when each change of its limit came, and the rows that were lost."""

    record: Record
    changed_at: list[float]
    lost: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """A line of the table: a figure of each run, and the bound of its median; times are bounded from above.

    ``throttled`` bounds the 429s of the median run, ``throttled_ever`` those of any, as shares of its requests.
    """

    name: str
    of: Callable[[Seen], float]
    at_least: float = 0.0
    within_s: float = math.inf
    throttled: float = 1.0
    throttled_ever: float = 1.0

    def line(self, runs: Sequence[Seen]) -> list[str]:
        """Return its cells; the last says whether it was kept."""
        figures = [self.of(run) for run in runs]
        refused = [run.record.throttled for run in runs]
        figure, throttled, lost = statistics.median(figures), statistics.median(refused), max(run.lost for run in runs)
        timed = self.within_s < math.inf
        form = "{:.1f} s".format if timed else "{:.1%}".format
        short = [
            *(["figure"] if not (figure <= self.within_s if timed else figure >= self.at_least) else []),
            *(["429s"] if throttled > self.throttled or max(refused) > self.throttled_ever else []),
            *(["lost"] if lost else []),
        ]
        return [
            self.name,
            form(figure),
            f"{form(min(figures))}-{form(max(figures))}",
            f"{'<=' if timed else '>='} {form(self.within_s if timed else self.at_least)}",
            f"{throttled:.2%}",
            f"{max(refused):.2%}",
            str(lost),
            f"short of {', '.join(short)}" if short else "PASS",
        ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One of the runs that share a limit: the weight of its part, and when it begins and is killed, in seconds."""

    weight: int = 1
    begins_s: float = 0.0
    killed_s: float = math.inf


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A server, what the product is told of it, the runs of it that are at work together, and what is promised.

    Each of ``runs`` does its part of the orders. Each of ``then`` is another limit, in force after so many phases of
    `_PHASE_S` seconds.
    """

    orders: int
    limit: str
    promises: tuple[Promise, ...]
    latency: str = "100ms"
    told_per_s: float | None = None
    runs: tuple[Part, ...] = (Part(),)
    then: tuple[str, ...] = ()

    def run(self, served: Served, number: int) -> Seen:
        """Rename all orders once; a run that takes three times as long as it may is ended, and has lost the rest."""
        rows = [(order_id_of(order), f"New name {order} of run {number}") for order in range(self.orders)]
        least_per_s = min(map(limit_per_s, (self.limit, *self.then)))
        within_s = 30 + 3 * self.orders / least_per_s
        served.reset(Shape(orders=self.orders, limit=self.limit, latency=self.latency, quick_reads=True))
        with tempfile.TemporaryDirectory() as name, ThreadPoolExecutor(len(self.runs)) as clients:
            parts = self._parts(rows)
            changed_at = sorted(
                at + time.monotonic() for one in self.runs for at in (one.begins_s, one.killed_s) if 0 < at < math.inf
            )
            working = [
                clients.submit(
                    self._rename,
                    client,
                    write_sheet(Path(name) / f"{client}.csv", parts[client]),
                    served.base_url,
                    within_s,
                )
                for client in range(len(self.runs))
            ]
            for limit in self.then:
                time.sleep(_PHASE_S)
                served.set_limit(limit)
                changed_at.append(time.monotonic())
            for client in working:
                client.result()
        finished = [row for one, part in zip(self.runs, parts, strict=True) if one.killed_s == math.inf for row in part]
        return Seen(record=served.record(), changed_at=changed_at, lost=served.lost(finished))

    def _parts(self, rows: Sequence[tuple[str, str]]) -> list[list[tuple[str, str]]]:
        """Deal the rows out, so that each page of the list has rows of every run."""
        turns = [client for client, one in enumerate(self.runs) for _ in range(one.weight)]
        return [
            [row for place, row in enumerate(rows) if turns[place % len(turns)] == client]
            for client in range(len(self.runs))
        ]

    def _rename(self, client: int, sheet: Path, base_url: str, within_s: float) -> None:
        run = self.runs[client]
        rate = [] if self.told_per_s is None else ["--rate", f"{self.told_per_s:g}"]
        time.sleep(run.begins_s)
        within_s = min(within_s, run.killed_s - run.begins_s)
        # An account each: two runs of one account would wait for each other.
        key = f"{KEY}-{client}"
        run_command("apply", sheet, base_url, *rate, state_dir=sheet.parent / "state", key=key, within_s=within_s)


def _used(limit: float) -> Callable[[Seen], float]:
    return lambda seen: seen.record.share_until(limit)


def _used_together(limit: float) -> Callable[[Seen], float]:
    """Also what the later runs read is a use of the limit."""
    return lambda seen: seen.record.share_until(limit, all_kinds=True)


def _back(change: int, limit: float) -> Callable[[Seen], float]:
    return lambda seen: seen.record.back_after_s(seen.changed_at[change], limit, share=0.9, throttled=0.01)


def _used_after(change: int, limit: float) -> Callable[[Seen], float]:
    return lambda seen: seen.record.back_after_s(seen.changed_at[change], limit, share=0.97, throttled=0.01)


def cases() -> list[Case]:
    """Return everything that is promised, with its bounds."""
    known = [
        Case(
            orders=3_000,
            limit=f"300/{algorithm}",
            told_per_s=300,
            promises=(
                Promise(name=f"known, {algorithm}", of=_used(300), at_least=0.992, throttled=0.0, throttled_ever=0.001),
            ),
        )
        for algorithm in _ALGORITHMS
    ]
    jitter = Case(
        orders=3_000,
        limit="300/sliding",
        latency="100ms+10ms",
        told_per_s=300,
        promises=(Promise(name="jitter of 10 ms", of=_used(300), at_least=0.985, throttled=0.001),),
    )
    unknown = [
        Case(
            orders=12_000,
            limit=f"120/{algorithm}",
            promises=(
                Promise(
                    name=f"unknown, {algorithm}",
                    of=_used(120),
                    at_least=0.985,
                    throttled=0.005,
                ),
            ),
        )
        for algorithm in _ALGORITHMS
    ]
    # At 300/s, thirty requests are on their way within the 100 ms until a window that is full shows it, and all of them
    # are refused. Only a slower start would save them, and it would cost every first run at the documented limit.
    short = [
        Case(
            orders=1_500,
            limit=f"120/{algorithm}",
            promises=(Promise(name=f"short, {algorithm}", of=_used(120), at_least=at_least, throttled=throttled),),
        )
        for algorithm, at_least, throttled in (
            ("sliding", 0.955, 0.025),
            ("fixed", 0.955, 0.025),
            ("bucket:10", 0.985, 0.005),
        )
    ]
    changing = Case(
        orders=18_000,
        limit="300/sliding",
        then=("150/sliding", "300/sliding"),
        promises=(
            Promise(name="halved: back after", of=_back(0, 150), within_s=15),
            Promise(name="restored: back after", of=_back(1, 300), within_s=15),
        ),
    )
    shared = [
        Case(
            orders=12_000,
            limit="300/sliding",
            told_per_s=300,
            runs=runs,
            promises=(Promise(name=name, of=_used_together(300), at_least=0.97, throttled=_UNDER_ONE_PERCENT),),
        )
        for name, runs in (
            ("two at once", (Part(), Part())),
            ("two, 3 s apart", (Part(), Part(begins_s=3))),
            ("two, 4 : 1 rows", (Part(weight=4), Part(begins_s=3))),
        )
    ]
    shared_unknown = [
        Case(
            orders=5_000,
            limit=f"120/{algorithm}",
            runs=(Part(), Part(begins_s=3)),
            promises=(
                Promise(
                    name=f"two, 120/{algorithm}", of=_used_together(120), at_least=0.97, throttled=_UNDER_ONE_PERCENT
                ),
            ),
        )
        for algorithm in ("sliding", "bucket:10")
    ]
    # The third one joins after 8 s, and the first one is killed after 16 s.
    joined = Case(
        orders=15_000,
        limit="300/sliding",
        told_per_s=300,
        runs=(Part(killed_s=16), Part(), Part(begins_s=8)),
        promises=(
            Promise(name="joined: used after", of=_used_after(0, 300), within_s=2, throttled=_UNDER_ONE_PERCENT),
            Promise(name="killed: used after", of=_used_after(1, 300), within_s=2, throttled=_UNDER_ONE_PERCENT),
        ),
    )
    far = Case(
        orders=6_000,
        limit="300/sliding",
        latency="2s",
        told_per_s=300,
        promises=(Promise(name="far away: 2 s", of=_used(300), at_least=0.98),),
    )
    return [*known, jitter, *unknown, *short, changing, *shared, *shared_unknown, joined, far]


def main() -> int:
    """Measure every case and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--only", action="append", metavar="NAME", help="lines that begin so; repeatable")
    parser.add_argument("--by-second", action="store_true", help="what was let in and what was refused, in each second")
    asked = parser.parse_args()
    kept = True
    with serving(alone=True) as served:
        ceiling = ceiling_of(served)
        say(f"{datetime.now(UTC).date()}, {machine()}; medians of {asked.runs}; the same cores serve, up to")
        say(f"{ceiling.driven_per_s:,.0f} requests/s.")
        table = Table("case".rjust(20), "figure", "spread".rjust(14), "promised", "429s", "most", "lost", "".rjust(20))
        for case in cases():
            if asked.only and not any(promise.name.startswith(tuple(asked.only)) for promise in case.promises):
                continue
            runs = [case.run(served, number) for number in range(asked.runs)]
            for promise in case.promises:
                table.row(*(cells := promise.line(runs)))
                kept = kept and cells[-1] == "PASS"
            for run in runs if asked.by_second else []:
                say("  " + " ".join(f"{good}+{bad}" if bad else f"{good}" for good, bad in run.record.per_second()))
    return int(not kept)


if __name__ == "__main__":
    sys.exit(main())
