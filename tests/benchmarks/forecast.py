"""Limits and latencies enter; how well the dry run's forecast foretells the real run leaves, as a table.

``plan`` says what committing it will take, ``apply --plan`` does it; both are the real command, on a fresh server of
its own with the same orders. "took" is from the first request to the last, on the server's clock.

``python -m tests.benchmarks.forecast [--runs 5] [--rows 1500]``; exit code 1 if a median is off by more than 10 %.
"""

from __future__ import annotations

import argparse
import re
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.benchmarks.child import write_sheet
from tests.benchmarks.command import environment
from tests.benchmarks.served import Served, serving
from tests.benchmarks.server import Shape, order_id_of
from tests.benchmarks.table import Table

_SETUPS = (("300/sliding", "100ms"), ("120/sliding", "100ms"), ("120/fixed", "100ms"), ("300/sliding", "1s"))
_OFF_BY = 0.1
_FORECAST = re.compile(r"about (?:(\d+) min ?)?(?:([\d.]+) s)?")
_PLAN_ID = re.compile(r"--plan (\S+)")


def command(home: Path, *words: str) -> str:
    """Run the real command; return what it says."""
    done = subprocess.run(
        [sys.executable, "-m", "batch_renamer", *words, "--no-progress", "--state-dir", str(home)],
        check=True,
        capture_output=True,
        text=True,
        env=environment(home),
    )
    return done.stdout


def foretold_and_taken(served: Served, rows: int, limit: str, latency: str) -> tuple[float, float]:
    """Return the seconds that the dry run has foretold, and those that the renaming took."""
    asked = [(order_id_of(number), f"New name {number}") for number in range(rows)]
    shape = Shape(orders=rows * 4 // 3, images=3, limit=limit, latency=latency)
    with tempfile.TemporaryDirectory() as name:
        home = Path(name)
        sheet = write_sheet(home / "orders.csv", asked)
        served.reset(shape)
        said = command(home, "plan", str(sheet), "--base-url", served.base_url)
        foretold, plan = _FORECAST.search(said), _PLAN_ID.search(said)
        assert foretold is not None, said
        assert plan is not None, said
        minutes, seconds = foretold.groups()
        served.reset(shape)
        command(home, "apply", "--plan", plan[1], "--yes", "--base-url", served.base_url)
        times = served.record().let_in
        assert not served.lost(asked)
        return 60 * int(minutes or 0) + float(seconds or 0), times[-1] - times[0]


def main() -> int:
    """Compare forecasts and runs."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--rows", type=int, default=1_500)
    asked = parser.parse_args()
    table, broken = Table("limit".rjust(11), "latency", "foretold", "took", "off by %", "from", "to"), False
    with serving() as served:
        for limit, latency in _SETUPS:
            met = [foretold_and_taken(served, asked.rows, limit, latency) for _ in range(asked.runs)]
            off = [foretold / taken - 1 for foretold, taken in met]
            broken |= abs(statistics.median(off)) > _OFF_BY
            shown = (100 * share for share in (statistics.median(off), min(off), max(off)))
            table.row(limit, latency, *(statistics.median(seconds) for seconds in zip(*met, strict=True)), *shown)
    return int(broken)


if __name__ == "__main__":
    sys.exit(main())
