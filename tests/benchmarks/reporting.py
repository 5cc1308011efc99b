"""The rows of a run enter; what each report of them costs in CPU time a row leaves.

``python -m tests.benchmarks.reporting [--rows 20000] [--runs 5] [--formats .xlsx .csv] [--profile .xlsx]``. The rows
are in a journal, as ``apply`` leaves them: one in fifty failed, with a reason. "rows" is what it costs to read them
from it, which is in the cost of each report as well. Each report is written ``--runs`` times, in turns; the medians are
shown with the size of the file. ``--keep FOLDER`` keeps the reports.
"""

from __future__ import annotations

import argparse
import cProfile
import pstats
import statistics
import sys
import tempfile
import time
from collections import deque
from collections.abc import Callable
from functools import partial
from pathlib import Path

from batch_renamer.journal import Journal, NewRun, RunRecord
from batch_renamer.model import Change, Order, Outcome, RenameRequest, Result, RunSummary
from batch_renamer.reports import write_report
from batch_renamer.reports.formats import FORMATS
from tests.benchmarks.table import Table

_BEGUN_AT = 1_795_680_000.0
_READING = "rows"
_MICRO = 1e6


def filled(journal: Journal, rows: int) -> RunRecord:
    """Return a run of so many rows, in which every fiftieth rename failed."""
    run = journal.runs.begin(NewRun(command="apply", base_url="benchmark", account="benchmark"))
    ids = [f"3f2504e0-4f89-41d3-9a0c-{row:012}" for row in range(rows)]
    asked = [
        RenameRequest(row=row, order_id=order_id, new_name=f"{row} Elm Street, Springfield")
        for row, order_id in enumerate(ids, start=2)
    ]
    journal.rows.add(run, asked)
    orders = [
        Order(
            order_id=request.order_id,
            name=f"Order {request.row}",
            status="processed",
            is_processing=False,
            is_merging=False,
            is_deleted=False,
            total_images=request.row % 30,
            last_updated_at="2026-11-25T12:34:56.123456Z",
        )
        for request in asked
    ]
    pairs = list(zip(asked, orders, strict=True))
    journal.rows.record(
        run, [Change(row=one.row, new_name=one.new_name, order=order, read_at=_BEGUN_AT) for one, order in pairs]
    )
    journal.rows.record(run, [_outcome(request, order) for request, order in pairs])
    return run


def _outcome(request: RenameRequest, order: Order) -> Outcome:
    failed = request.row % 50 == 0
    return Outcome(
        row=request.row,
        result=Result.FAILED if failed else Result.RENAMED,
        reason="404: the API knows no such order. Check the id." if failed else "",
        old_name=order.name,
        final_name=None if failed else request.new_name,
        order=None if failed else order,
        attempts=1,
        http_status=404 if failed else 200,
        started_at=_BEGUN_AT + request.row * 0.00334,
        seconds=0.1 + request.row % 977 / 7919,
    )


def works(journal: Journal, run: RunRecord, folder: Path, summary: RunSummary) -> dict[str, Callable[[], object]]:
    """Return what is measured, by its name."""

    def read() -> None:
        deque(journal.results.report_lines(run), maxlen=0)

    def write(ending: str) -> None:
        write_report(folder / f"report{ending}", journal.results.report_lines(run), summary=summary)

    return {_READING: read, **{ending: partial(write, ending) for ending in FORMATS}}


def main() -> int:
    """Measure in turns, and print the medians."""
    asked = _asked()
    with tempfile.TemporaryDirectory() as name, Journal.open(Path(name) / "journal.sqlite3") as journal:
        folder = asked.keep or Path(name)
        run = filled(journal, asked.rows)
        summary = RunSummary(run_id=run.id, command="apply", counts=journal.results.counts(run))
        measured = works(journal, run, folder, summary)
        chosen = {each: work for each, work in measured.items() if not asked.formats or each in asked.formats}
        if asked.profile:
            profile = cProfile.Profile()
            profile.runcall(measured[asked.profile])
            pstats.Stats(profile).strip_dirs().sort_stats("tottime").print_stats(30)
            return 0
        for work in chosen.values():
            work()
        spent: dict[str, list[float]] = {each: [] for each in chosen}
        for _ in range(asked.runs):
            for each, work in chosen.items():
                begun = time.process_time()
                work()
                spent[each].append((time.process_time() - begun) / asked.rows * _MICRO)
        table = Table("report", "us a row", "least", "bytes a row", width=8)
        for each, figures in spent.items():
            file = folder / f"report{each}"
            size = file.stat().st_size / asked.rows if file.exists() else 0.0
            table.row(each, statistics.median(figures), min(figures), size)
    return 0


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=20_000)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--formats", nargs="+", choices=[_READING, *FORMATS], help="only these")
    parser.add_argument("--profile", choices=[_READING, *FORMATS], help="only show where its time goes (cProfile)")
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="where the reports are written, and stay")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
