"""``--help``, a press of Tab, and a Typer program with empty bodies enter; how much longer the first two take leaves.

They take turns, so that the machine is the same for both. Exit code 1 above 1.3 x.
``python -m tests.benchmarks.help [--times 15]``
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.benchmarks.table import Table
from tests.support.command import environment

# The least that Typer can be asked for: the same names, no option, nothing behind them. Once as lean as the command
# itself is (no rich), once as Typer comes.
EMPTY = """
import typer
app = typer.Typer({options})
@app.command()
def check(file: str) -> None: ...
@app.command()
def plan(file: str) -> None: ...
@app.command()
def apply(file: str) -> None: ...
@app.command()
def sandbox() -> None: ...
app()
"""
MOST = 1.3


def seconds_of(words: list[str], env: dict[str, str]) -> float:
    """Return how long a command takes."""
    begun = time.perf_counter()
    subprocess.run(words, env=env, stdout=subprocess.DEVNULL, check=True)
    return time.perf_counter() - begun


def ratio(taken: dict[str, list[float]], name: str, base: str) -> float:
    """Return how many times longer one takes than the other, turn by turn: a busy moment hits both."""
    return statistics.median(one / other for one, other in zip(taken[name], taken[base], strict=True))


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=15)
    times = parser.parse_args().times
    with tempfile.TemporaryDirectory() as folder:
        env = {name: value for name, value in environment(Path(folder)).items() if name != "PYTHONPATH"}
        lean, plain = Path(folder, "lean.py"), Path(folder, "plain.py")
        lean.write_text(EMPTY.format(options="rich_markup_mode=None, add_completion=False"), encoding="utf-8")
        plain.write_text(EMPTY.format(options=""), encoding="utf-8")
        command = Path(sys.executable).with_name("batch-renamer")
        candidates = {
            "empty, lean": [sys.executable, str(lean), "--help"],
            "empty, as Typer comes": [sys.executable, str(plain), "--help"],
            "batch-renamer": [str(command), "--help"],
            "batch-renamer apply": [str(command), "apply", "--help"],
            "a press of Tab": [str(command), "__complete", "apply", "--"],
        }
        taken: dict[str, list[float]] = {name: [] for name in candidates}
        for turn in range(times + 1):
            for name, words in candidates.items():
                seconds = seconds_of(words, env)
                if turn:  # the first turn fills the caches
                    taken[name].append(seconds)
    table = Table("--help of", "median ms", "least ms", "x lean", "x Typer", width=22)
    for name in candidates:
        shown = (f"{figure(taken[name]) * 1000:.0f}" for figure in (statistics.median, min))
        table.row(name, *shown, ratio(taken, name, "empty, lean"), ratio(taken, name, "empty, as Typer comes"))
    return int(ratio(taken, "batch-renamer", "empty, lean") > MOST)


if __name__ == "__main__":
    sys.exit(main())
