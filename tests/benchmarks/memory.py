"""Long sheets and large answers enter; the most memory that a run takes leaves, each run in a process of its own.

Rows: the job runs against an API within the process, so that 100,000 rows take seconds, and writes all three reports.
Answers: the real command renames orders whose answers have 2 MB each. Exit code 1 if memory grows with the rows or with
the number of answers. ``python -m tests.benchmarks.memory``
"""

from __future__ import annotations

import asyncio
import csv
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.benchmarks.table import Table, say
from tests.support.command import COLD, environment
from tests.support.served import served

ROWS = (10_000, 100_000)
MOST_GROWTH = 1.15
ANSWERS = ((0, 60), (2_800, 60), (2_800, 240))
"""Images of each order, and orders."""

COMMAND = """
import asyncio, resource, sys
from contextlib import asynccontextmanager
from batch_renamer.cli.main import main
from batch_renamer.jobs import destinations as connect
from batch_renamer.model import Order
from batch_renamer.client.orders_api import OrderPage

class EveryOrder:
    "An API in which every order there could be is there."
    async def get(self, order_id):
        await asyncio.sleep(0)
        return Order(order_id=order_id, name="Old")
    async def rename(self, order_id, new_name):
        await asyncio.sleep(0)
        return Order(order_id=order_id, name=new_name)
    async def page(self, *, per_page, offset=None, query=None):
        return OrderPage(orders=(), next_offset=None)

@asynccontextmanager
async def opened(**_):
    yield EveryOrder()

connect.open_orders_api = opened
try:
    main()
finally:
    unit = 1 if sys.platform == "darwin" else 1024
    most = [resource.getrusage(who).ru_maxrss * unit for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    print(*most, file=sys.stderr)
"""


def write_sheet(path: Path, rows: int) -> Path:
    """Write a sheet with as many rows."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(("order_id", "new_name"))
        writer.writerows((f"6f1c2b7e-0a4d-4c55-9b1e-{n:012d}", f"{n} Elm Street, Springfield") for n in range(rows))
    return path


def peak_of_rows(rows: int, folder: Path) -> tuple[float, float]:
    """Return the most megabytes that a run of so many rows takes, and its seconds."""
    words = ["apply", str(write_sheet(folder / "orders.csv", rows)), "--yes", "--rate", "10000", "--workers", "64"]
    reports = [word for ending in ("csv", "xlsx", "json") for word in ("--report", f"report.{ending}")]
    begun = time.monotonic()
    ran = subprocess.run(
        [sys.executable, "-c", COMMAND, *words, *reports],
        cwd=folder,
        env=environment(folder),
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    return max(map(int, ran.stderr.split()[-2:])) / 1e6, time.monotonic() - begun


async def peak_of_answers(folder: Path, images: int, orders: int) -> tuple[float, float, float]:
    """Return the most megabytes that a run takes, the megabytes answered to each request, and the seconds."""
    async with served(folder, program=COLD) as renamer:
        rows = renamer.seed(orders)
        for order_id, _ in rows:
            renamer.sandbox.store.seed(order_id, "Old", images=images)
        answer_mb = await size_of_answer(renamer.base_url)
        ran = await renamer.apply(renamer.sheet(rows), "--json")
        assert set(ran.results) == {"renamed"}
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * unit / 1e6, answer_mb, ran.seconds


async def size_of_answer(base_url: str) -> float:
    """Return the megabytes of one order's answer."""
    host, _, port = base_url.removeprefix("http://").partition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(b"GET /v3/orders/order-1 HTTP/1.1\r\nHost: sandbox\r\nConnection: close\r\n\r\n")
    body = await reader.read(-1)
    writer.close()
    return len(body) / 1e6


def main() -> int:
    """Measure and print."""
    # What the system tells is the most of all children so far, so the smaller runs come first.
    answers = Table("MB an answer", "orders", "peak MB", "seconds", width=12)
    large = []
    for images, orders in ANSWERS:
        with tempfile.TemporaryDirectory() as folder:
            peak_mb, answer_mb, seconds = asyncio.run(peak_of_answers(Path(folder), images, orders))
        answers.row(answer_mb, orders, peak_mb, seconds)
        large.append(peak_mb)
    say()
    table = Table("rows", "peak MB", "seconds", width=12)
    peaks = []
    for rows in ROWS:
        with tempfile.TemporaryDirectory() as folder:
            peak_mb, seconds = peak_of_rows(rows, Path(folder))
        table.row(rows, peak_mb, seconds)
        peaks.append(peak_mb)
    say(f"{ROWS[-1]:,} rows take {peaks[-1] / peaks[0]:.3f} x the memory of {ROWS[0]:,}")
    return int(peaks[-1] > MOST_GROWTH * peaks[0] or large[-1] > MOST_GROWTH * large[-2])


if __name__ == "__main__":
    sys.exit(main())
