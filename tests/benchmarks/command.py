"""The real command as a user types it: words enter; seconds, CPU seconds and memory of its process leave."""

from __future__ import annotations

import math
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from pathlib import Path

from tests.benchmarks.child import Cost, write_sheet
from tests.benchmarks.internals import KEY
from tests.benchmarks.served import Served
from tests.benchmarks.server import Shape, order_id_of

__all__ = ["environment", "run_command", "start_up"]

_ROOT = Path(__file__).parents[2]


def environment(home: Path) -> dict[str, str]:
    """Return the environment of a command: an empty home, the key, and this checkout."""
    homes = {name: str(home) for name in ("HOME", "USERPROFILE", "XDG_STATE_HOME", "LOCALAPPDATA")}
    kept = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT", "TMPDIR") if name in os.environ}
    return {**kept, **homes, "PYTHONPATH": str(_ROOT), "LC_ALL": "C.UTF-8", "AUTOENHANCE_API_KEY": KEY}


def run_command(
    command: str,
    sheet: Path,
    base_url: str,
    *words: str,
    interpreter: Sequence[str] = (),
    say_to: int | None = None,
    state_dir: Path | None = None,
    key: str = KEY,
    within_s: float = math.inf,
) -> Cost:
    """Run ``apply`` or ``plan`` on a sheet; ``told`` holds its exit code and when it began, on the monotonic clock.

    ``interpreter`` are words for Python itself, ``say_to`` is the file that takes its standard error. Commands with one
    ``state_dir`` share a limit. A command that takes longer than ``within_s`` seconds is killed.
    """
    asked = ["--yes"] if command == "apply" else []
    given = [command, str(sheet), "--base-url", base_url, "--quiet", "--no-progress", *asked, *words]
    with tempfile.TemporaryDirectory() as home:
        begun, begun_at = time.perf_counter(), time.monotonic()
        process = subprocess.Popen(
            [sys.executable, *interpreter, "-m", "batch_renamer", *given, "--state-dir", str(state_dir or home)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=say_to,
            env=environment(Path(home)) | {"AUTOENHANCE_API_KEY": key},
        )
        overdue = threading.Timer(min(within_s, threading.TIMEOUT_MAX), process.kill)
        overdue.daemon = True
        overdue.start()
        _, status, usage = os.wait4(process.pid, 0)
        overdue.cancel()
        seconds = time.perf_counter() - begun
        process.returncode = os.waitstatus_to_exitcode(status)
        told = {"exit_code": float(process.returncode), "begun_at": begun_at}
        return Cost(seconds=seconds, cpu_s=usage.ru_utime + usage.ru_stime, peak_mb=usage.ru_maxrss / 1024, told=told)


def start_up(served: Served, folder: Path, *, runs: int = 3) -> Cost:
    """Return what the command costs with one row: that is its start, its journal and its report."""
    sheet = write_sheet(folder / "one.csv", [(order_id_of(0), "New name")])
    costs = []
    for _ in range(runs + 1):
        served.reset(Shape(orders=1))
        costs.append(run_command("apply", sheet, served.base_url))
    del costs[0]  # It may have compiled the modules.
    return Cost(
        seconds=statistics.median(cost.seconds for cost in costs),
        cpu_s=statistics.median(cost.cpu_s for cost in costs),
        peak_mb=max(cost.peak_mb for cost in costs),
    )
