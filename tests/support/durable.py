"""A sandbox that survives and commands that don't enter; what was left of them, and the truth about the orders, leave.

The sandbox is served in the test's own event loop: whatever becomes of the command, it goes on, and its store knows
every name that an order ever had.
"""

from __future__ import annotations

import asyncio
import csv
import json
import os
import shlex
import shutil
import signal
import subprocess
import sys
import time
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import batch_renamer
from batch_renamer.sandbox import Fault, FaultKind, FaultPlan, Rule, Sandbox, running
from tests.support import failpoints
from tests.support import nursery as nursery_program
from tests.support.gate import DEADLINE_S, Gate

__all__ = ["KEY", "SAME", "Ended", "Nursery", "Place", "Row", "ended", "environment", "place", "rows_of"]

KEY = "sk-test-7Qm2"
SAME = ("row", "order_id", "old_name", "new_name", "final_name", "result")
"""The columns in which a run that was killed and taken up agrees with one that wasn't."""

_PACKAGE = Path(batch_renamer.__file__).parents[1]
_HANDED_ON = ("PATH", "SYSTEMROOT", "TEMP", "TMP", "TMPDIR")
Row = tuple[object, ...]


def rows_of(report: Path) -> list[Row]:
    """Return what must agree of a JSON report."""
    return [tuple(row[column] for column in SAME) for row in json.loads(report.read_text("utf-8"))["rows"]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How a command ended: its exit code (less than 0: the signal that killed it), and what it wrote."""

    code: int
    out: str
    err: str

    @property
    def last_line(self) -> str:
        """The last line of its result."""
        return self.out.rstrip("\n").rpartition("\n")[2]

    @property
    def result(self) -> dict[str, Any]:
        """The one object of ``--json``."""
        found: dict[str, Any] = json.loads(self.out)
        return found


class Nursery:
    """Runs commands in forks of a process that has imported everything; that process serves a whole test session."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    @classmethod
    @contextmanager
    def opened(cls) -> Iterator[Nursery]:
        """Start it, and stop it at the end."""
        with subprocess.Popen(
            (sys.executable, nursery_program.__file__),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=environment(Path("/nowhere")),
        ) as process:
            try:
                yield cls(process)
            finally:
                assert process.stdin is not None
                process.stdin.close()

    async def run(
        self,
        words: Sequence[str],
        *,
        cwd: Path,
        env: dict[str, str],
        failpoint: str = "",
        kill_after_s: float | None = None,
        largest_file: int | None = None,
    ) -> Ended:
        """Run one command in a process of its own, which dies at the failpoint, or that many seconds after it began.

        It can make no file larger than ``largest_file`` bytes: to a program, that is what a full disk is like.
        """
        out, err = cwd / "stdout", cwd / "stderr"
        asked = {
            "words": words,
            "cwd": str(cwd),
            "env": env,
            "out": str(out),
            "err": str(err),
            "failpoint": failpoint,
            "largest_file": largest_file,
        }
        async with asyncio.timeout(DEADLINE_S):
            code = await asyncio.to_thread(self._ask, json.dumps(asked), kill_after_s)
        return Ended(code=code, out=_text(out), err=_text(err))

    def _ask(self, line: str, kill_after_s: float | None) -> int:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()
        pid: int = json.loads(self._process.stdout.readline())["pid"]
        if kill_after_s is not None:
            time.sleep(kill_after_s)
            # It may just have ended by itself; ids are not used again so soon.
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        code: int = json.loads(self._process.stdout.readline())["code"]
        return code


def _text(path: Path) -> str:
    return path.read_text("utf-8") if path.exists() else ""


def environment(home: Path, **more: str) -> dict[str, str]:
    """Return the whole environment of a command: an empty home, the plug, and coverage if it is measured."""
    kept = {name: value for name, value in os.environ.items() if name in _HANDED_ON or name.startswith("COVERAGE_")}
    kept["PATH"] = os.pathsep.join((str(Path(sys.executable).parent), kept.get("PATH", "")))
    homes = {"HOME": home, "USERPROFILE": home, "XDG_STATE_HOME": home / "state", "LOCALAPPDATA": home / "state"}
    paths = os.pathsep.join((failpoints.__path__[0], str(_PACKAGE)))
    return (
        kept | {name: str(folder) for name, folder in homes.items()} | {"PYTHONPATH": paths, "LC_ALL": "C.UTF-8"} | more
    )


@dataclass(slots=True, kw_only=True)
class Place:
    """A folder with a sheet and a state directory, and a sandbox that is there all the time."""

    folder: Path
    sandbox: Sandbox
    base_url: str
    nursery: Nursery | None = None
    seeds: dict[str, str | None] = field(default_factory=dict)

    @property
    def state(self) -> Path:
        """The state directory."""
        return self.folder / "state"

    @property
    def names(self) -> dict[str, str | None]:
        """What the orders are called now."""
        return self.sandbox.store.names()

    @property
    def patched(self) -> list[str | None]:
        """The order of every PATCH so far."""
        return [entry.order_id for entry in self.sandbox.log if entry.method == "PATCH"]

    def names_ever(self) -> dict[str, set[str | None]]:
        """Every name that an order has had since it was seeded."""
        return {order: {given.name for given in names} for order, names in self.sandbox.store.histories().items()}

    def seed(self, names: dict[str, str | None]) -> None:
        """Begin anew with these orders; what was asked before is forgotten."""
        self.seeds = names
        self.sandbox.store.reset()
        self.sandbox.store.seed_many(names.items())
        self.sandbox.log.clear()

    def sheet(self, rows: Iterable[Sequence[str]], *, headings: Sequence[str] = ("order_id", "new_name")) -> Path:
        """Write the sheet."""
        path = self.folder / "orders.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([headings, *rows])
        return path

    def words(self, command: str, *words: object) -> list[str]:
        """Return a command line that speaks to this sandbox, as fast as it can."""
        offline, reads = command in ("runs", "show", "report"), command in ("plan", "audit")
        options = {"--state-dir": str(self.state)}
        if command != "runs":
            options["--base-url"] = self.base_url
        if not offline:
            options |= {"--rate": "10000", "--workers": "2"}
        given = [word for option, value in options.items() if option not in words for word in (option, value)]
        return [command, *map(str, words), *given, *([] if offline or reads else ["--yes"])]

    def hold_renames(self, *, first: int, after: bool = False) -> Gate:
        """Let the PATCHes from the ``first`` one on wait at a gate, before or after they take effect."""
        gate = self.sandbox.sleep = Gate()
        kind = FaultKind.SLOW_AFTER if after else FaultKind.SLOW
        self.sandbox.faults = FaultPlan(rules=[Rule(fault=Fault(kind=kind), method="PATCH", nth=first, times=None)])
        return gate

    async def do(self, command: str, *words: object, **how: Any) -> Ended:
        """Run a command of this place in the nursery."""
        return await self.do_line(*self.words(command, *words), **how)

    async def do_line(self, *words: str, **how: Any) -> Ended:
        """Run exactly these words in the nursery."""
        assert self.nursery is not None
        env = self.env(**how.pop("env", {}))
        return await self.nursery.run(words, cwd=self.folder, env=env, **how)

    async def paste(self, line: str) -> Ended:
        """Run a command line that was printed, as a shell would read it."""
        program, *words = shlex.split(line)
        assert program == "batch-renamer", line
        return await self.do_line(*words)

    def env(self, **more: str) -> dict[str, str]:
        """Return the whole environment of a command here."""
        return environment(self.folder / "home", **{"AUTOENHANCE_API_KEY": KEY, **more})

    def keep(self, name: str) -> None:
        """Keep the state directory as it is, to come back to."""
        shutil.rmtree(self.folder / name, ignore_errors=True)
        if self.state.exists():
            shutil.copytree(self.state, self.folder / name)

    def back_to(self, name: str) -> None:
        """Come back to a state directory that was kept, or to none; reports go."""
        shutil.rmtree(self.state, ignore_errors=True)
        if (self.folder / name).exists():
            shutil.copytree(self.folder / name, self.state)
        for report in self.folder.glob("*.json"):
            report.unlink()

    @asynccontextmanager
    async def started(self, *words: object, stdin: int = asyncio.subprocess.DEVNULL) -> AsyncIterator[Process]:
        """Start the command itself (`words` gives a line), and kill it at the end if it is still there."""
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "batch_renamer", *map(str, words)),
            stdin=stdin,
            stdout=PIPE,
            stderr=PIPE,
            cwd=self.folder,
            env=self.env(),
            limit=1 << 24,
        )
        try:
            yield process
        finally:
            if process.returncode is None:
                process.kill()
                await process.communicate()


async def ended(process: Process) -> Ended:
    """Wait for the end of a command."""
    async with asyncio.timeout(DEADLINE_S):
        out, err = await process.communicate()
    assert process.returncode is not None
    return Ended(code=process.returncode, out=out.decode(), err=err.decode())


@asynccontextmanager
async def place(folder: Path, nursery: Nursery | None = None) -> AsyncIterator[Place]:
    """Serve an empty sandbox beside an empty folder."""
    sandbox = Sandbox(api_key=KEY)
    async with running(sandbox) as base_url:
        yield Place(folder=folder, sandbox=sandbox, base_url=base_url, nursery=nursery)
