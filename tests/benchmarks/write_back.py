"""A long workbook enters; how long a write-back of its results takes, and how much memory, leaves.

Each workbook is written in a process of its own: 20,000 rows, and four times as many. Exit code 1 if 20,000 rows take
more than 2 s of the processor or 200 MB, or if four times the rows take more than six times as long.
``python -m tests.benchmarks.write_back``, on Linux.
"""

from __future__ import annotations

import io
import subprocess
import sys
import tempfile
from pathlib import Path

import xlsxwriter

from tests.benchmarks.table import Table

ROWS = (20_000, 80_000)
MOST_S, MOST_MB, MOST_GROWTH = 2.0, 200, 6.0

COMMAND = """
import sys, time
from datetime import UTC, datetime
from batch_renamer.reports.own_workbook import RowBack
from batch_renamer.reports.own_workbook.xlsx import write_back_xlsx

source, target, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
moment = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)
rows = [
    RowBack(row=row, result="renamed", reason="", final_name=f"{row} Elm Street", renamed_at=moment)
    if row % 4
    else RowBack(row=row, result="failed", reason="404: the API knows no such order", final_name=None, renamed_at=None)
    for row in range(2, count + 2)
]
before = time.process_time(), time.perf_counter()
with open(source, "rb") as old, open(target, "wb") as new:
    write_back_xlsx(old, new, sheet="Orders", heading_row=1, rows=rows)
processor_s, s = time.process_time() - before[0], time.perf_counter() - before[1]
with open("/proc/self/status") as status:  # getrusage would count the process that started this one
    peak_kb = next(int(line.split()[1]) for line in status if line.startswith("VmHWM"))
print(processor_s, s, peak_kb / 1000)
"""


def _workbook(rows: int) -> bytes:
    file = io.BytesIO()
    with xlsxwriter.Workbook(file) as book:
        sheet = book.add_worksheet("Orders")
        sheet.write_row(0, 0, ["Order ID", "New name", "Agent", "Photos", "Price", "Town"])
        for row in range(1, rows + 1):
            values = [
                f"3f2504e0-4f89-41d3-9a0c-{row:012}",
                f"{row} Elm Street",
                f"agent {row % 50}",
                row % 30,
                row * 1.5,
            ]
            sheet.write_row(row, 0, [*values, "Springfield"])
    return file.getvalue()


def main() -> int:
    """Measure, print the table, and return 1 if a bound does not hold."""
    table = Table("rows", "write-back", "processor s", "s", "peak MB")
    measured: dict[tuple[int, str], list[float]] = {}
    with tempfile.TemporaryDirectory() as folder:
        for count in ROWS:
            source, target = Path(folder, "orders.xlsx"), Path(folder, "written.xlsx")
            source.write_bytes(_workbook(count))
            for which in ("first", "again"):
                command = [sys.executable, "-c", COMMAND, str(source), str(target), str(count)]
                run = subprocess.run(command, capture_output=True, text=True, check=True)
                measured[count, which] = figures = [float(word) for word in run.stdout.split()]
                table.row(f"{count:,}", which, *figures)
                target.replace(source)
    few, many = ROWS
    bad = [
        which
        for which in ("first", "again")
        if measured[few, which][0] > MOST_S
        or measured[few, which][2] > MOST_MB
        or measured[many, which][0] > MOST_GROWTH * measured[few, which][0]
    ]
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
