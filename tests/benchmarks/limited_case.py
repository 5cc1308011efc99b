"""A limit and the runs that use it enter; the server's record of them, and whether a promise was kept, leaves."""

from __future__ import annotations

import math
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks.child import write_sheet
from tests.benchmarks.command import run_command
from tests.benchmarks.internals import KEY
from tests.benchmarks.served import Record, Served, limit_per_s
from tests.benchmarks.server import Shape, order_id_of

__all__ = ["Case", "Part", "Promise", "Seen"]

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
