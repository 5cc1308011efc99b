"""A sheet of 500 rows enters; how soon the command makes its first request leaves, and where that time goes.

The first request is seen by a server in a process of its own; both processes read the machine's monotonic clock. Three
views of the way there: the whole (the real command), its modules (``-X importtime``, the time that each package spends
on itself, and what each room of the product costs with all that it is the first to import), and its steps in a process
that has its modules already.

``python -m tests.benchmarks.startup [--rows 500] [--runs 5]``
"""

from __future__ import annotations

import argparse
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from tests.benchmarks.child import Task, in_child, write_sheet
from tests.benchmarks.command import run_command
from tests.benchmarks.served import Served, serving
from tests.benchmarks.server import Shape, order_id_of
from tests.benchmarks.table import say

_IMPORT = re.compile(r"import time: +(\d+) \| +(\d+) \| ( *)(\S+)")
_PRODUCT = "batch_renamer"
_MOST_SHOWN = 16


def until_first_request(served: Served, sheet: Path, orders: int) -> tuple[float, float]:
    """Return the seconds from the start of the command to its first request, and to its end."""
    served.reset(Shape(orders=orders))
    cost = run_command("apply", sheet, served.base_url)
    assert cost.told["exit_code"] == 0, "the command failed"
    return served.record().let_in[0] - cost.told["begun_at"], cost.seconds


def interpreter() -> float:
    """Return the seconds that Python itself takes to do nothing."""
    begun = time.perf_counter()
    subprocess.run([sys.executable, "-c", "pass"], check=True)
    return time.perf_counter() - begun


def modules(served: Served, sheet: Path, orders: int, folder: Path) -> tuple[Counter[str], Counter[str]]:
    """Return milliseconds by package (of its own modules) and by the product's room (with what it imports first)."""
    served.reset(Shape(orders=orders))
    report = folder / "imports"
    with report.open("w") as said:
        run_command("apply", sheet, served.base_url, interpreter=("-X", "importtime"), say_to=said.fileno())
    packages: Counter[str] = Counter()
    rooms: Counter[str] = Counter()
    for own, whole, _, module in map(re.Match.groups, _IMPORT.finditer(report.read_text())):
        package, _, rest = module.partition(".")
        packages[package] += int(own)
        if package == _PRODUCT and rest and "." not in rest:
            rooms[rest] += int(whole)
    return packages, rooms


def steps(served: Served, sheet: Path, orders: int, runs: int) -> dict[str, float]:
    """Return the median seconds of each step as far as the first answer."""
    made = []
    for _ in range(runs):
        served.reset(Shape(orders=orders))
        made.append(in_child(Task(client="first request", sheet=str(sheet), base_url=served.base_url)).told)
    return {step: statistics.median(told[step] for told in made) for step in made[0]}


def main() -> None:
    """Show the three views."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=500)
    parser.add_argument("--runs", type=int, default=5)
    asked = parser.parse_args()
    with serving() as served, tempfile.TemporaryDirectory() as name:
        rows = [(order_id_of(number), f"New name {number}") for number in range(asked.rows)]
        sheet = write_sheet(Path(name) / "orders.csv", rows)
        until_first_request(served, sheet, asked.rows)  # It may compile the modules.
        whole = [until_first_request(served, sheet, asked.rows) for _ in range(asked.runs)]
        nothing = statistics.median(interpreter() for _ in range(asked.runs))
        first = [first for first, _ in whole]
        say(f"first request after {statistics.median(first):.3f} s ({min(first):.3f}-{max(first):.3f})")
        say(f"the command's end after {statistics.median(end for _, end in whole):.3f} s; Python alone {nothing:.3f} s")
        packages, rooms = modules(served, sheet, asked.rows, Path(name))
        in_all = sum(packages.values()) / 1e3
        say(f"\nms in modules, by package ({in_all:.0f} in all, to the command's end)")
        _show(packages)
        say("\nms by room, with what it is the first to import (rooms within rooms are counted in both)")
        _show(rooms)
        say("\nms by step, modules imported before (but for those that a step imports itself)")
        for step, seconds in steps(served, sheet, asked.rows, asked.runs).items():
            say(f"{seconds * 1e3:9.1f}  {step}")


def _show(microseconds: Counter[str]) -> None:
    for name, spent in microseconds.most_common(_MOST_SHOWN):
        say(f"{spent / 1e3:9.1f}  {name}")


if __name__ == "__main__":
    main()
