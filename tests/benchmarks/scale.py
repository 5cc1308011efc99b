"""Sheets of growing size enter; peak memory and the time of a row in a dry run leave. Nothing goes over a socket.

Each size is a CSV file and a process of its own, in which ``plan`` reads it, asks an API inside the process for the
current names, decides and keeps the plan; pacing is off. The cost of a row between two sizes is the difference of their
seconds by the difference of their rows, so that start-up is in none of it.

``python -m tests.benchmarks.scale [--rows 10000 --rows 100000 --rows 1000000] [--runs 1]``
"""

from __future__ import annotations

import argparse
import itertools
import sys
import tempfile
from pathlib import Path

from tests.benchmarks.child import Cost, Task, in_child, write_sheet
from tests.benchmarks.server import order_id_of
from tests.benchmarks.table import Table, say

_MOST_MB = 250
_MOST_GROWTH = 1.3
_MICRO = 1e6


def dry_run(folder: Path, rows: int, *, singly: bool, profile: bool) -> Cost:
    """Plan a sheet of so many rows."""
    sheet = write_sheet(
        folder / "orders.csv", ((order_id_of(number), f"{number} Elm Street, New Town") for number in range(rows))
    )
    cost = in_child(Task(client="dry, singly" if singly else "dry", sheet=str(sheet), profile=profile))
    assert cost.told == {"planned": rows}, cost.told
    return cost


def main() -> int:
    """Plan every size and print the table; exit code 1 if a bound is passed."""
    asked = _asked()
    sizes = asked.rows or [10_000, 100_000, 1_000_000]
    table = Table("rows".rjust(10), "seconds", "CPU s", "peak MB", "us a row", "us a row more", "CPU us a row more")
    slopes: list[float] = []
    most_mb, last_rows, last = 0.0, 0, Cost(seconds=0.0, cpu_s=0.0)
    with tempfile.TemporaryDirectory() as name:
        for rows in sorted(sizes):
            runs = [dry_run(Path(name), rows, singly=asked.singly, profile=asked.profile) for _ in range(asked.runs)]
            cost = sorted(runs, key=lambda run: run.seconds)[len(runs) // 2]
            more = [
                _MICRO * (now - before) / (rows - last_rows)
                for now, before in ((cost.seconds, last.seconds), (cost.cpu_s, last.cpu_s))
            ]
            each = f"{cost.seconds / rows * _MICRO:.1f}"
            shown = [f"{us:.1f}" for us in more] if last_rows else ["", ""]
            table.row(f"{rows:,}", cost.seconds, cost.cpu_s, f"{cost.peak_mb:.0f}", each, *shown)
            slopes += more[:1] if last_rows else []
            most_mb, last_rows, last = max(most_mb, cost.peak_mb), rows, cost
    growth = [after / before for before, after in itertools.pairwise(slopes)]
    for ratio in growth:
        say(f"a further row costs {ratio:.2f} x what it cost one size before")
    return int(most_mb > _MOST_MB or any(ratio > _MOST_GROWTH for ratio in growth))


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, action="append", help="a size; repeatable")
    parser.add_argument("--runs", type=int, default=1)
    parser.add_argument("--singly", action="store_true", help="no list of orders: every row is a read of its own")
    parser.add_argument("--profile", action="store_true", help="show where the time goes as well (cProfile)")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
