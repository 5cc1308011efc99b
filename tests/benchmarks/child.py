"""One client in a process of its own: a task enters as words, its seconds and its CPU seconds leave.

Both begin when the client's libraries are imported, so that its start is in neither. A task is
``bare``, ``bare with reads``, ``bare alike`` or the name of a peer; of the product it is one of `_OURS`.
"""

from __future__ import annotations

import argparse
import asyncio
import cProfile
import csv
import json
import pstats
import resource
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

__all__ = ["Cost", "Task", "in_child", "read_sheet", "write_sheet"]

_DEADLINE_S = 1_800.0
_OURS = ("renames", "job", "dry", "dry, singly", "first request")


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """What a child is to do. ``rate_per_s`` None leaves it to the product.

    Renames with one ``state_dir`` share their limit; without, each has its own, and is alone. ``singles`` and ``pages``
    are how many reads ``bare alike`` sends beside its PATCHes.
    """

    client: str
    sheet: str
    base_url: str = ""
    rate_per_s: float | None = None
    at_once: int | None = None
    state_dir: str | None = None
    singles: int = 0
    pages: int = 0
    profile: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What it cost: wall and CPU (user and system) seconds, and the most memory that the process ever held, in MB.

    ``told`` is what the client itself says of its work.
    """

    seconds: float
    cpu_s: float
    peak_mb: float = 0.0
    told: dict[str, float] = field(default_factory=dict)


def write_sheet(path: Path, rows: Iterable[tuple[str, str]]) -> Path:
    """Write a CSV file for these renames."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("order_id", "new_name"))
        writer.writerows(rows)
    return path


def read_sheet(path: str) -> list[tuple[str, str]]:
    """Read it again."""
    with Path(path).open(encoding="utf-8", newline="") as file:
        return [(order_id, name) for order_id, name in list(csv.reader(file))[1:]]


def in_child(task: Task, *, within_s: float = _DEADLINE_S) -> Cost:
    """Do a task in a process of its own.

    Raises:
        subprocess.TimeoutExpired: it took longer than ``within_s`` seconds, and was killed.
    """
    words = (sys.executable, "-m", "tests.benchmarks.child", json.dumps(asdict(task)))
    done = subprocess.run(words, stdout=subprocess.PIPE, check=True, timeout=within_s)
    return Cost(**json.loads(done.stdout))


def _work(task: Task) -> Callable[[], Awaitable[Any]]:
    if task.client in _OURS:
        return _product(task)
    from tests.benchmarks import peers  # noqa: PLC0415 - the product's process has nothing of theirs

    errand = peers.Errand(
        base_url=task.base_url,
        rows=read_sheet(task.sheet),
        rate_per_s=task.rate_per_s or 0.0,
        at_once=task.at_once or 50,
    )
    if task.client in ("bare", "bare with reads", "bare alike"):
        singles = len(errand.rows) if task.client == "bare with reads" else task.singles
        return partial(peers.bare, errand, singles=singles, pages=task.pages)
    return partial(next(peer for peer in peers.PEERS if peer.name == task.client).rename, errand)


def _product(task: Task) -> Callable[[], Awaitable[Any]]:
    from tests.benchmarks import internals  # noqa: PLC0415 - a peer's process has nothing of the product

    options: dict[str, Any] = {"base_url": task.base_url, "rate": task.rate_per_s, "workers": task.at_once}
    sheet = Path(task.sheet)
    if task.client != "first request":
        internals.warm_up()
    match task.client:
        case "renames":
            state_dir = Path(task.state_dir) if task.state_dir is not None else None
            return partial(internals.rename_only, read_sheet(task.sheet), state_dir=state_dir, **options)
        case "job":
            return partial(internals.run_job, sheet, **options)
        case "dry":
            with sheet.open("rb") as file:
                listed = sum(1 for _ in file) - 1
            return partial(internals.run_dry, sheet, internals.FakeApi(listed))
        case "dry, singly":
            return partial(internals.run_dry, sheet, internals.FakeApi(0))
        case _:
            return partial(internals.first_request, sheet, base_url=task.base_url)


def _cpu_s() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in used)


def _peak_mb() -> float:
    """The most memory held; getrusage would count what the parent held when it started this process (Linux)."""
    status = Path("/proc/self/status")
    if status.exists():
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1 << 20)  # bytes on macOS


async def _measured(work: Callable[[], Awaitable[Any]]) -> Cost:
    begun, cpu_s = time.perf_counter(), _cpu_s()
    told = await work()
    seconds, cpu_s = time.perf_counter() - begun, _cpu_s() - cpu_s
    cost = Cost(seconds=seconds, cpu_s=cpu_s, peak_mb=_peak_mb(), told=dict(told or {}))
    others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    for task in others:  # what a library has left running
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
    return cost


def _profiled(work: Callable[[], Cost]) -> Cost:
    profile = cProfile.Profile()
    cost = profile.runcall(work)
    figures = pstats.Stats(profile, stream=sys.stderr)
    figures.strip_dirs().sort_stats("tottime").print_stats(45).sort_stats("cumulative").print_stats(60)
    return cost


def main(words: Sequence[str] | None = None) -> None:
    """Do the task and write down its cost."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("task", help="a Task as JSON")
    task = Task(**json.loads(parser.parse_args(words).task))
    work = _work(task)
    run = partial(asyncio.run, _measured(work))
    sys.stdout.write(json.dumps(asdict(_profiled(run) if task.profile else run())))


if __name__ == "__main__":
    main()
