"""Accounts of several shapes enter; how many requests ``apply`` makes for 1,500 rows in each leaves.

"command" is the seconds of the whole command, "requests" those from its first request to its last on the server's
clock, "x ideal" these by what the limit allows for the requests made.

The wanted orders are all that there are but a few, the newest of many (which the list shows first), or spread evenly.
``python -m tests.benchmarks.reads [--rows 1500] [--latency 100ms] [--limit 300/sliding] [--most-per-page 100]``
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from tests.benchmarks.child import write_sheet
from tests.benchmarks.command import run_command
from tests.benchmarks.served import limit_per_s, serving
from tests.benchmarks.server import Shape, order_id_of
from tests.benchmarks.table import Table


def main() -> None:
    """Rename in each account."""
    asked = _asked()
    accounts = {
        "2,000 orders": (2_000, 1),
        "100,000, newest first": (100_000, 1),
        "100,000, spread evenly": (100_000, 100_000 // asked.rows),
    }
    table = Table(
        "account".rjust(24),
        "pages",
        "GETs",
        "PATCHes",
        "429s",
        "a row",
        "lost",
        "command",
        "requests",
        "x ideal",
        width=8,
    )
    with serving() as served, tempfile.TemporaryDirectory() as name:
        for account, (orders, step) in accounts.items():
            rows = [(order_id_of(number * step), f"New name {number}") for number in range(asked.rows)]
            sheet = write_sheet(Path(name) / "orders.csv", rows)
            served.reset(
                Shape(
                    orders=orders,
                    images=asked.images,
                    limit=asked.limit,
                    latency=asked.latency,
                    most_per_page=asked.most_per_page,
                )
            )
            cost = run_command("apply", sheet, served.base_url)
            record = served.record()
            pages, gets, patches = (len(record.accepted[kind]) for kind in ("LIST", "GET", "PATCH"))
            requests_s = record.let_in[-1] - record.let_in[0]
            ratio = f"{1 / record.share_of(limit_per_s(asked.limit)):.2f}"
            made = (pages, gets, patches, len(record.refused), record.requests / asked.rows)
            table.row(account, *made, served.lost(rows), cost.seconds, requests_s, ratio)


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=1_500)
    parser.add_argument("--images", type=int, default=3, help="images of each order: the weight of an answer")
    parser.add_argument("--latency", default="100ms")
    parser.add_argument("--limit", default="300/sliding")
    parser.add_argument("--most-per-page", type=int, default=100, help="the most orders on a page of the list")
    return parser.parse_args()


if __name__ == "__main__":
    main()
