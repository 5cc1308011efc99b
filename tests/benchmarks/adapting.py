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
import sys
from collections.abc import Callable
from datetime import UTC, datetime

from tests.benchmarks.field import machine
from tests.benchmarks.limited_case import Case, Part, Promise, Seen
from tests.benchmarks.served import ceiling_of, serving
from tests.benchmarks.table import Table, say

_ALGORITHMS = ("sliding", "sliding-all", "fixed", "bucket:10")
_UNDER_ONE_PERCENT = math.nextafter(0.01, 0)


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
    return [*_known(), *_unknown(), _changing(), *_shared(), _joined()]


def _known() -> list[Case]:
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
    far = Case(
        orders=6_000,
        limit="300/sliding",
        latency="2s",
        told_per_s=300,
        promises=(Promise(name="far away: 2 s", of=_used(300), at_least=0.98),),
    )
    return [*known, jitter, far]


def _unknown() -> list[Case]:
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
    return [*unknown, *short]


def _changing() -> Case:
    return Case(
        orders=18_000,
        limit="300/sliding",
        then=("150/sliding", "300/sliding"),
        promises=(
            Promise(name="halved: back after", of=_back(0, 150), within_s=15),
            Promise(name="restored: back after", of=_back(1, 300), within_s=15),
        ),
    )


def _shared() -> list[Case]:
    known = [
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
    unknown = [
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
    return [*known, *unknown]


def _joined() -> Case:
    # The third one joins after 8 s, and the first one is killed after 16 s.
    return Case(
        orders=15_000,
        limit="300/sliding",
        told_per_s=300,
        runs=(Part(killed_s=16), Part(), Part(begins_s=8)),
        promises=(
            Promise(name="joined: used after", of=_used_after(0, 300), within_s=2, throttled=_UNDER_ONE_PERCENT),
            Promise(name="killed: used after", of=_used_after(1, 300), within_s=2, throttled=_UNDER_ONE_PERCENT),
        ),
    )


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
